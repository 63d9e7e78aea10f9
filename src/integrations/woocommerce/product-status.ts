import { isDated, isLaterThan, momentOf, type ChangeMoment } from '../../contract/change-order';

export const PRODUCT_STATES = ['queued', 'synced', 'failed', 'deleted', 'unknown'] as const;
export type ProductSyncState = (typeof PRODUCT_STATES)[number];

/** The last event of a product in its store, as the log has it. */
export interface LastEvent {
  id: bigint;
  status: 'queued' | 'processed' | 'failed';
  deletion: boolean;
  epoch: number;
  occurredAt: number | null;
  createdAt: number;
}

/** What stands of a product, or of its deletion. */
export interface Standing {
  moment: ChangeMoment;
  isActive: boolean;
}

/**
 * What a shop is told of a product. A failed event that would change nothing any more, since a later change has been
 * applied, does not count.
 */
export function syncStateOf(last: LastEvent | null, standing: Standing | null): ProductSyncState {
  if (last?.status === 'queued') return 'queued';
  if (last?.status === 'failed' && !(standing && isSuperseded(last, standing.moment))) return 'failed';
  if (!standing) return 'unknown';
  return standing.isActive ? 'synced' : 'deleted';
}

/** An event without a date counts by its arrival, as it was told after all that had arrived before it. */
function isSuperseded(event: LastEvent, applied: ChangeMoment): boolean {
  if (!isDated(event.occurredAt, event.createdAt)) return event.id < applied.sequence;
  const { occurredAt, createdAt: arrivedAt, deletion, epoch, id: sequence } = event;
  return isLaterThan(applied, momentOf({ occurredAt, arrivedAt, deletion, epoch, sequence }));
}
