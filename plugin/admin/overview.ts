import type { SyncState } from '../../src/contract/shop-plugin';

/** What the plugin's own REST routes answer. Times are Unix seconds. */

export type ConnectionState = 'unset' | 'ok' | 'waiting' | 'stopped';
export type BulkState = 'idle' | 'running' | 'paused' | 'done';
export type BulkAction = 'start' | 'pause' | 'resume' | 'stop';
export type ReconcileState = 'idle' | 'running' | 'done' | 'failed';

export interface Settings {
  api_url: string;
  has_token: boolean;
  /** The token is a constant of wp-config.php. */
  token_locked: boolean;
  has_signing_secret: boolean;
  logging: boolean;
}

/** Whether the server may be asked, and if not, why and what mends it. */
export interface Connection {
  state: ConnectionState;
  code: string;
  message: string;
  hint: string;
  until: number | null;
  since: number | null;
}

export interface Account {
  email: string;
  username: string;
  token_name: string;
  shop: string;
}

export interface Totals extends Record<SyncState, number> {
  products: number;
  /** Of those that wait, and of those that failed, deletions of what is no longer in the products list. */
  waiting_deletions: number;
  failed_deletions: number;
}

export interface Bulk {
  state: BulkState;
  total: number;
  /** Of them handled so far, those that failed with them. */
  done: number;
  failed: number;
  seconds_left: number | null;
  started_at: number | null;
  finished_at: number | null;
}

export interface Reconcile {
  state: ReconcileState;
  scanned: number;
  total: number;
  sent: number;
  deleted: number;
  error: string;
  finished_at: number | null;
}

export interface ProductError {
  id: number;
  name: string;
  /** '' where there is nothing to edit, as of products in the trash. */
  edit_url: string;
  error: string;
  at: number;
}

export interface Overview {
  settings: Settings;
  connection: Connection;
  account: Account | null;
  totals: Totals;
  bulk: Bulk;
  reconcile: Reconcile;
  errors: ProductError[];
  site: string;
}

export interface ConnectionResult {
  ok: boolean;
  code: string;
  message: string;
  hint: string;
  account: Account | null;
}

export interface ProductStatus {
  id: number;
  state: SyncState;
  icon: string;
  text: string;
  /** What is seen of it without asking; where it is '', the sign says enough. */
  note: string;
  at: number | null;
}
