/** When a change happened, as far as is known. */
export interface ChangeMoment {
  /** How often the shop's owner had declared, when it arrived, that from then on the shop's state wins. */
  epoch: number;
  /** Milliseconds since 1970: the shop's own date of the change, or what stands in for it. */
  at: number;
  /** True when the shop gave no date that can be believed. */
  onArrival: boolean;
  /** A deletion: a tie of dates goes to it. */
  deletion: boolean;
  /** Id of the log row: grows with arrival. */
  sequence: bigint;
}

/** A date further ahead of its arrival than this comes from a wrong clock; the change counts as undated. */
export const MAX_CLOCK_LEAD_MS = 10 * 60_000;

/** Whether a change is placed by its own date. Times in milliseconds since 1970. */
export const isDated = (occurredAt: number | null, arrivedAt: number): occurredAt is number =>
  occurredAt !== null && occurredAt <= arrivedAt + MAX_CLOCK_LEAD_MS;

/**
 * Places a change in time: by its date, or, without one, at its arrival, and after all dated changes of the product
 * that arrived before it (a shop's clock may be a little ahead). All times in milliseconds since 1970.
 *
 * @param latestBefore the latest date among the dated changes that arrived earlier in this epoch; only needed for an
 * undated one
 */
export function momentOf(change: {
  occurredAt: number | null;
  arrivedAt: number;
  deletion: boolean;
  sequence: bigint;
  epoch?: number;
  latestBefore?: number | null;
}): ChangeMoment {
  const { occurredAt, arrivedAt, deletion, sequence, epoch = 0, latestBefore } = change;
  if (isDated(occurredAt, arrivedAt)) return { epoch, at: occurredAt, onArrival: false, deletion, sequence };
  const at = Math.max(arrivedAt, (latestBefore ?? -Infinity) + 1);
  return { epoch, at, onArrival: true, deletion, sequence };
}

/**
 * Whether change `a` is the later word than change `b` of the same product. A total order, so that the order in
 * which changes are processed does not matter: by epoch, then by time; of equal times an undated change is the earlier, a deletion
 * the later of two dated ones (its date is that of the last edit before it), and else the one that arrived later.
 */
export function isLaterThan(a: ChangeMoment, b: ChangeMoment): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.at !== b.at) return a.at > b.at;
  if (a.onArrival !== b.onArrival) return b.onArrival;
  if (!a.onArrival && a.deletion !== b.deletion) return a.deletion;
  return a.sequence > b.sequence;
}
