import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the last event of a shop arrived. */
export class Insight1790000000009 implements MigrationInterface {
  readonly name = 'Insight1790000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE stores ADD COLUMN last_event_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE stores DROP COLUMN last_event_at`);
  }
}
