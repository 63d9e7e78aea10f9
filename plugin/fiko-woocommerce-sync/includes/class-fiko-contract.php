<?php
/**
 * Paths, limits and names that the plugin shares with the server. GENERATED, not to be edited: `npm run build:plugin`
 * writes it from
 * - src/contract/shop-api.ts
 * - src/contract/shop-plugin.ts
 * - src/contract/signature.ts
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * What server and plugin must agree on.
 */
final class Fiko_Contract {

	/**
	 * Where a shop's plugin finds the server: paths below the server's address, which controllers and plugin share.
	 */
	const API = array(
		'base'          => 'api/integrations/woocommerce',
		'health'        => 'health',
		'webhook'       => 'webhook',
		'batch'         => 'webhook/batch',
		'status'        => 'products/status',
		'manifest'      => 'manifest',
		'resync'        => 'resync',
		'failed_events' => 'events/failed',
		'retry_events'  => 'events/retry',
	);

	/**
	 * When a request was sent, by the shop's clock: set anew with every attempt, as a body that is sent again is not.
	 * In lower case, as Node has the names of headers.
	 */
	const SENT_AT_HEADER = 'x-fiko-sent-at';

	/**
	 * Event types.
	 */
	const EVENT_TYPES = array( 'product.created', 'product.updated', 'product.deleted' );

	/**
	 * Stock statuses.
	 */
	const STOCK_STATUSES = array( 'instock', 'outofstock', 'onbackorder' );

	/**
	 * Bounds of the fields, in characters or items; WooCommerce's own fields are far below.
	 */
	const LIMITS = array(
		'event_id'    => 100,
		'name'        => 1000,
		'sku'         => 500,
		'description' => 1000000,
		'url'         => 4096,
		'label'       => 500,
		'categories'  => 500,
		'tags'        => 500,
		'gallery'     => 500,
		'variations'  => 1000,
	);

	/**
	 * Events in one request of the batch endpoint.
	 */
	const MAX_BATCH = 100;

	/**
	 * Bytes of one event.
	 */
	const EVENT_BYTES = 1048576;

	/**
	 * Bytes of the body of a batch, unless the server's configuration says otherwise.
	 */
	const BATCH_BYTES = 8388608;

	/**
	 * Products in one question after their status.
	 */
	const MAX_STATUS_IDS = 200;

	/**
	 * Products in one request of the manifest's second round; as many fit into a body of 1 MiB.
	 */
	const MAX_MANIFEST_ENTRIES = 10000;

	/**
	 * Slug.
	 */
	const SLUG = 'fiko-woocommerce-sync';

	/**
	 * Rows of `wp_options`. The first three have their names from plugins in the field.
	 */
	const OPTIONS = array(
		'api_url'        => 'fiko_wc_api_url',
		'api_token'      => 'fiko_wc_api_token',
		'logging'        => 'fiko_wc_enable_logging',
		// `whsec_…`; with it, requests are signed.
		'signing_secret' => 'fiko_wc_signing_secret',
		// The shop's address when it was connected: a copy of the shop has another.
		'site'           => 'fiko_wc_site_url',
		// Whether the server may be asked now, and if not, why.
		'gate'           => 'fiko_wc_gate',
		// Whose the token is, as the server last said.
		'account'        => 'fiko_wc_account',
		'bulk'           => 'fiko_wc_bulk_sync',
		'reconcile'      => 'fiko_wc_reconcile',
		'schema'         => 'fiko_wc_schema_version',
		// Terms that were edited and whose products are being noted.
		'terms'          => 'fiko_wc_edited_terms',
	);

	/**
	 * Short-lived ones.
	 */
	const TRANSIENTS = array(
		// Whether the recurring actions were looked for within the last minutes.
		'ensured'       => 'fiko_wc_actions_ensured',
		// That the table could not be made a moment ago.
		'table_refused' => 'fiko_wc_table_refused',
	);

	/**
	 * The table of products, after the site's prefix: a row for each that is, or was, to be told of.
	 */
	const TABLE = 'fiko_products';

	/**
	 * Actions of Action Scheduler, all in one group.
	 */
	const ACTIONS = array(
		// Sends one product; its argument is the id.
		'send'      => 'fiko_send_product',
		// Sends what is due and has no action of its own.
		'sweep'     => 'fiko_sweep',
		// Asks the server what became of products that it has taken in.
		'refresh'   => 'fiko_refresh_status',
		'bulk'      => 'fiko_bulk_sync',
		'reconcile' => 'fiko_reconcile',
		// Begins the daily comparison.
		'daily'     => 'fiko_daily_reconcile',
	);

	/**
	 * Action group.
	 */
	const ACTION_GROUP = 'fiko-woocommerce-sync';

	/**
	 * The plugin's own REST routes, for its settings page and the products list.
	 */
	const REST = array(
		'namespace'      => 'fiko-sync/v1',
		'overview'       => '/overview',
		'settings'       => '/settings',
		'connection'     => '/connection',
		'bulk'           => '/bulk',
		// Goes on with what is under way while somebody watches, where the host runs no background work.
		'tick'           => '/tick',
		'reconcile'      => '/reconcile',
		'retry'          => '/errors/retry',
		'product_status' => '/products/status',
		'product_sync'   => '/products/sync',
	);

	/**
	 * Filters for developers.
	 */
	const FILTERS = array(
		'payload'     => 'fiko_product_payload',
		'should_sync' => 'fiko_should_sync_product',
	);

	/**
	 * Seconds, unless said.
	 */
	const TIMING = array(
		// A product is sent this long after its last edit.
		'debounce'           => 30,
		// But not later than this after its first one.
		'debounce_at_most'   => 300,
		'request_timeout'    => 20,
		// Of the request that a person waits for.
		'connection_timeout' => 10,
		// Between tries of a server that does not answer; the last one is repeated.
		'retry_delays'       => array( 60, 120, 300, 900, 1800, 3600, 7200, 10800 ),
		'give_up_after'      => 259200,
		// Between questions after what the server has taken in; the last one is repeated.
		'refresh_delays'     => array( 30, 60, 120, 300, 900, 3600 ),
		// A send that died is taken up again after this.
		'claim'              => 180,
		'sweep_every'        => 300,
		// What one background action may take.
		'step_budget'        => 20,
		// What one request of the open settings page may take.
		'tick_budget'        => 4,
	);

	/**
	 * Batch.
	 */
	const BATCH = array(
		// Products in one request of the first sync.
		'products' => 50,
		// Products of which the digests are made before the cache is emptied.
		'scanned'  => 100,
		// Of the manifest; a power of two costs the server least.
		'buckets'  => 1024,
	);

	/**
	 * What the products list shows of a product.
	 */
	const STATES = array(
		'synced'   => '✅',
		'waiting'  => '⏳',
		'failed'   => '❌',
		// Not in the knowledge base, and meant so: a draft, private, hidden or protected by a password.
		'excluded' => '—',
		'never'    => '—',
	);

	/**
	 * Product fields.
	 */
	const PRODUCT_FIELDS = array(
		'id'                => array(
			'getter' => 'get_id',
			'kind'   => 'id',
		),
		'sku'               => array(
			'getter' => 'get_sku',
			'kind'   => 'text',
		),
		'name'              => array(
			'getter' => 'get_name',
			'kind'   => 'text',
		),
		'type'              => array(
			'getter' => 'get_type',
			'kind'   => 'text',
		),
		'short_description' => array(
			'getter' => 'get_short_description',
			'kind'   => 'text',
		),
		'description'       => array(
			'getter' => 'get_description',
			'kind'   => 'text',
		),
		'price'             => array(
			'getter' => 'get_price',
			'kind'   => 'price',
		),
		'regular_price'     => array(
			'getter' => 'get_regular_price',
			'kind'   => 'price',
		),
		'sale_price'        => array(
			'getter' => 'get_sale_price',
			'kind'   => 'sale_price',
		),
		'on_sale'           => array(
			'getter' => 'is_on_sale',
			'kind'   => 'flag',
		),
		'currency'          => array(
			'getter' => '',
			'kind'   => 'currency',
		),
		'stock_quantity'    => array(
			'getter' => 'get_stock_quantity',
			'kind'   => 'quantity',
		),
		'stock_status'      => array(
			'getter' => 'get_stock_status',
			'kind'   => 'stock_status',
		),
		'categories'        => array(
			'getter' => 'get_category_ids',
			'kind'   => 'terms',
		),
		'tags'              => array(
			'getter' => 'get_tag_ids',
			'kind'   => 'terms',
		),
		'brand'             => array(
			'getter' => '',
			'kind'   => 'brand',
		),
		'image'             => array(
			'getter' => 'get_image_id',
			'kind'   => 'image',
		),
		'gallery'           => array(
			'getter' => 'get_gallery_image_ids',
			'kind'   => 'images',
		),
		'permalink'         => array(
			'getter' => 'get_permalink',
			'kind'   => 'link',
		),
		'attributes'        => array(
			'getter' => 'get_attributes',
			'kind'   => 'attributes',
		),
		'variations'        => array(
			'getter' => 'get_children',
			'kind'   => 'variations',
		),
		'date_modified'     => array(
			'getter' => 'get_date_modified',
			'kind'   => 'date',
		),
	);

	/**
	 * Variation fields.
	 */
	const VARIATION_FIELDS = array(
		'id'             => array(
			'getter' => 'get_id',
			'kind'   => 'id',
		),
		'sku'            => array(
			'getter' => 'get_sku',
			'kind'   => 'text',
		),
		'status'         => array(
			'getter' => 'get_status',
			'kind'   => 'text',
		),
		'price'          => array(
			'getter' => 'get_price',
			'kind'   => 'price',
		),
		'regular_price'  => array(
			'getter' => 'get_regular_price',
			'kind'   => 'price',
		),
		'sale_price'     => array(
			'getter' => 'get_sale_price',
			'kind'   => 'sale_price',
		),
		'on_sale'        => array(
			'getter' => 'is_on_sale',
			'kind'   => 'flag',
		),
		'stock_quantity' => array(
			'getter' => 'get_stock_quantity',
			'kind'   => 'quantity',
		),
		'stock_status'   => array(
			'getter' => 'get_stock_status',
			'kind'   => 'stock_status',
		),
		'image'          => array(
			'getter' => 'get_image_id',
			'kind'   => 'image',
		),
		'permalink'      => array(
			'getter' => 'get_permalink',
			'kind'   => 'link',
		),
		'attributes'     => array(
			'getter' => 'get_attributes',
			'kind'   => 'variation_attributes',
		),
	);

	/**
	 * Standard Webhooks (https://www.standardwebhooks.com), the symmetric scheme `v1`: HMAC-SHA256 over
	 * `{webhook-id}.{webhook-timestamp}.` and the body, byte by byte as it was sent.
	 */
	const SIGNING_SECRET_PREFIX = 'whsec_';
}
