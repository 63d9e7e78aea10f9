import type { Overview } from './overview';

/** A shop that is connected and at rest, for tests. */
export const overviewWith = (changes: Partial<Overview> = {}): Overview => ({
  settings: {
    api_url: 'https://api.example.test',
    has_token: true,
    token_locked: false,
    has_signing_secret: false,
    logging: false,
  },
  connection: { state: 'ok', code: '', message: '', hint: '', until: null, since: null },
  account: null,
  totals: {
    products: 0,
    ...{ synced: 0, waiting: 0, failed: 0, excluded: 0, never: 0 },
    ...{ waiting_deletions: 0, failed_deletions: 0 },
  },
  bulk: {
    state: 'idle',
    total: 0,
    done: 0,
    failed: 0,
    seconds_left: null,
    started_at: null,
    finished_at: null,
  },
  reconcile: { state: 'idle', scanned: 0, total: 0, sent: 0, deleted: 0, error: '', finished_at: null },
  errors: [],
  site: 'https://shop.example.test',
  ...changes,
});
