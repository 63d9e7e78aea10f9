import fc from 'fast-check';
import { byOurClock, clockAheadMs } from './shop-clock';

const NOW = Date.UTC(2025, 10, 10, 9, 30);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('clockAheadMs', () => {
  it.each([
    ['goes right', 0, 0, 0],
    ['goes right, and the request took a minute', 0, -60 * SECOND, 0],
    ['is a little ahead', 0, 29 * SECOND, 0],
    ['is ahead', 0, 9 * MINUTE, 9 * MINUTE],
    ['is still as much ahead, give or take', 9 * MINUTE, 9 * MINUTE - 40 * SECOND, 9 * MINUTE],
    ['has been set right', 9 * MINUTE, -2 * SECOND, 0],
    ['has been set back', 0, -3600 * SECOND, -3600 * SECOND],
    ['has been set back and forward again', -3600 * SECOND, 0, 0],
  ])('of a clock that %s', (_, known, difference, expected) => {
    expect(clockAheadMs(known, NOW + difference, NOW)).toBe(expected);
  });

  it('keeps the order of changes, however long each request takes', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 29 * SECOND }), { minLength: 2, maxLength: 8 });
    const ahead = fc.integer({ min: -86_400 * SECOND, max: 86_400 * SECOND });
    fc.assert(
      fc.property(delays, ahead, (all, offset) => {
        let known = 0;
        const dates = all.map((delay, index) => {
          const sent = NOW + index * SECOND;
          known = clockAheadMs(known, sent + offset, sent + delay);
          return byOurClock(new Date(sent + offset), known)!.getTime();
        });
        // The first request finds how far it is off; from then on nothing moves.
        expect(dates.slice(1)).toEqual([...dates.slice(1)].sort((a, b) => a - b));
        for (const [index, date] of dates.entries())
          expect(Math.abs(date - (NOW + index * SECOND))).toBeLessThanOrEqual(120 * SECOND);
      }),
    );
  });

  it('never puts a change after one that was made once the clock had been set back', () => {
    let known = clockAheadMs(0, NOW + 9 * MINUTE, NOW);
    const before = byOurClock(new Date(NOW + 9 * MINUTE), known)!;
    known = clockAheadMs(known, NOW + MINUTE, NOW + MINUTE);
    const after = byOurClock(new Date(NOW + MINUTE), known)!;
    expect(after.getTime()).toBeGreaterThan(before.getTime());
  });
});
