import fc from 'fast-check';
import { WINDOW_NAMES, windowUntil } from './time-window';

const anyMoment = fc.date({
  min: new Date('1990-01-01T00:00:00Z'),
  max: new Date('2200-01-01T00:00:00Z'),
  noInvalidDate: true,
});

describe('windowUntil', () => {
  it.each([
    ['hour', 60, 60, '2026-01-31T11:35:00Z', '2026-01-31T12:35:00Z'],
    ['day', 96, 900, '2026-01-30T12:45:00Z', '2026-01-31T12:45:00Z'],
    ['week', 84, 7200, '2026-01-24T14:00:00Z', '2026-01-31T14:00:00Z'],
  ] as const)('%s: %d buckets of %d seconds', (name, count, seconds, from, to) => {
    const window = windowUntil(name, new Date('2026-01-31T12:34:56.789Z'));
    expect(window.starts).toHaveLength(count);
    expect(window.bucketSeconds).toBe(seconds);
    expect([window.from, window.to]).toEqual([new Date(from), new Date(to)]);
  });

  it('is whole and aligned, and ends with the bucket that has the moment, whenever that is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...WINDOW_NAMES), anyMoment, (name, now) => {
        const { starts, from, to, bucketSeconds } = windowUntil(name, now);
        const length = bucketSeconds * 1000;
        expect(starts[0]).toEqual(from);
        for (const [index, start] of starts.entries()) {
          expect(start.getTime() % length).toBe(0);
          expect((starts[index + 1] ?? to).getTime() - start.getTime()).toBe(length);
        }
        expect(starts.at(-1)!.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(to.getTime()).toBeGreaterThan(now.getTime());
      }),
    );
  });
});
