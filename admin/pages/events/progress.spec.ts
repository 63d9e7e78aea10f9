import fc from 'fast-check';
import { progressOf } from './progress';

describe('progress of retried events', () => {
  const retried = { count: 12, before: { queued: 0, failed: 15 } };

  it.each([
    [
      { queued: 12, failed: 3 },
      { queued: 12, failed: 0, processed: 0 },
    ],
    [
      { queued: 5, failed: 3 },
      { queued: 5, failed: 0, processed: 7 },
    ],
    [
      { queued: 0, failed: 4 },
      { queued: 0, failed: 1, processed: 11 },
    ],
    [
      { queued: 0, failed: 15 },
      { queued: 0, failed: 12, processed: 0 },
    ],
  ])('of %j are %j', (now, expected) => {
    expect(progressOf(retried, now)).toEqual(expected);
  });

  it('never speaks of more or fewer than were retried', () => {
    const counts = fc.record({ queued: fc.nat(100), failed: fc.nat(100) });
    fc.assert(
      fc.property(fc.nat(50), counts, counts, (count, before, now) => {
        const { queued, failed, processed } = progressOf({ count, before }, now);
        expect(queued + failed + processed).toBe(count);
        expect(Math.min(queued, failed, processed)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
