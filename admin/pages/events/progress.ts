/** Counts of events, as their statistics have them. */
interface Counts {
  queued: number;
  failed: number;
}

/** Events that were queued again together. */
export interface Retried {
  /** How many. */
  count: number;
  /** Of those that share their lasting conditions, before. */
  before: Counts;
}

export interface Progress {
  queued: number;
  /** That failed once more. */
  failed: number;
  processed: number;
}

/**
 * How far they are. The log does not mark them, so others of the same conditions that were queued already count as
 * theirs: never fewer than are queued, and none exactly when none is.
 */
export function progressOf({ count, before }: Retried, now: Counts): Progress {
  const queued = Math.min(count, now.queued);
  const failed = Math.min(count - queued, Math.max(0, now.failed - (before.failed - count)));
  return { queued, failed, processed: count - queued - failed };
}
