import { toDocument } from '../src/knowledge/documents/product-document';
import { lexicalVector } from '../src/knowledge/embedding/lexical.embedder';
import { NORMALIZER_VERSION } from '../src/knowledge/language/normalizer';
import { readQuestion } from '../src/knowledge/language/question';
import { MAX_RANKED } from '../src/knowledge/search/candidates';
import { RestrictedProducts } from '../src/knowledge/search/restricted-products.service';
import { WordFrequencies } from '../src/knowledge/search/word-frequencies.service';
import { WordSearch } from '../src/knowledge/search/word-search.service';
import { restrictionOf } from '../src/web-knowledge/product-filter';
import { productEvent, TestApp, type TestUser } from './support/test-app';

/** More than are ranked for one question. */
const MANY = 500;
const SEARCH = '/api/v1/web-knowledge/search/';

interface Product {
  name: string;
  sku?: string;
  description?: string;
}

describe.each([
  ['one after another', MANY * 4, MANY * 4],
  ['by indexes', 0, MANY * 4],
  ['by indexes, words known by a sample', 0, 0],
])('a shop with more products of a word than are ranked, looked for %s', (_, mostScanned, mostCounted) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    app.nest.get(WordSearch).mostScanned = mostScanned;
    app.nest.get(WordFrequencies).mostCounted = mostCounted;
  });
  afterAll(() => app.close());

  const times = (count: number, product: (index: number) => Product): Product[] =>
    Array.from({ length: count }, (_, index) => product(index));

  /** One product by the shop's word, and copies of its rows that say something else. */
  async function open(products: Product[]): Promise<TestUser> {
    const owner = await app.createUser();
    const { secret } = await app.createToken(owner);
    expect((await app.webhook(secret, productEvent({ name: 'الگو', sku: 'pattern' }))).status).toBe(202);
    await app.idle();
    const columns = async (table: string, others: string[]) =>
      (
        await app.query<{ name: string }>(
          `SELECT column_name AS name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'NO' AND column_name <> ALL ($2)`,
          [table, others],
        )
      ).map(({ name }) => name);
    const ofProduct = (await columns('products', ['external_id', 'title'])).join(', ');
    await app.query(
      `INSERT INTO products (external_id, title, ${ofProduct})
       SELECT 'woo_' || (1000000 + n), copied, ${ofProduct}
         FROM products CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS copy (copied, n) WHERE user_id = $1`,
      [owner.id, products.map(({ name }) => name)],
    );
    const documents = products.map(
      ({ name, sku = null, description = '' }) =>
        toDocument({
          ...{ title: name, sku, brand: null, categories: [], tags: [], attributes: [], variations: [] },
          ...{ shortDescription: '', description },
        }).search,
    );
    await app.query(
      `INSERT INTO documents (user_id, product_id, title, text, facets, terms, version)
       SELECT p.user_id, p.id, d.value ->> 'title', d.value ->> 'text',
              ARRAY(SELECT jsonb_array_elements_text(d.value -> 'facets')), (d.value ->> 'terms')::tsvector, $3
         FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS d (value, n)
         JOIN products p ON p.user_id = $1 AND p.external_id = 'woo_' || (1000000 + d.n)`,
      [owner.id, JSON.stringify(documents), NORMALIZER_VERSION],
    );
    const ofChunk = await columns('chunks', ['product_id', 'embedding']);
    await app.query(
      `INSERT INTO chunks (product_id, embedding, ${ofChunk.join(', ')})
       SELECT p.id, v.vector::halfvec, ${ofChunk.map((name) => `c.${name}`).join(', ')}
         FROM unnest($2::text[]) WITH ORDINALITY AS v (vector, n)
         JOIN products p ON p.user_id = $1 AND p.external_id = 'woo_' || (1000000 + v.n)
         JOIN chunks c ON c.user_id = p.user_id`,
      [owner.id, products.map(({ name }) => JSON.stringify(lexicalVector(name)))],
    );
    for (const table of ['products', 'documents', 'chunks']) await app.query(`ANALYZE ${table}`);
    return owner;
  }

  async function titles(owner: TestUser, q: string, filters: Record<string, string> = {}): Promise<string[]> {
    const parameters = new URLSearchParams({ q, ...filters }).toString();
    const { status, body } = await app.get(`${SEARCH}?${parameters}`, owner.access);
    expect(status).toBe(200);
    return (body.results as { product: { title: string } }[]).map(({ product }) => product.title);
  }

  it('puts the product first whose title is the question, among all that have it in theirs', async () => {
    const owner = await open([
      ...times(MANY, (index) => ({ name: `کفش نمونهٔ ${index} کفش` })),
      { name: 'کفش' },
    ]);
    expect((await titles(owner, 'کفش'))[0]).toBe('کفش');
    expect((await titles(owner, ' كفش'))[0]).toBe('کفش');
  });

  it('puts a title of several words first, and then the titles that have them all', async () => {
    const owner = await open([
      ...times(MANY, (index) => ({
        name: `کالای ${index}`,
        description: 'کیف زیبا چرمی بزرگ کیف چرمی بزرگ',
      })),
      { name: 'کیف مجلسی چرمی بسیار بزرگ' },
      { name: 'کیف‌ چرمی بزرگ' },
    ]);
    expect((await titles(owner, 'کیف چرمی بزرگ')).slice(0, 2)).toEqual([
      'کیف‌ چرمی بزرگ',
      'کیف مجلسی چرمی بسیار بزرگ',
    ]);
  });

  it('puts a title first that has words which others have in text', async () => {
    const owner = await open([
      ...times(MANY, (index) => ({ name: `کالای ${index}`, description: 'قابل استفاده با کیف و کمربند' })),
      { name: 'کمربند مردانه و کیف' },
    ]);
    expect((await titles(owner, 'کیف کمربند'))[0]).toBe('کمربند مردانه و کیف');
  });

  it.each([
    ['a number that all texts have', '100', 'بسته 100 عددی'],
    ['a word that all titles have', 'بسته', 'بسته 100 عددی'],
    ['written apart', 'xr 77', 'xr 77 xr 77'],
  ])('puts the product first whose SKU is the question: %s', async (_, sku, text) => {
    const owner = await open([
      ...times(MANY, (index) => ({ name: `${text} ${index}`, sku: `other-${index}`, description: text })),
      { name: 'چیز دیگر', sku: sku.replaceAll(' ', '') },
    ]);
    expect((await titles(owner, sku))[0]).toBe('چیز دیگر');
    expect((await titles(owner, sku, { in_stock: 'true' }))[0]).toBe('چیز دیگر');
  });

  it('puts a model that labels name before texts that mention it', async () => {
    const owner = await open([
      ...times(MANY, (index) => ({
        name: `قاب ${index}`,
        description: `مناسب گوشی a5100 و همهٔ رنگ‌ها`,
      })),
      { name: 'گوشی a5100 نو' },
    ]);
    expect((await titles(owner, 'قاب a5100'))[0]).toBe('گوشی a5100 نو');
  });

  it('tells tenants apart by what is exact', async () => {
    const owner = await open(times(3, (index) => ({ name: `بند ${index}` })));
    await open([{ name: 'بند', sku: 'بند' }]);
    expect((await titles(owner, 'بند')).sort()).toEqual(['بند 0', 'بند 1', 'بند 2']);
  });

  it('ranks as many products as it may, however many ways lead to one', async () => {
    const owner = await open([
      ...times(100, (index) => ({ name: `کالای ${index}`, description: 'ساعت دیواری فلزی' })),
      ...times(310, (index) => ({ name: `چیز ${index}`, description: 'ساعت' })),
      ...times(320, (index) => ({ name: `چیز دیگر ${index}`, description: 'دیواری' })),
      ...times(320, (index) => ({ name: `چیزی ${index}`, description: 'فلزی' })),
      { name: 'ساعت گرد' },
    ]);
    const question = 'ساعت دیواری فلزی';
    const { hits } = await app.nest.get(WordSearch).find(owner.id, question, readQuestion(question), 1000, {
      ...{ sql: () => 'true', ofProduct: () => 'true', ofDocument: () => 'true', values: [] },
    });
    expect(hits).toHaveLength(MAX_RANKED);
    const [last] = await app.query<{ id: number }>(
      `SELECT max(id) AS id FROM products WHERE user_id = $1 AND title = 'ساعت گرد'`,
      [owner.id],
    );
    expect(hits.map(({ productId }) => productId)).toContain(last!.id);
  });

  it.each([
    ['in stock', { in_stock: true }, MANY + 1],
    ['of no such price', { min_price: '900000000000' }, 0],
    ['of a word in text', { search: 'فلزی' }, 40],
    ['of a word in text and in stock', { search: 'فلزی', in_stock: true }, 40],
  ])('tells how few products a filter leaves: %s', async (_, filters, count) => {
    const owner = await open([
      ...times(40, (index) => ({ name: `میز فلزی ${index}` })),
      ...times(MANY - 40, (index) => ({ name: `میز ${index}` })),
    ]);
    await open(times(3, (index) => ({ name: `صندلی فلزی ${index}` })));
    const restricted = app.nest.get(RestrictedProducts);
    const before = restricted.mostCompared;
    try {
      for (const most of [0, 10, 39, 40, 41, 250, MANY, MANY + 1, 5 * MANY]) {
        restricted.mostCompared = most;
        const few = await restricted.few(owner.id, restrictionOf(filters));
        expect([most, few && new Set(few).size]).toEqual([most, count > most ? null : count]);
      }
    } finally {
      restricted.mostCompared = before;
    }
  });
});
