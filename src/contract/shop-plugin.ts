import type { ProductPayloadDto, VariationPayloadDto } from './product-event.dto';

/**
 * What the WordPress plugin is made of that is not PHP: its build writes these as
 * `plugin/fiko-woocommerce-sync/includes/class-fiko-contract.php`. Names in WordPress begin with `fiko_`.
 */

export const PLUGIN_SLUG = 'fiko-woocommerce-sync';

/** Rows of `wp_options`. The first three have their names from plugins in the field. */
export const PLUGIN_OPTIONS = {
  apiUrl: 'fiko_wc_api_url',
  apiToken: 'fiko_wc_api_token',
  logging: 'fiko_wc_enable_logging',
  /** `whsec_…`; with it, requests are signed. */
  signingSecret: 'fiko_wc_signing_secret',
  /** The shop's address when it was connected: a copy of the shop has another. */
  site: 'fiko_wc_site_url',
  /** Whether the server may be asked now, and if not, why. */
  gate: 'fiko_wc_gate',
  /** Whose the token is, as the server last said. */
  account: 'fiko_wc_account',
  bulk: 'fiko_wc_bulk_sync',
  reconcile: 'fiko_wc_reconcile',
  schema: 'fiko_wc_schema_version',
  /** Terms that were edited and whose products are being noted. */
  terms: 'fiko_wc_edited_terms',
} as const;

/** Short-lived ones. */
export const PLUGIN_TRANSIENTS = {
  /** Whether the recurring actions were looked for within the last minutes. */
  ensured: 'fiko_wc_actions_ensured',
  /** That the table could not be made a moment ago. */
  tableRefused: 'fiko_wc_table_refused',
} as const;

/** The table of products, after the site's prefix: a row for each that is, or was, to be told of. */
export const PLUGIN_TABLE = 'fiko_products';

/** Actions of Action Scheduler, all in one group. */
export const PLUGIN_ACTIONS = {
  /** Sends one product; its argument is the id. */
  send: 'fiko_send_product',
  /** Sends what is due and has no action of its own. */
  sweep: 'fiko_sweep',
  /** Asks the server what became of products that it has taken in. */
  refresh: 'fiko_refresh_status',
  bulk: 'fiko_bulk_sync',
  reconcile: 'fiko_reconcile',
  /** Begins the daily comparison. */
  daily: 'fiko_daily_reconcile',
} as const;
export const PLUGIN_ACTION_GROUP = 'fiko-woocommerce-sync';

/** The plugin's own REST routes, for its settings page and the products list. */
export const PLUGIN_REST = {
  namespace: 'fiko-sync/v1',
  overview: '/overview',
  settings: '/settings',
  connection: '/connection',
  bulk: '/bulk',
  /** Goes on with what is under way while somebody watches, where the host runs no background work. */
  tick: '/tick',
  reconcile: '/reconcile',
  retry: '/errors/retry',
  productStatus: '/products/status',
  productSync: '/products/sync',
} as const;

/** Filters for developers. */
export const PLUGIN_FILTERS = {
  payload: 'fiko_product_payload',
  shouldSync: 'fiko_should_sync_product',
} as const;

/** Seconds, unless said. */
export const PLUGIN_TIMING = {
  /** A product is sent this long after its last edit. */
  debounce: 30,
  /** But not later than this after its first one. */
  debounceAtMost: 300,
  requestTimeout: 20,
  /** Of the request that a person waits for. */
  connectionTimeout: 10,
  /** Between tries of a server that does not answer; the last one is repeated. */
  retryDelays: [60, 120, 300, 900, 1800, 3600, 7200, 10_800],
  giveUpAfter: 3 * 86_400,
  /** Between questions after what the server has taken in; the last one is repeated. */
  refreshDelays: [30, 60, 120, 300, 900, 3600],
  /** A send that died is taken up again after this. */
  claim: 180,
  sweepEvery: 300,
  /** What one background action may take. */
  stepBudget: 20,
  /** What one request of the open settings page may take. */
  tickBudget: 4,
} as const;

export const PLUGIN_BATCH = {
  /** Products in one request of the first sync. */
  products: 50,
  /** Products of which the digests are made before the cache is emptied. */
  scanned: 100,
  /** Of the manifest; a power of two costs the server least. */
  buckets: 1024,
} as const;

/** What the products list shows of a product. */
export const SYNC_STATES = {
  synced: '✅',
  waiting: '⏳',
  failed: '❌',
  /** Not in the knowledge base, and meant so: a draft, private, hidden or protected by a password. */
  excluded: '—',
  never: '—',
} as const;
export type SyncState = keyof typeof SYNC_STATES;

/** How a value is made of what WooCommerce's getter gives. */
export type FieldKind =
  | 'id'
  | 'text'
  | 'price'
  | 'sale_price'
  | 'flag'
  | 'quantity'
  | 'stock_status'
  | 'date'
  | 'currency'
  | 'link'
  | 'image'
  | 'images'
  | 'terms'
  | 'brand'
  | 'attributes'
  | 'variation_attributes'
  | 'variations';

/** Where a field of the payload comes from: the getter of WC_Product, and what is made of its answer. */
export type FieldMap<Fields extends PropertyKey> = Record<Fields, { getter: string; kind: FieldKind }>;

export const PRODUCT_FIELDS: FieldMap<
  Exclude<keyof ProductPayloadDto, 'parent_id'> | 'brand' | 'attributes'
> = {
  id: { getter: 'get_id', kind: 'id' },
  sku: { getter: 'get_sku', kind: 'text' },
  name: { getter: 'get_name', kind: 'text' },
  type: { getter: 'get_type', kind: 'text' },
  short_description: { getter: 'get_short_description', kind: 'text' },
  description: { getter: 'get_description', kind: 'text' },
  price: { getter: 'get_price', kind: 'price' },
  regular_price: { getter: 'get_regular_price', kind: 'price' },
  sale_price: { getter: 'get_sale_price', kind: 'sale_price' },
  on_sale: { getter: 'is_on_sale', kind: 'flag' },
  currency: { getter: '', kind: 'currency' },
  stock_quantity: { getter: 'get_stock_quantity', kind: 'quantity' },
  stock_status: { getter: 'get_stock_status', kind: 'stock_status' },
  categories: { getter: 'get_category_ids', kind: 'terms' },
  tags: { getter: 'get_tag_ids', kind: 'terms' },
  brand: { getter: '', kind: 'brand' },
  image: { getter: 'get_image_id', kind: 'image' },
  gallery: { getter: 'get_gallery_image_ids', kind: 'images' },
  permalink: { getter: 'get_permalink', kind: 'link' },
  attributes: { getter: 'get_attributes', kind: 'attributes' },
  variations: { getter: 'get_children', kind: 'variations' },
  date_modified: { getter: 'get_date_modified', kind: 'date' },
};

export const VARIATION_FIELDS: FieldMap<keyof VariationPayloadDto> = {
  id: { getter: 'get_id', kind: 'id' },
  sku: { getter: 'get_sku', kind: 'text' },
  status: { getter: 'get_status', kind: 'text' },
  price: { getter: 'get_price', kind: 'price' },
  regular_price: { getter: 'get_regular_price', kind: 'price' },
  sale_price: { getter: 'get_sale_price', kind: 'sale_price' },
  on_sale: { getter: 'is_on_sale', kind: 'flag' },
  stock_quantity: { getter: 'get_stock_quantity', kind: 'quantity' },
  stock_status: { getter: 'get_stock_status', kind: 'stock_status' },
  image: { getter: 'get_image_id', kind: 'image' },
  permalink: { getter: 'get_permalink', kind: 'link' },
  attributes: { getter: 'get_attributes', kind: 'variation_attributes' },
};
