import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Payloads that arrive from now on are compressed by lz4, which takes far less time than pglz, for a little more space. */
export class PayloadCompression1790000000011 implements MigrationInterface {
  readonly name = 'PayloadCompression1790000000011';

  async up(runner: QueryRunner): Promise<void> {
    // Events go on being stored meanwhile: who cannot have the table at once tries again.
    await runner.query(`SET LOCAL lock_timeout = '30s'`);
    // A server may have been built without it.
    await runner.query(`
      DO $$ BEGIN
        ALTER TABLE events ALTER COLUMN payload SET COMPRESSION lz4;
      EXCEPTION WHEN feature_not_supported THEN
        NULL;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE events ALTER COLUMN payload SET COMPRESSION default`);
  }
}
