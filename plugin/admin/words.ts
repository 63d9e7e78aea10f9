import { __, sprintf } from '@wordpress/i18n';
import type { SyncState } from '../../src/contract/shop-plugin';
import { number, progressText } from './format';
import type { Bulk, BulkState, ConnectionState, Overview } from './overview';

/** The names of states, for people. */

/** Codes of an address at which there is no server of ours: waiting alone seldom mends that. */
const WRONG_ADDRESS = ['not_fiko', 'redirect'];

export function connectionTitle(state: ConnectionState, code = ''): string {
  switch (state) {
    case 'unset':
      return __('Connect your shop to Fiko', 'fiko-woocommerce-sync');
    case 'ok':
      return __('Connected to Fiko', 'fiko-woocommerce-sync');
    case 'waiting':
      return WRONG_ADDRESS.includes(code)
        ? __('The sync is waiting; check the API URL', 'fiko-woocommerce-sync')
        : __('The sync is waiting, and goes on by itself', 'fiko-woocommerce-sync');
    case 'stopped':
      return __('The sync has stopped and needs your attention', 'fiko-woocommerce-sync');
  }
}

export function stateTitle(state: SyncState): string {
  switch (state) {
    case 'synced':
      return __('Synced', 'fiko-woocommerce-sync');
    case 'waiting':
      return __('Waiting', 'fiko-woocommerce-sync');
    case 'failed':
      return __('Failed', 'fiko-woocommerce-sync');
    case 'excluded':
      return __('Left out', 'fiko-woocommerce-sync');
    case 'never':
      return __('Never sent', 'fiko-woocommerce-sync');
  }
}

export function stateDescription(state: SyncState): string {
  switch (state) {
    case 'synced':
      return __('Fiko has the latest version.', 'fiko-woocommerce-sync');
    case 'waiting':
      return __('To be sent soon, or being processed.', 'fiko-woocommerce-sync');
    case 'failed':
      return __('Not accepted; the reason is below.', 'fiko-woocommerce-sync');
    case 'excluded':
      return __(
        'Drafts, private, hidden and password-protected products, and those that an extension leaves out.',
        'fiko-woocommerce-sync',
      );
    case 'never':
      return __('The first sync sends them.', 'fiko-woocommerce-sync');
  }
}

export function bulkTitle(state: BulkState): string {
  switch (state) {
    case 'idle':
      return __('Not running', 'fiko-woocommerce-sync');
    case 'running':
      return __('Sending all products…', 'fiko-woocommerce-sync');
    case 'paused':
      return __('Paused', 'fiko-woocommerce-sync');
    case 'done':
      return __('Finished', 'fiko-woocommerce-sync');
  }
}

/** What a screen reader says of the first sync as it goes on, and when its state changes. */
export function bulkSpoken(bulk: Bulk): string {
  if (bulk.state === 'idle') return __('The first sync was stopped.', 'fiko-woocommerce-sync');
  return sprintf(
    /* translators: 1: state of the sync, 2: its progress, as in “20 of 120 products (17%)” */
    __('First sync: %1$s %2$s', 'fiko-woocommerce-sync'),
    bulkTitle(bulk.state),
    progressText(bulk.done, bulk.total),
  );
}

/** Why the catalogue cannot be sent now; empty where it can. */
export function cannotSync({ settings, connection }: Overview): string {
  if (connection.state === 'unset' || settings.api_url === '' || !settings.has_token) {
    return __('Save the API URL and the API token first.', 'fiko-woocommerce-sync');
  }
  if (connection.state === 'stopped') {
    return __('Fix the connection first; the message above says how.', 'fiko-woocommerce-sync');
  }
  return '';
}

/** A number with its name, as in “3 failed”, is told only where there is something to tell. */
export const failedText = (failed: number): string =>
  failed === 0
    ? __('None failed.', 'fiko-woocommerce-sync')
    : sprintf(
        /* translators: %s: number of products */
        __('Failed: %s', 'fiko-woocommerce-sync'),
        number(failed),
      );
