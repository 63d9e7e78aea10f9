import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What several processes share, and what is pruned by age. */
export class ServerMode1790000000001 implements MigrationInterface {
  readonly name = 'ServerMode1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE settings (name text CONSTRAINT settings_pkey PRIMARY KEY, value text NOT NULL)`,
    );
    await runner.query(`ALTER TABLE events ALTER COLUMN payload DROP NOT NULL`);
    await runner.query(
      `CREATE INDEX events_payload_idx ON events (processed_at) WHERE status = 'processed' AND payload IS NOT NULL`,
    );
    // The sweeper goes from store to store along events_waiting_idx.
    await runner.query(`DROP INDEX events_queued_idx`);
    await runner.query(`CREATE INDEX chunks_failed_idx ON chunks (user_id, id) WHERE status = 'failed'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX chunks_failed_idx`);
    await runner.query(
      `CREATE INDEX events_queued_idx ON events (next_attempt_at, id) WHERE status = 'queued'`,
    );
    await runner.query(`DROP INDEX events_payload_idx`);
    // A payload that was pruned cannot come back.
    await runner.query(`UPDATE events SET payload = '{}' WHERE payload IS NULL`);
    await runner.query(`ALTER TABLE events ALTER COLUMN payload SET NOT NULL`);
    await runner.query(`DROP TABLE settings`);
  }
}
