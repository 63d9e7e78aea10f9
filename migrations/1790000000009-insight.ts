import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the panel asks of the event log: the last events of a shop, and when events ended. */
export class Insight1790000000009 implements MigrationInterface {
  readonly name = 'Insight1790000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX events_store_idx ON events (user_id, store_id, id)`);
    // An event that arrives is not in it: only its end costs an entry.
    await runner.query(`
      CREATE INDEX events_ended_idx ON events (user_id, processed_at) INCLUDE (status)
       WHERE processed_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX events_ended_idx`);
    await runner.query(`DROP INDEX events_store_idx`);
  }
}
