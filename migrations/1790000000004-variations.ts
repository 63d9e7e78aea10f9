import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Variations as rows of their own, each with the moment of its last change. What places changes of a shop in time: how
 * often its owner had its state win, and how far its clock is off. And secrets of WooCommerce's own webhooks.
 */
export class Variations1790000000004 implements MigrationInterface {
  readonly name = 'Variations1790000000004';

  async up(runner: QueryRunner): Promise<void> {
    // In the order in which workers of the previous version, which go on meanwhile, lock them.
    await runner.query(`LOCK TABLE integration_tokens, stores, events, products, product_tombstones`);
    await runner.query(`
      CREATE TABLE product_variations (
        user_id bigint NOT NULL,
        store_id bigint NOT NULL,
        external_source text NOT NULL,
        product_external_id text NOT NULL,
        external_id text NOT NULL,
        "position" integer,
        is_member boolean NOT NULL,
        is_active boolean NOT NULL,
        sku text,
        facets text[] NOT NULL,
        price numeric,
        original_price numeric,
        in_stock boolean NOT NULL,
        state jsonb,
        moment jsonb,
        CONSTRAINT product_variations_pkey
          PRIMARY KEY (user_id, store_id, external_source, product_external_id, external_id)
      )`);
    await runner.query(`
      ALTER TABLE products
        ADD COLUMN price_max numeric,
        ADD COLUMN varies boolean NOT NULL DEFAULT false,
        ADD COLUMN own_offer jsonb,
        ADD COLUMN listed_moment jsonb,
        ADD COLUMN changed_epoch integer NOT NULL DEFAULT 0`);
    await runner.query(`UPDATE products SET price_max = price WHERE price IS NOT NULL`);
    // They were kept as the shop sent them, in a column that the previous version still writes. Filters and prices go by them from the next change of their product on.
    await runner.query(`
      INSERT INTO product_variations (user_id, store_id, external_source, product_external_id, external_id, "position",
                                      is_member, is_active, sku, facets, price, original_price, in_stock, state)
      SELECT user_id, store_id, external_source, external_id, id, "position", true, is_active, nullif(sku, ''), '{}',
             price, NULL, stock_status <> 'outofstock', jsonb_build_object(
               'sku', nullif(sku, ''), 'attributes', attributes, 'isActive', is_active, 'link', NULL,
               'price', price::text, 'originalPrice', NULL, 'inStock', stock_status <> 'outofstock',
               'stockStatus', stock_status, 'stockQuantity', NULL, 'image', NULL)
        FROM (
          SELECT DISTINCT ON (p.user_id, p.id, v.item ->> 'id')
                 p.user_id, p.store_id, p.external_source, p.external_id, v.item ->> 'id' AS id,
                 v."position"::int - 1 AS "position",
                 coalesce(nullif(v.item ->> 'status', ''), 'publish') = 'publish' AS is_active,
                 v.item ->> 'sku' AS sku,
                 CASE WHEN v.item ->> 'price' ~ '^[0-9]{1,100}([.][0-9]{1,20})?$'
                      THEN (v.item ->> 'price')::numeric END AS price,
                 CASE WHEN v.item ->> 'stock_status' IN ('outofstock', 'onbackorder')
                      THEN v.item ->> 'stock_status' ELSE 'instock' END AS stock_status,
                 (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'name', coalesce(a ->> 'name', ''), 'option', coalesce(a ->> 'option', a ->> 'value'))), '[]')
                    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(v.item -> 'attributes') = 'array'
                                                   THEN v.item -> 'attributes' ELSE '[]' END) AS a
                   WHERE coalesce(a ->> 'option', a ->> 'value', '') <> '') AS attributes
            FROM products p
           CROSS JOIN LATERAL jsonb_array_elements(p.variations) WITH ORDINALITY AS v (item, "position")
           WHERE jsonb_typeof(v.item) = 'object' AND v.item ->> 'id' ~ '^[1-9][0-9]{0,18}$'
           ORDER BY p.user_id, p.id, v.item ->> 'id', v."position") kept`);
    await runner.query(`
      ALTER TABLE product_tombstones
        ADD COLUMN changed_epoch integer NOT NULL DEFAULT 0,
        ADD COLUMN listed_moment jsonb`);
    await runner.query(`
      ALTER TABLE stores
        ADD COLUMN epoch integer NOT NULL DEFAULT 0,
        ADD COLUMN epoch_at timestamptz,
        ADD COLUMN clock_ahead_ms bigint NOT NULL DEFAULT 0,
        ADD COLUMN merged_into bigint,
        ADD COLUMN merge_pending boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE INDEX stores_merge_idx ON stores (user_id, id) WHERE merge_pending`);
    await runner.query(`
      ALTER TABLE events
        ADD COLUMN epoch integer NOT NULL DEFAULT 0,
        ADD COLUMN format text NOT NULL DEFAULT 'fiko',
        ADD COLUMN shop_occurred_at timestamptz`);
    // WooCommerce's own webhooks name a token by its id.
    await runner.query(`
      ALTER TABLE integration_tokens
        ADD COLUMN webhook_secret_sealed text,
        ADD COLUMN previous_webhook_secret_sealed text,
        ADD COLUMN previous_webhook_secret_until timestamptz,
        ADD COLUMN webhook_currency text,
        ADD CONSTRAINT integration_tokens_id_key UNIQUE (id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE integration_tokens
        DROP CONSTRAINT integration_tokens_id_key,
        DROP COLUMN webhook_secret_sealed,
        DROP COLUMN previous_webhook_secret_sealed,
        DROP COLUMN previous_webhook_secret_until,
        DROP COLUMN webhook_currency`);
    await runner.query(
      `ALTER TABLE events DROP COLUMN epoch, DROP COLUMN format, DROP COLUMN shop_occurred_at`,
    );
    await runner.query(
      `ALTER TABLE stores DROP COLUMN epoch, DROP COLUMN epoch_at, DROP COLUMN clock_ahead_ms, DROP COLUMN merged_into,
                          DROP COLUMN merge_pending`,
    );
    await runner.query(`ALTER TABLE product_tombstones DROP COLUMN changed_epoch, DROP COLUMN listed_moment`);
    await runner.query(`
      ALTER TABLE products
        DROP COLUMN price_max, DROP COLUMN varies, DROP COLUMN own_offer, DROP COLUMN listed_moment,
        DROP COLUMN changed_epoch`);
    await runner.query(`DROP TABLE product_variations`);
  }
}
