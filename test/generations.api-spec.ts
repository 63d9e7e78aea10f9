import { LexicalEmbedder } from '../src/knowledge/embedding/lexical.embedder';
import { Generations } from '../src/knowledge/embedding/generations.service';
import { FakeOpenAi } from './support/fake-openai';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const LOCAL = new LexicalEmbedder().key;
const SMALL = 'text-embedding-3-small@1536';
const LARGE = 'text-embedding-3-large@3072';

type Environment = Record<string, string>;

let fake: FakeOpenAi;
let app: TestApp;
let owner: TestUser;
let secret: string;

const small = (): Environment => ({
  OPENAI_API_KEY: 'sk-of-this-test',
  OPENAI_BASE_URL: fake.url,
  EMBEDDING_CACHE_DAYS: '0',
});

beforeEach(async () => {
  fake = await FakeOpenAi.start();
  app = await TestApp.start();
  owner = await app.createUser();
  secret = (await app.createToken(owner)).secret;
});
afterEach(async () => {
  await app.close();
  await fake.stop();
});

/** Ends the process and starts another with this configuration on the same database. */
async function restart(environment: Environment): Promise<void> {
  await app.nest.close();
  app = await TestApp.startOn(app.database, environment);
  const { email, password } = owner;
  const { body } = await app.post('/api/v1/auth/token/', { email, password });
  owner = { ...owner, access: body.access as string };
}

async function post(id: number, name: string, type = 'product.updated', more = {}): Promise<void> {
  const event = { ...productEvent({}, { event_type: type }), product: { id, name, ...more } };
  expect((await app.webhook(secret, event)).status).toBe(202);
}

async function postMany(count: number, name: (id: number) => string): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => post(index + 1, name(index + 1))));
}

const generations = () => app.nest.get(Generations);
const search = async (q: string) => {
  const answer = await app.get(`/api/v1/web-knowledge/search/?q=${encodeURIComponent(q)}`, owner.access);
  expect(answer.status).toBe(200);
  return answer.body as {
    count: number;
    results: { product: { title: string }; scores: { vector: number } }[];
  };
};
const ready = async () => (await app.get('/health/ready')).body as { embedder: string; checks: Environment };

/** Texts by product of one generation, and how many of them have a vector of each embedder. */
const textsOf = (state: string) =>
  app.query<{ external_id: string; texts: string[]; vectors: string[] }>(
    `SELECT p.external_id, array_agg(c.text ORDER BY c."position") AS texts,
            array_agg(DISTINCT c.embedding_model || ' ' || c.status || ' ' || vector_dims(c.embedding::vector)) AS vectors
       FROM chunks c JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
      WHERE c.generation = (SELECT id FROM generations WHERE state = $1 ORDER BY id DESC LIMIT 1)
      GROUP BY 1 ORDER BY 1`,
    [state],
  );

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds());) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('another embedding model', () => {
  it('costs nothing before it is asked for: what stands answers, and health says so', async () => {
    await post(1, 'Wool scarf');
    await app.idle();
    await restart(small());
    await post(2, 'Silk scarf');
    await app.idle();
    expect(fake.requests).toEqual([]);
    const found = await search('scarf');
    expect(found.results.map(({ scores }) => scores.vector > 0)).toEqual([true, true]);
    const { embedder, checks } = await ready();
    expect([embedder, checks.embeddings]).toEqual([LOCAL, expect.stringMatching(/npm run reembed/)]);
    expect(checks.embeddings).toContain(SMALL);
  });

  it('is built beside what answers, then put in its place; the old vectors go a minute later', async () => {
    await postMany(60, (id) => `Scarf of colour ${id}`);
    await app.idle();
    await restart(small());
    const before = await textsOf('active');
    fake.answer = () => ({ status: 503, headers: { 'retry-after': '1' } });
    expect(await generations().begin()).toBe(true);
    expect(await generations().begin()).toBe(false);
    await until('a refused request', () => Promise.resolve(fake.requests.length > 0));
    const meanwhile = await search('scarf of colour 7');
    expect(meanwhile.results[0]).toMatchObject({ product: { title: 'Scarf of colour 7' } });
    expect(meanwhile.results[0]!.scores.vector).toBeGreaterThan(0);
    expect((await ready()).checks.embeddings).toMatch(/503/);
    fake.answer = () => 'embed';
    fake.requests.length = 0;
    await app.idle();

    expect(fake.requests.length).toBeLessThanOrEqual(2);
    expect(fake.requests.flat().sort()).toEqual(before.flatMap(({ texts }) => texts).sort());
    expect(await textsOf('active')).toEqual(
      before.map((row) => ({ ...row, vectors: [`${SMALL} embedded 1536`] })),
    );
    expect(await ready()).toMatchObject({ embedder: SMALL, checks: { embeddings: 'ok' } });
    expect((await search('scarf of colour 7')).results[0]!.scores.vector).toBeGreaterThan(0.5);
    expect(await textsOf('retired')).toEqual(before);
    expect((await app.get('/api/v1/web-knowledge/products/stats/', owner.access)).body.searchable).toBe(60);

    await app.query(
      `UPDATE generations SET retired_at = now() - interval '2 minutes' WHERE state = 'retired'`,
    );
    await until('removed vectors', async () => (await app.query(`SELECT 1 FROM generations`)).length === 1);
    expect(await app.query(`SELECT DISTINCT embedding_model AS model FROM chunks`)).toEqual([
      { model: SMALL },
    ]);
  });

  it('has what was changed, created and deleted while it was built', async () => {
    await postMany(40, (id) => `Scarf ${id}`);
    await app.idle();
    await restart(small());
    fake.answer = () => ({ status: 503 });
    await generations().begin();
    const walkers = Array.from({ length: 60 }, (_, index) => {
      const id = index + 1;
      return id % 3 === 0 ? post(id, '', 'product.deleted') : post(id, `Coat ${id}`);
    });
    await Promise.all(walkers);
    await until('processed events', async () => {
      const [row] = await app.query<{ count: number }>(`SELECT count(*) FROM events WHERE status = 'queued'`);
      return row!.count === 0;
    });
    fake.answer = () => 'embed';
    await app.idle();
    const active = await textsOf('active');
    const expected = Array.from({ length: 60 }, (_, index) => index + 1).filter((id) => id % 3 !== 0);
    expect(active).toEqual(
      expected
        .map((id) => ({
          external_id: `woo_${id}`,
          texts: [`Coat ${id}`],
          vectors: [`${SMALL} embedded 1536`],
        }))
        .sort((a, b) => (a.external_id < b.external_id ? -1 : 1)),
    );
    expect((await search('scarf')).count).toBe(0);
  });

  it('goes on where it was when the process ends in between', async () => {
    await postMany(80, (id) => `Scarf of colour ${id}`);
    await app.idle();
    await restart(small());
    fake.delayMs = 200;
    await generations().begin();
    await until('some chunks', async () => (await generations().progress())!.products.done > 0);
    await restart(small());
    await app.idle();
    expect((await ready()).embedder).toBe(SMALL);
    expect((await textsOf('active')).map(({ vectors }) => vectors)).toEqual(
      Array.from({ length: 80 }, () => [`${SMALL} embedded 1536`]),
    );
    expect(new Set(fake.requests.flat()).size).toBe(80);
  });

  it('of 3,072 dimensions is stored and compared', async () => {
    await post(1, 'Wool scarf');
    await app.idle();
    const large = await FakeOpenAi.start(3072);
    try {
      await restart({ ...small(), OPENAI_BASE_URL: large.url, EMBEDDING_MODEL: 'text-embedding-3-large' });
      await generations().begin();
      await app.idle();
      expect((await textsOf('active')).map(({ vectors }) => vectors)).toEqual([[`${LARGE} embedded 3072`]]);
      expect((await search('wool scarf')).results[0]!.scores.vector).toBeGreaterThan(0.9);
    } finally {
      await large.stop();
    }
  });

  it('that refuses the texts never answers; given up, all is as it was', async () => {
    await postMany(10, (id) => `Scarf ${id}`);
    await app.idle();
    await restart(small());
    fake.answer = () => ({ status: 400, body: { error: { message: 'no such input' } } });
    await generations().begin();
    await until('refused texts', async () => (await generations().progress())!.chunks.failed === 10);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect((await ready()).embedder).toBe(LOCAL);
    expect((await search('scarf 3')).results[0]!.scores.vector).toBeGreaterThan(0);
    expect(await generations().cancel()).toBe(true);
    expect(await generations().cancel()).toBe(false);
    await app.idle();
    await app.query(
      `UPDATE generations SET retired_at = now() - interval '2 minutes' WHERE state = 'retired'`,
    );
    await until('removed chunks', async () => (await app.query(`SELECT 1 FROM generations`)).length === 1);
    expect((await textsOf('active')).flatMap(({ vectors }) => vectors)).toEqual(
      Array.from({ length: 10 }, () => `${LOCAL} embedded 1024`),
    );
  });

  it('begins by itself at the start where it costs nothing', async () => {
    await restart(small());
    await app.idle();
    expect((await ready()).embedder).toBe(SMALL);
    await post(1, 'Wool scarf');
    await app.idle();
    await restart({});
    await app.idle();
    expect((await ready()).embedder).toBe(LOCAL);
    expect((await textsOf('active')).map(({ vectors }) => vectors)).toEqual([[`${LOCAL} embedded 1024`]]);
    expect((await search('scarf')).results[0]!.scores.vector).toBeGreaterThan(0);
  });
});

describe('another version of the code', () => {
  it('that cuts texts otherwise pays only for texts that are new', async () => {
    await restart(small());
    await app.idle();
    await postMany(12, (id) => `Scarf ${id}`);
    await app.idle();
    fake.requests.length = 0;
    await app.query(`UPDATE generations SET chunker = 0`);
    await app.query(
      `UPDATE chunks SET text = 'Scarf, cut otherwise', text_hash = 'x' WHERE text = 'Scarf 5' AND user_id = $1`,
      [owner.id],
    );
    await restart(small());
    expect(fake.requests).toEqual([]);
    expect((await ready()).checks.embeddings).toMatch(/cuts texts otherwise.*npm run reembed/);
    expect(await generations().estimate()).toMatchObject({ chunks: 12, exact: false });
    await generations().begin();
    await app.idle();
    expect(fake.requests).toEqual([['Scarf 5']]);
    expect((await textsOf('active')).flatMap(({ texts }) => texts).sort()).toEqual(
      Array.from({ length: 12 }, (_, index) => `Scarf ${index + 1}`).sort(),
    );
  });

  it('that reads words otherwise makes documents anew, without one embedding', async () => {
    await postMany(60, (id) => `Scarf ${id}`);
    await post(1, '', 'product.deleted');
    await app.idle();
    await app.query(`UPDATE documents SET terms = '', title = '', text = '', facets = '{}', version = 0`);
    const chunks = await app.query(`SELECT * FROM chunks ORDER BY id`);
    expect((await app.get('/api/v1/web-knowledge/products/?search=scarf', owner.access)).body.count).toBe(0);
    await restart({});
    await until('documents made anew', async () => {
      return (await app.query(`SELECT 1 FROM documents WHERE version = 0`)).length === 0;
    });
    expect((await app.get('/api/v1/web-knowledge/products/?search=scarf', owner.access)).body.count).toBe(60);
    expect((await search('scarf 17')).results[0]).toMatchObject({ product: { title: 'Scarf 17' } });
    expect(await app.query(`SELECT * FROM chunks ORDER BY id`)).toEqual(chunks);
  });
});
