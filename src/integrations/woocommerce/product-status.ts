import { isLaterThan, type ChangeMoment } from '../../contract/change-order';

export const PRODUCT_STATES = ['queued', 'synced', 'failed', 'deleted', 'unknown'] as const;
export type ProductSyncState = (typeof PRODUCT_STATES)[number];

/** What stands of a product, or of its deletion. */
export interface Standing {
  moment: ChangeMoment;
  isActive: boolean;
}

/**
 * What a shop is told of a product. A failed event that would change nothing any more, since a later change has been
 * applied, does not count; one that would does, whatever arrived after it.
 * @param isQueued whether its last event waits
 * @param failed of its failed events the latest
 */
export function syncStateOf(
  isQueued: boolean,
  failed: ChangeMoment | null,
  standing: Standing | null,
): ProductSyncState {
  if (isQueued) return 'queued';
  if (failed && !(standing && isLaterThan(standing.moment, failed))) return 'failed';
  if (!standing) return 'unknown';
  return standing.isActive ? 'synced' : 'deleted';
}
