import { setTimeout as sleep } from 'node:timers/promises';
import { Generations } from '../src/knowledge/embedding/generations.service';
import { KnowledgeSearch } from '../src/knowledge/search/knowledge-search.service';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const SEARCH = '/api/v1/web-knowledge/search/';

interface Hit {
  product: { external_id: string; price: string | null; in_stock: boolean; stock_quantity: number | null };
  as_of: string;
  chunk: { id: number; chunk_type: string; text: string; tldr: string };
  score: number;
  scores: { combined: number; vector: number | null; lexical: number };
}
type Fields = Record<string, unknown>;

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.close());

/** A user with one shop. */
async function openShop(): Promise<{ owner: TestUser; secret: string }> {
  const owner = await app.createUser();
  return { owner, secret: (await app.createToken(owner)).secret };
}

/** Posts undated events at once, of which only what is said here is set, and waits until they are processed. */
async function send(secret: string, products: Fields[], type = 'product.updated'): Promise<void> {
  const answers = await Promise.all(
    products.map((product) => app.webhook(secret, { ...productEvent({}, { event_type: type }), product })),
  );
  expect(answers.filter(({ status }) => status !== 202)).toEqual([]);
  await app.idle();
}

const search = (owner: TestUser, parameters: Record<string, string>): Promise<Answer> =>
  app.get(`${SEARCH}?${new URLSearchParams(parameters).toString()}`, owner.access);

async function hits(owner: TestUser, q: string, filters: Record<string, string> = {}): Promise<Hit[]> {
  const { status, body } = await search(owner, { q, ...filters });
  expect([status, body.query]).toEqual([200, q]);
  expect(body.count).toBe(body.results.length);
  return body.results as Hit[];
}

const idsOf = (found: Hit[]): number[] =>
  found.map(({ product }) => Number(product.external_id.replace('woo_', '')));

const CATALOGUE = [
  {
    id: 1,
    name: 'کفش پیاده‌روی مردانه',
    sku: 'WALK-42',
    description: '<p>زیرهٔ نرم، <b>مسیرهای</b> طولانی</p>',
  },
  { id: 2, name: 'كيف چرمي دست دوز', sku: 'XR-900', categories: ['کیف'], brand: 'نگاران', price: 1200000 },
  { id: 3, name: 'گوشی مدل ۱۲', categories: ['موبایل'], price: '45000000', stock_quantity: 4 },
  { id: 4, name: 'کابل XR-900', description: 'XR-900 را شارژ می‌کند.' },
  { id: 5, name: 'قَهوهٔ دانهٔ بُن مانو', tags: ['نوشیدنی'], price: 300000 },
  { id: 6, name: 'ساعت مچی', sku: 'MK 77', price: 2000000, stock_status: 'outofstock' },
  { id: 7, name: 'دوربین Galileo', sku: 'کد۵', attributes: [{ name: 'جنس بدنه', options: ['منیزیم'] }] },
  { id: 8, name: 'بند MK 77' },
  { id: 9, name: 'قاب کد۵' },
];

describe('searching', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => {
    shop = await openShop();
    await send(shop.secret, CATALOGUE);
  });

  it.each<[string, string, number]>([
    ['a word of the title', 'مچی', 6],
    ['words of the title in any order', 'مردانه کفش', 1],
    ['a whole question around it', 'سلام، یک کفش مردانه برای پدرم می‌خواهم', 1],
    ['a word of the description', 'طولانی', 1],
    ['a word inside markup', 'مسیرهای', 1],
    ['the category', 'موبایل', 3],
    ['a tag', 'نوشیدنی', 5],
    ['the brand', 'نگاران', 2],
    ['an attribute', 'منیزیم', 7],
    ['another case', 'GALILEO', 7],
    ['Persian ی ک for Arabic ي ك', 'کیف چرمی', 2],
    ['Arabic ي ك for Persian ی ک', 'كفش پياده‌روي', 1],
    ['a half-space', 'پیاده‌روی', 1],
    ['a space for a half-space', 'پیاده روی', 1],
    ['a joined word for a half-space', 'پیادهروی', 1],
    ['a half-space for a space', 'دست‌دوز', 2],
    ['a joined word for a space', 'دستدوز', 2],
    ['Persian digits', 'مدل ۱۲', 3],
    ['Arabic digits', 'مدل ١٢', 3],
    ['Latin digits', 'مدل 12', 3],
    ['no diacritics for diacritics', 'قهوه بن', 5],
    ['other diacritics', 'قِهوَه', 5],
    ['a stretched word', 'قهــــوه', 5],
  ])('finds a product by %s', async (_, question, expected) => {
    expect(idsOf(await hits(shop.owner, question))[0]).toBe(expected);
  });

  it.each<[string, string, [number, number]]>([
    ['as it is', 'XR-900', [2, 4]],
    ['in lower case', 'xr-900', [2, 4]],
    ['with Persian digits', 'XR-۹۰۰', [2, 4]],
    ['with spaces around', '  XR-900 ', [2, 4]],
    ['that has a space', 'MK 77', [6, 8]],
    ['that has Persian digits', 'کد۵', [7, 9]],
  ])('puts an exact SKU %s before a title that names it', async (_, question, expected) => {
    expect(idsOf(await hits(shop.owner, question)).slice(0, 2)).toEqual(expected);
  });

  it('answers hits in the order of their scores, each with its product and the chunk that matched', async () => {
    const found = await hits(shop.owner, 'کفش چرمی مردانه');
    expect(idsOf(found).slice(0, 2).sort()).toEqual([1, 2]);
    const scores = found.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const { product, chunk, score, scores: parts } of found) {
      expect(product).toHaveProperty('title');
      expect(chunk).toMatchObject({ chunk_type: 'product', id: expect.any(Number) as number });
      expect(chunk.text).toContain((product as unknown as { title: string }).title);
      expect(score).toBe(parts.combined);
      expect([parts.combined > 0, parts.vector! > 0, parts.lexical >= 0]).toEqual([true, true, true]);
    }
  });

  it('shows the chunk that matched, not the first of its product', async () => {
    const filler = Array.from({ length: 300 }, (_, index) => `<p>Plain paragraph number ${index}.</p>`);
    const description = `${filler.join('')}<p>Waterproof zipper of brass.</p>`;
    await send(shop.secret, [{ id: 10, name: 'Tent', description }]);
    const [hit] = await hits(shop.owner, 'waterproof zipper brass');
    expect(idsOf([hit!])).toEqual([10]);
    expect(hit!.chunk.text).toContain('Waterproof zipper of brass.');
  });

  it.each<[string, string, Record<string, string>, number[]]>([
    ['in_stock', 'ساعت مچی', { in_stock: 'true' }, []],
    ['in_stock=false', 'ساعت مچی', { in_stock: 'false' }, [6]],
    ['min_price', 'کیف', { min_price: '1200000' }, [2]],
    ['min_price above it', 'کیف', { min_price: '1200000.01' }, []],
    ['max_price', 'قهوه', { max_price: '300000' }, [5]],
    ['category', 'گوشی', { category: 'موبایل' }, [3]],
    ['another category', 'گوشی', { category: 'كيف' }, []],
    ['brand', 'کیف', { brand: 'نگاران' }, [2]],
    ['tag', 'قهوه', { tag: 'نوشیدنی' }, [5]],
    ['external_source', 'قهوه', { external_source: 'shopify' }, []],
    ['several filters', 'کیف', { category: 'کیف', in_stock: 'true', max_price: '1300000' }, [2]],
    ['is_active=false, since what is deleted is never found', 'قهوه', { is_active: 'false' }, []],
  ])('keeps within the filter %s', async (_, question, filters, expected) => {
    expect(idsOf(await hits(shop.owner, question, filters))).toEqual(expected);
  });

  it.each([
    ['nothing of the catalogue', 'quantum chromodynamics lecture'],
    ['emoji alone', '😀🎉🛒'],
    ['punctuation alone', '؟!…'],
    ['a half-space alone', '\u200c'],
    ['words that every text has', 'از و به که the of'],
  ])('answers no hits to %s', async (_, question) => {
    expect(await hits(shop.owner, question)).toEqual([]);
  });

  it.each([
    ['SQL', "'; DROP TABLE products; --"],
    ['a condition', "' OR '1'='1"],
    ['placeholders', '$1 $$ \\ %s {0}'],
    ['a regular expression', '(a+)+$ [^\\w]*?(?<=x'],
    ['a percent sign', '%'],
    ['an underscore', '_'],
    ['a backslash', '\\'],
    ['one Latin letter', 'a'],
    ['one Persian letter', 'ک'],
    ['marks of direction', '\ufffd\u202e\ufeff'],
    ['one word of 10,000 letters', 'a'.repeat(10_000)],
    ['thousands of words', 'ab '.repeat(3_333)],
  ])('answers a question of %s as any other', async (_, question) => {
    const { status, body } = await search(shop.owner, { q: question });
    expect([status, Array.isArray(body.results)]).toEqual([200, true]);
    expect(await app.query('SELECT 1 FROM products LIMIT 1')).toHaveLength(1);
  });

  it('answers a question of broken percent signs', async () => {
    expect((await app.get(`${SEARCH}?q=%ff%`, shop.owner.access)).status).toBe(200);
  });

  it('takes a Persian question of as many letters as a Latin one', async () => {
    expect((await search(shop.owner, { q: 'ک'.repeat(10_000) })).status).toBe(200);
  });

  it.each<[string, string, string]>([
    ['no q', '', 'q'],
    ['an empty q', 'q=', 'q'],
    ['a q of spaces', 'q=%20%20', 'q'],
    ['a q of 10,001 characters', `q=${'a'.repeat(10_001)}`, 'q'],
    ['two q', 'q=a&q=b', 'q'],
    ['a NUL', 'q=a%00b', 'q'],
    ['limit=0', 'q=a&limit=0', 'limit'],
    ['limit=51', 'q=a&limit=51', 'limit'],
    ['limit=ten', 'q=a&limit=ten', 'limit'],
    ['a bad price', 'q=a&min_price=cheap', 'min_price'],
    ['a bad flag', 'q=a&in_stock=2', 'in_stock'],
  ])('refuses %s with a 400 that names it', async (_, query, field) => {
    const { status, body } = await app.get(`${SEARCH}?${query}`, shop.owner.access);
    expect([status, body.error]).toEqual([400, 'validation_failed']);
    expect(body.errors).toEqual([{ field, message: expect.stringMatching(/./) as string }]);
  });

  it('answers 401 without a session, and with what is no access token', async () => {
    for (const token of [undefined, 'wrong', shop.secret, shop.owner.refresh]) {
      expect((await app.get(`${SEARCH}?q=a`, token)).status).toBe(401);
    }
  });
});

describe('searching with misspelt words', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => {
    shop = await openShop();
    await send(shop.secret, [
      { id: 1, name: 'پتوی پشمی دونفره', categories: ['کالای خواب'] },
      { id: 2, name: 'قابلمه چدنی', brand: 'زرساب', description: 'با روکش سرامیکی' },
      { id: 3, name: 'عینک آفتابی', sku: 'SG-2140-BK' },
      { id: 4, name: 'دوچرخه شهری', brand: 'Giant' },
      { id: 5, name: 'گلیم‌فرش دستباف' },
    ]);
  });

  it.each<[string, string, number]>([
    ['a letter too few', 'قابمه', 2],
    ['a letter too many', 'قابللمه', 2],
    ['a wrong letter', 'قابلنه', 2],
    ['two letters swapped', 'قالبمه', 2],
    ['a letter that sounds alike', 'غابلمه', 2],
    ['letters that sound alike', 'عینک افطابی', 3],
    ['a letter too few in a long word', 'دچرخه', 4],
    ['a Latin name', 'gient', 4],
    ['a compound in two words', 'گلیم فرش', 5],
    ['a compound in one word', 'گلیمفرش', 5],
    ['two words in one', 'قابلمهچدنی', 2],
    ['the beginning of a SKU', 'sg-2140', 3],
    ['a SKU without its signs', 'sg2140bk', 3],
    ['a plural', 'قابلمه‌ها', 2],
    ['an ending', 'قابلمه‌ام', 2],
    ['a spoken ending', 'قابلمم', 2],
    ['a spoken plural', 'دوچرخه‌هامو', 4],
    ['a letter that sounds alike in a short word', 'پطو', 1],
    ['a wrong letter in a compound that is written apart', 'دو چرحه', 4],
  ])('meets %s', async (_, question, expected) => {
    expect(idsOf(await hits(shop.owner, question))[0]).toBe(expected);
  });

  it('shows the words as the shop wrote them', async () => {
    const [hit] = await hits(shop.owner, 'پتو پشمي');
    expect((hit!.product as unknown as { title: string }).title).toBe('پتوی پشمی دونفره');
    expect(hit!.chunk.text).toContain('پتوی پشمی دونفره');
  });

  it.each(['یخچال', 'پتروشیمی صنعتی', 'xyzzy', 'کتاب آشپزی گیاهی'])(
    'mends no word beyond recognition: %s',
    async (question) => {
      expect(await hits(shop.owner, question)).toEqual([]);
    },
  );
});

describe('a text that is hardly one', () => {
  it.each<[string, Fields, string | null]>([
    ['nothing but a sign for a name', { id: 1, name: '🙂' }, null],
    ['a name of markup alone', { id: 1, name: '<b></b>' }, null],
    ['a name of half-spaces', { id: 1, name: '\u200c\u200c.' }, null],
    ['one word of 100,000 letters', { id: 1, name: 'گلدان', description: 'ب'.repeat(100_000) }, 'گلدان'],
    [
      'one word of 100,000 letters of other scripts',
      { id: 1, name: 'گلدان', description: 'x漢字'.repeat(33_333) },
      'گلدان',
    ],
    [
      '100,000 letters of text',
      { id: 1, name: 'گلدان', description: '<p>سفال لعابی.</p>'.repeat(6000) },
      'لعابی',
    ],
    ['words of mixed scripts', { id: 1, name: 'گلدانCeramicسفالPOT۱۲' }, 'ceramic'],
    [
      'a name of 10,000 emoji',
      { id: 1, name: `گلدان ${'🪴'.repeat(200)}`, description: '🪴'.repeat(10_000) },
      'گلدان',
    ],
  ])('is listed and found, and keeps no other from it: %s', async (_, product, question) => {
    const { owner, secret } = await openShop();
    await send(secret, [product, { id: 2, name: 'چراغ قوه' }]);
    const list = await app.get('/api/v1/web-knowledge/products/', owner.access);
    expect(list.body.count).toBe(2);
    expect((await app.get('/api/v1/web-knowledge/products/stats/', owner.access)).body.searchable).toBe(2);
    expect(idsOf(await hits(owner, 'چراغ قوه'))).toEqual([2]);
    if (question !== null) expect(idsOf(await hits(owner, question))[0]).toBe(1);
  });
});

describe('a price in words', () => {
  let shop: Awaited<ReturnType<typeof openShop>>;
  beforeAll(async () => {
    shop = await openShop();
    await send(shop.secret, [
      { id: 1, name: 'ساعت دیواری چوبی', price: 900_000, currency: 'IRT' },
      { id: 2, name: 'ساعت دیواری فلزی', price: 1_100_000, currency: 'IRT' },
      { id: 3, name: 'ساعت دیواری شیشه‌ای', price: '9500000', currency: 'IRR' },
      { id: 4, name: 'ساعت دیواری بزرگ', price: '11000000', currency: 'IRR' },
      { id: 5, name: 'ساعت دیواری سفری', price: '45.50', currency: 'USD' },
      { id: 6, name: 'ساعت دیواری بی‌قیمت', currency: 'IRT' },
    ]);
  });

  it.each<[string, number[], Fields]>([
    ['ساعت دیواری زیر ۱ میلیون تومن', [1, 3], { min_price: null, max_price: '1000000.00', currency: 'IRT' }],
    [
      'ساعت دیواری زیر ۱۰ میلیون ریال',
      [1, 3],
      { min_price: null, max_price: '10000000.00', currency: 'IRR' },
    ],
    [
      'ساعت دیواری بالای ۱ میلیون تومان',
      [2, 4],
      { min_price: '1000000.00', max_price: null, currency: 'IRT' },
    ],
    [
      'ساعت دیواری بین ۹۲۰ تا ۹۸۰ هزار تومان',
      [3],
      { min_price: '920000.00', max_price: '980000.00', currency: 'IRT' },
    ],
    ['ساعت دیواری under 50 dollars', [5], { min_price: null, max_price: '50.00', currency: 'USD' }],
  ])('keeps to it, and says so: %s', async (question, expected, interpreted) => {
    const { status, body } = await search(shop.owner, { q: question });
    expect(status).toBe(200);
    expect(idsOf(body.results as Hit[]).sort()).toEqual(expected);
    expect(body.interpreted).toMatchObject({ ...interpreted, question: 'ساعت دیواری' });
    expect(question).toContain((body.interpreted as { words: string }).words);
  });

  it('can be turned off', async () => {
    const { body } = await search(shop.owner, { q: 'ساعت دیواری زیر ۱ میلیون تومن', interpret: 'false' });
    expect(body.interpreted).toBeNull();
    expect(idsOf(body.results as Hit[])).toHaveLength(6);
  });

  it('joins the filters of the request', async () => {
    const question = 'ساعت دیواری زیر ۱ میلیون تومن';
    expect(idsOf(await hits(shop.owner, question, { currency: 'IRR' }))).toEqual([3]);
    expect(idsOf(await hits(shop.owner, question, { min_price: '1000000' }))).toEqual([3]);
  });

  it('answers what is so cheap where nothing else is asked', async () => {
    expect(idsOf(await hits(shop.owner, 'زیر ۱ میلیون تومن')).sort()).toEqual([1, 3]);
  });

  it('that says a price and nothing else is refused while the database is away, and the process goes on', async () => {
    const lost = new Error('Connection terminated unexpectedly');
    // One statement fails before the other. An error that nobody hears fails this test, as it would end the process.
    jest
      .spyOn(app.nest.get(Generations), 'active')
      .mockImplementationOnce(() => sleep(20).then(() => Promise.reject(lost)));
    jest
      .spyOn(KnowledgeSearch.prototype as unknown as { browse: () => Promise<unknown> }, 'browse')
      .mockRejectedValueOnce(lost);
    expect((await search(shop.owner, { q: 'زیر ۱ میلیون تومن' })).status).toBe(503);
    await sleep(50);
    expect(idsOf(await hits(shop.owner, 'زیر ۱ میلیون تومن')).sort()).toEqual([1, 3]);
  });

  it('is null where the question says none', async () => {
    const { body } = await search(shop.owner, { q: 'ساعت دیواری' });
    expect(body.interpreted).toBeNull();
    expect(idsOf(body.results as Hit[])).toHaveLength(6);
  });
});

describe('what a search shows', () => {
  it('says how fresh it is: the answer, and each hit by when its shop last said it', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [{ id: 1, name: 'Copper kettle', price: 5 }]);
    const before = Date.now();
    const first = await search(owner, { q: 'kettle' });
    const [hit] = first.body.results as Hit[];
    expect(Date.parse(first.body.as_of as string)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(hit!.as_of)).toBeLessThanOrEqual(Date.parse(first.body.as_of as string));
    await send(secret, [{ id: 1, name: 'Copper kettle', price: 6 }]);
    const [later] = await hits(owner, 'kettle');
    expect(Date.parse(later!.as_of)).toBeGreaterThan(Date.parse(hit!.as_of));
    const nothing = await search(owner, { q: 'quantum chromodynamics' });
    expect([nothing.body.results, typeof nothing.body.as_of]).toEqual([[], 'string']);
  });

  it('shows the first sentences of a chunk on its card', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [
      { id: 1, name: 'Copper kettle', brand: 'Kupfer', short_description: 'Boils fast. Looks old.' },
    ]);
    const [hit] = await hits(owner, 'kettle');
    expect(hit!.chunk.tldr).toBe('Boils fast. Looks old.');
  });

  it('shows the current price and stock without embedding anything anew', async () => {
    const { owner, secret } = await openShop();
    const kettle = { id: 1, name: 'Copper kettle', currency: 'IRT' };
    const chunks = () => app.query(`SELECT id, embedded_at FROM chunks WHERE user_id = $1`, [owner.id]);
    await send(secret, [{ ...kettle, price: 500, stock_quantity: 4 }]);
    const before = await chunks();
    expect(before).toHaveLength(1);
    await send(secret, [{ ...kettle, price: '450.5', stock_quantity: 0 }]);
    const [hit] = await hits(owner, 'kettle');
    expect(hit!.product).toMatchObject({ price: '450.50', stock_quantity: 0, in_stock: false });
    expect(hit!.chunk.text).not.toMatch(/450|500/);
    expect(await chunks()).toEqual(before);
  });

  it('finds the new words of a product and no longer the old ones', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [{ id: 1, name: 'Lantern' }]);
    await send(secret, [{ id: 1, name: 'Birdcage' }]);
    expect(idsOf(await hits(owner, 'birdcage'))).toEqual([1]);
    expect(await hits(owner, 'lantern')).toEqual([]);
  });

  it('never finds a deleted product, and finds it again once it is back', async () => {
    const { owner, secret } = await openShop();
    const lamp = { id: 1, name: 'Brass lamp', sku: 'LAMP-1' };
    await send(secret, [lamp]);
    await send(secret, [{ id: 1 }], 'product.deleted');
    for (const question of ['brass lamp', 'LAMP-1']) expect(await hits(owner, question)).toEqual([]);
    await send(secret, [lamp]);
    expect(idsOf(await hits(owner, 'brass lamp'))).toEqual([1]);
  });

  it('never finds another user’s product, though its text is the same', async () => {
    const [one, other] = [await openShop(), await openShop()];
    const vase = { name: 'Porcelain vase', sku: 'VASE-1', description: 'Hand-painted.' };
    await send(one.secret, [{ id: 1, ...vase }]);
    await send(other.secret, [{ id: 2, ...vase }]);
    for (const question of ['porcelain vase', 'VASE-1', 'hand-painted']) {
      expect(idsOf(await hits(one.owner, question))).toEqual([1]);
      expect(idsOf(await hits(other.owner, question))).toEqual([2]);
    }
    const stranger = await app.createUser();
    expect(await hits(stranger, 'porcelain vase')).toEqual([]);
  });

  it('answers the name of a thing with that thing, not with what mentions its words', async () => {
    const { owner, secret } = await openShop();
    const story =
      'گفتنی‌های بسیار دربارهٔ ساخت و نگهداری و شستن و جای آن که همه در برگهٔ راهنما نوشته شده است.';
    await send(secret, [
      { id: 1, name: 'جاروی دستی', description: `زیر مبل هم می‌رود. ${story} دستهٔ راحتی دارد.` },
      { id: 2, name: 'پیراهن زنانه', description: 'در یخچال نگه ندارید.' },
      { id: 3, name: 'بند چرمی', description: 'برای ساعت هوشمند.' },
    ]);
    expect(await hits(owner, 'مبل راحتی')).toEqual([]);
    expect(await hits(owner, 'کفش زنانه')).toEqual([]);
    expect(idsOf(await hits(owner, 'ساعت هوشمند'))).toEqual([3]);
    expect(idsOf(await hits(owner, 'هوشمند ساعت'))).toEqual([3]);
    expect(idsOf(await hits(owner, 'جاروی راحتی'))).toEqual([1]);
  });

  it('puts what is for other people behind, and what is for all with the first', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [
      { id: 1, name: 'کاپشن زمستانی زنانه', categories: ['پوشاک زنانه'] },
      { id: 2, name: 'کاپشن زمستانی', categories: ['پوشاک مردانه'] },
      { id: 3, name: 'کاپشن زمستانی', categories: ['پوشاک مردانه', 'پوشاک زنانه'] },
      { id: 4, name: 'کاپشن زمستانی بچگانه', categories: ['بچگانه'] },
    ]);
    expect(
      idsOf(await hits(owner, 'کاپشن مردانه'))
        .slice(0, 2)
        .sort(),
    ).toEqual([2, 3]);
    expect(
      idsOf(await hits(owner, 'کاپشن زنانه'))
        .slice(0, 2)
        .sort(),
    ).toEqual([1, 3]);
    expect(idsOf(await hits(owner, 'کاپشن بچگانه'))[0]).toBe(4);
  });

  it('does not take words for things of any kind for what is wanted', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [
      { id: 1, name: 'ماوس', categories: ['کامپیوتر'] },
      { id: 2, name: 'وسایل بازی چوبی پنج تکهٔ کودکان', categories: ['سرگرمی'] },
      { id: 3, name: 'دفتر مشق', categories: ['لوازم تحریر'] },
    ]);
    expect(idsOf(await hits(owner, 'وسایل کامپیوتر'))[0]).toBe(1);
    expect(idsOf(await hits(owner, 'لوازم تحریر'))[0]).toBe(3);
    expect(await hits(owner, 'وسایل آشپزخانه')).toEqual([]);
  });

  it('finds what the filters leave though over a hundred better matches are filtered out', async () => {
    const { owner, secret } = await openShop();
    const better = Array.from({ length: 130 }, (_, index) => ({
      id: index + 1,
      name: 'Head torch',
      stock_status: 'outofstock',
      price: 10,
    }));
    const wanted = {
      id: 1000,
      name: 'Camping set',
      description: 'Tent, stove, mat, and a torch for the head.',
      categories: ['Outdoor'],
      price: 90,
    };
    for (let i = 0; i < better.length; i += 65) await send(secret, better.slice(i, i + 65));
    await send(secret, [wanted]);
    expect(idsOf(await hits(owner, 'head torch', { limit: '50' }))).not.toContain(1000);
    expect(idsOf(await hits(owner, 'head torch', { in_stock: 'true' }))).toEqual([1000]);
    expect(idsOf(await hits(owner, 'head torch', { min_price: '50' }))).toEqual([1000]);
    expect(idsOf(await hits(owner, 'head torch', { category: 'outdoor' }))).toEqual([1000]);
    expect(await hits(owner, 'head torch')).toHaveLength(10);
    expect(await hits(owner, 'head torch', { limit: '3' })).toHaveLength(3);
    expect(await hits(owner, 'head torch', { limit: '50' })).toHaveLength(50);
  });
});

describe('a search that is explained', () => {
  let owner: TestUser;
  let staff: TestUser;
  let stores: number[];

  beforeAll(async () => {
    const shop = await openShop();
    owner = shop.owner;
    staff = await app.createUser({ staff: true });
    const products = [
      ['first', { id: 1, name: 'Steel kettle', sku: 'KET-100', categories: ['Kitchen'] }],
      [
        'first',
        { id: 2, name: 'Copper pan', description: 'Fits the kettle stand.', categories: ['Kitchen'] },
      ],
      ['first', { id: 3, name: 'Garden chair' }],
      ['second', { id: 1, name: 'Glass kettle' }],
    ] as const;
    for (const [site, product] of products) {
      const event = { ...productEvent(), product, store: { url: `https://${site}.example.com` } };
      expect((await app.webhook(shop.secret, event)).status).toBe(202);
    }
    await app.idle();
    stores = (
      await app.query<{ id: number }>(`SELECT id FROM stores WHERE user_id = $1 ORDER BY id`, [owner.id])
    ).map(({ id }) => id);
  });

  const explained = async (q: string, more: Record<string, string> = {}, user = owner) => {
    const { status, body } = await search(user, { q, explain: 'true', ...more });
    expect(status).toBe(200);
    return body;
  };

  it('has the same answer beside, and none of it where nobody asks', async () => {
    const { explanation, results, ...rest } = await explained('steel kettle');
    const plain = await search(owner, { q: 'steel kettle' });
    expect(plain.text).not.toContain('explanation');
    expect((await search(owner, { q: 'steel kettle', explain: 'false' })).text).not.toContain('explanation');
    expect(explanation).toBeDefined();
    const bare = (results as Fields[]).map(({ explanation: _, ...hit }) => hit);
    expect({ ...rest, as_of: null, results: bare }).toEqual({ ...plain.body, as_of: null });
  });

  it('says which words matched, and the places by either method', async () => {
    const { explanation, results } = await explained('steel kettle');
    expect(explanation).toMatchObject({
      words: [
        { word: 'steel', is_head: false, is_known: true, share: expect.any(Number) },
        { word: 'kettle', is_head: true, is_known: true, share: expect.any(Number) },
      ],
      filters: {},
      embedder: expect.stringMatching(/^local-lexical/),
      vector: 'used',
      floor: 0.2,
      confident: 0.6,
      required_coverage: 0.45,
      best_coverage: expect.any(Number),
      best_similarity: expect.any(Number),
    });
    const shares = (explanation.words as { share: number }[]).map(({ share }) => share);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(explanation.word_candidates).toBeGreaterThanOrEqual(2);
    const [first] = results as { explanation: Fields; scores: Hit['scores'] }[];
    expect(first!.explanation).toMatchObject({
      word_rank: 1,
      vector_rank: 1,
      matched: [
        { word: 'steel', strength: expect.any(Number) },
        { word: 'kettle', strength: expect.any(Number) },
      ],
      exact: 'title_or_sku',
      is_named: true,
    });
    expect(first!.scores.vector).toBeCloseTo(explanation.best_similarity as number, 10);
    const byWord = (results as { explanation: { word_rank: number | null } }[]).map(
      (hit) => hit.explanation.word_rank,
    );
    expect(byWord.filter((rank) => rank !== null)).toEqual(
      [...byWord.filter((rank) => rank !== null)].sort(),
    );
  });

  it('says what is exact, and which filters of the request narrowed it', async () => {
    const bySku = await explained('KET-100', {
      in_stock: 'true',
      limit: '5',
      category: 'kitchen',
      brand: '',
    });
    expect(bySku.results[0].explanation.exact).toBe('title_or_sku');
    expect(bySku.explanation.filters).toEqual({ in_stock: true, category: 'kitchen' });
  });

  it('says why there is no answer', async () => {
    const { results, explanation } = await explained('quantum chromodynamics');
    expect(results).toEqual([]);
    expect(explanation).toMatchObject({ best_coverage: null, word_candidates: 0, required_coverage: 0.45 });
    expect(explanation.words).toMatchObject([{ is_known: false }, { is_known: false }]);
  });

  it('explains a question for a price alone, of which nothing was compared', async () => {
    const { explanation } = await explained('زیر ۱ میلیون تومن');
    expect(explanation).toMatchObject({
      words: [],
      vector: 'unused',
      embedder: null,
      required_coverage: null,
    });
  });

  it('keeps to one shop, and to a user whom staff name', async () => {
    const titles = ({ results }: { results: { product: { title?: string } }[] }) =>
      results.map(({ product }) => product.title);
    expect(titles(await explained('kettle', { store_id: String(stores[1]) }))).toEqual(['Glass kettle']);
    expect(titles(await explained('kettle', { store_id: String(stores[0]) }))).not.toContain('Glass kettle');
    expect(titles(await explained('kettle', {}, staff))).toEqual([]);
    expect(titles(await explained('kettle', { user_id: String(owner.id) }, staff)).length).toBeGreaterThan(1);
    const stranger = await app.createUser();
    expect(titles(await explained('kettle', { user_id: String(owner.id) }, stranger))).toEqual([]);
    expect(titles(await explained('kettle', { store_id: String(stores[0]) }, stranger))).toEqual([]);
  });

  it.each(['explain=maybe', 'user_id=x', 'user_id=0', 'store_id=x'])('is not read by %s', async (query) => {
    const { status, body } = await app.get(`${SEARCH}?q=kettle&${query}`, owner.access);
    expect([status, body.errors?.[0].field]).toEqual([400, query.split('=')[0]]);
  });
});

describe('a shop that changes between two questions', () => {
  it('is asked at once for a word that it did not have, and for a misspelt one', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [{ id: 1, name: 'کیف چرمی' }]);
    expect(await hits(owner, 'کلاه')).toEqual([]);
    expect(await hits(owner, 'قابمله')).toEqual([]);
    await send(secret, [
      { id: 2, name: 'کلاه حصیری' },
      { id: 3, name: 'قابلمه استیل' },
    ]);
    expect(idsOf(await hits(owner, 'کلاه'))).toEqual([2]);
    expect(idsOf(await hits(owner, 'قابمله'))).toEqual([3]);
  });

  it('weighs a word anew that has become common', async () => {
    const { owner, secret } = await openShop();
    await send(secret, [
      { id: 1, name: 'کلاه حصیری' },
      { id: 2, name: 'کیف چرمی' },
      { id: 3, name: 'کفش ورزشی' },
    ]);
    expect(idsOf(await hits(owner, 'کلاه چرمی')).sort()).toEqual([1, 2]);
    await send(
      secret,
      Array.from({ length: 30 }, (_, index) => ({ id: 10 + index, name: `کلاه رنگ ${index}` })),
    );
    // Of a word that most products have, the rarer one decides.
    expect(idsOf(await hits(owner, 'کلاه چرمی'))[0]).toBe(2);
  });
});
