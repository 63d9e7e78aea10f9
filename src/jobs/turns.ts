import { setImmediate } from 'node:timers/promises';

/** Milliseconds of the event loop. */
const LOOP_TURN_MS = 1;

/**
 * Does some work for each item, in their order, in turns of a millisecond, or one item that takes longer: between two of
 * them whatever else the process has to do is done.
 * @returns what `work` said of each
 */
export async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  let endsAt = performance.now() + LOOP_TURN_MS;
  for (const [index, item] of items.entries()) {
    if (performance.now() >= endsAt) {
      await setImmediate();
      endsAt = performance.now() + LOOP_TURN_MS;
    }
    results.push(work(item, index));
  }
  return results;
}
