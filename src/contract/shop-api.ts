/** Where a shop's plugin finds the server: paths below the server's address, which controllers and plugin share. */
export const SHOP_API = {
  base: 'api/integrations/woocommerce',
  health: 'health',
  webhook: 'webhook',
  batch: 'webhook/batch',
  status: 'products/status',
  manifest: 'manifest',
  resync: 'resync',
  failedEvents: 'events/failed',
  retryEvents: 'events/retry',
} as const;

/**
 * When a request was sent, by the shop's clock: set anew with every attempt, as a body that is sent again is not.
 * In lower case, as Node has the names of headers.
 */
export const SENT_AT_HEADER = 'x-fiko-sent-at';

export const EVENT_TYPES = ['product.created', 'product.updated', 'product.deleted'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const STOCK_STATUSES = ['instock', 'outofstock', 'onbackorder'] as const;
export type StockStatus = (typeof STOCK_STATUSES)[number];

/** Bounds of the fields, in characters or items; WooCommerce's own fields are far below. */
export const LIMITS = {
  eventId: 100,
  name: 1000,
  sku: 500,
  description: 1_000_000,
  url: 4096,
  label: 500,
  categories: 500,
  tags: 500,
  gallery: 500,
  variations: 1000,
} as const;

/** Events in one request of the batch endpoint. */
export const MAX_BATCH = 100;
/** Bytes of one event. */
export const EVENT_BYTES = 1024 * 1024;
/** Bytes of the body of a batch, unless the server's configuration says otherwise. */
export const BATCH_BYTES = 8 * 1024 * 1024;
/** Products in one question after their status. */
export const MAX_STATUS_IDS = 200;
/** Products in one request of the manifest's second round; as many fit into a body of 1 MiB. */
export const MAX_MANIFEST_ENTRIES = 10_000;
