/** When a change happened, as far as is known. */
export interface ChangeMoment {
  /** Milliseconds since 1970: the shop's own date of the change, or its arrival where there is none. */
  at: number;
  /** True when `at` is the arrival. */
  onArrival: boolean;
  /** A deletion: a tie of dates goes to it. */
  deletion: boolean;
  /** Id of the log row: grows with arrival. */
  sequence: bigint;
}

/** A date further ahead of its arrival than this comes from a wrong clock; the change counts as undated. */
export const MAX_CLOCK_LEAD_MS = 10 * 60_000;

/** Places a change in time. All times in milliseconds since 1970. */
export function momentOf(change: {
  occurredAt: number | null;
  arrivedAt: number;
  deletion: boolean;
  sequence: bigint;
}): ChangeMoment {
  const { occurredAt, arrivedAt, deletion, sequence } = change;
  const dated = occurredAt !== null && occurredAt <= arrivedAt + MAX_CLOCK_LEAD_MS;
  return { at: dated ? occurredAt : arrivedAt, onArrival: !dated, deletion, sequence };
}

/**
 * Whether change `a` is the later word than change `b` of the same product. Exactly one of two different changes
 * is, whichever is asked first, so that the order in which they are processed does not matter.
 *
 * Dated changes go by date; of equal dates a deletion is later (its date is that of the last edit before it), then
 * the one that arrived later. An undated change is later than all that arrived before it, and than all that are
 * dated before its arrival.
 */
export function isLaterThan(a: ChangeMoment, b: ChangeMoment): boolean {
  if (a.onArrival && b.onArrival) return a.sequence > b.sequence;
  if (a.onArrival) return a.sequence > b.sequence || a.at > b.at;
  if (b.onArrival) return !isLaterThan(b, a);
  if (a.at !== b.at) return a.at > b.at;
  if (a.deletion !== b.deletion) return a.deletion;
  return a.sequence > b.sequence;
}
