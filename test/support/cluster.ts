import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { toSql } from 'pgvector';
import { chunk } from '../../src/knowledge/documents/chunker';
import { lexicalVector } from '../../src/knowledge/embedding/lexical.embedder';
import { toDocument } from '../../src/knowledge/documents/product-document';
import { FakeOpenAi } from './fake-openai';
import { freePort, ServerProcess } from './server-process';
import { PostgresServer, RedisServer } from './servers';
import { seeded, Shop, type ShopEvent } from './shop';

const DIMENSIONS = 256;
const ADMIN = { email: 'admin@example.com', password: 'a-given-password' };
const IDLE_TIMEOUT_MS = 90_000;
const SEARCHED = 5;

/** Resolves once the check answers true. */
export async function eventually(
  what: string,
  timeoutMs: number,
  check: () => Promise<boolean> | boolean,
  details: () => Promise<unknown> = () => Promise.resolve(''),
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${what} ${JSON.stringify(await details())}`);
    await sleep(25);
  }
}

/** One process of the product, which keeps its address from start to start. */
export class Member {
  private process: ServerProcess | undefined;

  constructor(
    readonly role: 'api' | 'worker',
    private readonly port: number,
    private readonly environment: Record<string, string>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.process?.running ?? false;
  }

  /** What it said of its end. */
  get lastWords(): string {
    return `${this.stdout.slice(-1000)} ${this.process?.stderr ?? ''}`;
  }

  get stdout(): string {
    return this.process?.stdout ?? '';
  }

  async start(): Promise<void> {
    this.process = await ServerProcess.start({
      ...this.environment,
      ROLES: this.role,
      PORT: String(this.port),
      WORKER_PORT: String(this.port),
    });
  }

  /** As a machine dies. */
  async kill(): Promise<void> {
    await this.process?.stop();
  }

  /** As a deployment ends it. Resolves to the exit code and how long that took. */
  async terminate(): Promise<{ code: number | string; tookMs: number }> {
    const startedAt = Date.now();
    this.process!.kill('SIGTERM');
    return { code: await this.process!.ended(), tookMs: Date.now() - startedAt };
  }
}

/** A whole installation: servers and processes of its own. */
export class Cluster {
  private session = '';

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer | null,
    readonly openai: FakeOpenAi,
    readonly apis: readonly Member[],
    readonly workers: readonly Member[],
  ) {}

  static async start(options: {
    apis: number;
    workers: number;
    redis?: boolean;
    environment?: Record<string, string>;
  }): Promise<Cluster> {
    const postgres = await PostgresServer.start();
    const redis = options.redis === false ? null : await RedisServer.start();
    const openai = await FakeOpenAi.start(DIMENSIONS);
    const environment = {
      DATABASE_URL: postgres.url(),
      ...(redis && { REDIS_URL: redis.url }),
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: openai.url,
      EMBEDDING_DIMENSIONS: String(DIMENSIONS),
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      SWEEP_INTERVAL_MS: '1000',
      WEBHOOK_REQUESTS_PER_MINUTE: '1000000',
      LOG_LEVEL: 'error',
      ...options.environment,
    };
    const make = (role: 'api' | 'worker', count: number) =>
      Promise.all(Array.from({ length: count }, async () => new Member(role, await freePort(), environment)));
    const [apis, workers] = [await make('api', options.apis), await make('worker', options.workers)];
    const cluster = new Cluster(postgres, redis, openai, apis, workers);
    try {
      await Promise.all(cluster.members.map((member) => member.start()));
      cluster.session = await cluster.logIn();
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  get members(): Member[] {
    return [...this.apis, ...this.workers];
  }

  async remove(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await this.openai.stop();
    await this.redis?.remove();
    await this.postgres.remove();
  }

  /** Brings back whatever a failed case left behind, so that the next one starts on a whole installation. */
  async heal(): Promise<void> {
    this.openai.answer = () => 'embed';
    this.openai.delayMs = 0;
    for (const server of [this.postgres, this.redis]) if (server?.pid === undefined) await server?.resume();
    this.redis?.unpause();
    await this.redis?.command('config', 'set', 'maxmemory', '0');
    await this.query(`ALTER SYSTEM RESET default_transaction_read_only`);
    await this.query(`SELECT pg_reload_conf()`);
    await Promise.all(this.members.filter(({ running }) => !running).map((member) => member.start()));
  }

  /** One statement, over a connection of its own: the server may have been restarted since the last. */
  async query<Row extends object>(
    sql: string,
    parameters: unknown[] = [],
    connectionString = this.postgres.url(),
  ): Promise<Row[]> {
    const client = new Client({ connectionString });
    // A connection that is cut says so here too.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  /** The JSON of a request to the first api, by the admin. */
  async get<Body>(path: string): Promise<Body> {
    const response = await fetch(this.apis[0]!.url + path, {
      headers: { authorization: `Bearer ${this.session}` },
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Body;
  }

  /** Opens a shop that posts from now on. FIKO_TEST_SEED repeats its changes. */
  async openShop(urls = this.apis.map(({ url }) => url)): Promise<Shop> {
    const seed = Number(process.env.FIKO_TEST_SEED ?? randomBytes(4).readUInt32LE());
    // Letters only, so that no shop's name is part of another's.
    const letters = seeded(seed);
    const name = `shop${Array.from({ length: 8 }, () => String.fromCharCode(97 + letters(26))).join('')}`;
    const response = await fetch(`${this.apis[0]!.url}/api/v1/integrations/tokens/generate/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.session}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        integration_type: 'woocommerce',
        name,
        store_url: `https://${name}.example.com`,
      }),
    });
    const { id, token } = (await response.json()) as { id: number; token: string };
    const [row] = await this.query<{ store_id: string }>(
      `SELECT store_id FROM integration_tokens WHERE id = $1`,
      [id],
    );
    return new Shop(name, Number(row!.store_id), token, urls, seed);
  }

  /**
   * Closes the shop, waits until its work is done, and compares what there is with what it was promised and with its
   * last words. Events that failed for the servers' reasons must not have used up a retry.
   */
  async proof(shop: Shop): Promise<void> {
    await shop.close();
    await this.idle(shop);
    const faults = [
      ...shop.complaints,
      ...this.members
        .filter(({ running }) => !running)
        .map(({ role, lastWords }) => `${role} is gone: ${lastWords}`),
      ...(await this.faultsOfLog(shop)),
      ...(await this.faultsOfProducts(shop)),
      ...(await this.faultsOfChunks(shop)),
      ...(await this.faultsOfAnswers(shop)),
    ];
    expect({ seed: shop.seed, faults: faults.slice(0, 20) }).toEqual({ seed: shop.seed, faults: [] });
  }

  /** Resolves once no event of the shop is queued, none of its chunks pending, and none of its texts due. */
  async idle(shop: Shop, timeoutMs = IDLE_TIMEOUT_MS): Promise<void> {
    const waiting = `
      SELECT 'event ' || id AS what, status, attempts, error_message, next_attempt_at - now() AS due_in,
             NULL AS claimed
        FROM events WHERE store_id = $1 AND status = 'queued'
      UNION ALL
      SELECT 'chunk ' || c.id, c.status, c.attempts, c.error_message, c.next_attempt_at - now(), c.claimed_until - now()
        FROM chunks c JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
       WHERE p.store_id = $1 AND c.status = 'pending'
      UNION ALL
      SELECT 'texts of product ' || d.product_id, 'due', 0, NULL, NULL, NULL
        FROM due_knowledge d JOIN products p ON p.user_id = d.user_id AND p.id = d.product_id
       WHERE p.store_id = $1`;
    await eventually(
      `no work is left (seed ${shop.seed})`,
      timeoutMs,
      async () => (await this.query(`${waiting} LIMIT 1`, [shop.storeId])).length === 0,
      () => this.query(`${waiting} LIMIT 5`, [shop.storeId]),
    );
  }

  private async logIn(): Promise<string> {
    const response = await fetch(`${this.apis[0]!.url}/api/v1/auth/token/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    return ((await response.json()) as { access: string }).access;
  }

  private async faultsOfLog(shop: Shop): Promise<string[]> {
    const rows = await this.query<{ event_id: string; said: string }>(
      `SELECT event_id, string_agg(concat_ws(' ', status, attempts, error_message), ', ') AS said
         FROM events WHERE store_id = $1 GROUP BY event_id`,
      [shop.storeId],
    );
    const expected = new Map(shop.events.map(({ event_id: id }) => [id, 'processed 1']));
    return differences('event', expected, new Map(rows.map((row) => [row.event_id, row.said])));
  }

  private async faultsOfProducts(shop: Shop): Promise<string[]> {
    const rows = await this.query<{ external_id: string; said: string }>(
      `SELECT external_id, string_agg(concat_ws(' | ', title, price, in_stock::text), ', ') AS said
         FROM products WHERE store_id = $1 AND is_active GROUP BY external_id`,
      [shop.storeId],
    );
    const expected = new Map(
      active(shop).map(({ product }) => [
        externalId(product),
        `${product.name} | ${product.price} | ${stock(product)}`,
      ]),
    );
    return differences('product', expected, new Map(rows.map((row) => [row.external_id, row.said])));
  }

  private async faultsOfChunks(shop: Shop): Promise<string[]> {
    const expected = active(shop).flatMap(({ product }) =>
      chunksOf(product).map((text, position) => ({ id: externalId(product), position, text })),
    );
    const rows = await this.query<{ external_id: string; position: number; said: string }>(
      `WITH expected AS (
         SELECT * FROM unnest($2::text[], $3::int[], $4::text[], $5::text[]) AS e (external_id, "position", text, vector)
       ), stored AS (
         SELECT p.external_id, c."position", c.text, c.status, c.embedding::text AS vector
           FROM chunks c JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id WHERE p.store_id = $1
       )
       SELECT external_id, "position",
              CASE WHEN max(s.text) IS NULL THEN 'is missing' WHEN max(e.text) IS NULL THEN 'should not be'
                   ELSE concat_ws(' ', count(*), 'there, status', max(s.status),
                                  CASE WHEN bool_and(s.text = e.text) THEN 'same text' ELSE 'other text' END) END AS said
         FROM expected e FULL JOIN stored s USING (external_id, "position")
        GROUP BY external_id, "position"
       HAVING count(*) <> 1
           OR NOT coalesce(bool_and(s.text = e.text AND s.status = 'embedded' AND s.vector = e.vector::halfvec::text), false)`,
      [
        shop.storeId,
        expected.map(({ id }) => id),
        expected.map(({ position }) => position),
        expected.map(({ text }) => text),
        expected.map(
          ({ text }) => toSql(lexicalVector(text).slice(0, DIMENSIONS).map(Math.fround)) as string,
        ),
      ],
    );
    return rows.map((row) => `chunk ${row.position} of ${row.external_id}: ${row.said}`);
  }

  /** As a frontend and an assistant see it. */
  private async faultsOfAnswers(shop: Shop): Promise<string[]> {
    type Listed = { external_id: string; title: string; price: string; in_stock: boolean };
    const say = ({ title, price, in_stock: inStock }: Listed) => `${title} | ${price} | ${inStock}`;
    const page = await this.get<{ results: Listed[] }>(
      `/api/v1/web-knowledge/products/?page_size=100&is_active=true&search=${shop.name}`,
    );
    const expected = new Map(
      active(shop).map(({ product }) => [
        externalId(product),
        `${product.name} | ${product.price} | ${stock(product)}`,
      ]),
    );
    const faults = differences(
      'listed',
      expected,
      new Map(page.results.map((row) => [row.external_id, say(row)])),
    );
    for (const { product } of active(shop).slice(0, SEARCHED)) {
      const found = await this.get<{ results: { product: Listed }[] }>(
        `/api/v1/web-knowledge/search/?limit=1&q=${encodeURIComponent(product.name)}`,
      );
      const first = found.results[0]?.product;
      const said = new Map(first ? [[first.external_id, say(first)]] : []);
      const id = externalId(product);
      faults.push(...differences('found', new Map([[id, expected.get(id)!]]), said));
    }
    return faults;
  }
}

const active = (shop: Shop): ShopEvent[] =>
  shop.catalogue.filter(({ event_type: type }) => type !== 'product.deleted');
const externalId = ({ id }: ShopEvent['product']): string => `woo_${id}`;
const stock = (product: ShopEvent['product']): boolean => product.stock_status === 'instock';

const chunksOf = (product: ShopEvent['product']): string[] =>
  chunk(
    toDocument({
      title: product.name,
      sku: product.sku,
      brand: null,
      categories: product.categories,
      tags: product.tags,
      attributes: [],
      variations: [],
      shortDescription: product.short_description,
      description: product.description,
    }),
  ).map(({ text }) => text);

function differences(what: string, expected: Map<string, string>, actual: Map<string, string>): string[] {
  return [...new Set([...expected.keys(), ...actual.keys()])]
    .filter((key) => expected.get(key) !== actual.get(key))
    .map((key) => `${what} ${key}: ${actual.get(key) ?? 'is missing'}, not: ${expected.get(key) ?? 'there'}`);
}
