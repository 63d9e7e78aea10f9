/**
 * Bare script: reads texts, keeps eight requests of a hundred in flight with the openai package, and stores the vectors of
 * each by one INSERT of many rows. Prints how many texts it did in how many seconds.
 */
import OpenAI from 'openai';
import { toSql } from 'pgvector';
import { Pool } from 'pg';
import { environment } from './web';

const IN_FLIGHT = 8;
const TEXTS = 100;

async function main(): Promise<void> {
  const pool = new Pool({ connectionString: environment('DATABASE_URL'), max: IN_FLIGHT });
  const client = new OpenAI({ apiKey: 'bench', baseURL: environment('OPENAI_BASE_URL') });
  await pool.query(`DROP TABLE IF EXISTS vectors`);
  await pool.query(`CREATE TABLE vectors (text_id bigint PRIMARY KEY, embedding halfvec(1536) NOT NULL)`);
  const startedAt = performance.now();
  let [after, done] = [0, 0];
  let reading: Promise<unknown> = Promise.resolve();
  const nextPage = async (): Promise<{ id: number; text: string }[]> => {
    const { rows } = await pool.query<{ id: number; text: string }>(
      `SELECT id::int, text FROM texts WHERE id > $1 ORDER BY id LIMIT ${TEXTS}`,
      [after],
    );
    after = rows.at(-1)?.id ?? after;
    return rows;
  };
  const one = async (): Promise<void> => {
    for (;;) {
      const page = reading.then(nextPage);
      reading = page;
      const texts = await page;
      if (texts.length === 0) return;
      const { data } = await client.embeddings.create({
        model: 'text-embedding-3-small',
        input: texts.map(({ text }) => text),
      });
      await pool.query(
        `INSERT INTO vectors (text_id, embedding)
         VALUES ${texts.map((_, index) => `($${2 * index + 1}, $${2 * index + 2})`).join(', ')}`,
        texts.flatMap(({ id }, index) => [id, toSql(data[index]!.embedding) as string]),
      );
      done += texts.length;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.end();
  process.stdout.write(JSON.stringify({ texts: done, seconds }));
}

void main();
