import { productEvent, TestApp, type TestUser } from './support/test-app';

const LIST = '/api/v1/web-knowledge/products/';

type Fields = Record<string, unknown>;

/** Only what is said here is set. */
const eventOf = (product: Fields) => ({ ...productEvent(), product: { name: 'Item', ...product } });

/** A user with one shop. */
class Shop {
  private constructor(
    readonly app: TestApp,
    readonly owner: TestUser,
    readonly secret: string,
  ) {}

  static async open(app: TestApp): Promise<Shop> {
    const owner = await app.createUser();
    return new Shop(app, owner, (await app.createToken(owner)).secret);
  }

  /** Posts an undated event, so that the last one sent is the last word, and waits until it is processed. */
  send = (product: Fields) => this.sendText(JSON.stringify(eventOf(product)));

  async sendText(body: string): Promise<void> {
    const answer = await this.app.webhook(this.secret, body);
    expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
    await this.app.idle();
  }

  remove = (id: number) =>
    this.sendText(JSON.stringify({ ...productEvent(), event_type: 'product.deleted', product: { id } }));

  get = (path: string) => this.app.get(path, this.owner.access);
  list = (filters: Record<string, string> = {}) =>
    this.get(`${LIST}?${new URLSearchParams(filters).toString()}`);

  /** The shop's own ids of the listed products, in their order. */
  async ids(filters: Record<string, string> = {}): Promise<number[]> {
    const { status, body } = await this.list(filters);
    expect(status).toBe(200);
    expect(body.count).toBe(body.results.length);
    return (body.results as Fields[]).map((row) => Number(String(row.external_id).replace('woo_', '')));
  }

  /** The detail of the product that the shop calls `wooId`. */
  async product(wooId: number): Promise<Fields & { extraction_metadata: Fields }> {
    const { body } = await this.list({ page_size: '100' });
    const row = (body.results as Fields[]).find(({ external_id: id }) => id === `woo_${wooId}`);
    return (await this.get(`${LIST}${String(row!.id)}/`)).body as Fields & { extraction_metadata: Fields };
  }
}

let app: TestApp;
beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.close());

describe('listing products', () => {
  let shop: Shop;
  const shoe = {
    id: 1,
    name: 'کفش پیاده‌روی مردانه',
    sku: 'WALK-42',
    short_description: 'سبک و راحت',
    description: '<p>مناسب <strong>کوهنوردی</strong></p>',
    categories: ['کفش', 'مردانه'],
    tags: ['نیم‌بها'],
    brand: 'Alpine',
    price: 850000,
    regular_price: 950000,
    sale_price: 850000,
    on_sale: true,
    currency: 'IRT',
  };
  const bag = {
    id: 2,
    name: 'كيف چرمي دست دوز',
    sku: 'BAG_10',
    categories: ['كيف'],
    brand: 'چرم نو',
    price: 1200000,
    currency: 'IRT',
    stock_status: 'outofstock',
    type: 'variable',
  };
  const phone = {
    id: 3,
    name: 'گوشی مدل ۱۲',
    categories: ['موبایل'],
    tags: ['ورزشی'],
    brand: 'Alpine',
    price: '45000000',
    currency: 'IRT',
    stock_status: 'onbackorder',
  };
  const shirt = { id: 4, name: 'Cotton Shirt', sku: 'BAGX10', categories: ['Clothes'], price: '19.99' };
  const box = { id: 5, name: 'Mystery Box', description: 'One of 100 kinds' };
  const lamp = { id: 6, name: 'Bygone Lamp', price: 50, currency: 'USD' };

  beforeAll(async () => {
    shop = await Shop.open(app);
    for (const product of [shoe, bag, phone]) await shop.send(product);
    await shop.send({ ...shirt, description: '100% cotton', currency: 'USD' });
    for (const product of [box, lamp]) await shop.send(product);
    await shop.remove(6);
    await shop.send({ ...phone, price: '44000000' });
    const other = await Shop.open(app);
    await other.send({ ...shoe, name: 'کفش پیاده‌روی همسایه' });
  });

  it.each<[string, Record<string, string>, number[]]>([
    ['no filter, not even what another user has', {}, [1, 2, 3, 4, 5, 6]],
    ['a word of the title', { search: 'مردانه' }, [1]],
    ['a part of a word, in any case', { search: 'COTT' }, [4]],
    ['the short description', { search: 'راحت' }, [1]],
    ['the text inside HTML', { search: 'کوهنوردی' }, [1]],
    ['no markup', { search: 'strong' }, []],
    ['the category', { search: 'موبایل' }, [3]],
    ['the brand', { search: 'alpine' }, [1, 3]],
    ['the SKU', { search: 'walk-42' }, [1]],
    ['all of several words, wherever they stand', { search: 'alpine مردانه' }, [1]],
    ['not only some of several words', { search: 'alpine cotton' }, []],
    ['Persian ی ک for Arabic ي ك', { search: 'کیف چرمی' }, [2]],
    ['Arabic ي ك for Persian ی ک', { search: 'پياده كفش' }, [1]],
    ['a half-space', { search: 'پیاده‌روی' }, [1]],
    ['a space for a half-space', { search: 'پیاده روی' }, [1]],
    ['a joined word for a half-space', { search: 'پیادهروی' }, [1]],
    ['a half-space for a space', { search: 'دست‌دوز' }, [2]],
    ['a joined word for a space', { search: 'دستدوز' }, [2]],
    ['Latin digits for Persian ones', { search: 'مدل 12' }, [3]],
    ['Arabic digits for Persian ones', { search: '١٢' }, [3]],
    ['Persian digits for Latin ones', { search: '۴۲' }, [1]],
    ['diacritics', { search: 'کَفش' }, [1]],
    ['% as a character', { search: '100%' }, [4]],
    ['_ as a character', { search: 'bag_1' }, [2]],
    ['a backslash as a character', { search: 'bag\\_1' }, []],
    ['a quote as a character', { search: "' OR 1=1 --" }, []],
    ['no name of a field: SKU', { search: 'sku' }, []],
    ['no name of a field: brand', { search: 'برند' }, []],
    ['external_source', { external_source: 'woocommerce' }, [1, 2, 3, 4, 5, 6]],
    ['another external_source', { external_source: 'shopify' }, []],
    ['product_type', { product_type: 'variable' }, [2]],
    ['category', { category: 'موبایل' }, [3]],
    ['category, of several', { category: 'مردانه' }, [1]],
    ['category in Persian spelling', { category: 'کیف' }, [2]],
    ['category whole, not a part of it', { category: 'کف' }, []],
    ['brand, in any case', { brand: 'ALPINE' }, [1, 3]],
    ['tag', { tag: 'ورزشی' }, [3]],
    ['tag with a space for a half-space', { tag: 'نیم بها' }, [1]],
    ['is_active', { is_active: 'true' }, [1, 2, 3, 4, 5]],
    ['is_active=false: what was deleted', { is_active: 'false' }, [6]],
    ['in_stock', { in_stock: 'true', is_active: 'true' }, [1, 3, 4, 5]],
    ['in_stock=false', { in_stock: 'false' }, [2]],
    ['has_discount', { has_discount: 'true' }, [1]],
    ['has_discount=false', { has_discount: 'false' }, [2, 3, 4, 5, 6]],
    ['min_price, inclusive', { min_price: '1200000' }, [2, 3]],
    ['max_price, inclusive, without what has no price', { max_price: '19.99' }, [4]],
    ['both prices', { min_price: '50', max_price: '1000000' }, [1, 6]],
    ['an empty range', { min_price: '2', max_price: '1' }, []],
    ['currency', { currency: 'USD' }, [4, 6]],
    ['currency in lower case', { currency: 'irt' }, [1, 2, 3]],
    ['empty filters as none', { search: '', in_stock: '', min_price: '', currency: '' }, [1, 2, 3, 4, 5, 6]],
    ['brand and stock and price', { brand: 'alpine', in_stock: 'true', max_price: '900000' }, [1]],
    ['search and is_active', { search: 'lamp', is_active: 'true' }, []],
    ['search and is_active=false', { search: 'lamp', is_active: 'false' }, [6]],
    ['category and tag that no one product has', { category: 'موبایل', tag: 'نیم‌بها' }, []],
  ])('filters by %s', async (_, filters, expected) => {
    expect((await shop.ids(filters)).sort()).toEqual(expected);
  });

  it.each<[string, number[]]>([
    ['', [6, 5, 4, 3, 2, 1]],
    ['created_at', [1, 2, 3, 4, 5, 6]],
    ['-created_at', [6, 5, 4, 3, 2, 1]],
    ['updated_at', [1, 2, 4, 5, 6, 3]],
    ['-updated_at', [3, 6, 5, 4, 2, 1]],
    ['price', [4, 6, 1, 2, 3, 5]],
    ['-price', [3, 2, 1, 6, 4, 5]],
  ])('orders by "%s", what has no price last either way', async (ordering, expected) => {
    expect(await shop.ids({ ordering })).toEqual(expected);
  });

  it.each<[string, number[]]>([
    ['title', [6, 4, 5]],
    ['-title', [5, 4, 6]],
  ])('orders by %s', async (ordering, expected) => {
    expect((await shop.ids({ ordering })).filter((id) => id > 3)).toEqual(expected);
  });

  it('orders what texts leave, page by page', async () => {
    const cups = await Shop.open(app);
    const prices = [300, 100, null, 200, 100];
    for (const [index, price] of prices.entries())
      await cups.send({ id: index + 1, name: `${'cabed'[index]!} cup`, price, categories: ['Cups'] });
    await cups.send({ id: 6, name: 'saucer', price: 1, categories: ['Saucers'] });
    for (const [ordering, expected] of [
      ['price', [2, 5, 4, 1, 3]],
      ['-price', [1, 4, 5, 2, 3]],
      ['title', [2, 3, 1, 5, 4]],
      ['-created_at', [5, 4, 3, 2, 1]],
    ] as const) {
      for (const filter of ['search=cup', 'category=Cups']) {
        const pages = await Promise.all(
          [1, 2, 3].map((page) =>
            cups.get(`${LIST}?${filter}&ordering=${ordering}&page=${page}&page_size=2`),
          ),
        );
        const ids = pages.map(({ body }) => (body.results as Fields[]).map((row) => row.external_id));
        expect([ordering, ids.flat()]).toEqual([ordering, expected.map((id) => `woo_${id}`)]);
        expect(ids.map(({ length }) => length)).toEqual([2, 2, 1]);
        expect(pages.map(({ body }) => body.count)).toEqual([5, 5, 5]);
      }
    }
  });

  describe('of another user, and of one shop', () => {
    let staff: TestUser;
    let stranger: TestUser;
    const read = (user: TestUser, path: string) => app.get(`${LIST}${path}`, user.access);
    const titlesOf = async (user: TestUser, query: string): Promise<string[]> => {
      const { status, body } = await read(user, `?${query}`);
      expect(status).toBe(200);
      return (body.results as { title: string }[]).map(({ title }) => title).sort();
    };

    beforeAll(async () => {
      [staff, stranger] = [await app.createUser({ staff: true }), await app.createUser()];
    });

    it('are listed to staff who name the user; by default staff see their own', async () => {
      expect((await read(staff, '')).body.count).toBe(0);
      expect((await read(staff, `?user_id=${staff.id}`)).body.count).toBe(0);
      const { body } = await read(staff, `?user_id=${shop.owner.id}`);
      expect(body.count).toBe(6);
      const { id, title } = body.results[0] as { id: number; title: string };
      expect((await read(staff, `${id}/`)).status).toBe(404);
      const detail = await read(staff, `${id}/?user_id=${shop.owner.id}`);
      expect([detail.status, detail.body.title]).toEqual([200, title]);
      expect((await read(staff, `${id}/?user_id=${stranger.id}`)).status).toBe(404);
      expect((await read(staff, 'stats/')).body.total).toBe(0);
      expect((await read(staff, `stats/?user_id=${shop.owner.id}`)).body).toMatchObject({
        total: 6,
        active: 5,
      });
      expect(await titlesOf(staff, `user_id=${shop.owner.id}&brand=alpine&in_stock=true`)).toHaveLength(2);
    });

    it('are nothing that others find, whomever they name', async () => {
      const [{ id }] = (await read(shop.owner, '')).body.results as [{ id: number }];
      const whose = `user_id=${shop.owner.id}`;
      expect((await read(stranger, `?${whose}`)).body).toMatchObject({ count: 0, results: [] });
      const detail = await read(stranger, `${id}/?${whose}`);
      expect([detail.status, detail.body.error]).toEqual([404, 'not_found']);
      expect((await read(stranger, `stats/?${whose}`)).body).toMatchObject({
        total: 0,
        searchable: 0,
        by_source: {},
        price_range: { min: null, max: null },
      });
      expect((await read(shop.owner, `?user_id=${shop.owner.id}`)).body.count).toBe(6);
      expect((await read(shop.owner, `${id}/?user_id=${shop.owner.id}`)).status).toBe(200);
      expect((await read(shop.owner, `${id}/?user_id=${stranger.id}`)).status).toBe(404);
    });

    it('are those of the shop alone', async () => {
      const two = await Shop.open(app);
      for (const [site, id] of [
        ['a', 1],
        ['a', 2],
        ['b', 1],
      ] as const) {
        await two.sendText(
          JSON.stringify({
            ...eventOf({ id, name: `${site}${id}`, categories: [site] }),
            store: { url: `https://${site}.example.com` },
          }),
        );
      }
      const stores = await app.query<{ id: number }>(
        `SELECT id FROM stores WHERE user_id = $1 ORDER BY url`,
        [two.owner.id],
      );
      const [a, b] = stores.map(({ id }) => `store_id=${id}`) as [string, string];
      expect(await titlesOf(two.owner, a)).toEqual(['a1', 'a2']);
      expect(await titlesOf(two.owner, `${b}&search=b1&ordering=title`)).toEqual(['b1']);
      expect(await titlesOf(two.owner, `${b}&search=a1`)).toEqual([]);
      expect(await titlesOf(staff, `${a}&user_id=${two.owner.id}`)).toEqual(['a1', 'a2']);
      expect(await titlesOf(stranger, a)).toEqual([]);
      expect((await read(two.owner, `stats/?${a}`)).body).toMatchObject({
        total: 2,
        active: 2,
        searchable: 2,
        by_source: { woocommerce: 2 },
        by_category: { a: 2 },
      });
      expect((await read(two.owner, 'stats/')).body).toMatchObject({ total: 3, by_category: { a: 2, b: 1 } });
      await app.query(
        `UPDATE chunks SET status = 'failed' WHERE user_id = $1 AND product_id IN (SELECT id FROM products WHERE title = 'a1')`,
        [two.owner.id],
      );
      expect((await read(two.owner, `stats/?${a}`)).body.searchable).toBe(1);
      expect((await read(two.owner, `stats/?${b}`)).body.searchable).toBe(1);
    });

    it.each(['user_id=x', 'user_id=0', 'store_id=x', 'store_id=-1'])('are not read by %s', async (query) => {
      for (const path of ['', 'stats/', ...(query.startsWith('user') ? ['1/'] : [])]) {
        const { status, body } = await read(staff, `${path}?${query}`);
        expect([status, body.errors?.[0].field]).toEqual([400, query.split('=')[0]]);
      }
    });
  });

  const badFilters = `page=0 page=-1 page=one page=1.5 page_size=0 page_size=101 external_source=amazon
    is_active=maybe in_stock=2 has_discount=yes min_price=cheap max_price=-5 max_price=1e5 ordering=password_hash
    ordering=--price currency=IRT&currency=USD search=${'a'.repeat(201)}`.split(/\s+/);

  it.each(badFilters)('refuses the filter %s with a 400 that names it', async (query) => {
    const field = query.split('=')[0]!;
    const { status, body } = await shop.get(`${LIST}?${query}`);
    expect([status, body.error]).toEqual([400, 'validation_failed']);
    expect(body.errors).toEqual([{ field, message: expect.stringMatching(/./) as string }]);
  });

  it.each(['search', 'category', 'brand', 'tag', 'product_type', 'currency'])(
    'refuses a NUL in the filter %s with a 400 that names it',
    async (filter) => {
      const { status, body } = await shop.list({ [filter]: 'a\u0000b' });
      expect([status, body.errors?.[0].field]).toEqual([400, filter]);
    },
  );

  it('pages with links that can be followed both ways and keep the filters', async () => {
    const first = await shop.list({ page_size: '2', ordering: 'created_at', is_active: 'true' });
    expect(first.body).toMatchObject({ count: 5, previous: null });
    const seen: unknown[] = [];
    let page = first;
    for (;;) {
      seen.push(...(page.body.results as Fields[]).map((row) => row.external_id));
      if (page.body.next === null) break;
      expect(page.body.next).toMatch(new RegExp(`^${app.url}/`));
      page = await shop.get((page.body.next as string).slice(app.url.length));
    }
    expect(seen).toEqual(['woo_1', 'woo_2', 'woo_3', 'woo_4', 'woo_5']);
    const second = await shop.get((page.body.previous as string).slice(app.url.length));
    expect((second.body.results as Fields[]).map((row) => row.external_id)).toEqual(['woo_3', 'woo_4']);
    expect((await shop.get((second.body.previous as string).slice(app.url.length))).body).toEqual(first.body);
  });

  it('answers a page beyond the last with no rows and the count', async () => {
    const { status, body } = await shop.list({ page: '99', page_size: '5' });
    expect([status, body.count, body.results, body.next]).toEqual([200, 6, [], null]);
    expect((await shop.get((body.previous as string).slice(app.url.length))).body.results).toHaveLength(1);
    // What texts leave is found by a statement of its own.
    const found = await shop.list({ search: 'مردانه', page: '99', page_size: '5' });
    expect([found.status, found.body.count, found.body.results]).toEqual([200, 1, []]);
  });

  it('counts in stats only what is the own user’s', async () => {
    const { status, body } = await shop.get(`${LIST}stats/`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 6, active: 5, in_stock: 4, with_discount: 1 });
    expect(body.by_source).toEqual({ woocommerce: 6 });
    expect(body.by_category).toEqual({ کفش: 1, كيف: 1, موبایل: 1, Clothes: 1 });
    expect(body.price_range).toEqual({ min: '19.99', max: '44000000.00' });
  });

  it.each([LIST, `${LIST}1/`, `${LIST}stats/`])(
    'answers 401 at %s without a session, and with what is no access token',
    async (path) => {
      for (const token of [undefined, 'wrong', shop.secret, shop.owner.refresh]) {
        const { status, body } = await app.get(path, token);
        expect([status, Object.keys(body as object)]).toEqual([401, ['error', 'detail']]);
      }
    },
  );

  it('takes no session from the address', async () => {
    expect((await app.get(`${LIST}?access_token=${shop.owner.access}`)).status).toBe(401);
  });

  it('answers another user’s product with the same 404 as one that is not there', async () => {
    const id = String((await shop.product(1)).id);
    const stranger = await app.createUser();
    const theirs = await app.get(`${LIST}${id}/`, stranger.access);
    expect([theirs.status, theirs.body.error]).toEqual([404, 'not_found']);
    for (const absent of ['999999999', '0', '-1', '1.5', 'abc', '9'.repeat(30)]) {
      const answer = await app.get(`${LIST}${absent}/`, stranger.access);
      expect([answer.status, answer.body]).toEqual([404, theirs.body]);
    }
  });
});

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
const HASH = expect.stringMatching(/^\w{32,}$/) as string;
const FIELDS = `id title product_type product_type_display short_description description link has_link price
  original_price sale_price final_price currency currency_display has_discount discount_percentage discount_amount
  discount_info category brand tags tags_display features specifications is_active in_stock stock_quantity main_image
  images external_id external_source extraction_method is_auto_extracted created_at updated_at`.split(/\s+/);

describe('what a product shows', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open(app);
  });

  it('has every field of the contract in list and detail, with and without the slash', async () => {
    const attributes = [{ name: 'رنگ', options: ['مشکی', 'سفید'] }];
    await shop.sendText(JSON.stringify(productEvent({ id: 1, brand: 'Alpine', attributes })));
    const [row] = (await shop.list()).body.results as Fields[];
    expect(Object.keys(row!)).toEqual(expect.arrayContaining(FIELDS));
    expect(row).toMatchObject({
      title: 'کفش اسپرت مردانه',
      product_type: 'simple',
      product_type_display: 'Simple',
      short_description: 'کفش سبک برای هر روز',
      description: '<p>رویهٔ تنفسی و زیرهٔ نرم، مناسب پیاده‌روی.</p>',
      link: 'https://shop.example.com/product/shoe/',
      has_link: true,
      currency: 'IRT',
      currency_display: 'Toman',
      discount_info: { text: '10.53% off (100000.00 Toman)' },
      category: 'کفش',
      brand: 'Alpine',
      tags: ['ورزشی'],
      tags_display: 'ورزشی',
      features: ['رنگ: مشکی، سفید'],
      specifications: { رنگ: 'مشکی، سفید' },
      is_active: true,
      main_image: 'https://shop.example.com/shoe.jpg',
      images: ['https://shop.example.com/shoe.jpg', 'https://shop.example.com/shoe-2.jpg'],
      external_id: 'woo_1',
      external_source: 'woocommerce',
      is_auto_extracted: true,
      created_at: TIME,
      updated_at: TIME,
    });
    const detail = await shop.get(`${LIST}${String(row!.id)}/`);
    expect(detail.body).toMatchObject({ ...row, attributes, variations: [] });
    expect(detail.body.extraction_metadata).toMatchObject({ woo_product_id: 1, sku: 'PROD-001' });
    expect(detail.body.extraction_metadata).toMatchObject({ content_hash: HASH, last_sync_at: TIME });
    expect((await shop.get(`${LIST}${String(row!.id)}`)).body).toEqual(detail.body);
    expect((await shop.get(LIST.slice(0, -1))).body.results).toEqual([row]);
  });

  it('speaks Persian to who asks for it and to who asks for nothing', async () => {
    for (const language of ['fa-IR', '']) {
      const [row] = (await app.get(LIST, shop.owner.access, { 'accept-language': language })).body.results;
      expect(row).toMatchObject({ product_type_display: 'ساده', currency_display: 'تومان' });
    }
  });

  it.each<[string, string]>([
    ['850000', '850000.00'],
    ['"850000"', '850000.00'],
    ['850000.5', '850000.50'],
    ['0', '0.00'],
    ['".5"', '0.50'],
    ['"0.001"', '0.001'],
    ['1.10', '1.10'],
    ['"12345678901234567890.129"', '12345678901234567890.129'],
    ['12345678901234567890.129', '12345678901234567890.129'],
    ['9007199254740993', '9007199254740993.00'],
    ['98765432109876543210', '98765432109876543210.00'],
    [`"${'9'.repeat(100)}.01"`, `${'9'.repeat(100)}.01`],
  ])('keeps the price %s to its last digit', async (sent, shown) => {
    const event = JSON.stringify(eventOf({ id: 2, currency: 'IRR', price: '@price' }));
    await shop.sendText(event.replace('"@price"', sent));
    expect(await shop.product(2)).toMatchObject({ price: shown, final_price: shown, currency: 'IRR' });
  });

  it('compares and sums up prices of many digits exactly', async () => {
    await shop.send({ id: 2, price: '90071992547409930000' });
    expect(await shop.ids({ min_price: '90071992547409930000' })).toEqual([2]);
    expect(await shop.ids({ min_price: '90071992547409930000.01' })).toEqual([]);
    expect((await shop.get(`${LIST}stats/`)).body.price_range.max).toBe('90071992547409930000.00');
  });

  it.each<[string, Fields, [string | null, string | null, string | null, number | null]]>([
    ['on sale', { price: 60, regular_price: 80, sale_price: 60 }, ['60.00', '80.00', '20.00', 25]],
    ['free', { price: 0, regular_price: 80, sale_price: 0 }, ['0.00', '80.00', '80.00', 100]],
    ['exact', { price: '0.1', regular_price: '0.3' }, ['0.10', '0.30', '0.20', 66.67]],
    ['on sale by on_sale alone', { regular_price: 80, sale_price: 60 }, ['60.00', '80.00', '20.00', 25]],
    ['on_sale absent', { price: 60, regular_price: 80, on_sale: null }, ['60.00', '80.00', '20.00', 25]],
    ['a sale to come', { regular_price: 80, sale_price: 60, on_sale: false }, ['80.00', null, null, null]],
    ['on_sale false', { price: 60, regular_price: 80, on_sale: false }, ['60.00', null, null, null]],
    ['no sale price', { regular_price: '80', sale_price: '' }, ['80.00', null, null, null]],
    ['a dearer sale price', { price: 90, regular_price: 80 }, ['90.00', null, null, null]],
    ['no regular price', { price: 60, regular_price: '' }, ['60.00', null, null, null]],
    ['no price at all', { price: '' }, [null, null, null, null]],
  ])('says what a buyer pays and saves: %s', async (_, sent, [price, original, amount, percentage]) => {
    await shop.send({ id: 3, on_sale: true, currency: 'USD', ...sent });
    const discounted = amount !== null;
    const product = await shop.product(3);
    expect(product).toMatchObject({ price, final_price: price, original_price: original });
    expect(product).toMatchObject({ sale_price: discounted ? price : null, has_discount: discounted });
    expect(product).toMatchObject({ discount_amount: amount, discount_percentage: percentage });
    expect(product.discount_info === null).toBe(!discounted);
  });

  it.each<[string | null, number | string | null, boolean, number | null]>([
    ['instock', 12, true, 12],
    ['instock', null, true, null],
    ['instock', 0, true, 0],
    ['outofstock', 0, false, 0],
    ['outofstock', 5, false, 5],
    ['onbackorder', -3, true, -3],
    [null, 5, true, 5],
    [null, 0, false, 0],
    [null, '1.5', true, 1.5],
    [null, null, true, null],
    ['', '', true, null],
  ])('reads stock_status %p with stock_quantity %p as in_stock %p', async (status, sent, inStock, shown) => {
    await shop.send({ id: 4, stock_status: status, stock_quantity: sent });
    expect(await shop.product(4)).toMatchObject({ in_stock: inStock, stock_quantity: shown });
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', ' JaVaScRiPt:alert(1)', '/relative'])(
    'passes no address %p on that a frontend could run',
    async (address) => {
      await shop.send({ id: 5, permalink: address, image: address, gallery: [address] });
      const dropped = { link: null, has_link: false, main_image: null, images: [] };
      expect(await shop.product(5)).toMatchObject(dropped);
    },
  );

  it('keeps a description of 100,000 characters whole and finds its last word', async () => {
    const description = `${'واژه‌ای دیگر از متن بلند. '.repeat(4000).slice(0, 99_989)} پایانه‌یکتا`;
    await shop.send({ id: 6, description });
    expect((await shop.product(6)).description).toBe(description);
    expect(await shop.ids({ search: 'پایانه یکتا' })).toEqual([6]);
  });
});

describe('what changes of a product', () => {
  it('reprices without touching created_at', async () => {
    const shop = await Shop.open(app);
    await shop.send({ id: 1, price: 100 });
    const before = await shop.product(1);
    await shop.send({ id: 1, price: 90 });
    const after = await shop.product(1);
    expect(after).toMatchObject({ id: before.id, created_at: before.created_at, price: '90.00' });
    expect(Date.parse(after.updated_at as string)).toBeGreaterThan(Date.parse(before.updated_at as string));
  });

  it('moves updated_at only when something changed, last_sync_at with each event', async () => {
    const shop = await Shop.open(app);
    const shoe = { id: 1, name: 'Shoe', price: 100, stock_quantity: 4, tags: ['a'] };
    await shop.send(shoe);
    let before = await shop.product(1);
    await shop.send(shoe);
    await shop.send({ ...shoe, price: '100.00', field_of_a_newer_plugin: 1 });
    const same = await shop.product(1);
    expect(same.updated_at).toBe(before.updated_at);
    const [first, last] = [before, same].map((product) => product.extraction_metadata.last_sync_at as string);
    expect(Date.parse(last!)).toBeGreaterThan(Date.parse(first!));
    const changes = [
      { stock_quantity: 3 },
      { name: 'Boot' },
      { tags: [] },
      { permalink: 'https://a.example/b' },
    ];
    for (const change of changes) {
      await shop.send({ ...shoe, ...change });
      const after = await shop.product(1);
      expect([change, after.updated_at === before.updated_at]).toEqual([change, false]);
      before = after;
    }
  });

  it('lists what a shop deleted as inactive, never finds it, and keeps no chunk of it', async () => {
    const shop = await Shop.open(app);
    const chunks = () => app.query(`SELECT id FROM chunks WHERE user_id = $1`, [shop.owner.id]);
    const search = () => shop.get('/api/v1/web-knowledge/search/?q=samovar');
    await shop.send({ id: 1, name: 'Samovar', price: 100 });
    expect([(await chunks()).length, (await search()).body.count]).toEqual([1, 1]);
    await shop.remove(1);
    expect(await shop.product(1)).toMatchObject({ is_active: false, title: 'Samovar', price: '100.00' });
    expect([await chunks(), (await search()).body.results]).toEqual([[], []]);
    expect((await shop.get(`${LIST}stats/`)).body).toMatchObject({ total: 1, active: 0, searchable: 0 });
    await shop.send({ id: 1, name: 'Samovar', price: 100 });
    expect(await shop.product(1)).toMatchObject({ is_active: true });
    expect([(await chunks()).length, (await search()).body.count]).toEqual([1, 1]);
  });
});
