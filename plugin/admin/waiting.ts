/** How long the products list goes on asking after products that wait. */

const FIRST_MS = 5000;
const GROWTH = 1.5;
const LONGEST_MS = 60_000;
const GIVE_UP_AFTER_MS = 10 * 60_000;

/** Until the next question, or null where it has been asked for long enough. */
export function nextQuestion(asked: number, sinceMs: number): number | null {
  if (sinceMs >= GIVE_UP_AFTER_MS) return null;
  return Math.min(LONGEST_MS, Math.round(FIRST_MS * GROWTH ** asked));
}

const MOST_IDS = 200;

/** One request's worth: each id once. */
export const idsToAsk = (ids: readonly number[]): number[] =>
  [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0).slice(0, MOST_IDS);
