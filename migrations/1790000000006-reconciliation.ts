import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a shop compares its catalogue by, when it last did, and failed events by their cause. */
export class Reconciliation1790000000006 implements MigrationInterface {
  readonly name = 'Reconciliation1790000000006';

  async up(runner: QueryRunner): Promise<void> {
    // In the order in which workers of the previous version, which go on meanwhile, lock them.
    await runner.query(`LOCK TABLE stores, events, products`);
    // A product without a fingerprint differs from whatever the shop has: the shop sends it, and then it has one.
    await runner.query(`ALTER TABLE products ADD COLUMN payload_digest text, ADD COLUMN fingerprint bigint`);
    // Covering, so that a comparison leaves the wide rows alone; by bucket, so that one of few products reads few.
    await runner.query(`
      CREATE INDEX products_manifest_idx
          ON products (user_id, store_id, (substr(external_id, 5)::bigint % 4096))
        INCLUDE (external_id, fingerprint) WHERE is_active AND external_source = 'woocommerce'`);
    await runner.query(`
      ALTER TABLE stores
        ADD COLUMN compared_at timestamptz,
        ADD COLUMN in_step_at timestamptz,
        ADD COLUMN drift_since timestamptz,
        ADD COLUMN drift_products integer`);

    await runner.query(`ALTER TABLE events ADD COLUMN failure_cause text`);
    // Roughly as failureCauseOf; what an event failed with beside its message is not known any more.
    await runner.query(`
      UPDATE events
         SET failure_cause = left(regexp_replace(
               regexp_replace(coalesce(error_message, 'unknown'), '"[^"]*"|''[^'']*''', '*', 'g'), '[0-9]+', '#', 'g'), 200)
       WHERE status = 'failed'`);
    // The last event of a product in one store among those of its user.
    await runner.query(`DROP INDEX events_product_idx`);
    await runner.query(`CREATE INDEX events_product_idx ON events (user_id, woo_product_id, store_id, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX events_product_idx`);
    await runner.query(`CREATE INDEX events_product_idx ON events (user_id, woo_product_id, id)`);
    await runner.query(`ALTER TABLE events DROP COLUMN failure_cause`);
    await runner.query(`
      ALTER TABLE stores
        DROP COLUMN drift_products, DROP COLUMN drift_since, DROP COLUMN in_step_at, DROP COLUMN compared_at`);
    await runner.query(`DROP INDEX products_manifest_idx`);
    await runner.query(`ALTER TABLE products DROP COLUMN fingerprint, DROP COLUMN payload_digest`);
  }
}
