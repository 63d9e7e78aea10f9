import { randomUUID } from 'node:crypto';
import { EmbeddingQueue } from '../src/knowledge/embedding/embedding-queue.service';
import { LARGEST_REQUEST, LONGEST_TEXT } from './support/openai-limits';
import { FakeOpenAi } from './support/fake-openai';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const KEY = { OPENAI_API_KEY: 'sk-of-this-test' };

interface Shop {
  user: TestUser;
  secret: string;
  storeId: number;
}

let fake: FakeOpenAi;
let app: TestApp;

async function open(environment: Record<string, string> = {}): Promise<void> {
  fake = await FakeOpenAi.start(64);
  app = await TestApp.start({
    ...KEY,
    OPENAI_BASE_URL: fake.url,
    EMBEDDING_DIMENSIONS: '64',
    ...environment,
  });
}
afterEach(async () => {
  await app.close();
  await fake.stop();
});

/** A shop whose first product is `name`. */
async function openShop(name: string): Promise<Shop> {
  const user = await app.createUser();
  const { secret } = await app.createToken(user);
  expect((await app.webhook(secret, { ...productEvent(), product: { id: 1, name } })).status).toBe(202);
  await app.idle();
  const [store] = await app.query<{ id: number }>(`SELECT id FROM stores WHERE user_id = $1`, [user.id]);
  return { user, secret, storeId: store!.id };
}

/** Writes events to the log as the webhook does, thousands at a time: how fast they arrive is not the point here. */
async function logEvents({ user, storeId }: Shop, products: Record<string, unknown>[]): Promise<void> {
  const [sample] = await app.query<{ token_id: number }>(
    `SELECT token_id FROM events WHERE user_id = $1 LIMIT 1`,
    [user.id],
  );
  const rows = products.map((product) => ({
    event_id: randomUUID(),
    woo_product_id: String(product.id),
    product_name: product.name,
    payload: { event_id: 'x', event_type: 'product.updated', product },
  }));
  await app.query(
    `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, product_name, payload)
     SELECT $1, $2, $3, event_id, 'product.updated', woo_product_id, product_name, payload
       FROM jsonb_to_recordset($4::jsonb)
            AS row (event_id text, woo_product_id bigint, product_name text, payload json)`,
    [user.id, storeId, sample!.token_id, JSON.stringify(rows)],
  );
}

const statuses = (shop: Shop) =>
  app.query<{ status: string; count: number }>(
    `SELECT status, count(*) AS count FROM chunks WHERE user_id = $1 GROUP BY 1 ORDER BY 1`,
    [shop.user.id],
  );
const usage = async () => {
  await new Promise((resolve) => setTimeout(resolve, 1300));
  return app.query<Record<'reason' | 'requests' | 'texts' | 'cached', unknown>>(
    `SELECT reason, requests, texts, cached FROM embedding_usage ORDER BY 1`,
  );
};
const search = async ({ user }: Shop, q: string) =>
  (await app.get(`/api/v1/web-knowledge/search/?q=${encodeURIComponent(q)}`, user.access)).body as {
    results: { product: { title: string; price: string; currency: string } }[];
  };

describe('ten thousand products', () => {
  const COUNT = 10_000;
  const product = (id: number, price: string) => ({
    id,
    name: `Scarf of pattern ${id}`,
    description: `<p>Woven by hand, number ${id} of its kind.</p>`,
    price,
    currency: 'IRT',
  });

  it('are at most 110 requests; repriced, none, and no chunk is written', async () => {
    await open();
    const shop = await openShop('The first');
    const prices = (factor: bigint) =>
      Array.from({ length: COUNT }, (_, index) =>
        product(index + 2, String(100_000_000n + BigInt(index) * factor)),
      );
    fake.requests.length = 0;
    await logEvents(shop, prices(1000n));
    await app.idle(240_000);
    expect(await statuses(shop)).toEqual([{ status: 'embedded', count: COUNT + 1 }]);
    expect(fake.requests.flat()).toHaveLength(COUNT);
    expect(new Set(fake.requests.flat()).size).toBe(COUNT);
    expect(fake.requests.length).toBeLessThanOrEqual(110);

    const written = () =>
      app.query(
        `SELECT count(*) AS count, max(c.xmin::text::bigint) AS latest, sum(hashtext(c.*::text)) AS content FROM chunks c`,
      );
    const before = { chunks: await written(), usage: await usage() };
    fake.requests.length = 0;
    await logEvents(shop, prices(7777n));
    await app.idle(240_000);
    expect(fake.requests).toEqual([]);
    expect({ chunks: await written(), usage: await usage() }).toEqual(before);
    const outcomes = await app.query(
      `SELECT outcome, count(*) AS count FROM events WHERE user_id = $1 GROUP BY 1 ORDER BY 1`,
      [shop.user.id],
    );
    expect(outcomes).toEqual([
      { outcome: 'created', count: COUNT + 1 },
      // The first kept its price: its index is 0.
      { outcome: 'unchanged', count: 1 },
      { outcome: 'updated', count: COUNT - 1 },
    ]);
    for (const id of [3, 4711, COUNT + 1]) {
      const [best] = (await search(shop, `Scarf of pattern ${id}`)).results;
      const price = 100_000_000n + BigInt(id - 2) * 7777n;
      expect(best!.product).toMatchObject({
        title: `Scarf of pattern ${id}`,
        price: `${price}.00`,
        currency: 'IRT',
      });
    }
  }, 600_000);

  it('are at most 25 requests where requests are what is limited', async () => {
    await open({ EMBEDDING_BATCH_SIZE: '2048', EMBEDDING_CONCURRENCY: '1' });
    const shop = await openShop('The first');
    fake.requests.length = 0;
    await logEvents(
      shop,
      Array.from({ length: COUNT }, (_, index) => ({ id: index + 2, name: `Scarf of pattern ${index}` })),
    );
    await app.idle(240_000);
    expect(await statuses(shop)).toEqual([{ status: 'embedded', count: COUNT + 1 }]);
    expect(fake.requests.length).toBeLessThanOrEqual(25);
    expect(Math.max(...fake.requests.map((inputs) => inputs.length))).toBeLessThanOrEqual(2048);
  }, 400_000);
});

describe('the embedding worker', () => {
  it('keeps a small shop waiting for no large one', async () => {
    await open({ EMBEDDING_CONCURRENCY: '1', EMBEDDING_BATCH_SIZE: '50' });
    const large = await openShop('The first');
    const small = await openShop('The only one');
    // The service rests until both have chunks that wait.
    fake.answer = () => ({ status: 503, headers: { 'retry-after': '3' } });
    await logEvents(
      large,
      Array.from({ length: 3000 }, (_, index) => ({ id: index + 2, name: `Scarf of pattern ${index}` })),
    );
    const waiting = async (shop: Shop) =>
      (await statuses(shop)).find(({ status }) => status === 'pending')?.count ?? 0;
    for (const deadline = Date.now() + 60_000; (await waiting(large)) < 3000;) {
      expect(Date.now()).toBeLessThan(deadline);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await logEvents(small, [{ id: 2, name: 'A single teapot' }]);
    while ((await waiting(small)) < 1) await new Promise((resolve) => setTimeout(resolve, 50));
    fake.requests.length = 0;
    fake.answer = () => 'embed';
    await app.idle(120_000);
    const turn = fake.requests.findIndex((inputs) => inputs.includes('A single teapot'));
    // One request may have been full of the large shop's before the small one's was due.
    expect([turn >= 0, turn <= 2, fake.requests.length >= 60]).toEqual([true, true, true]);
  }, 240_000);

  it('has several requests in flight', async () => {
    await open({ EMBEDDING_CONCURRENCY: '4', EMBEDDING_BATCH_SIZE: '20' });
    const shop = await openShop('The first');
    fake.delayMs = 300;
    fake.mostAtOnce = 0;
    await logEvents(
      shop,
      Array.from({ length: 400 }, (_, index) => ({ id: index + 2, name: `Scarf of pattern ${index}` })),
    );
    await app.idle(60_000);
    expect([fake.mostAtOnce > 1, fake.mostAtOnce <= 4]).toEqual([true, true]);
  }, 90_000);

  it('asks for no more than the service takes: tokens of a request, tokens of a text', async () => {
    await open({ EMBEDDING_BATCH_SIZE: '2048' });
    const shop = await openShop('The first');
    fake.requests.length = 0;
    const paragraph = (id: number) => `<p>${`Persian silk ${id} of many colours, `.repeat(60)}.</p>`;
    await logEvents(
      shop,
      Array.from({ length: 150 }, (_, index) => ({
        id: index + 2,
        name: `Carpet ${index}`,
        description: Array.from({ length: 12 }, (__, part) => paragraph(index * 100 + part)).join(''),
      })),
    );
    await logEvents(shop, [{ id: 9000, name: 'One word', description: 'ا'.repeat(100_000) }]);
    await app.idle(120_000);
    const sizes = fake.requests.map((inputs) => inputs.map((text) => fake.countTokens(text)));
    const sums = sizes.map((counts) => counts.reduce((sum, count) => sum + count, 0));
    expect(sums.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(LARGEST_REQUEST);
    expect(Math.max(...sums)).toBeLessThanOrEqual(LARGEST_REQUEST);
    expect(Math.max(...sizes.flat())).toBeLessThanOrEqual(LONGEST_TEXT);
    expect((await statuses(shop)).map(({ status }) => status)).toEqual(['embedded']);
  }, 240_000);

  it('pays once for a text of many shops, and tells nobody whose it was', async () => {
    await open();
    const names = Array.from({ length: 30 }, (_, index) => ({ id: index + 2, name: `Model T-${index}` }));
    const first = await openShop('The first');
    await logEvents(first, names);
    await app.idle();
    fake.requests.length = 0;
    const second = await openShop('The first');
    await logEvents(second, [...names, { id: 99, name: 'Its own' }]);
    await app.idle();
    expect(fake.requests).toEqual([['Its own']]);
    expect(await statuses(second)).toEqual([{ status: 'embedded', count: 32 }]);
    const columns = await app.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'embedding_cache' ORDER BY 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual([
      'dimensions',
      'embedding',
      'model',
      'text_hash',
      'used_at',
    ]);
    await logEvents(second, [{ id: 99, name: 'Its own, renamed' }]);
    await app.idle();
    const [changed, created] = await usage();
    expect(changed).toMatchObject({ reason: 'changed', requests: 1, texts: 1, cached: 0 });
    expect(created).toMatchObject({ reason: 'created', texts: 32, cached: 31 });
  }, 60_000);

  it('sends less at a time after the service was overloaded, and as much again once it is well', async () => {
    await open({ EMBEDDING_BATCH_SIZE: '64', EMBEDDING_CONCURRENCY: '1' });
    const shop = await openShop('The first');
    fake.requests.length = 0;
    fake.answer = (_inputs, number) =>
      number <= 2 ? { status: 429, headers: { 'retry-after': '1' } } : 'embed';
    await logEvents(
      shop,
      Array.from({ length: 600 }, (_, index) => ({ id: index + 2, name: `Scarf of pattern ${index}` })),
    );
    await app.idle(60_000);
    const [first, second, third, ...later] = fake.requests.map((inputs) => inputs.length);
    expect([first, second, third]).toEqual([64, 32, 16]);
    expect(Math.max(...later)).toBe(64);
    expect(await statuses(shop)).toEqual([{ status: 'embedded', count: 601 }]);
  }, 90_000);

  it('goes on after the database was restored with another oid of its type of vectors', async () => {
    await open();
    await openShop('The first');
    const queue = app.nest.get(EmbeddingQueue);
    const known = Reflect.get(queue, 'vectorType') as number;
    Reflect.set(queue, 'vectorType', known + 1);
    const shop = await openShop('The second');
    expect(await statuses(shop)).toEqual([{ status: 'embedded', count: 1 }]);
  }, 90_000);
});
