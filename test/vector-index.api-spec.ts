import { Config } from '../src/config/config';
import { VectorIndexKeeper } from '../src/knowledge/embedding/vector-index-keeper.service';
import { Generations } from '../src/knowledge/embedding/generations.service';
import { LexicalEmbedder, lexicalVector } from '../src/knowledge/embedding/lexical.embedder';
import { ProductsService } from '../src/web-knowledge/products.service';
import { describeIn } from './support/mode';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const FROM = 800;
const LARGE_SHOP = 3000;
const SMALL_SHOP = 300;

const WORDS = Array.from({ length: 400 }, (_, index) => `word${index}`);
/** The same names on every run. */
function* names(seed: number): Generator<string> {
  for (let state = seed; ;) {
    const word = () => WORDS[(state = (state * 48271) % 2147483647) % WORDS.length]!;
    yield [word(), word(), word(), word(), word()].join(' ');
  }
}

describeIn('server', 'the embedded database always scans', 'a shop that outgrows the exact scan', () => {
  let app: TestApp;
  let owner: TestUser;
  let neighbour: TestUser;

  beforeAll(async () => {
    app = await TestApp.start({ HNSW_FROM_CHUNKS: String(FROM) });
    owner = await app.createUser();
    neighbour = await app.createUser();
    await fill(owner, LARGE_SHOP, 1);
    await fill(neighbour, SMALL_SHOP, 2);
  }, 120_000);
  afterAll(() => app.close());

  /** One product by the shop's word, and copies of its rows with other names and vectors. */
  async function fill(user: TestUser, count: number, seed: number): Promise<void> {
    const { secret } = await app.createToken(user);
    expect((await app.webhook(secret, productEvent())).status).toBe(202);
    await app.idle();
    const source = names(seed);
    const titles = Array.from({ length: count }, () => source.next().value as string);
    const columns = (table: string, others: string[]) =>
      app
        .query<{ name: string }>(
          `SELECT column_name AS name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'NO' AND column_name <> ALL ($2)`,
          [table, others],
        )
        .then((rows) => rows.map(({ name }) => name).join(', '));
    const ofProduct = await columns('products', ['external_id', 'title', 'price']);
    await app.query(
      `INSERT INTO products (external_id, title, price, ${ofProduct})
       SELECT 'woo_' || (1000000 + n), copied, n, ${ofProduct}
         FROM products CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS copy (copied, n)
        WHERE user_id = $1`,
      [user.id, titles],
    );
    const ofChunk = await columns('chunks', ['product_id', 'text', 'text_hash', 'embedding']);
    const vectors = titles.map((title) => JSON.stringify(lexicalVector(title)));
    await app.query(
      `INSERT INTO chunks (product_id, text, text_hash, embedding, ${ofChunk})
       SELECT p.id, p.title, md5(p.title), v.vector::halfvec, ${ofChunk
         .split(', ')
         .map((name) => `c.${name}`)
         .join(', ')}
         FROM products p
         JOIN unnest($2::text[]) WITH ORDINALITY AS v (vector, n) ON p.external_id = 'woo_' || (1000000 + v.n)
         JOIN chunks c ON c.user_id = p.user_id
        WHERE p.user_id = $1`,
      [user.id, vectors],
    );
    await app.query(`ANALYZE chunks`);
    await app.query(`ANALYZE products`);
  }

  const keep = () => app.nest.get(VectorIndexKeeper).keep();
  const indexes = async () =>
    (
      await app.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE c.relname LIKE 'chunks_hnsw%' AND i.indisvalid ORDER BY 1`,
      )
    ).map(({ name }) => name);
  const scans = async () => {
    // Each connection tells what it has counted by itself: all of the pool must come to do it.
    await Promise.all(
      Array.from({ length: app.nest.get(Config).database.poolSize }, () =>
        app.query(`SELECT pg_stat_force_next_flush(), pg_sleep(0.1)`),
      ),
    );
    const [row] = await app.query<{ scans: number }>(
      `SELECT coalesce(sum(idx_scan), 0)::int AS scans FROM pg_stat_user_indexes WHERE indexrelname LIKE 'chunks_hnsw%'`,
    );
    return row!.scans;
  };
  const ask = async (user: TestUser, q: string, filters = {}) => {
    const answer = await app.nest
      .get(ProductsService)
      .search(user.id, { q, limit: 50, ...filters }, 'vector');
    return answer.results.map(({ product }) => product);
  };
  const exact = async (user: TestUser, q: string, condition = 'TRUE') =>
    (
      await app.query<{ product_id: number }>(
        `SELECT c.product_id FROM chunks c JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
          WHERE c.user_id = $1 AND ${condition} AND c.embedding <=> $2::halfvec <= 1 - $3::float8
          ORDER BY c.embedding <=> $2::halfvec LIMIT 50`,
        [user.id, JSON.stringify(lexicalVector(q)), new LexicalEmbedder().floor],
      )
    ).map(({ product_id: id }) => id);
  const questions = () => {
    const source = names(3);
    return Array.from({ length: 20 }, () => source.next().value as string);
  };
  /** The share of the truly nearest products that are found. */
  const recall = async (user: TestUser) => {
    let found = 0;
    for (const question of questions()) {
      const truth = new Set(await exact(user, question));
      found += (await ask(user, question)).filter(({ id }) => truth.has(id)).length / truth.size;
    }
    return found / questions().length;
  };
  /** Answers about an index are believed for a while; another process has not yet heard of it. */
  const restart = async () => {
    await app.nest.close();
    app = await TestApp.startOn(app.database, { HNSW_FROM_CHUNKS: String(FROM) });
    await app.nest.get(VectorIndexKeeper).keep();
  };

  it('is scanned until then: exact', async () => {
    expect([await scans(), await recall(owner)]).toEqual([0, expect.closeTo(1, 2)]);
  });

  it('gets an index of its own, while it is searched and written to', async () => {
    let building = true;
    const kept = keep().finally(() => (building = false));
    const { secret } = await app.createToken(owner);
    let [searches, writes] = [0, 0];
    while (building) {
      expect(await ask(owner, questions()[0]!)).toHaveLength(50);
      searches++;
      expect((await app.webhook(secret, productEvent({ id: 9000 + writes }))).status).toBe(202);
      writes++;
    }
    expect(await kept).toBe(1);
    expect([searches > 0, writes > 0]).toEqual([true, true]);
    await app.idle();
    expect(await indexes()).toEqual([`chunks_hnsw_u${owner.id}_g1`]);
    expect(await keep()).toBe(0);
  }, 60_000);

  it('is answered by it, nearly all that is nearest, and a small neighbour exactly', async () => {
    await restart();
    const before = await scans();
    expect(await recall(owner)).toBeGreaterThanOrEqual(0.95);
    expect((await scans()) - before).toBeGreaterThanOrEqual(questions().length);
    const used = await scans();
    expect(await recall(neighbour)).toBeCloseTo(1, 2);
    expect(await scans()).toBe(used);
  });

  it('is filtered inside the search: a filter never empties what matches', async () => {
    const source = names(1);
    const titles = Array.from({ length: LARGE_SHOP }, () => source.next().value as string);
    const [rare] = titles.slice(76);
    // Two words of a product that is far from the nearest.
    const question = [...rare!.split(' ').slice(0, 2), ...questions()[0]!.split(' ').slice(0, 3)].join(' ');
    const found = await ask(owner, question, { min_price: '77', max_price: '77' });
    expect(found.map(({ externalId }) => externalId)).toEqual(['woo_1000077']);
    const rows = await app.query<{ id: number }>(`SELECT id FROM products WHERE user_id = $1`, [owner.id]);
    const own = new Set(rows.map(({ id }) => id));
    for (const other of questions()) {
      const cheap = await ask(owner, other, { max_price: '900' });
      const truth = await exact(owner, other, 'p.price <= 900');
      expect(cheap.every(({ id, price }) => own.has(id) && Number(price) <= 900)).toBe(true);
      expect(cheap.length).toBe(truth.length);
      expect(cheap.filter(({ id }) => truth.includes(id)).length).toBeGreaterThanOrEqual(
        Math.floor(truth.length * 0.9),
      );
    }
  });

  it('gets a new one where the old was left half built', async () => {
    await app.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass`, [
      `chunks_hnsw_u${owner.id}_g1`,
    ]);
    expect(await keep()).toBe(2);
    expect(await indexes()).toHaveLength(1);
  });

  it('gets a new one where the old was built less carefully', async () => {
    const name = `chunks_hnsw_u${owner.id}_g1`;
    const [before] = await app.query<{ definition: string }>(
      `SELECT pg_get_indexdef($1::regclass) AS definition`,
      [name],
    );
    await app.query(`DROP INDEX ${name}`);
    await app.query(before!.definition.replace(/WITH \(.*?\)/, ''));
    expect(await keep()).toBe(2);
    const [after] = await app.query<{ definition: string }>(
      `SELECT pg_get_indexdef($1::regclass) AS definition`,
      [name],
    );
    expect(after).toEqual(before);
    expect(await keep()).toBe(0);
  });

  it.each([
    ['by the graph', {}],
    ['within a filter', { min_price: '1' }],
  ])(
    'finds as many products as are asked for, however many chunks each has: %s',
    async (_, filters) => {
      const deep = await app.createUser();
      await fill(deep, 200, 4);
      await app.query(
        `INSERT INTO chunks (user_id, product_id, generation, reason, "position", text, tldr, text_hash, token_count,
                           status, embedding, embedding_model, embedded_at)
       SELECT user_id, product_id, generation, reason, "position" + n, text, tldr, text_hash || n, token_count, status,
              embedding, embedding_model, embedded_at
         FROM chunks CROSS JOIN generate_series(1, 14) AS n WHERE user_id = $1`,
        [deep.id],
      );
      expect(await keep()).toBe(1);
      await restart();
      const question = questions()[0]!;
      expect(new Set((await exact(deep, question, 'c."position" = 0')).map(String)).size).toBe(50);
      expect(await ask(deep, question, filters)).toHaveLength(50);
    },
    60_000,
  );

  it('has one of each generation that lives, and loses it when it shrinks', async () => {
    await app.query(
      `INSERT INTO generations (embedder, chunker, state) VALUES ('${new LexicalEmbedder().key}', 0, 'building')`,
    );
    await app.idle(60_000);
    await keep();
    const active = (await app.nest.get(Generations).active())!.id;
    expect(active).toBeGreaterThan(1);
    expect(await indexes()).toEqual([`chunks_hnsw_u${owner.id}_g${active}`]);
    await app.query(`DELETE FROM chunks WHERE user_id = $1 AND generation = $2 AND id % 10 <> 0`, [
      owner.id,
      active,
    ]);
    expect(await keep()).toBe(1);
    expect(await indexes()).toEqual([]);
  }, 120_000);
});
