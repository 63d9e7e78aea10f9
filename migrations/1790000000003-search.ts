import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Full text by words and stems that the normaliser made, and the words of each tenant to mend misspelt ones by. */
export class Search1790000000003 implements MigrationInterface {
  readonly name = 'Search1790000000003';

  async up(runner: QueryRunner): Promise<void> {
    // Version 0 is made anew by the first worker that starts.
    await runner.query(`
      ALTER TABLE documents
        ADD COLUMN terms tsvector NOT NULL DEFAULT '',
        ADD COLUMN version integer NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE documents ALTER COLUMN version DROP DEFAULT`);
    await runner.query(`CREATE INDEX documents_terms_idx ON documents USING gin (user_id, terms)`);
    await runner.query(`
      CREATE TABLE vocabulary (
        user_id bigint NOT NULL,
        word text NOT NULL,
        sound text NOT NULL,
        CONSTRAINT vocabulary_pkey PRIMARY KEY (user_id, word)
      )`);
    await runner.query(
      `CREATE INDEX vocabulary_word_idx ON vocabulary USING gin (user_id, word gin_trgm_ops)`,
    );
    await runner.query(`CREATE INDEX vocabulary_sound_idx ON vocabulary (user_id, sound) WHERE sound <> ''`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE vocabulary`);
    await runner.query(`DROP INDEX documents_terms_idx`);
    await runner.query(`ALTER TABLE documents DROP COLUMN version, DROP COLUMN terms`);
  }
}
