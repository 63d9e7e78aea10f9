import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Products by their exact title. Built while all that reads and writes goes on. */
export class ExactTitles1790000000013 implements MigrationInterface {
  readonly name = 'ExactTitles1790000000013';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A process of the previous version that waits for this one to end would be waited for without end.
    await runner.query(`SET lock_timeout = '30s'`);
    // What an attempt left that did not come to its end.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS documents_title_idx`);
    // By a hash: an entry holds 2,700 bytes at most, a title any number.
    await runner.query(`
      CREATE INDEX CONCURRENTLY documents_title_idx
          ON documents (user_id, hashtextextended(replace(title, ' ', ''), 0))`);
    await runner.query(`RESET lock_timeout`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY documents_title_idx`);
  }
}
