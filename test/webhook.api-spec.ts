import { loggedEvent, loggedEvents } from './support/event-log';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const WEBHOOK = '/api/integrations/woocommerce/webhook/';
const PRODUCTS = '/api/v1/web-knowledge/products/';
const TOKENS = '/api/v1/integrations/tokens/';
const MIB = 1_048_576;

/** To the letter what the contract shows, white space included. */
const CONTRACT_EXAMPLE = `{ "event_id": "wc_2025_11_10_54321", "event_type": "product.updated",
  "product": { "id": 414, "sku": "PROD-001", "name": "کفش اسپرت مردانه",
    "short_description": "…", "description": "<p>…</p>",
    "price": 850000, "regular_price": 950000, "sale_price": 850000, "currency": "IRT",
    "stock_quantity": 12, "stock_status": "instock",
    "categories": ["کفش", "مردانه"], "tags": ["ورزشی"],
    "image": "https://shop.example.com/a.jpg", "gallery": ["https://shop.example.com/b.jpg"],
    "permalink": "https://shop.example.com/p/414",
    "type": "simple", "on_sale": true, "date_modified": "2025-11-10T09:30:00+00:00" } }`;

/** An event whose text is padded to so many bytes in a field that the server does not know. */
function eventOfBytes(bytes: number): string {
  const event = productEvent({}, { padding: '' });
  const text = JSON.stringify(event);
  return text.replace('"padding":""', `"padding":"${'x'.repeat(bytes - Buffer.byteLength(text))}"`);
}

describe('POST /api/integrations/woocommerce/webhook/', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
    token = (await app.createToken(owner)).secret;
  });
  afterAll(() => app.close());

  let lastProductId = 1000;

  /** Sends an event of the owner's, waits for it, and answers with its product as it is listed. */
  async function listed(product: Record<string, unknown>): Promise<Answer['body']> {
    const event = productEvent({ id: ++lastProductId, ...product });
    expect((await app.webhook(token, event)).status).toBe(202);
    await app.idle();
    const { body } = await app.get(`${PRODUCTS}?page_size=100`, owner.access);
    const externalId = `woo_${String(event.product.id)}`;
    return (body.results as { external_id: string }[]).find(({ external_id: id }) => id === externalId);
  }

  describe('an event that is accepted', () => {
    it('is listed and found once it is processed', async () => {
      const user = await app.createUser();
      const { secret } = await app.createToken(user);
      const event = productEvent();
      const answer = await app.webhook(secret, event);
      expect(answer.status).toBe(202);
      expect(answer.body).toEqual({
        status: 'accepted',
        message: 'The event has been accepted.',
        event_id: event.event_id,
      });
      await app.idle();
      const list = await app.get(PRODUCTS, user.access);
      expect(list.body.count).toBe(1);
      expect(list.body.results[0]).toMatchObject({ external_id: 'woo_414', price: '850000.00' });
      const query = encodeURIComponent('كفش اسپرت');
      const search = await app.get(`/api/v1/web-knowledge/search/?q=${query}`, user.access);
      expect(search.body.results[0].product.external_id).toBe('woo_414');
    });

    it('is in the log before the answer leaves', async () => {
      const event = productEvent();
      const answer = await app.webhook(token, event);
      const rows = await loggedEvents(app, event.event_id);
      expect(answer.status).toBe(202);
      expect(rows).toHaveLength(1);
    });

    it.each(['/api/integrations/woocommerce/webhook/', '/api/integrations/woocommerce/webhook'])(
      'is taken at %s without a redirect',
      async (path) => {
        const response = await fetch(app.url + path, {
          method: 'POST',
          redirect: 'manual',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(productEvent()),
        });
        expect(response.status).toBe(202);
      },
    );

    it('in the shape that older plugins send becomes the whole product', async () => {
      const user = await app.createUser();
      const { secret } = await app.createToken(user);
      expect((await app.webhook(secret, CONTRACT_EXAMPLE)).status).toBe(202);
      await app.idle();
      const { body } = await app.get(PRODUCTS, user.access);
      expect(body.count).toBe(1);
      expect(body.results[0]).toMatchObject({
        external_id: 'woo_414',
        external_source: 'woocommerce',
        title: 'کفش اسپرت مردانه',
        product_type: 'simple',
        short_description: '…',
        description: '<p>…</p>',
        link: 'https://shop.example.com/p/414',
        price: '850000.00',
        original_price: '950000.00',
        sale_price: '850000.00',
        final_price: '850000.00',
        discount_amount: '100000.00',
        discount_percentage: 10.53,
        currency: 'IRT',
        category: 'کفش',
        tags: ['ورزشی'],
        in_stock: true,
        stock_quantity: 12,
        is_active: true,
        main_image: 'https://shop.example.com/a.jpg',
      });
      expect(body.results[0].images).toContain('https://shop.example.com/b.jpg');
    });

    it('keeps in its logged payload what the server does not know, to the letter', async () => {
      const { event_id: id } = productEvent();
      const text = ` {\n\t"event_id":"${id}" , "event_type": "product.updated",
        "store": {"url": "https://shop.example.com", "plugin": "2.0"}, "ratio": 1.50, "long": 123456789012345678901234567890,
        "note": "\\u0633\\u0644\\u0627\\u0645 \\/ سلام", "dup": 1, "dup": 2,
        "product": { "id" : 7, "name":"x", "variations": [ {"id":8, "price":"1.10"} ], "attributes":[] } }\n`;
      expect((await app.webhook(token, text)).status).toBe(202);
      expect((await loggedEvent(app, id)).payload).toBe(text);
    });

    it.each([
      ['a number', 501, 'woo_501'],
      ['digits in a string', '502', 'woo_502'],
      ['the largest there is', '9223372036854775807', 'woo_9223372036854775807'],
    ])('may have %s as id', async (_, id, externalId) => {
      expect(await listed({ id })).toMatchObject({ external_id: externalId });
    });

    it.each([
      ['a number', 850000, '850000.00'],
      ['a fraction', 19.99, '19.99'],
      ['a decimal string', '850000.5', '850000.50'],
      ['a price above 100 million toman', '1250000000', '1250000000.00'],
      ['more places than two', '0.12345', '0.12345'],
      ['zero', 0, '0.00'],
      ['an empty string', '', null],
      ['null', null, null],
    ])('may have %s as price', async (_, price, expected) => {
      const product = await listed({ price, regular_price: price, sale_price: null, on_sale: false });
      expect(product).toMatchObject({ price: expected, final_price: expected, original_price: null });
    });

    it.each(Object.keys(productEvent().product).filter((field) => !['id', 'name'].includes(field)))(
      'may leave out %s, or have null or "" there',
      async (field) => {
        for (const value of [undefined, null, '']) {
          expect(await listed({ [field]: value })).toMatchObject({
            title: 'کفش اسپرت مردانه',
            is_active: true,
          });
        }
      },
    );

    it('needs no more than id and name', async () => {
      const nothing = Object.fromEntries(Object.keys(productEvent().product).map((key) => [key, undefined]));
      expect(await listed({ ...nothing, id: 503, name: 'Only a name' })).toMatchObject({
        title: 'Only a name',
        price: null,
        category: null,
        tags: [],
        main_image: null,
        link: null,
        is_active: true,
      });
    });

    it('needs no more than an id when it is a deletion', async () => {
      const { id } = await listed({ id: 504 });
      const { event_id: eventId } = productEvent();
      const deletion = { event_id: eventId, event_type: 'product.deleted', product: { id: 504 } };
      expect((await app.webhook(token, deletion)).status).toBe(202);
      await app.idle();
      const { body } = await app.get(`${PRODUCTS}${id}/`, owner.access);
      expect(body).toMatchObject({ external_id: 'woo_504', is_active: false });
    });

    it.each([
      ['application/json; charset=utf-8'],
      ['application/json;charset=UTF-8'],
      ['Application/JSON'],
      ['application/vnd.shop+json'],
    ])('may come as %s', async (contentType) => {
      const answer = await app.webhook(token, productEvent(), { 'content-type': contentType });
      expect(answer.status).toBe(202);
    });
  });

  describe('an event_id seen before', () => {
    it('is skipped, whatever else the event says', async () => {
      const event = productEvent({ id: 505, name: 'First' });
      await app.webhook(token, event);
      const again = await app.webhook(token, { ...event, product: { id: 506, name: 'Second' } });
      expect(again.status).toBe(200);
      expect(again.body).toEqual({
        status: 'skipped',
        message: 'This event has been received before.',
        event_id: event.event_id,
      });
      await app.idle();
      const { body } = await app.get(`${PRODUCTS}?page_size=100`, owner.access);
      const ids = (body.results as { external_id: string }[]).map(({ external_id: id }) => id);
      expect(ids).toContain('woo_505');
      expect(ids).not.toContain('woo_506');
    });

    it('is accepted exactly once when 30 copies race, be it the first event of the shop', async () => {
      const user = await app.createUser();
      const { secret } = await app.createToken(user);
      const event = productEvent();
      const answers = await Promise.all(Array.from({ length: 30 }, () => app.webhook(secret, event)));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array<number>(29).fill(200), 202]);
      expect(await loggedEvents(app, event.event_id)).toHaveLength(1);
      expect(await app.query(`SELECT id FROM stores WHERE user_id = $1`, [user.id])).toHaveLength(1);
    });

    it("is not seen before when it was another user's shop that sent it", async () => {
      const event = productEvent();
      const other = await app.createToken(await app.createUser());
      expect((await app.webhook(other.secret, event)).status).toBe(202);
      expect((await app.webhook(token, event)).status).toBe(202);
      expect(await loggedEvents(app, event.event_id)).toHaveLength(2);
    });
  });

  describe('authentication', () => {
    it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('takes the scheme %s', async (scheme) => {
      const answer = await app.post(WEBHOOK, productEvent(), undefined, {
        authorization: `${scheme} ${token}`,
      });
      expect(answer.status).toBe(202);
    });

    it.each([
      ['no header', undefined],
      ['an empty header', ''],
      ['a scheme alone', 'Bearer'],
      ['another scheme', 'Basic dXNlcjpwYXNz'],
      ['three words', 'Bearer one two'],
    ])('refuses %s with 401', async (_, authorization) => {
      const headers = authorization === undefined ? undefined : { authorization };
      const answer = await app.post(WEBHOOK, productEvent(), undefined, headers);
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ error: 'token_missing', detail: 'No integration token was sent.' });
    });

    it.each([
      ['none', undefined],
      ['another scheme', 'Basic dXNlcjpwYXNz'],
    ])('refuses a token in the query string, with %s in the header', async (_, authorization) => {
      const event = productEvent();
      const headers = authorization === undefined ? undefined : { authorization };
      const answer = await app.post(`${WEBHOOK}?access_token=${token}`, event, undefined, headers);
      expect(answer.status).toBe(401);
      expect(await loggedEvents(app, event.event_id)).toHaveLength(0);
    });

    it.each([
      ['JSON', 'application/json', 401],
      ['form', 'application/x-www-form-urlencoded', 415],
    ])('refuses a token in a %s body', async (_, contentType, status) => {
      const event = productEvent({}, { access_token: token });
      const body = contentType.endsWith('json') ? event : `access_token=${token}`;
      const answer = await app.post(WEBHOOK, body, undefined, { 'content-type': contentType });
      expect(answer.status).toBe(status);
      expect(await loggedEvents(app, event.event_id)).toHaveLength(0);
    });

    it.each([
      ['of the right shape', `wc_sk_live_${'a'.repeat(40)}`],
      ['of another shape', 'x'],
      ['longer by one character', () => `${token}x`],
      ['that is a session of a user', () => owner.access],
    ])('says of an unknown token %s that it is unknown', async (_, unknown) => {
      const answer = await app.webhook(typeof unknown === 'string' ? unknown : unknown(), productEvent());
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ error: 'token_unknown', detail: 'The integration token is unknown.' });
    });

    it.each([
      ['was deleted', 'token_inactive', 'The integration token is inactive.'],
      ['has expired', 'token_expired', 'The integration token has expired.'],
    ])('says of a token that it %s', async (what, error, detail) => {
      const { id, secret } = await app.createToken(owner, { expires_at: '2099-01-01T00:00:00Z' });
      expect((await app.webhook(secret, productEvent())).status).toBe(202);
      if (what === 'was deleted') await app.request('DELETE', `${TOKENS}${id}/`, { token: owner.access });
      else await app.query(`UPDATE integration_tokens SET expires_at = now() WHERE id = $1`, [id]);
      const answer = await app.webhook(secret, productEvent());
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual({ error, detail });
    });

    it('refuses the token of a user who is not active any more', async () => {
      const user = await app.createUser();
      const { secret } = await app.createToken(user);
      await app.query(`UPDATE users SET is_active = false WHERE id = $1`, [user.id]);
      const answer = await app.webhook(secret, productEvent());
      expect(answer.status).toBe(401);
      expect(answer.body.error).toBe('token_inactive');
    });

    it.each([
      [['203.0.113.7'], 403],
      [['203.0.113.0/24', '2001:db8::/32'], 403],
      [['203.0.113.7', '127.0.0.1'], 202],
      [['127.0.0.0/8'], 202],
      [[], 202],
    ])('with allowed_ips %j answers %d', async (allowedIps, status) => {
      const event = productEvent();
      const { secret } = await app.createToken(owner, { allowed_ips: allowedIps });
      const answer = await app.webhook(secret, event, { 'x-forwarded-for': '203.0.113.7' });
      expect(answer.status).toBe(status);
      expect(await loggedEvents(app, event.event_id)).toHaveLength(status === 202 ? 1 : 0);
      if (status === 403) expect(answer.body.error).toBe('address_not_allowed');
    });

    it('refuses a token of another integration', async () => {
      const { secret } = await app.createToken(owner, { integration_type: 'shopify' });
      const answer = await app.webhook(secret, productEvent());
      expect(answer.status).toBe(403);
      expect(answer.body.error).toBe('token_wrong_type');
    });
  });

  describe('limits', () => {
    it('takes a body of 1 MiB and refuses one byte more with 413', async () => {
      expect((await app.webhook(token, eventOfBytes(MIB))).status).toBe(202);
      const answer = await app.webhook(token, eventOfBytes(MIB + 1));
      expect(answer.status).toBe(413);
      expect(answer.body).toEqual({
        error: 'payload_too_large',
        detail: 'The request body is too large.',
      });
    });

    it('counts bytes and not characters', async () => {
      const event = productEvent({ description: 'ک'.repeat(MIB / 2) });
      expect((await app.webhook(token, event)).status).toBe(413);
    });

    it.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonp'])(
      'refuses a body that comes as %s with 415',
      async (contentType) => {
        const answer = await app.webhook(token, productEvent(), { 'content-type': contentType });
        expect(answer.status).toBe(415);
        expect(answer.body.error).toBe('unsupported_media_type');
      },
    );
  });

  describe('sentences', () => {
    it.each([
      ['en', 'The event has been accepted.', 'The integration token is unknown.'],
      ['en-US,en;q=0.9,fa;q=0.5', 'The event has been accepted.', 'The integration token is unknown.'],
      ['fa', 'رویداد پذیرفته شد.', 'توکن اتصال ناشناخته است.'],
      ['fa-IR,fa;q=0.9,en;q=0.5', 'رویداد پذیرفته شد.', 'توکن اتصال ناشناخته است.'],
      ['de', 'رویداد پذیرفته شد.', 'توکن اتصال ناشناخته است.'],
      ['*', 'رویداد پذیرفته شد.', 'توکن اتصال ناشناخته است.'],
      ['', 'رویداد پذیرفته شد.', 'توکن اتصال ناشناخته است.'],
    ])('for Accept-Language "%s" say %s', async (language, accepted, unknown) => {
      const headers = { 'accept-language': language };
      expect((await app.webhook(token, productEvent(), headers)).body.message).toBe(accepted);
      expect((await app.webhook('wc_sk_live_x', productEvent(), headers)).body.detail).toBe(unknown);
    });

    it('name a bad field in the language asked for', async () => {
      const event = productEvent({ price: -1 });
      const english = await app.webhook(token, event);
      const persian = await app.webhook(token, event, { 'accept-language': 'fa' });
      expect(english.body.errors).toEqual([
        { field: 'product.price', message: expect.stringContaining('zero or positive') },
      ]);
      expect(persian.body.errors).toEqual([
        { field: 'product.price', message: expect.stringContaining('صفر یا مثبت') },
      ]);
    });
  });
});

describe('the webhook with a limit of 5 requests a minute', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ WEBHOOK_REQUESTS_PER_MINUTE: '5' });
  });
  afterAll(() => app.close());

  it('answers 429 with Retry-After to the sixth request of a token, and serves other tokens', async () => {
    const owner = await app.createUser();
    const [busy, other] = [await app.createToken(owner), await app.createToken(owner)];
    for (let i = 0; i < 5; i++) expect((await app.webhook(busy.secret, productEvent())).status).toBe(202);
    const event = productEvent();
    const refused = await app.webhook(busy.secret, event);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(refused.body).toEqual({
      error: 'too_many_requests',
      detail: `Too many requests; try again in ${refused.headers.get('retry-after')} seconds.`,
    });
    expect(await loggedEvents(app, event.event_id)).toHaveLength(0);
    expect((await app.webhook(other.secret, event)).status).toBe(202);
  });
});
