import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the panel asks: when events ended, and when the last of a shop arrived. */
export class Insight1790000000009 implements MigrationInterface {
  readonly name = 'Insight1790000000009';

  async up(runner: QueryRunner): Promise<void> {
    // In the order in which workers of the previous version, which go on meanwhile, lock them.
    await runner.query(`LOCK TABLE stores, events, products`);
    await runner.query(`ALTER TABLE stores ADD COLUMN last_event_at timestamptz`);
    // About that, for a start: the log, which has it to the moment, may be far too long to be read here.
    await runner.query(`
      UPDATE stores s SET last_event_at = p.last_sync_at
        FROM (SELECT user_id, store_id, max(last_sync_at) AS last_sync_at FROM products GROUP BY 1, 2) p
       WHERE p.user_id = s.user_id AND p.store_id = s.id`);
    // An event that arrives is not in it: only its end costs an entry. With what is counted of it, so that a week of
    // events is counted without a look at their rows.
    await runner.query(`
      CREATE INDEX events_ended_idx ON events (user_id, processed_at) INCLUDE (status, created_at)
       WHERE processed_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX events_ended_idx`);
    await runner.query(`ALTER TABLE stores DROP COLUMN last_event_at`);
  }
}
