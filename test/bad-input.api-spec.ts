import { loggedEvent } from './support/event-log';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const API = '/api/v1';
const GENERATE = `${API}/integrations/tokens/generate/`;

/** An event as text, with a piece of raw JSON as the value of a field of its product. */
const withRaw = (field: string, json: string): string =>
  JSON.stringify(productEvent({ [field]: '@' })).replace('"@"', () => json);
/** An event as text, with more raw JSON at the end of its envelope. */
const withMore = (json: string): string => `${JSON.stringify(productEvent()).slice(0, -1)},${json}}`;
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

/** What is sent, the field that the answer must name, and the body. */
type Row = [what: string, field: string, body: unknown];

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 40);
const inEvent = (field: string, ...values: unknown[]): Row[] =>
  values.map((value) => [`${shown(value)} as ${field}`, field, productEvent({}, { [field]: value })]);
const inProduct = (field: string, ...values: unknown[]): Row[] =>
  values.map((value) => [
    `${shown(value)} as ${field}`,
    `product.${field}`,
    productEvent({ [field]: value }),
  ]);
const rawInProduct = (field: string, ...values: string[]): Row[] =>
  values.map((json) => [`${json.slice(0, 40)} as ${field}`, `product.${field}`, withRaw(field, json)]);

const names = (answer: Answer): string[] =>
  (answer.body.errors as { field: string }[]).map(({ field }) => field);

/** Bodies that are not JSON. */
const NOT_JSON: [what: string, body: string][] = [
  ['an empty body', ''],
  ['white space alone', '  \n'],
  ['text', 'hello'],
  ['a form', 'event_id=1&event_type=product.updated'],
  ['half an object', '{"event_id": "x"'],
  ['a trailing comma', `${JSON.stringify(productEvent()).slice(0, -1)},}`],
  ['single quotes', "{'event_id': 'x'}"],
  ['two objects', '{}{}'],
  ['NaN', withRaw('price', 'NaN')],
  ['-Infinity', withRaw('price', '-Infinity')],
  ['a leading zero', withRaw('price', '0850000')],
  ['a leading plus', withRaw('price', '+850000')],
  ['a number that ends in its point', withRaw('price', '850000.')],
  ['a raw control character in a string', withRaw('name', '"a\u0000b"')],
  ['a raw control character beside a long number', withMore('"n": 12345678901234567890, "s": "a\u0001b"')],
  ['half an escape', withRaw('name', '"\\u00"')],
];

const NUMBERS_IN_WORDS = [
  'NaN',
  'Infinity',
  '-Infinity',
  '-1',
  '1,000',
  '1 000',
  '5.5.5',
  '--5',
  '0x1F',
  '$5',
  '.',
];
const NO_DATES = [
  ...['yesterday', '10/11/2025', '1731230000', '2025-02-31T10:00:00Z', '2025-02-29', '2025-13-01T10:00:00Z'],
  ...['2025-00-10', '2025-11-10T25:00:00Z', '2025-11-10T10:61:00Z', '2025-11-10T10:00:00+99:00'],
  ...['0000-00-00 00:00:00', '0000-01-01T00:00:00Z', '+012025-11-10T10:00:00Z', 1731230000, true, {}],
];
const REFUSED: Row[] = [
  ['null', 'body', 'null'],
  ['a list', 'body', [productEvent()]],
  ['a string', 'body', '"product.updated"'],
  ['a number', 'body', '5'],
  ['1,000 levels of nesting', 'body', withMore(`"extra": ${nested(1000)}`)],
  ['100,000 levels of nesting', 'body', withMore(`"extra": ${nested(100_000)}`)],
  ['100,000 levels that are never closed', 'body', '['.repeat(100_000)],
  ...inEvent('event_id', undefined, null, '', '   ', 5, ['x'], {}, 'x'.repeat(101)),
  ...inEvent('event_id', 'a\u0000b', 'a\nb', 'a\ud83d', '\ude00a'),
  ...inEvent('event_type', undefined, null, '', 5, ['product.updated'], {}),
  ...inEvent('event_type', 'order.created', 'Product.Updated', 'toString', '__proto__'),
  ...inEvent('product', undefined, null, '', 5, 'x', [], true),
  ...inEvent('occurred_at', 'now', '2025-02-31', 5),
  ...inProduct('name', undefined, null, '', '   ', 5, ['x'], {}, 'x'.repeat(1001)),
  ...inProduct('id', undefined, null, '', 0, -1, 1.5, true, [1], {}),
  ...inProduct('id', 'abc', '-1', '0', '1.5', '007', ' 7', '1 OR 1=1', 'woo_1', '9223372036854775808'),
  ...rawInProduct('id', '9223372036854775808', '1e400', '414.00000000000000001', '-9007199254740993'),
  ...inProduct('price', 'abc', ...NUMBERS_IN_WORDS, -1, -0.01, true, [850000], {}, '9'.repeat(200)),
  ...rawInProduct('price', '1e400', '1e999999', `-${'9'.repeat(50)}`, '9'.repeat(200)),
  ...['regular_price', 'sale_price'].flatMap((field) => inProduct(field, 'abc', '-1', -1, [])),
  ...['sku', 'short_description', 'description', 'currency', 'image', 'permalink', 'type'].flatMap((field) =>
    inProduct(field, 5, true, ['x'], { a: 1 }),
  ),
  ...['categories', 'tags', 'gallery'].flatMap((field) =>
    inProduct(field, 'x', 5, { 0: 'x' }, [5], [['x']], [{ name: 'x' }], Array(10_000).fill('x')),
  ),
  ...inProduct('stock_quantity', 'many', true, [1], {}, '1e5'),
  ...rawInProduct('stock_quantity', '1e400'),
  ...inProduct('stock_status', 'few', 1, ['instock']),
  ...inProduct('on_sale', 'yes', 1, []),
  ...inProduct('date_modified', ...NO_DATES),
  ...['', '"n":12345678901234567890,'].flatMap((more): Row[] => [
    [
      `a product in __proto__ alone ${more}`,
      'product',
      `{${more}"event_id":"p","event_type":"product.deleted","__proto__":{"product":{"id":1}}}`,
    ],
    [
      `an id in __proto__ alone ${more}`,
      'product.id',
      `{${more}"event_id":"p","event_type":"product.deleted","product":{"__proto__":{"id":1}}}`,
    ],
  ]),
];

/** All that an event may write. */
const written = (app: TestApp) =>
  app.query(
    `SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM products) AS products,
            (SELECT count(*) FROM product_tombstones) AS tombstones, (SELECT count(*) FROM stores) AS stores`,
  );

describe('bad input to the webhook', () => {
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
    token = (await app.createToken(await app.createUser())).secret;
  });
  afterAll(() => app.close());

  let before: unknown;
  beforeEach(async () => {
    before = await written(app);
  });
  afterEach(async () => {
    expect(await written(app)).toEqual(before);
  });

  it.each(NOT_JSON)('%s is refused as malformed, and leaves nothing behind', async (_, body) => {
    const answer = await app.webhook(token, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: 'malformed_json',
      detail: 'The request body is not valid JSON.',
    });
  });

  it.each(REFUSED)('%s is refused, %s is named, and nothing is left behind', async (_, field, body) => {
    const answer = await app.webhook(token, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: 'validation_failed',
      detail: 'The data sent is not valid.',
      errors: [{ field, message: expect.stringMatching(/\w.*\.$/) }],
    });
  });

  it('every bad field is named, and none of the good ones', async () => {
    const answer = await app.webhook(
      token,
      productEvent({ id: -1, price: 'x', tags: 5, name: null }, { event_id: '', occurred_at: 'x' }),
    );
    expect(answer.status).toBe(400);
    expect(names(answer).sort()).toEqual([
      'event_id',
      'occurred_at',
      'product.id',
      'product.name',
      'product.price',
      'product.tags',
    ]);
  });

  it('a body over 1 MiB is refused, and leaves nothing behind', async () => {
    const answer = await app.webhook(token, productEvent({}, { padding: 'x'.repeat(2_000_000) }));
    expect(answer.status).toBe(413);
    expect(answer.body.error).toBe('payload_too_large');
  });
});

describe('odd input to the webhook that is fine', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
    token = (await app.createToken(owner)).secret;
  });
  afterAll(() => app.close());

  /** Sends one event, waits for it, and answers with its product as it is listed. */
  async function listed(body: string | Record<string, unknown>): Promise<Answer['body']> {
    await app.query(`DELETE FROM products`);
    const answer = await app.webhook(token, body);
    expect(answer.body).toMatchObject({ status: 'accepted' });
    await app.idle();
    const row = await loggedEvent(app, (answer.body as { event_id: string }).event_id);
    expect(row).toMatchObject({ status: 'processed', error_message: null });
    const list = await app.get(`${API}/web-knowledge/products/`, owner.access);
    expect(list.body.count).toBe(1);
    const { id } = list.body.results[0] as { id: number };
    return (await app.get(`${API}/web-knowledge/products/${id}/`, owner.access)).body;
  }

  it.each(['9007199254740993', '"9007199254740993"'])('the id %s loses no digit', async (id) => {
    const product = await listed(withRaw('id', id));
    expect(product.external_id).toBe('woo_9007199254740993');
    expect(product.extraction_metadata.woo_product_id).toBe('9007199254740993');
    const found = await app.get(
      `${API}/integrations/woocommerce/events/?woo_product_id=9007199254740993`,
      owner.access,
    );
    expect(found.body.results[0].woo_product_id).toBe('9007199254740993');
  });

  it.each([
    ['of 100 digits', `1${'234567890'.repeat(11)}`, `1${'234567890'.repeat(11)}.00`],
    ['of 100 digits after the point', `0.${'123456789'.repeat(11)}1`, `0.${'123456789'.repeat(11)}1`],
    ['with an exponent', '8.5e5', '850000.00'],
    ['that no double holds', '0.10000000000000000001', '0.10000000000000000001'],
    ['of minus zero', '-0', '0.00'],
  ])('a price %s is kept exactly', async (_, price, expected) => {
    const text = withRaw('price', price).replace(/"(regular|sale)_price":\d+,/g, '');
    expect((await listed(text)).price).toBe(expected);
  });

  it('NUL and half a surrogate pair in texts are cleaned away', async () => {
    const dirty = 'Sh\u0000oe \ud83d!';
    const product = await listed(
      productEvent({
        name: dirty,
        description: dirty,
        short_description: dirty,
        sku: dirty,
        categories: [dirty],
        tags: [dirty],
        currency: 'I\u0000RT',
        type: 'sim\u0000ple',
        image: 'https://shop.example.com/\u0000a.jpg',
        permalink: 'https://shop.example.com/\ud83d',
        brand: dirty,
        attributes: [{ name: dirty, options: [dirty] }],
      }),
    );
    const clean = 'Shoe \ufffd!';
    expect(product).toMatchObject({
      title: clean,
      description: clean,
      short_description: clean,
      category: clean,
      tags: [clean],
      brand: clean,
      currency: 'IRT',
      product_type: 'simple',
      main_image: 'https://shop.example.com/a.jpg',
      attributes: [{ name: clean, options: [clean] }],
    });
  });

  it.each([
    ['a byte order mark', () => `\ufeff${JSON.stringify(productEvent())}`],
    ['1e999999 in an unknown field', () => withMore('"huge": 1e999999')],
    ['a million digits in an unknown field', () => withMore(`"huge": ${'9'.repeat(1_000_000)}`)],
    ['60 levels of nesting in an unknown field', () => withMore(`"extra": ${nested(60)}`)],
    ['brackets in a text', () => JSON.stringify(productEvent({ name: '[{'.repeat(200) }))],
    ['__proto__ in the envelope', () => withMore('"__proto__": {"event_type": "x", "polluted": true}')],
    ['__proto__ in the product', () => withRaw('sku', '"x","__proto__":{"price":"abc","polluted":true}')],
    ['__proto__ beside a long number', () => withMore('"n":12345678901234567890,"__proto__":{"polluted":1}')],
    ['constructor', () => withMore('"constructor":{"prototype":{"polluted":true}},"toString":"x"')],
    ['NUL in an unknown field', () => withMore('"extra": "\\u0000\\ud800", "\\u0000": 1')],
    ['500 categories', () => JSON.stringify(productEvent({ categories: Array(500).fill('x') }))],
    ['a date at the end of time', () => withRaw('date_modified', '"9999-12-31T23:59:59-14:00"')],
    ['null among the tags', () => JSON.stringify(productEvent({ tags: ['a', null] }))],
  ])('%s is accepted, and the product is what it would be without', async (_, body) => {
    const product = await listed(body());
    expect(product).toMatchObject({ external_id: 'woo_414', price: '850000.00', is_active: true });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['', ''],
    [' beside a long number', '"n": 12345678901234567890, '],
  ])('of two equal keys%s the last counts', async (_, more) => {
    const product = await listed(withRaw('price', `1, ${more}"price": 2, "regular_price": null, "price": 3`));
    expect(product.price).toBe('3.00');
  });
});

describe('bad query strings and bodies of the API', () => {
  let app: TestApp;
  let staff: TestUser;
  let tokenId: number;

  beforeAll(async () => {
    app = await TestApp.start();
    staff = await app.createUser({ staff: true });
    tokenId = (await app.createToken(staff)).id;
  });
  afterAll(() => app.close());

  const LISTS = {
    products: `${API}/web-knowledge/products/`,
    search: `${API}/web-knowledge/search/`,
    events: `${API}/integrations/woocommerce/events/`,
    stats: `${API}/integrations/woocommerce/events/stats/`,
    tokens: `${API}/integrations/tokens/`,
  };
  const PAGING =
    'page=0 page=-1 page=abc page=1.5 page=1e3 page=99999999 page=1&page=2 ' +
    'page_size=0 page_size=101 page_size=all page_size=5&page_size=6 ';
  const long = (length: number) => 'x'.repeat(length);
  const BAD_FILTERS: Record<keyof typeof LISTS, string> = {
    products:
      PAGING +
      'min_price=abc min_price=-1 min_price=1e5 min_price=NaN max_price=1,000 min_price=1&min_price=2 ' +
      'ordering=x ordering=--price ordering=constructor ordering=price; ordering=id ordering=price&ordering=title ' +
      'is_active=maybe is_active=1 in_stock=yes has_discount=true&has_discount=false external_source=magento ' +
      'search=a&search=b category=a&category=b brand=a&brand=b tag=a&tag=b currency=IRTIRTIRTIRT ' +
      `max_price=${'9'.repeat(200)} search=${long(201)} product_type=${long(51)}`,
    search: `q= q=%20 q=${long(10_001)} q=a&q=b limit=0 limit=51 limit=x min_price=abc in_stock=maybe`,
    events:
      PAGING +
      'user_id=abc user_id=0 user_id=-1 event_type=order.created success=maybe status=done ' +
      'status=queued&status=failed woo_product_id=abc woo_product_id=0 woo_product_id=1.5 ' +
      'woo_product_id=9223372036854775808 created_after=yesterday created_after=2025-02-31 ' +
      'created_before=1731230000 created_before=2025-11-10&created_before=2025-11-11 ' +
      `search=a&search=b search=${long(201)}`,
    stats: 'created_after=yesterday status=done',
    tokens: `${PAGING}user_id=abc user_id=1&user_id=2`,
  };
  const QUERIES = (Object.keys(LISTS) as (keyof typeof LISTS)[]).flatMap((list) =>
    BAD_FILTERS[list].split(' ').map((query) => [list, query] as const),
  );

  it.each(QUERIES)('%s?%s is refused, and the filter is named', async (list, query) => {
    const known = list === 'search' && !query.startsWith('q=') ? 'q=x&' : '';
    const answer = await app.get(`${LISTS[list]}?${known}${query}`, staff.access);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toBe('validation_failed');
    expect(names(answer)).toEqual([query.split('=')[0]]);
  });

  it('a search without a question is refused', async () => {
    const answer = await app.get(LISTS.search, staff.access);
    expect(answer.status).toBe(400);
    expect(names(answer)).toEqual(['q']);
  });

  const TEXT_FILTERS = ['search', 'category', 'brand', 'tag', 'product_type', 'currency', 'q'];
  it.each(
    (Object.keys(LISTS) as (keyof typeof LISTS)[]).flatMap((list) =>
      ['%00', 'a%00b', '%ED%A0%80', '%zz', '%', "'", '%25%5C', '[{"a":1}]', '__proto__'].map(
        (value) => [list, value] as const,
      ),
    ),
  )('%s with %s in any text filter makes no error of the server', async (list, value) => {
    const failed: string[] = [];
    for (const filter of TEXT_FILTERS) {
      const { status } = await app.get(`${LISTS[list]}?q=x&${filter}=${value}`, staff.access);
      if (status !== 200 && status !== 400) failed.push(`${filter}: ${status}`);
    }
    expect(failed).toEqual([]);
  });

  it.each([
    ['products', 'unknown=x&__proto__=x&constructor=x'],
    ['products', `min_price=${'9'.repeat(120)}&max_price=0.${'1'.repeat(118)}`],
    ['events', 'created_after=1000-01-01&created_before=9999-12-31T23:59:59Z'],
    ['events', 'woo_product_id=9223372036854775807'],
  ] as const)('%s?%s is fine', async (list, query) => {
    expect((await app.get(`${LISTS[list]}?${query}`, staff.access)).status).toBe(200);
  });

  const valid = { integration_type: 'woocommerce', name: 'Shop' };
  const inToken = (field: string, ...values: unknown[]): Row[] =>
    values.map((value) => [`${shown(value)} as ${field}`, field, { ...valid, [field]: value }]);
  const BODIES: Row[] = [
    ['null', 'body', 'null'],
    ['a list', 'body', []],
    ['100,000 levels of nesting', 'body', nested(100_000)],
    ...inToken('name', null, '', '  ', 5, ['x'], {}, 'x'.repeat(201)),
    ...inToken('allowed_ips', '203.0.113.7', {}, [5], ['300.1.1.1'], ['203.0.113.0/33'], ['::1/129']),
    ...inToken('allowed_ips', ['shop.example.com'], Array(101).fill('203.0.113.7')),
    ...inToken('expires_at', 'tomorrow', '2099-02-31', '2020-01-01T00:00:00Z', 4102444800, true, []),
  ];
  const GENERATE_ONLY: Row[] = [
    ...inToken('name', undefined),
    ...inToken('integration_type', undefined, 'magento', '', null, 5, ['woocommerce'], 'toString'),
    ...inToken('user_id', 'abc', 0, -1, 1.5, [1], 999_999, 1e20),
    ...inToken(
      'store_url',
      'ftp://x.example',
      'javascript:alert(1)',
      'x',
      5,
      ['https://x.example'],
      'http://',
    ),
  ];
  const PATCH_ONLY: Row[] = inToken('is_active', 'yes', 1, null, '', []);

  const ENDPOINTS: [what: string, method: string, path: () => string, bodies: Row[]][] = [
    ['generate', 'POST', () => GENERATE, [...BODIES, ...GENERATE_ONLY]],
    ['patch', 'PATCH', () => `${API}/integrations/tokens/${tokenId}/`, [...BODIES, ...PATCH_ONLY]],
  ];
  describe.each(ENDPOINTS)('%s of a token', (_name, method, path, bodies) => {
    it.each(bodies)('refuses %s, and changes nothing', async (_title, field, body) => {
      const rows = () =>
        app.query(`SELECT id, name, is_active, allowed_ips, expires_at FROM integration_tokens`);
      const before = await rows();
      const answer = await app.request(method, path(), { token: staff.access, body });
      expect(answer.status).toBe(400);
      expect(answer.body.error).toBe('validation_failed');
      expect(names(answer)).toEqual([field]);
      expect(await rows()).toEqual(before);
    });

    it.each(['', '{', '{"name":'])('refuses the body %j as malformed', async (body) => {
      const answer = await app.request(method, path(), { token: staff.access, body });
      expect(answer.status).toBe(400);
      expect(answer.body.error).toBe('malformed_json');
    });

    it.each(['a\u0000b', 'a\ud83d'])('makes no error of the server of the name %j', async (name) => {
      const answer = await app.request(method, path(), { token: staff.access, body: { ...valid, name } });
      expect([200, 201, 400]).toContain(answer.status);
    });
  });
});
