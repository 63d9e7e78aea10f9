import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a chunk is awaited by what a shop sent, and the trace that this belongs to. */
export class Traces1790000000008 implements MigrationInterface {
  readonly name = 'Traces1790000000008';

  async up(runner: QueryRunner): Promise<void> {
    // In the order in which workers of the previous version, which go on meanwhile, lock them.
    await runner.query(`LOCK TABLE events, chunks`);
    await runner.query(`ALTER TABLE events ADD COLUMN traceparent text`);
    await runner.query(`ALTER TABLE chunks ADD COLUMN accepted_at timestamptz, ADD COLUMN traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE chunks DROP COLUMN traceparent, DROP COLUMN accepted_at`);
    await runner.query(`ALTER TABLE events DROP COLUMN traceparent`);
  }
}
