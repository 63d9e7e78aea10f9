/** A shop whose clock is less ahead than this is taken at its word: its changes keep their order among themselves. */
const LEAST_AHEAD_MS = 30_000;
/** A request on its way makes the shop look behind by as long as it takes; none takes longer. */
const LEAST_BEHIND_MS = 120_000;

/**
 * How far a shop's clock is ahead of ours, by a request of it. A small difference to what was known is the time that the
 * request took and leaves the figure as it was, so that the order of the shop's changes does not depend on how long each
 * was on its way. A large one means that the clock has been set.
 *
 * @param known what was found before, in milliseconds; 0 for a clock that goes right
 * @param sentAt when the shop sent the request, by its clock, in milliseconds since 1970
 * @param arrivedAt when it arrived, by ours
 */
export function clockAheadMs(known: number, sentAt: number, arrivedAt: number): number {
  const ahead = sentAt - arrivedAt;
  if (agree(ahead, known)) return known;
  return agree(ahead, 0) ? 0 : ahead;
}

const agree = (ahead: number, known: number): boolean =>
  ahead - known <= LEAST_AHEAD_MS && known - ahead <= LEAST_BEHIND_MS;

/** A date by the shop's clock as a date by ours. */
export const byOurClock = (occurredAt: Date | null, aheadMs: number): Date | null =>
  occurredAt === null || aheadMs === 0 ? occurredAt : new Date(occurredAt.getTime() - aheadMs);
