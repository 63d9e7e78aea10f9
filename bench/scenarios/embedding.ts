import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Scenario } from '../scenario';
import { withDatabase } from '../support/machine';
import { eventOf } from '../support/payload';
import {
  type BenchProcess,
  firstAccess,
  ROOT,
  startEmbeddingService,
  startProduct,
} from '../support/processes';
import { spread } from '../support/statistics';
import { sendBatches, untilNone, WorkerQueue } from '../support/waiting';

/** Of about four texts each. */
const PRODUCTS = 5000;

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const counts = async (service: BenchProcess): Promise<{ requests: number; texts: number }> =>
  (await (await fetch(`http://127.0.0.1:${service.port}/counts`)).json()) as {
    requests: number;
    texts: number;
  };

export const embedding: Scenario = {
  name: 'embedding',
  title: 'Embedding',
  about:
    'Texts of products (about 245 tokens each) wait for their vectors of 1,536 numbers; the service, a stand-in on the same ' +
    'machine, takes 50 ms and 0.2 ms for each text. The product claims texts, looks in its cache, asks, stores vectors and cache. ' +
    'The **bare script** reads the same texts, keeps eight requests of 100 in flight with the openai package, and stores the ' +
    'vectors by one INSERT a request. Then every product is repriced: no text may be sent.',
  async run(machine, { rounds, isQuick, log }) {
    const products = isQuick ? 500 : PRODUCTS;
    const { service, environment } = await startEmbeddingService();
    const store = await machine.store('embedding');
    const api = await startProduct('api', store, environment);
    const worker = await startProduct('worker', store, environment);
    const held = new WorkerQueue(store.redisUrl, 'knowledge');
    try {
      const { token } = await firstAccess(api);
      await held.hold();
      const events = (revision: number) =>
        Array.from({ length: products }, (_, index) =>
          eventOf(index + 1, `wc_text_${revision}_${index}`, revision),
        );
      await sendBatches(api, token, events(0));
      await untilNone(store.databaseUrl, `SELECT 1 FROM events WHERE status = 'queued' LIMIT 1`);
      await untilNone(store.databaseUrl, 'SELECT 1 FROM due_knowledge');
      await withDatabase(store.databaseUrl, async (client) => {
        await client.query(`CREATE TABLE kept AS SELECT * FROM chunks`);
        await client.query(
          `CREATE TABLE texts AS SELECT row_number() OVER (ORDER BY id) AS id, text FROM chunks`,
        );
        await client.query(`ALTER TABLE texts ADD PRIMARY KEY (id)`);
      });
      const rates: { product: number; bare: number; cpu: number }[] = [];
      for (let round = 0; round <= rounds; round++) {
        await withDatabase(store.databaseUrl, async (client) => {
          await client.query(`TRUNCATE chunks, embedding_cache`);
          await client.query(`INSERT INTO chunks SELECT * FROM kept`);
          await client.query(`ANALYZE chunks`);
          await client.query(`CHECKPOINT`);
        });
        const cpu = worker.cpuSeconds();
        const startedAt = Date.now();
        await held.nudge('knowledge.embed');
        await held.letGo();
        await untilNone(
          store.databaseUrl,
          `SELECT 1 FROM chunks WHERE status = 'pending' ORDER BY user_id, next_attempt_at, id LIMIT 1`,
        );
        const { texts, endedAt } = await withDatabase(store.databaseUrl, async (client) => {
          const { rows } = await client.query<{ texts: number; endedAt: Date }>(
            `SELECT count(*)::int AS texts, max(embedded_at) AS "endedAt" FROM chunks WHERE status = 'embedded'`,
          );
          return rows[0]!;
        });
        const spent = worker.cpuSeconds() - cpu;
        await held.hold();
        const { stdout } = await promisify(execFile)(
          process.execPath,
          [join(ROOT, 'dist/bench/baselines/embedding.js')],
          {
            env: {
              PATH: process.env.PATH,
              DATABASE_URL: store.databaseUrl,
              OPENAI_BASE_URL: environment.OPENAI_BASE_URL,
            },
          },
        );
        const bare = JSON.parse(stdout) as { texts: number; seconds: number };
        if (bare.texts !== texts) throw new Error(`the bare script did ${bare.texts} of ${texts} texts`);
        // The first round is for warming up.
        if (round === 0) continue;
        const seconds = (endedAt.getTime() - startedAt) / 1000;
        rates.push({
          product: texts / seconds,
          bare: bare.texts / bare.seconds,
          cpu: (spent * 1000) / texts,
        });
        const last = rates.at(-1)!;
        log(
          `embedding, round ${round} of ${rounds}: ${whole(last.product)} against ${whole(last.bare)} texts/s, ` +
            `${last.cpu.toFixed(3)} ms of the worker's processor a text`,
        );
      }
      const before = await counts(service);
      await held.letGo();
      await sendBatches(api, token, events(1));
      await untilNone(store.databaseUrl, `SELECT 1 FROM events WHERE status = 'queued' LIMIT 1`);
      await untilNone(store.databaseUrl, 'SELECT 1 FROM due_knowledge');
      const sent = (await counts(service)).texts - before.texts;
      const ratio = spread(rates.map(({ product, bare }) => product / bare));
      return {
        lines: [
          {
            id: 'embedding.rate',
            what: 'texts embedded and stored',
            product: `${whole(spread(rates.map(({ product }) => product)).median)} texts/s`,
            baseline: `${whole(spread(rates.map(({ bare }) => bare)).median)} texts/s`,
            ratio,
            goal: 'at least 0.7',
            isMet: ratio.median >= 0.7,
          },
          {
            id: 'embedding.repriced',
            what: `texts sent for ${whole(products)} changes of prices`,
            product: `${sent} texts`,
            goal: '0',
            isMet: sent === 0,
          },
        ],
      };
    } finally {
      await held.close();
      await worker.stop();
      await api.stop();
      await service.stop();
    }
  },
};
