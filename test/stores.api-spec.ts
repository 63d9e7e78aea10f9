import { productEvent, TestApp, type TestUser } from './support/test-app';

/** How a request names its shop: `site` in the payload, `agent` in the user agent as WordPress does. */
interface Shop {
  site?: string | undefined;
  agent?: string | undefined;
  /** Of the product; none by default, so that nothing but the above tells the shop. */
  permalink?: string | undefined;
}

interface StoreRow {
  id: number;
  url: string | null;
}

const A = 'https://a.example.com';
const B = 'https://b.example.com';
const permalinkAt = (site: string) => `${site}/product/shoe/`;

describe('stores', () => {
  let app: TestApp;
  let owner: TestUser;
  let minutes = 0;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  beforeEach(async () => {
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  const newToken = (request: Record<string, unknown> = {}, user = owner) => app.createToken(user, request);
  const deactivate = (id: number) =>
    app.request('DELETE', `/api/v1/integrations/tokens/${id}/`, { token: owner.access });

  /** Sends product 414, each time with a later date, and answers the status. */
  const send = async (
    { secret }: { secret: string },
    { site, agent, permalink }: Shop,
    name: string,
    envelope: Record<string, unknown> = {},
  ): Promise<number> => {
    const date_modified = new Date(Date.UTC(2025, 0, 1, 0, ++minutes)).toISOString();
    const event = productEvent({ name, permalink: permalink ?? null, date_modified }, envelope);
    const { status } = await app.webhook(
      secret,
      { ...event, ...(site && { store: { url: site } }) },
      { 'user-agent': agent ? `WordPress/6.7; ${agent}` : 'WordPress' },
    );
    return status;
  };

  /** The titles of the user's products, once all events are processed. */
  const titles = async (user = owner): Promise<string[]> => {
    await app.idle();
    const { body } = await app.get('/api/v1/web-knowledge/products/?ordering=title', user.access);
    const products = body.results as { title: string; external_id: string }[];
    expect(new Set(products.map(({ external_id }) => external_id))).toEqual(new Set(['woo_414']));
    return products.map(({ title }) => title);
  };

  const storesOf = (user = owner) =>
    app.query<StoreRow>('SELECT id, url FROM stores WHERE user_id = $1 ORDER BY id', [user.id]);

  const NAMINGS: [string, (site: string) => Shop][] = [
    ['named in the payload', (site) => ({ site })],
    ['named in the user agent', (site) => ({ agent: site })],
    ['told by permalinks alone', (site) => ({ permalink: permalinkAt(site) })],
  ];
  const NAMED = NAMINGS.slice(0, 2);

  describe.each(NAMINGS)('%s', (_, shop) => {
    it('keeps product 414 of two shops with a token each apart', async () => {
      const [a, b] = [await newToken(), await newToken()];
      await send(a, shop(A), 'A');
      await send(b, shop(B), 'B');
      expect(await titles()).toEqual(['A', 'B']);
      await send(a, shop(A), 'A2');
      expect(await titles()).toEqual(['A2', 'B']);
    });

    it('deletes the product of one shop only', async () => {
      const [a, b] = [await newToken(), await newToken()];
      await send(a, shop(A), 'A');
      await send(b, shop(B), 'B');
      await send(a, shop(A), 'A', { event_type: 'product.deleted' });
      await app.idle();
      const active = await app.get('/api/v1/web-knowledge/products/?is_active=true', owner.access);
      expect(active.body.results).toMatchObject([{ title: 'B' }]);
    });

    it('keeps the products of a shop whose token is deleted and generated anew', async () => {
      const old = await newToken();
      await send(old, shop(A), 'Old');
      await deactivate(old.id);
      await send(await newToken(), shop(A), 'New');
      expect(await titles()).toEqual(['New']);
    });

    it('does not hand a deleted shop to the new token of another', async () => {
      const old = await newToken();
      await send(old, shop(A), 'A');
      await deactivate(old.id);
      await send(await newToken(), shop(B), 'B');
      expect(await titles()).toEqual(['A', 'B']);
    });

    it("keeps two users' shops at the same address apart", async () => {
      const other = await app.createUser();
      await send(await newToken(), shop(A), 'Mine');
      await send(await newToken({}, other), shop(A), 'Theirs');
      expect(await titles()).toEqual(['Mine']);
      expect(await titles(other)).toEqual(['Theirs']);
    });

    it('makes one store of many first requests at once', async () => {
      const token = await newToken();
      const statuses = await Promise.all(
        Array.from({ length: 20 }, (__, i) => send(token, shop(A), `Edit ${i}`)),
      );
      expect(new Set(statuses)).toEqual(new Set([202]));
      expect(await storesOf()).toHaveLength(1);
      expect(await titles()).toHaveLength(1);
    });

    it('takes an event_id once in a shop, and once more in another shop of the user', async () => {
      const [a, b] = [await newToken(), await newToken()];
      const envelope = { event_id: 'wc_2025_11_10_54321' };
      expect(await send(a, shop(A), 'A', envelope)).toBe(202);
      expect(await send(a, shop(A), 'A', envelope)).toBe(200);
      expect(await send(b, shop(B), 'B', envelope)).toBe(202);
      expect(await send(b, shop(B), 'B', envelope)).toBe(200);
      expect(await titles()).toEqual(['A', 'B']);
    });

    it('keeps the store through a rotation of its token', async () => {
      const { id, secret } = await newToken();
      await send({ secret }, shop(A), 'Before');
      const rotated = await app.post(`/api/v1/integrations/tokens/${id}/rotate/`, undefined, owner.access);
      await send({ secret: rotated.body.token }, shop(A), 'After');
      expect(await titles()).toEqual(['After']);
    });
  });

  describe.each(NAMED)('%s', (_, shop) => {
    it('takes two tokens of one site for one shop', async () => {
      const [first, second] = [await newToken(), await newToken()];
      await send(first, shop(A), 'First');
      await send(second, shop(A), 'Second');
      expect(await titles()).toEqual(['Second']);
      expect(await storesOf()).toHaveLength(1);
    });

    it('takes two tokens of one site for one shop when their first requests race', async () => {
      const tokens = await Promise.all(Array.from({ length: 4 }, () => newToken()));
      await Promise.all(tokens.flatMap((token) => [1, 2, 3].map((i) => send(token, shop(A), `Edit ${i}`))));
      expect(await storesOf()).toMatchObject([{ url: 'a.example.com' }]);
      expect(await titles()).toHaveLength(1);
    });

    it('does not mix two sites that share a token', async () => {
      const token = await newToken();
      for (const round of [1, 2]) {
        await send(token, shop(A), `A${round}`);
        await send(token, shop(B), `B${round}`);
      }
      expect(await titles()).toEqual(['A2', 'B2']);
    });

    it('does not mix two sites that share a token when their first requests race', async () => {
      const token = await newToken();
      await Promise.all(
        Array.from({ length: 12 }, (__, i) => send(token, shop(i % 2 ? A : B), i % 2 ? 'A' : 'B')),
      );
      expect(await titles()).toEqual(['A', 'B']);
      expect(await storesOf()).toHaveLength(2);
    });
  });

  it.each([
    ['http://a.example.com'],
    ['https://a.example.com/'],
    ['https://www.a.example.com'],
    ['HTTPS://A.Example.COM//'],
    ['https://a.example.com:443/'],
    ['https://a.example.com/?lang=fa#top'],
  ])('takes %s for the shop https://a.example.com', async (site) => {
    await send(await newToken(), { site: A }, 'First');
    await send(await newToken(), { site }, 'Second');
    await send(await newToken(), { agent: site }, 'Third');
    expect(await titles()).toEqual(['Third']);
  });

  it.each([
    ['https://a.example.com/en'],
    ['https://a.example.com:8443'],
    ['https://shop.a.example.com'],
    ['https://a.example.org'],
  ])('takes %s for another shop than https://a.example.com', async (site) => {
    await send(await newToken(), { site: A }, 'A');
    await send(await newToken(), { site }, 'B');
    expect(await titles()).toEqual(['A', 'B']);
  });

  it('takes the site of the payload before that of the user agent', async () => {
    await send(await newToken(), { site: A, agent: B }, 'First');
    await send(await newToken(), { site: A }, 'Second');
    expect(await titles()).toEqual(['Second']);
  });

  it.each([
    ['a name', 'My shop'],
    ['an object without address', { name: 'My shop' }],
    ['null', null],
  ])('takes the site of the user agent when the payload has %s for a store', async (_, store) => {
    await send(await newToken(), { agent: A }, 'First');
    await send(await newToken(), { agent: A }, 'Second', { store });
    expect(await titles()).toEqual(['Second']);
  });

  it('finds the site in a user agent that goes on after it', async () => {
    await send(await newToken(), { agent: A }, 'First');
    await send(await newToken(), { agent: `${A}; WooCommerce/9.4` }, 'Second');
    expect(await titles()).toEqual(['Second']);
  });

  it('keeps the products of a shop that begins to name its site', async () => {
    const token = await newToken();
    await send(token, { permalink: permalinkAt('https://www.a.example.com') }, 'Unnamed');
    await send(token, { site: A }, 'Named');
    await send(token, { permalink: permalinkAt(A) }, 'Unnamed again');
    expect(await titles()).toEqual(['Unnamed again']);
    const anew = await newToken();
    await deactivate(token.id);
    await send(anew, { site: A }, 'Anew');
    expect(await titles()).toEqual(['Anew']);
  });

  it('keeps the products of an unnamed shop whose new token comes with its site named', async () => {
    const old = await newToken();
    await send(old, { permalink: permalinkAt(A) }, 'Old');
    await deactivate(old.id);
    await send(await newToken(), { site: A }, 'New');
    expect(await titles()).toEqual(['New']);
  });

  it('lets the new token of the only shop delete a product before it says its address', async () => {
    const old = await newToken();
    await send(old, { site: A, permalink: permalinkAt(A) }, 'A');
    await deactivate(old.id);
    await send(await newToken(), {}, 'A', { event_type: 'product.deleted' });
    await app.idle();
    const active = await app.get('/api/v1/web-knowledge/products/?is_active=true', owner.access);
    expect(active.body.count).toBe(0);
    expect(await titles()).toEqual(['A']);
  });

  it('does not let a token that began without an address overwrite a deleted shop elsewhere', async () => {
    const old = await newToken();
    await send(old, { site: A, permalink: permalinkAt(A) }, 'A');
    await deactivate(old.id);
    const token = await newToken();
    await send(token, {}, 'Gone', { event_type: 'product.deleted', product: { id: 7 } });
    await send(token, { permalink: permalinkAt(B) }, 'B');
    expect(await titles()).toEqual(['A', 'B']);
  });

  it('binds a token generated with store_url to that shop at once', async () => {
    const old = await newToken({ store_url: 'https://www.A.example.com/' });
    expect(await storesOf()).toMatchObject([{ url: 'a.example.com' }]);
    await send(old, {}, 'Old');
    const anew = await newToken({ store_url: A });
    const [store, ...others] = await storesOf();
    expect(others).toEqual([]);
    const bound = await app.query('SELECT store_id FROM integration_tokens WHERE id = $1', [anew.id]);
    expect(bound).toEqual([{ store_id: store!.id }]);
    await send(anew, {}, 'New');
    expect(await titles()).toEqual(['New']);
  });

  it('keeps tokens generated with different store_url apart without a word from the shops', async () => {
    const [a, b] = [await newToken({ store_url: A }), await newToken({ store_url: B })];
    await send(a, {}, 'A');
    await send(b, {}, 'B');
    expect(await titles()).toEqual(['A', 'B']);
  });

  it('binds no store to a token that only checks its connection', async () => {
    const { secret } = await newToken();
    const agent = { 'user-agent': `WordPress/6.7; ${A}` };
    expect((await app.get('/api/integrations/woocommerce/health/', secret, agent)).status).toBe(200);
    expect(await storesOf()).toEqual([]);
  });

  it('keeps a shop in one though its user agent names another path for another language', async () => {
    const token = await newToken();
    expect(await send(token, { agent: A }, 'first')).toBe(202);
    expect(await send(token, { agent: `${A}/en` }, 'second')).toBe(202);
    expect(await titles()).toEqual(['second']);
    expect(await storesOf()).toHaveLength(1);
  });

  it('finds the shop of a token whose first event told nothing, though several shops are idle', async () => {
    for (const site of [A, B]) {
      const old = await newToken();
      expect(await send(old, { permalink: permalinkAt(site) }, `old of ${site}`)).toBe(202);
      await app.idle();
      await deactivate(old.id);
    }
    const token = await newToken();
    expect(await send(token, {}, 'nameless', { event_type: 'product.deleted' })).toBe(202);
    expect(await send(token, { permalink: permalinkAt(B) }, 'new')).toBe(202);
    expect(await titles()).toEqual(['new', `old of ${A}`]);
  });

  describe('as they are listed', () => {
    const STORES = '/api/v1/integrations/stores/';
    type Listed = { id: number; url: string | null; [field: string]: unknown };
    const list = (query = '', user = owner) => app.get(`${STORES}?${query}`, user.access);
    const found = async (query: string, user = owner): Promise<(string | null)[]> => {
      const { status, body } = await list(query, user);
      expect(status).toBe(200);
      expect(body.count).toBe(body.results.length);
      return (body.results as Listed[]).map(({ url }) => url);
    };
    let staff: TestUser;
    beforeAll(async () => {
      staff = await app.createUser({ staff: true });
    });

    it('say what became of what each sent', async () => {
      const token = await newToken();
      await send(token, { site: A }, 'A');
      await send(token, { site: B }, 'B');
      await send(token, { site: B }, 'B', { event_type: 'product.deleted' });
      await app.idle();
      const [a, b] = await storesOf();
      const fresh = { events_queued: 0, events_failed: 0, last_event_at: expect.any(String) };
      expect((await list()).body.results).toMatchObject([
        { id: b!.id, ...fresh, products: 0 },
        { id: a!.id, ...fresh, products: 1 },
      ]);
      const [arrival] = await app.query<{ at: Date }>(
        `SELECT max(created_at) AS at FROM events WHERE user_id = $1 AND store_id = $2`,
        [owner.id, a!.id],
      );
      expect((await list()).body.results[1].last_event_at).toBe(arrival!.at.toISOString());
      await app.query(`UPDATE stores SET last_event_at = '2025-11-10T09:00:00Z' WHERE id = $1`, [a!.id]);
      await app.query(
        `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload, status,
                             next_attempt_at, created_at)
         SELECT $1, $2, 1, 'extra-' || n, 'product.updated', n, '{}', CASE WHEN n < 3 THEN 'queued' ELSE 'failed' END,
                now() + interval '1 day', '2025-11-11T09:00:00Z' FROM generate_series(1, 5) n`,
        [owner.id, a!.id],
      );
      const expected = {
        id: a!.id,
        events_queued: 2,
        events_failed: 3,
        products: 1,
        last_event_at: '2025-11-11T09:00:00.000Z',
      };
      expect((await app.get(`${STORES}${a!.id}/`, owner.access)).body).toMatchObject(expected);
      expect((await app.get(`${STORES}${a!.id}/`, staff.access)).body).toMatchObject(expected);
      expect((await list()).body.results[0]).toMatchObject({ id: b!.id, ...fresh });
      await app.query(`DELETE FROM events WHERE user_id = $1`, [owner.id]);
      expect((await list()).body.results).toMatchObject([
        { events_queued: 0, events_failed: 0, last_event_at: expect.any(String) },
        { events_queued: 0, events_failed: 0, products: 1, last_event_at: '2025-11-10T09:00:00.000Z' },
      ]);
    });

    it('go by the arrival of what they were sent last, whichever of it is done first', async () => {
      const token = await newToken();
      await send(token, { site: A }, 'first');
      await app.idle();
      const [a] = await storesOf();
      await app.query(`UPDATE stores SET last_event_at = now() + interval '1 hour' WHERE id = $1`, [a!.id]);
      const later = ((await list()).body.results[0] as Listed).last_event_at;
      await send(token, { site: A }, 'second');
      await app.idle();
      expect((await list()).body.results).toMatchObject([{ last_event_at: later, events_queued: 0 }]);
    });

    it('that turn out to be one shop know the last event of both', async () => {
      const token = await newToken();
      await send(token, { permalink: permalinkAt(A) }, 'Unnamed');
      await app.idle();
      const [nameless] = await storesOf();
      await newToken({ store_url: A });
      await app.query(`UPDATE stores SET last_event_at = now() + interval '1 hour' WHERE id = $1`, [
        nameless!.id,
      ]);
      const [first] = (await list('search=a.example')).body.results as Listed[];
      expect(first!.last_event_at).toBeNull();
      await send(token, { site: A }, 'Named');
      await app.idle();
      const { body } = await list();
      expect(body.count).toBe(1);
      expect(Date.parse(body.results[0].last_event_at as string)).toBeGreaterThan(Date.now());
    });

    it('count nothing of a neighbour, who has a shop at the same address', async () => {
      const other = await app.createUser();
      await send(await newToken(), { site: A }, 'Mine');
      await newToken({ store_url: A }, other);
      await app.idle();
      expect((await list('', other)).body.results).toMatchObject([
        { url: 'a.example.com', products: 0, events_queued: 0, last_event_at: null },
      ]);
      const theirs = (await storesOf(other))[0]!;
      expect((await app.get(`${STORES}${theirs.id}/`, owner.access)).status).toBe(404);
    });

    it('are found by address, host and the owner’s e-mail', async () => {
      await newToken({ store_url: 'https://north.example.com' });
      await newToken({ store_url: 'https://south_1.example.com' });
      await send(await newToken(), { permalink: permalinkAt('https://west.example.com') }, 'West');
      await app.idle();
      expect(await found('search=NORTH')).toEqual(['north.example.com']);
      expect(await found('search=west')).toEqual([null]);
      expect(await found('search=example.com')).toHaveLength(3);
      expect(await found(`search=${owner.email}`)).toHaveLength(3);
      expect(await found('search=south_1')).toEqual(['south_1.example.com']);
      expect(await found('search=nort_')).toEqual([]);
      expect(await found('search=%25')).toEqual([]);
      expect(await found('search=')).toHaveLength(3);
      expect(await found(`search=${owner.email}`, staff)).toHaveLength(3);
      expect(await found(`search=north&user_id=${owner.id}`, staff)).toEqual(['north.example.com']);
      const stranger = await app.createUser();
      for (const query of ['search=north', `search=${owner.email}`, `search=north&user_id=${owner.id}`]) {
        expect(await found(query, stranger)).toEqual([]);
      }
    });

    it('come in pages that leave none out and show none twice', async () => {
      for (let index = 0; index < 5; index++) await newToken({ store_url: `https://s${index}.example.com` });
      const seen: number[] = [];
      for (const page of [1, 2, 3]) {
        const { body } = await list(`page=${page}&page_size=2&search=example`);
        expect(body.count).toBe(5);
        seen.push(...(body.results as Listed[]).map(({ id }) => id));
      }
      expect(seen).toEqual((await storesOf()).map(({ id }) => id).reverse());
    });

    it.each([`search=${'a'.repeat(201)}`, 'search=a&search=b', 'user_id=x', 'page=0'])(
      'are not listed by a bad filter: %.20s',
      async (query) => {
        const answer = await list(query);
        expect([answer.status, answer.body.error]).toEqual([400, 'validation_failed']);
        expect(answer.body.errors[0].field).toBe(query.split('=')[0]);
      },
    );

    it.each(['', '1/'])('are for nobody without a session: %s', async (path) => {
      const { secret } = await newToken();
      for (const token of [undefined, 'nonsense', secret]) {
        expect((await app.get(STORES + path, token)).status).toBe(401);
      }
    });
  });
});
