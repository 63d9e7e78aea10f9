import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Products whose documents and chunks are still to be made of what they say now. */
export class DueKnowledge1790000000012 implements MigrationInterface {
  readonly name = 'DueKnowledge1790000000012';

  async up(runner: QueryRunner): Promise<void> {
    // No foreign key: it would look each product up once more, and a row whose product is gone is removed when it is found.
    await runner.query(`
      CREATE TABLE due_knowledge (
        user_id bigint NOT NULL,
        product_id bigint NOT NULL,
        store_id bigint NOT NULL,
        reason text NOT NULL,
        accepted_at timestamptz,
        traceparent text,
        due_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        error_message text,
        CONSTRAINT due_knowledge_pkey PRIMARY KEY (user_id, product_id)
      )`);
    await runner.query(
      `CREATE INDEX due_knowledge_store_idx ON due_knowledge (user_id, store_id, next_attempt_at)`,
    );
    // In the row itself: out of line each vector is rows of another table, with an index of its own.
    await runner.query(`ALTER TABLE embedding_cache ALTER COLUMN embedding SET STORAGE PLAIN`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE embedding_cache ALTER COLUMN embedding SET STORAGE EXTERNAL`);
    await runner.query(`DROP TABLE due_knowledge`);
  }
}
