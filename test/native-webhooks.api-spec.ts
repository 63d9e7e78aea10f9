import { createHmac, randomBytes } from 'node:crypto';
import { MAX_JSON_DEPTH } from '../src/contract/json';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const SOURCE = 'https://shop.example.com/';

/** A product as WooCommerce 9 to 11 puts it into its own webhooks: its REST API v3. */
const product = (changes: Record<string, unknown> = {}) => ({
  id: 414,
  name: 'کفش اسپرت مردانه',
  slug: 'sport-shoe',
  permalink: 'https://shop.example.com/product/sport-shoe/',
  date_created: '2025-11-10T12:00:00',
  date_created_gmt: '2025-11-10T08:30:00',
  date_modified: '2025-11-10T13:00:00',
  date_modified_gmt: '2025-11-10T09:30:00',
  type: 'simple',
  status: 'publish',
  featured: false,
  catalog_visibility: 'visible',
  description: '<p>رویهٔ تنفسی</p>',
  short_description: '<p>سبک</p>',
  sku: 'PROD-001',
  price: '850000',
  regular_price: '950000',
  sale_price: '850000',
  on_sale: true,
  purchasable: true,
  manage_stock: true,
  stock_quantity: 12,
  stock_status: 'instock',
  backorders: 'no',
  parent_id: 0,
  categories: [
    { id: 9, name: 'کفش', slug: 'shoe' },
    { id: 10, name: 'مردانه &amp; اسپرت', slug: 'men' },
  ],
  brands: [{ id: 3, name: 'نایک', slug: 'nike' }],
  tags: [{ id: 5, name: 'ورزشی', slug: 'sport' }],
  images: [
    { id: 1, src: 'https://shop.example.com/a.jpg', name: '', alt: '' },
    { id: 2, src: 'https://shop.example.com/b.jpg', name: '', alt: '' },
  ],
  attributes: [{ id: 1, name: 'رنگ', slug: 'pa_color', visible: true, variation: false, options: ['مشکی'] }],
  default_attributes: [],
  variations: [],
  meta_data: [{ id: 1, key: 'total_sales', value: '0' }],
  price_html: '<del>950٬000 تومان</del>',
  post_password: '',
  _links: { self: [{ href: 'https://shop.example.com/wp-json/wc/v3/products/414' }] },
  ...changes,
});
const variation = (id: number, size: string, changes: Record<string, unknown> = {}) =>
  product({
    id,
    type: 'variation',
    parent_id: 414,
    name: 'کفش - 42',
    sku: `V-${id}`,
    categories: [],
    images: [{ id: 7, src: `https://shop.example.com/${id}.jpg` }],
    attributes: [{ id: 2, name: 'سایز', slug: 'pa_size', option: size }],
    ...changes,
  });

describe("WooCommerce's own webhooks", () => {
  let app: TestApp;
  let owner: TestUser;
  let tokenId: number;
  let secret: string;
  let deliveries = 0;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    owner = await app.createUser();
    ({ id: tokenId } = await app.createToken(owner));
    secret = (await take()).body.secret;
  });

  const settings = (id = tokenId) => `/api/v1/integrations/tokens/${id}/native-webhooks/`;
  const take = (access = owner.access, currency: unknown = 'irt', id = tokenId) =>
    app.post(settings(id), { currency }, access);

  /** As WC_Webhook::deliver does. */
  const deliver = (
    topic: string,
    body: unknown,
    {
      by = secret,
      to = tokenId,
      headers = {},
    }: { by?: string; to?: number | string; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    // wp_json_encode escapes slashes and whatever is not ASCII.
    const text =
      typeof body === 'string'
        ? body
        : JSON.stringify(body)
            .replaceAll('/', '\\/')
            .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return app.request('POST', `/api/integrations/woocommerce/native/${to}/`, {
      body: text,
      headers: {
        'user-agent': 'WooCommerce/11.0.1 Hookshot (WordPress/7.1)',
        'x-wc-webhook-source': SOURCE,
        'x-wc-webhook-topic': topic,
        'x-wc-webhook-resource': 'product',
        'x-wc-webhook-event': topic.split('.')[1]!,
        'x-wc-webhook-signature': createHmac('sha256', by).update(text).digest('base64'),
        'x-wc-webhook-id': '7',
        'x-wc-webhook-delivery-id': `delivery-${++deliveries}`,
        ...headers,
      },
    });
  };
  const ping = (to: number | string = tokenId, body = 'webhook_id=7') =>
    app.request('POST', `/api/integrations/woocommerce/native/${to}/`, {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'WooCommerce/11.0.1 Hookshot (WordPress/7.1)',
      },
    });
  const products = async (query = 'is_active=true') => {
    await app.idle();
    return (await app.get(`/api/v1/web-knowledge/products/?${query}`, owner.access)).body.results;
  };
  const events = async () =>
    (await app.get('/api/v1/integrations/woocommerce/events/', owner.access)).body.results;

  it('are pointed at an address of the token, with a secret that is shown once', async () => {
    const { status, body } = await take();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      delivery_url: `${app.url}/api/integrations/woocommerce/native/${tokenId}/`,
      topics: ['product.created', 'product.updated', 'product.deleted', 'product.restored'],
      currency: 'IRT',
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const shown = await app.get(settings(), owner.access);
    expect(shown.body).not.toHaveProperty('secret');
    expect(JSON.stringify(shown.body)).not.toContain(body.secret);
    const stored = await app.query(`SELECT * FROM integration_tokens WHERE id = $1`, [tokenId]);
    expect(JSON.stringify(stored)).not.toContain(body.secret);
  });

  it('tell of a product, which is listed with its prices to the digit', async () => {
    const price = '123456789012345678901.50';
    const { status, body } = await deliver(
      'product.created',
      product({ price, regular_price: price, sale_price: '', on_sale: false }),
    );
    expect([status, body.status]).toEqual([202, 'accepted']);
    expect(await products()).toMatchObject([
      {
        title: 'کفش اسپرت مردانه',
        external_id: 'woo_414',
        price,
        currency: 'IRT',
        categories: ['کفش', 'مردانه & اسپرت'],
        brand: 'نایک',
        tags: ['ورزشی'],
        features: ['رنگ: مشکی'],
        stock_quantity: 12,
        main_image: 'https://shop.example.com/a.jpg',
        images: ['https://shop.example.com/a.jpg', 'https://shop.example.com/b.jpg'],
      },
    ]);
    const [event] = await events();
    expect(event).toMatchObject({
      event_type: 'product.created',
      event_id: body.event_id,
      status: 'processed',
    });
    const found = await app.get('/api/v1/web-knowledge/search/?q=کفش اسپرت نایک', owner.access);
    expect(found.body.results).toHaveLength(1);
  });

  it('are kept to the letter, with what stood in headers', async () => {
    const text = JSON.stringify(product({ weight: '1.50', meta_data: [{ value: 1.5 }] }));
    await deliver('product.updated', text);
    const [row] = await app.query<{ payload: string }>(
      `SELECT payload::text AS payload FROM events WHERE user_id = $1`,
      [owner.id],
    );
    expect(row!.payload).toContain(text);
    expect(JSON.parse(row!.payload)).toMatchObject({
      topic: 'product.updated',
      source: SOURCE,
      currency: 'IRT',
    });
  });

  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19);

  it('tell of deletion and restoration, though WooCommerce delivers a minute late and dates no deletion', async () => {
    await deliver('product.created', product());
    await app.idle();
    expect((await deliver('product.deleted', { id: 414 })).status).toBe(202);
    expect(await products()).toEqual([]);
    await deliver('product.restored', product({ date_modified_gmt: ago(50) }));
    expect(await products()).toHaveLength(1);
    await deliver('product.updated', product({ name: 'edited', date_modified_gmt: ago(40) }));
    expect(await products()).toMatchObject([{ title: 'edited' }]);
    // The same body once more: deleted again, and not a copy of the first deletion.
    expect((await deliver('product.deleted', { id: 414 })).body.status).toBe('accepted');
    expect(await products()).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['a draft', { status: 'draft' }],
    ['private', { status: 'private' }],
    ['hidden', { catalog_visibility: 'hidden' }],
    ['behind a password', { post_password: 'x' }],
    ['in the trash', { status: 'trash' }],
  ])('remove a product that is %s now', async (_, change) => {
    await deliver('product.created', product());
    await app.idle();
    await deliver('product.updated', product({ ...change, date_modified_gmt: '2025-11-10T09:31:00' }));
    expect(await products()).toEqual([]);
  });

  it('tell of variations one by one, which are joined to their product', async () => {
    await deliver('product.updated', variation(416, '42', { price: '900000', stock_status: 'outofstock' }));
    expect(await products()).toEqual([]);
    await deliver(
      'product.created',
      product({ type: 'variable', variations: [415, 416], price: '800000', regular_price: '' }),
    );
    await deliver(
      'product.updated',
      variation(415, '41', { price: '800000', sale_price: '', regular_price: '800000' }),
    );
    const [shoe] = await products();
    expect(shoe).toMatchObject({
      price_min: '800000.00',
      price_max: '900000.00',
      in_stock: true,
      has_variations: true,
    });
    const hit = (await app.get('/api/v1/web-knowledge/search/?q=کفش نایک سایز ۴۲', owner.access)).body
      .results[0];
    expect(hit.variation).toMatchObject({ id: 416, sku: 'V-416', in_stock: false, price: '900000.00' });
    expect(hit.variation.image).toBe('https://shop.example.com/416.jpg');
    // Deleting one is told by its product alone.
    await deliver(
      'product.updated',
      product({
        type: 'variable',
        variations: [415],
        price: '800000',
        date_modified_gmt: '2025-11-10T10:00:00',
      }),
    );
    expect((await products())[0]).toMatchObject({ price_max: '800000.00' });
  });

  it('take a time without a zone for UTC, so that an older delivery changes nothing', async () => {
    await deliver('product.updated', product({ name: 'newer' }));
    await app.idle();
    await deliver('product.updated', product({ name: 'older', date_modified_gmt: '2025-11-10T09:29:59' }));
    expect(await products()).toMatchObject([{ title: 'newer' }]);
  });

  it('share their store with the plugin of the same shop, and the later word wins', async () => {
    await deliver('product.updated', product({ name: 'native' }));
    const { secret: plugin } = await app.createToken(owner);
    const at = (date: string, name: string) =>
      productEvent({ name }, { occurred_at: date, store: { url: 'https://shop.example.com' } });
    await app.webhook(plugin, at('2025-11-10T09:30:30Z', 'plugin'));
    expect(await products()).toMatchObject([{ title: 'plugin' }]);
    await deliver(
      'product.updated',
      product({ name: 'native again', date_modified_gmt: '2025-11-10T09:31:00' }),
    );
    expect(await products()).toMatchObject([{ title: 'native again' }]);
  });

  it('are taken once where a delivery comes twice, and twice where two share an id', async () => {
    const headers = { 'x-wc-webhook-delivery-id': 'same' };
    expect((await deliver('product.updated', product(), { headers })).status).toBe(202);
    const again = await deliver('product.updated', product(), { headers });
    expect([again.status, again.body.status]).toEqual([200, 'skipped']);
    // WooCommerce makes its delivery ids of webhook and second.
    expect((await deliver('product.updated', product({ id: 415 }), { headers })).status).toBe(202);
  });

  it('that cannot be understood are taken in, and fail in the log', async () => {
    const { status } = await deliver('product.updated', product({ price: 'free of charge' }));
    expect(status).toBe(202);
    await app.idle();
    const [event] = await events();
    expect(event).toMatchObject({
      status: 'failed',
      woo_product_id: 414,
      error_message: expect.stringContaining('price'),
    });
  });

  it('are refused one level less deep than other bodies, since the log keeps them one deeper', async () => {
    // The product and its list of metadata are two levels.
    const nested = (levels: number) =>
      product({ meta_data: [JSON.parse('['.repeat(levels - 2) + ']'.repeat(levels - 2))] });
    const refused = await deliver('product.updated', nested(MAX_JSON_DEPTH));
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([{ field: 'body', message: expect.stringContaining('63') }]);
    expect((await deliver('product.updated', nested(MAX_JSON_DEPTH - 1))).status).toBe(202);
    await app.idle();
    expect(await events()).toMatchObject([{ status: 'processed', error_message: null }]);
  });

  it('of a product without a name are listed by its address', async () => {
    await deliver('product.updated', product({ name: '' }));
    expect(await products()).toMatchObject([{ title: 'sport-shoe' }]);
  });

  it('are tried with an unsigned form when they are made, which tells nothing of a token and costs it nothing', async () => {
    const staff = await app.createUser({ staff: true });
    await app.request('PATCH', `/api/v1/integrations/tokens/${tokenId}/`, {
      token: staff.access,
      body: { rate_limit_per_minute: 3 },
    });
    for (const to of [tokenId, tokenId, tokenId, tokenId, 999_999_999]) {
      const { status, body, headers } = await ping(to);
      expect([status, body.status]).toEqual([200, 'ok']);
      expect(headers.get('ratelimit')).toMatch(/^"refused"/);
    }
    expect(await events()).toEqual([]);
    expect((await deliver('product.updated', product())).status).toBe(202);
  });

  it('are believed with the secret before for a day after it was replaced', async () => {
    const { body } = await take();
    expect(new Date(body.previous_secret_until).getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect((await deliver('product.updated', product())).status).toBe(202);
    expect((await deliver('product.updated', product(), { by: body.secret })).status).toBe(202);
    await app.query(`UPDATE integration_tokens SET previous_webhook_secret_until = now() WHERE id = $1`, [
      tokenId,
    ]);
    expect((await deliver('product.updated', product())).status).toBe(401);
    expect((await deliver('product.updated', product(), { by: body.secret })).status).toBe(202);
  });

  describe('are refused', () => {
    const code = async (answer: Promise<Answer>) => {
      const { status, body } = await answer;
      return [status, body.error];
    };
    const bad = [401, 'webhook_signature_invalid'];

    it('with a bad signature, whatever else they say', async () => {
      const other = randomBytes(32).toString('hex');
      expect(await code(deliver('product.updated', product(), { by: other }))).toEqual(bad);
      expect(await code(deliver('product.updated', 'no JSON', { by: other }))).toEqual(bad);
      const headers = { 'x-wc-webhook-signature': 'AAAA' };
      expect(await code(deliver('product.updated', product(), { headers }))).toEqual(bad);
      expect(await events()).toEqual([]);
    });

    it('without a signature', async () => {
      const answer = app.request('POST', `/api/integrations/woocommerce/native/${tokenId}/`, {
        body: product(),
        headers: { 'x-wc-webhook-topic': 'product.updated' },
      });
      expect(await code(answer)).toEqual(bad);
      expect(await code(ping(tokenId, 'webhook_id=7&id=414'))).toEqual(bad);
    });

    it('with the signature of another body', async () => {
      const signature = createHmac('sha256', secret).update('{"id":1}').digest('base64');
      const headers = { 'x-wc-webhook-signature': signature };
      expect(await code(deliver('product.deleted', { id: 414 }, { headers }))).toEqual(bad);
    });

    it("with the secret of another user's token", async () => {
      const other = await app.createUser();
      const { id } = await app.createToken(other);
      const theirs = (await take(other.access, 'IRR', id)).body.secret;
      expect(await code(deliver('product.updated', product(), { by: theirs }))).toEqual(bad);
      expect((await deliver('product.updated', product(), { by: theirs, to: id })).status).toBe(202);
      expect(await products()).toEqual([]);
    });

    it('for a token that is not there, takes none, or no more', async () => {
      expect(await code(deliver('product.updated', product(), { to: 999_999_999 }))).toEqual(bad);
      const { id } = await app.createToken(owner);
      expect(await code(deliver('product.updated', product(), { to: id }))).toEqual(bad);
      expect((await app.request('DELETE', settings(), { token: owner.access })).status).toBe(204);
      expect(await code(deliver('product.updated', product()))).toEqual(bad);
      expect((await app.get(settings(), owner.access)).status).toBe(404);
    });

    it.each(['0', 'x', '1e3', '99999999999999999999'])('at the address of token %s', async (to) => {
      expect((await deliver('product.updated', product(), { to })).status).toBe(404);
    });

    it('for a token that is inactive or from elsewhere', async () => {
      const patch = (body: unknown) =>
        app.request('PATCH', `/api/v1/integrations/tokens/${tokenId}/`, { token: owner.access, body });
      await patch({ allowed_ips: ['203.0.113.7'] });
      expect(await code(deliver('product.updated', product()))).toEqual([403, 'address_not_allowed']);
      await patch({ allowed_ips: [], is_active: false });
      expect(await code(deliver('product.updated', product()))).toEqual([401, 'token_inactive']);
    });

    it.each([['order.created'], ['product.sold'], ['']])('with the topic %j', async (topic) => {
      const { status, body } = await deliver(topic || 'x.y', product(), {
        ...(topic === '' && { headers: { 'x-wc-webhook-topic': '' } }),
      });
      expect([status, body.errors[0].field]).toEqual([400, 'X-WC-Webhook-Topic']);
    });

    it.each([['{"id":0}'], ['{"id":"x"}'], ['{}'], ['[]'], ['null']])('with the body %s', async (body) => {
      expect((await deliver('product.deleted', body)).status).toBe(400);
    });

    it('with a body that is no JSON, or too large', async () => {
      expect((await deliver('product.deleted', 'x')).body.error).toBe('malformed_json');
      const large = product({ description: 'x'.repeat(2 ** 20) });
      expect((await deliver('product.updated', large)).status).toBe(413);
    });
  });

  it('are the only ones that may come as a form', async () => {
    const { secret: plugin } = await app.createToken(owner);
    const answer = await app.request('POST', '/api/integrations/woocommerce/webhook/', {
      token: plugin,
      body: 'webhook_id=7',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([answer.status, answer.body.error]).toEqual([415, 'unsupported_media_type']);
  });

  describe('are managed', () => {
    it.each([[undefined], [null], ['تومان'], ['IRTT'], [5]])(
      'with a currency that is one, and not %j',
      async (currency) => {
        const { status, body } = await app.post(settings(), { currency }, owner.access);
        expect([status, body.errors[0].field]).toEqual([400, 'currency']);
      },
    );

    it.each([
      ['no session', undefined],
      ['a wrong session', 'x.y.z'],
    ])('not with %s', async (_, access) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const options = {
          ...(access && { token: access }),
          ...(method === 'POST' && { body: { currency: 'IRT' } }),
        };
        expect((await app.request(method, settings(), options)).status).toBe(401);
      }
    });

    it('not by another user, but by staff', async () => {
      const [other, staff] = [await app.createUser(), await app.createUser({ staff: true })];
      expect((await take(other.access)).status).toBe(404);
      expect((await app.get(settings(), other.access)).status).toBe(404);
      expect((await app.request('DELETE', settings(), { token: other.access })).status).toBe(404);
      expect((await take(staff.access)).status).toBe(201);
    });
  });
});
