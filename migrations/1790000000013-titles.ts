import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Products by their exact title, and by words of it. Built while all that reads and writes goes on. */
export class Titles1790000000013 implements MigrationInterface {
  readonly name = 'Titles1790000000013';
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
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS documents_title_terms_idx`);
    await runner.query(`
      CREATE INDEX CONCURRENTLY documents_title_terms_idx
          ON documents USING gin (user_id, ts_filter(terms, '{a}'))`);
    // Without it the planner knows nothing of what the expressions yield.
    await runner.query(`ANALYZE documents`);
    await runner.query(`RESET lock_timeout`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX CONCURRENTLY documents_title_terms_idx`);
    await runner.query(`DROP INDEX CONCURRENTLY documents_title_idx`);
  }
}
