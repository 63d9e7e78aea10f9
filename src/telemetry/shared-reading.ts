/** What takes long to read is read the less often: it takes this share of one connection's time at most. */
const MOST_SHARE = 1 / 20;

/**
 * A reading that those who ask at the same time share, and those who ask a little later too. One that failed is not
 * kept.
 *
 * @param maxAgeMs how long it serves; longer where it took long
 * @param now milliseconds
 */
export function sharedReading<T>(
  read: () => Promise<T>,
  maxAgeMs: () => number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let current: Promise<T> | null = null;
  let fresh = { since: 0, tookMs: 0 };
  let reading = false;
  return () => {
    const ageMs = now() - fresh.since;
    const longest = maxAgeMs() === 0 ? 0 : Math.max(maxAgeMs(), fresh.tookMs / MOST_SHARE);
    if (current && (reading || ageMs < longest)) return current;
    const startedAt = now();
    reading = true;
    const mine = read().then(
      (value) => {
        fresh = { since: now(), tookMs: now() - startedAt };
        reading = false;
        return value;
      },
      (error: unknown) => {
        current = null;
        reading = false;
        throw error;
      },
    );
    return (current = mine);
  };
}
