import { cpus } from 'node:os';
import { DataSource, type ObjectLiteral } from 'typeorm';
import { bucketOf, fingerprintOf, productDigest, toHex64 } from '../src/contract/product-digest';
import { productEvent, TestApp } from './support/test-app';

const PRODUCTS = Number(process.env.FIKO_PRODUCTS ?? 100_000);
const BUCKETS = 1024;
const IDS = 200;
const RUNS = 200;
const SHOP = '/api/integrations/woocommerce';

/**
 * What a shop waits for when it asks about its catalogue, at 100,000 products of one shop beside those of others: the
 * status of 200, and the two rounds of a manifest. Run by `npm run measure:catalogue`; its table is in docs/scaling.md.
 */
describe('questions about a catalogue', () => {
  let app: TestApp;
  let token: string;
  let userId: number;
  const lines: string[] = [];

  beforeAll(async () => {
    app = await TestApp.start({ SWEEP_INTERVAL_MS: '3600000', WEBHOOK_REQUESTS_PER_MINUTE: '1000000' });
    const owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
    await app.webhook(token, productEvent({ id: PRODUCTS + 1 }));
    await app.idle();
    userId = owner.id;
    await fill();
  }, 900_000);
  afterAll(() => app.close());

  /** Copies the one product, its text and its chunks, and logs three events of each. */
  async function fill(): Promise<void> {
    const ids = Array.from({ length: PRODUCTS }, (_, index) => index + 1);
    const digests = ids.map((id) => productDigest({ id }));
    for (let from = 0; from < PRODUCTS; from += 10_000) {
      const part = ids.slice(from, from + 10_000);
      await app.query(
        `WITH copied AS (
           INSERT INTO products (user_id, store_id, external_source, external_id, title, product_type, description,
                                 price, extraction_method, content_hash, offer_hash, changed_at, changed_on_arrival,
                                 changed_by_deletion, changed_by_event, last_sync_at, payload_digest, fingerprint)
           SELECT p.user_id, p.store_id, p.external_source, 'woo_' || one.id, p.title, p.product_type,
                  repeat(p.description, 12), p.price, p.extraction_method, p.content_hash, p.offer_hash, p.changed_at,
                  p.changed_on_arrival, p.changed_by_deletion, p.changed_by_event, p.last_sync_at, one.digest,
                  one.fingerprint
             FROM products p, unnest($2::bigint[], $3::text[], $4::bigint[]) AS one (id, digest, fingerprint)
            WHERE p.user_id = $1 AND p.external_id = 'woo_' || $5::bigint RETURNING user_id, id)
         INSERT INTO chunks (user_id, product_id, position, text, text_hash, token_count, status, generation, embedding)
         SELECT copied.user_id, copied.id, part, 'text', 'hash', 1, 'embedded', g.id, '[1,2,3]'
           FROM copied, generations g, generate_series(0, 1) AS part WHERE g.state = 'active'`,
        [
          userId,
          part,
          digests.slice(from, from + 10_000),
          part.map((id, index) => String(fingerprintOf(String(id), digests[from + index]!))),
          PRODUCTS + 1,
        ],
      );
      await app.query(
        `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload, status,
                             processed_at)
         SELECT user_id, store_id, token_id, 'copy-' || n || '-' || product, event_type, product, payload, 'processed', now()
           FROM events, unnest($2::bigint[]) AS product, generate_series(1, 3) n
          WHERE user_id = $1 AND event_id NOT LIKE 'copy-%'`,
        [userId, part],
      );
    }
    await app.query(`VACUUM ANALYZE`);
  }

  async function measure(
    name: string,
    runs: number,
    ask: (run: number) => Promise<unknown>,
  ): Promise<number[]> {
    for (let run = 0; run < 5; run++) await ask(run);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      const started = performance.now();
      await ask(run);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(share * (times.length - 1))]!.toFixed(1);
    lines.push(`| ${name} | ${at(0.5)} | ${at(0.95)} |`);
    return times;
  }

  const post = async (path: string, body: string) => {
    const answer = await app.post(`${SHOP}${path}`, body, token);
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text}`);
    return answer.body;
  };

  const explain = async (query: DataSource['query'], sql: string, parameters: unknown[]): Promise<string> => {
    const plan = await query<Record<'QUERY PLAN', string>[]>(`EXPLAIN (ANALYZE, BUFFERS) ${sql}`, parameters);
    return plan.map((row) => row['QUERY PLAN']).join('\n');
  };

  it('is measured', async () => {
    const someIds = (run: number) =>
      Array.from({ length: IDS }, (_, index) => ((run * 7919 + index * 104_729) % PRODUCTS) + 1);
    await measure(`status of ${IDS} products`, RUNS, async (run) => {
      const { results } = await post('/products/status/', JSON.stringify({ ids: someIds(run) }));
      if (results.length !== IDS || !results.every((one: { state: string }) => one.state === 'synced'))
        throw new Error('not synced');
    });

    const buckets = Array.from({ length: BUCKETS }, () => 0n);
    const members = Array.from({ length: BUCKETS }, () => [] as [number, string][]);
    for (let id = 1; id <= PRODUCTS; id++) {
      const digest = productDigest({ id });
      buckets[bucketOf(String(id), BUCKETS)]! ^= fingerprintOf(String(id), digest);
      members[bucketOf(String(id), BUCKETS)]!.push([id, digest]);
    }
    const first = JSON.stringify({ bucket_count: BUCKETS, buckets: buckets.map(toHex64) });
    await measure(`manifest, first round: ${BUCKETS} buckets`, 50, () => post('/manifest/', first));
    const second = (count: number) => {
      const entries = Object.fromEntries(
        members.slice(2, 2 + count).map((pairs, index) => [index + 2, pairs]),
      );
      return JSON.stringify({ bucket_count: BUCKETS, entries });
    };
    for (const count of [1, 10, 100]) {
      const body = second(count);
      const products = members.slice(2, 2 + count).flat().length;
      await measure(`manifest, second round: ${count} buckets, ${products} products`, 50, () =>
        post('/manifest/', body),
      );
    }

    const [{ version } = { version: '' }] = await app.query<{ version: string }>(
      `SELECT current_setting('server_version') AS version`,
    );
    // As the statements are sent, caught on their way.
    const plans: string[] = [];
    const dataSource = app.nest.get(DataSource);
    const query = dataSource.query.bind(dataSource);
    jest
      .spyOn(dataSource, 'query')
      .mockImplementation(async (sql: string, given?: ObjectLiteral | unknown[]) => {
        const parameters = given as unknown[];
        if (/FROM products p|JOIN products p/.test(sql)) plans.push(await explain(query, sql, parameters));
        return query(sql, parameters);
      });
    await post('/products/status/', JSON.stringify({ ids: someIds(1) }));
    await post('/manifest/', first);
    await post('/manifest/', second(1));
    await post('/manifest/', second(100));
    jest.restoreAllMocks();
    expect(plans).toHaveLength(4);
    process.stdout.write(
      `\n${PRODUCTS} products, ${3 * PRODUCTS} events, ${cpus().length} cores, PostgreSQL ${version}; over HTTP, one at a time\n\n` +
        `| question | median ms | p95 ms |\n| --- | --- | --- |\n${lines.join('\n')}\n\n${plans.join('\n\n')}\n`,
    );
  }, 900_000);
});
