import { LexicalEmbedder } from '../src/knowledge/embedding/lexical.embedder';
import { FakeOpenAi, type FakeAnswer } from './support/fake-openai';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const KEY = 'sk-the-secret-of-this-test';
const BATCH = 10;
const MODEL = 'text-embedding-3-small@1536';
const POLL_DEADLINE_MS = 20_000;

type Fields = Record<string, unknown>;
interface Chunk {
  id: number;
  status: string;
  embedding_model: string | null;
  dimensions: number | null;
  attempts: number;
  error_message: string | null;
  text: string;
}

let fake: FakeOpenAi;
let app: TestApp;
let owner: TestUser;
let secret: string;
const environment = () => ({
  OPENAI_API_KEY: KEY,
  OPENAI_BASE_URL: fake.url,
  EMBEDDING_BATCH_SIZE: String(BATCH),
  // Texts of one test are those of another.
  EMBEDDING_CACHE_DAYS: '0',
});

beforeAll(async () => {
  fake = await FakeOpenAi.start();
  app = await TestApp.start(environment());
});
afterAll(async () => {
  await app.close();
  await fake.stop();
});
beforeEach(async () => {
  owner = await app.createUser();
  secret = (await app.createToken(owner)).secret;
  fake.answer = () => 'embed';
  fake.requests.length = 0;
});

/** Posts an undated event of which only what is said here is set. */
async function post(product: Fields, type = 'product.updated'): Promise<void> {
  const answer = await app.webhook(secret, { ...productEvent({}, { event_type: type }), product });
  expect(answer.status).toBe(202);
}

async function send(product: Fields, type?: string): Promise<void> {
  await post(product, type);
  await app.idle();
}

const chunks = (): Promise<Chunk[]> =>
  app.query<Chunk>(
    `SELECT id, status, embedding_model, vector_dims(embedding::vector) AS dimensions, attempts, error_message, text
       FROM chunks WHERE user_id = $1 ORDER BY product_id, "position"`,
    [owner.id],
  );

const texts = (): string[] => fake.requests.flat();
const get = (path: string) => app.get(path, owner.access);
const search = (q: string) => get(`/api/v1/web-knowledge/search/?q=${encodeURIComponent(q)}`);

/** Polls until `probe` answers something other than null. */
async function until<T>(what: string, probe: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + POLL_DEADLINE_MS;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Resolves once each of the user's chunks has been tried and refused at least once. */
const refused = () =>
  until('a refused chunk', async () => {
    const rows = await chunks();
    return rows.length > 0 && rows.every(({ attempts }) => attempts > 0) ? rows : null;
  });

const paragraph = (number: number) =>
  `<p>Paragraph ${number} speaks of ${'fabric and seams and care '.repeat(6)}in chapter ${number}.</p>`;
const LONG = Array.from({ length: 60 }, (_, index) => paragraph(index));

describe('embedding', () => {
  it('sends the text of a product and stores its vector with the model that made it', async () => {
    await send({ id: 1, name: 'Wool scarf', description: '<p>Warm &amp; soft</p>' });
    const [chunk] = await chunks();
    expect(chunk).toMatchObject({ status: 'embedded', embedding_model: MODEL, dimensions: 1536 });
    expect(fake.requests).toEqual([[chunk!.text]]);
    expect(chunk!.text).toBe('Wool scarf\nWarm & soft');
    expect((await search('scarf')).body.results[0]).toMatchObject({ product: { external_id: 'woo_1' } });
  });

  it.each<[string, Fields]>([
    ['price', { price: '1.50', regular_price: 3, sale_price: '1.50', on_sale: true, currency: 'USD' }],
    ['stock', { stock_quantity: 0, stock_status: 'outofstock' }],
    ['image', { image: 'https://shop.example.com/2.jpg', gallery: ['https://shop.example.com/3.jpg'] }],
    ['link', { permalink: 'https://shop.example.com/new/' }],
    ['type', { type: 'variable' }],
    ['markup', { description: '<div><b>Warm</b></div>' }],
    ['nothing', {}],
  ])('asks the service nothing when a change is one of %s', async (_, change) => {
    const scarf = { id: 1, name: 'Wool scarf', description: '<p>Warm</p>', price: 9, stock_quantity: 3 };
    await send(scarf);
    const before = await chunks();
    fake.requests.length = 0;
    await send({ ...scarf, ...change });
    expect(fake.requests).toEqual([]);
    expect(await chunks()).toEqual(before);
  });

  it.each<[string, (paragraphs: string[]) => string[], number]>([
    ['one word of a paragraph', (all) => all.with(30, all[30]!.replace('fabric', 'cotton')), 3],
    ['a longer paragraph after the middle', (all) => all.with(35, `${all[35]!}${all[36]!}`), 5],
    ['a paragraph at the end', (all) => [...all, '<p>The end.</p>'], 2],
  ])('embeds only what changed of a long description: %s', async (_, change, most) => {
    await send({ id: 1, name: 'Coat', description: LONG.join('') });
    const before = await chunks();
    expect(before.length).toBeGreaterThan(6);
    fake.requests.length = 0;
    await send({ id: 1, name: 'Coat', description: change(LONG).join('') });
    const after = await chunks();
    expect(after.every(({ status }) => status === 'embedded')).toBe(true);
    const known = new Set(before.map(({ text }) => text));
    expect(texts().sort()).toEqual(after.flatMap(({ text }) => (known.has(text) ? [] : [text])).sort());
    expect(texts().length).toBeGreaterThan(0);
    expect(texts().length).toBeLessThanOrEqual(most);
  });

  it('removes the chunks of a deleted product and embeds the same text again once it is back', async () => {
    const scarf = { id: 1, name: 'Wool scarf' };
    await send(scarf);
    await send({ id: 1 }, 'product.deleted');
    expect([await chunks(), fake.requests.length]).toEqual([[], 1]);
    await send(scarf);
    expect(await chunks()).toMatchObject([{ status: 'embedded', embedding_model: MODEL, dimensions: 1536 }]);
    expect((await search('wool scarf')).body.count).toBe(1);
  });

  it('never embeds price, stock, link or image', async () => {
    await send({
      id: 918273,
      name: 'Scarf',
      description: 'Wool',
      type: 'variable',
      price: 7654321,
      regular_price: '8765432.1',
      on_sale: true,
      currency: 'XTS',
      stock_quantity: 4321,
      stock_status: 'onbackorder',
      permalink: 'https://shop.example.com/hidden',
      image: 'https://shop.example.com/photo.jpg',
      date_modified: '2024-03-02',
    });
    expect(texts().join()).toContain('Wool');
    expect(texts().join()).not.toMatch(/\d|XTS|http|shop\.example|hidden|photo|backorder|variable/);
  });

  it('sends many products in few requests, each text once', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `Scarf of colour ${index}`);
    await Promise.all(names.map((name, index) => post({ id: index + 1, name })));
    await app.idle();
    expect((await chunks()).map(({ status }) => status)).toEqual(names.map(() => 'embedded'));
    expect(texts().sort()).toEqual([...names].sort());
    expect(fake.requests.length).toBeLessThanOrEqual(25);
    expect(Math.max(...fake.requests.map((inputs) => inputs.length))).toBeLessThanOrEqual(BATCH);
  });
});

describe('an embedding service that fails', () => {
  const twoChunks = { id: 1, name: 'Coat', description: LONG.slice(0, 10).join('') };
  const vectors = (...rows: [index: number, embedding: unknown][]): FakeAnswer => ({
    status: 200,
    body: { object: 'list', data: rows.map(([index, embedding]) => ({ index, embedding })) },
  });
  const numbers = new Array<number>(1536).fill(0.1);

  it.each<[string, FakeAnswer]>([
    ['500', { status: 500 }],
    ['200 with a page', { status: 200, text: '<html>', headers: { 'content-type': 'text/html' } }],
    ['200 with half a body', { status: 200, text: '{"data":[{"index":0,"embedding":[0.1,' }],
    ['200 without data', { status: 200, body: { object: 'list' } }],
    ['vectors of another length', vectors([0, [0.1, 0.2]], [1, [0.1, 0.2]])],
    ['one vector of another length', vectors([0, numbers], [1, numbers.slice(1)])],
    ['a vector with a hole', vectors([0, numbers], [1, [null, ...numbers.slice(1)]])],
    ['fewer vectors than texts', vectors([0, numbers])],
    ['two vectors for one text', vectors([0, numbers], [0, numbers])],
    ['a vector for no text', vectors([0, numbers], [7, numbers])],
    ['a closed connection', 'hang-up'],
  ])('stores nothing of its answer "%s", keeps the reason, and embeds later', async (_, failure) => {
    fake.answer = (_inputs, number) => (number === 1 ? failure : 'embed');
    await post(twoChunks);
    for (const chunk of await refused()) {
      expect(chunk).toMatchObject({ status: 'pending', dimensions: null, embedding_model: null });
      expect(chunk.error_message).toMatch(/embedding service/);
    }
    await app.idle();
    expect(await chunks()).toMatchObject(
      [0, 1].map(() => ({ status: 'embedded', dimensions: 1536, attempts: 2, error_message: null })),
    );
    expect(fake.requests).toHaveLength(2);
  });

  it('is asked again only after its Retry-After', async () => {
    const times: number[] = [];
    fake.answer = (_inputs, number) => {
      times.push(performance.now());
      return number === 1 ? { status: 429, headers: { 'retry-after': '1' } } : 'embed';
    };
    await send({ id: 1, name: 'Wool scarf' });
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThan(900);
    expect(times[1]! - times[0]!).toBeLessThan(10_000);
  });

  it('is left alone until its Retry-After by other products too', async () => {
    const times: number[] = [];
    fake.answer = (_inputs, number) => {
      times.push(performance.now());
      return number === 1 ? { status: 429, headers: { 'retry-after': '1' } } : 'embed';
    };
    await post({ id: 1, name: 'Wool scarf' });
    await refused();
    await send({ id: 2, name: 'Silk scarf' });
    expect((await chunks()).map(({ status }) => status)).toEqual(['embedded', 'embedded']);
    expect(times[1]! - times[0]!).toBeGreaterThan(900);
  });

  it('refuses one text: that chunk fails with its reason, all others are embedded', async () => {
    fake.answer = (inputs) =>
      inputs.some((text) => text.includes('poison'))
        ? { status: 400, body: { error: { message: 'this input is not allowed' } } }
        : 'embed';
    const names = Array.from({ length: 30 }, (_, index) =>
      index === 17 ? 'A poison ring' : `Ring ${index}`,
    );
    await Promise.all(names.map((name, index) => post({ id: index + 1, name })));
    await app.idle();
    const rows = await chunks();
    expect(rows.filter(({ status }) => status === 'embedded')).toHaveLength(29);
    const [failed, ...others] = rows.filter(({ status }) => status !== 'embedded');
    expect([failed?.text, failed?.status, others]).toEqual(['A poison ring', 'failed', []]);
    expect(failed!.error_message).toMatch(/400.*this input is not allowed/);
    expect((await get('/api/v1/web-knowledge/products/stats/')).body).toMatchObject({
      total: 30,
      searchable: 29,
    });
    await send({ id: 18, name: 'A harmless ring' });
    expect((await chunks()).every(({ status }) => status === 'embedded')).toBe(true);
  });

  it('keeps no event waiting: products are listed and found by words while it is down', async () => {
    fake.answer = () => ({ status: 503 });
    await Promise.all([1, 2, 3].map((id) => post({ id, name: `Velvet hat ${id}`, price: id })));
    const statuses = await until('processed events', async () => {
      const { body } = await get('/api/v1/integrations/woocommerce/events/');
      const found = (body.results as { status: string }[]).map(({ status }) => status);
      return found.includes('queued') ? null : found;
    });
    expect(statuses).toEqual(['processed', 'processed', 'processed']);
    expect((await get('/api/v1/web-knowledge/products/')).body.count).toBe(3);
    expect((await get('/api/v1/web-knowledge/products/stats/')).body.searchable).toBe(0);
    const found = await search('velvet');
    expect([found.status, found.body.count]).toEqual([200, 3]);
    expect(found.body.results[0].scores.vector).toBeNull();
    const nothing = await search('teapot');
    expect([nothing.status, nothing.body.error]).toEqual([503, 'embedding_unavailable']);
    const ready = await app.get('/health/ready');
    expect(ready.body).toMatchObject({ status: 'ok', embedder: MODEL, pending_chunks: 3 });
    fake.answer = () => 'embed';
    await app.idle();
    expect((await get('/api/v1/web-knowledge/products/stats/')).body.searchable).toBe(3);
    expect((await search('velvet')).body.results[0].scores.vector).toBeGreaterThan(0);
  });

  it.each([401, 400])(
    'that repeats the key in a %i makes no answer and no record tell it',
    async (status) => {
      fake.answer = () => ({ status, body: { error: { message: `Incorrect API key provided: ${KEY}` } } });
      await post({ id: 1, name: 'Velvet hat' });
      const [chunk] = await refused();
      expect(chunk!.error_message).toMatch(new RegExp(`${status}`));
      expect(chunk!.error_message).not.toContain(KEY);
      const paths = ['products/', 'products/stats/', 'search/?q=velvet', 'search/?q=teapot'];
      for (const path of [
        ...paths.map((name) => `/api/v1/web-knowledge/${name}`),
        ...[
          '/health/live',
          '/health/ready',
          '/docs',
          '/docs-json',
          '/api/v1/integrations/woocommerce/events/',
        ],
      ]) {
        const answer = await get(path);
        expect([path, answer.text.length > 0, answer.text.includes(KEY)]).toEqual([path, true, false]);
        expect(JSON.stringify([...answer.headers])).not.toContain(KEY);
      }
      fake.answer = () => 'embed';
      await app.idle();
    },
  );
});

// Last, since passport keeps one strategy for the whole process: the sessions of the first application end here.
describe('a restart', () => {
  const MODELS = `SELECT DISTINCT c.embedding_model AS model, c.status FROM chunks c
                    JOIN generations g ON g.id = c.generation AND g.state = 'active'`;

  it('embeds nothing anew, and all once the model is another', async () => {
    const first = await TestApp.start(environment());
    const { database } = first;
    await first.webhook((await first.createToken(await first.createUser())).secret, productEvent());
    await first.idle();
    await first.nest.close();
    expect(fake.requests).toHaveLength(1);
    const second = await TestApp.startOn(database, environment());
    await second.idle();
    expect(await second.query(MODELS)).toEqual([{ model: MODEL, status: 'embedded' }]);
    await second.nest.close();
    expect(fake.requests).toHaveLength(1);
    const third = await TestApp.startOn(database, { ...environment(), OPENAI_API_KEY: '' });
    await third.idle();
    expect(await third.query(MODELS)).toEqual([{ model: new LexicalEmbedder().key, status: 'embedded' }]);
    await third.close();
  });
});
