import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When events ended. Each statement by itself: all that reads and writes goes on while they take their time. */
export class EndedEvents1790000000010 implements MigrationInterface {
  readonly name = 'EndedEvents1790000000010';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // About that, for a start: the log, which has it to the moment, may be far too long to be read here.
    await runner.query(`
      UPDATE stores s SET last_event_at = p.last_sync_at
        FROM (SELECT user_id, store_id, max(last_sync_at) AS last_sync_at FROM products GROUP BY 1, 2) p
       WHERE p.user_id = s.user_id AND p.store_id = s.id AND s.last_event_at IS NULL`);
    // A process of the previous version that waits for this one to end would be waited for without end.
    await runner.query(`SET lock_timeout = '30s'`);
    // What an attempt left that did not come to its end.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS events_ended_idx`);
    // An event that arrives is not in it: only its end costs an entry. With what is counted of it, so that a week of
    // events is counted without a look at their rows.
    await runner.query(`
      CREATE INDEX CONCURRENTLY events_ended_idx ON events (user_id, processed_at) INCLUDE (status, created_at)
       WHERE processed_at IS NOT NULL`);
    await runner.query(`RESET lock_timeout`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY events_ended_idx`);
  }
}
