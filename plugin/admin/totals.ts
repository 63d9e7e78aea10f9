import type { SyncState } from '../../src/contract/shop-plugin';
import type { Totals } from './overview';

/** Of the products in a state, those that the shop no longer has or that are in the trash: their deletion is to be sent. */
export function deletions(totals: Totals, state: SyncState): number {
  if (state === 'waiting') return totals.waiting_deletions;
  return state === 'failed' ? totals.failed_deletions : 0;
}

/** Those that the products list shows. */
export const listed = (totals: Totals, state: SyncState): number => totals[state] - deletions(totals, state);
