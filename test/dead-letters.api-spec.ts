import { allowProducts, loggedEvent, refuseProduct } from './support/event-log';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const EVENTS = '/api/v1/integrations/woocommerce/events/';
const SHOP = '/api/integrations/woocommerce/events/';
const REFUSED = 'P0001: the product woo_# is refused';
const OUT_OF_RANGE = '22003: the product woo_# is refused';

interface Group {
  cause: string;
  count: number;
}

describe('dead letters', () => {
  let app: TestApp;
  let staff: TestUser;
  let owner: TestUser;
  let other: TestUser;
  let token: string;
  let otherToken: string;

  const failures = (user: TestUser, query = '') => app.get(`${EVENTS}failures/?${query}`, user.access);
  const groupsOf = (answer: Answer) =>
    (answer.body.results as Group[]).map(({ cause, count }) => [cause, count] as const);
  const retry = (user: TestUser, body: unknown) => app.post(`${EVENTS}retry/`, body, user.access);
  const failed = (secret: string, query = '') => app.get(`${SHOP}failed/?${query}`, secret);
  const retryShop = (secret: string, body: unknown) => app.post(`${SHOP}retry/`, body, secret);
  const statusesOf = async (userId: number): Promise<Record<string, string>> =>
    Object.fromEntries(
      (
        await app.query<{ event_id: string; status: string }>(
          `SELECT event_id, status FROM events WHERE user_id = $1 ORDER BY id`,
          [userId],
        )
      ).map(({ event_id: id, status }) => [id, status]),
    );

  /** Makes the events of these products fail for good. Returns their event ids. */
  const fail = async (
    secret: string,
    ids: number[],
    sqlState = 'P0001',
    envelope = {},
  ): Promise<string[]> => {
    const events = ids.map((id) => productEvent({ id }, envelope));
    for (const event of events) {
      await refuseProduct(app, `woo_${event.product.id as number}`, sqlState);
      expect((await app.webhook(secret, event)).status).toBe(202);
      await app.idle();
      expect(await loggedEvent(app, event.event_id)).toMatchObject({ status: 'failed' });
    }
    await allowProducts(app);
    return events.map(({ event_id: id }) => id);
  };

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '0' });
    staff = await app.createUser({ staff: true });
  });
  beforeEach(async () => {
    await app.query(`DELETE FROM events`);
    owner = await app.createUser();
    other = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
    ({ secret: otherToken } = await app.createToken(other));
  });
  afterAll(() => app.close());

  describe('in groups by their cause', () => {
    it('have an example, their number, times, kinds and shops, the latest first', async () => {
      await fail(token, [1, 2]);
      await fail(token, [3], '22003');
      await fail(token, [4], 'P0001', {
        event_type: 'product.created',
        store: { url: 'https://b.example.com' },
      });
      const { status, body } = await failures(owner);
      expect(status).toBe(200);
      expect(body.results).toEqual([
        {
          cause: REFUSED,
          example_error: 'the product woo_4 is refused',
          count: 3,
          first_at: expect.any(String),
          last_at: expect.any(String),
          event_types: ['product.created', 'product.updated'],
          stores: 2,
        },
        {
          cause: OUT_OF_RANGE,
          example_error: 'the product woo_3 is refused',
          count: 1,
          first_at: expect.any(String),
          last_at: expect.any(String),
          event_types: ['product.updated'],
          stores: 1,
        },
      ]);
      const [{ first_at: first, last_at: last }] = body.results;
      expect(Date.parse(first as string)).toBeLessThan(Date.parse(last as string));
    });

    it('heed the filters of the list, which has the cause too', async () => {
      const [first] = await fail(token, [1, 2]);
      await fail(token, [3], '22003');
      await app.webhook(token, productEvent({ id: 5 }));
      await app.idle();
      expect(groupsOf(await failures(owner, 'woo_product_id=1'))).toEqual([[REFUSED, 1]]);
      expect(groupsOf(await failures(owner, 'event_type=product.deleted'))).toEqual([]);
      expect(groupsOf(await failures(owner, `search=${first}`))).toEqual([[REFUSED, 1]]);
      expect(groupsOf(await failures(owner, 'status=processed'))).toEqual([]);
      const cause = encodeURIComponent(REFUSED);
      expect(groupsOf(await failures(owner, `cause=${cause}`))).toEqual([[REFUSED, 2]]);
      const list = await app.get(`${EVENTS}?cause=${cause}`, owner.access);
      expect(list.body).toMatchObject({ count: 2, results: [{ failure_cause: REFUSED }, {}] });
      expect((await failures(owner, 'event_type=nothing')).status).toBe(400);
    });

    it('are a user’s own; staff see all, or one user’s', async () => {
      await fail(token, [1, 2]);
      await fail(otherToken, [1], '22003');
      expect(groupsOf(await failures(owner))).toEqual([[REFUSED, 2]]);
      expect(groupsOf(await failures(other))).toEqual([[OUT_OF_RANGE, 1]]);
      expect(groupsOf(await failures(other, `user_id=${owner.id}`))).toEqual([]);
      expect(groupsOf(await failures(staff))).toEqual([
        [OUT_OF_RANGE, 1],
        [REFUSED, 2],
      ]);
      expect(groupsOf(await failures(staff, `user_id=${owner.id}`))).toEqual([[REFUSED, 2]]);
    });

    it('are at most 200', async () => {
      await fail(token, [1]);
      await app.query(
        `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, status, failure_cause)
         SELECT user_id, store_id, token_id, 'copy-' || n, event_type, n, 'failed', 'Error: ' || n
           FROM events, generate_series(1, 300) n WHERE user_id = $1`,
        [owner.id],
      );
      expect((await failures(owner)).body.results).toHaveLength(200);
    });
  });

  describe('are queued again', () => {
    const answered = (retried: number) => ({
      status: 'queued',
      retried,
      message: `Queued again: ${retried} events.`,
    });

    it('one by one, as before, and lose their cause', async () => {
      const [id] = await fail(token, [1]);
      const event = await loggedEvent(app, id!);
      expect((await app.post(`${EVENTS}${event.id}/retry/`, {}, owner.access)).status).toBe(200);
      await app.idle();
      expect(await statusesOf(owner.id)).toEqual({ [id!]: 'processed' });
      const { body } = await app.get(`${EVENTS}${event.id}/`, owner.access);
      expect(body).toMatchObject({ failure_cause: null, error_message: null, outcome: 'created' });
    });

    it('by ids, by cause and by other filters', async () => {
      const [a, b, c, d] = await fail(token, [1, 2, 3, 4]);
      const [e] = await fail(token, [5], '22003');
      const { id } = await loggedEvent(app, a!);
      expect((await retry(owner, { ids: [id, String(id), 999_999] })).body).toEqual(answered(1));
      await app.idle();
      expect((await retry(owner, { woo_product_id: 2 })).body).toEqual(answered(1));
      await app.idle();
      expect(await statusesOf(owner.id)).toEqual({
        [a!]: 'processed',
        [b!]: 'processed',
        [c!]: 'failed',
        [d!]: 'failed',
        [e!]: 'failed',
      });
      expect((await retry(owner, { cause: REFUSED })).body).toEqual(answered(2));
      await app.idle();
      expect(groupsOf(await failures(owner))).toEqual([[OUT_OF_RANGE, 1]]);
      expect((await retry(owner, { cause: REFUSED })).body).toEqual(answered(0));
      expect((await retry(owner, { status: 'processed' })).body).toEqual(answered(0));
      expect((await retry(owner, { ids: [] })).body).toEqual(answered(0));
      expect((await loggedEvent(app, e!)).status).toBe('failed');
    });

    it('in one shop, whose groups are its own too', async () => {
      const [a] = await fail(token, [1], 'P0001', { store: { url: 'https://a.example.com' } });
      const [b] = await fail(token, [2], 'P0001', { store: { url: 'https://b.example.com' } });
      const [{ store_id: store }] = (await app.query<{ store_id: number }>(
        `SELECT store_id FROM events WHERE event_id = $1`,
        [a],
      )) as [{ store_id: number }];
      expect(groupsOf(await failures(owner, `store_id=${store}`))).toEqual([[REFUSED, 1]]);
      expect(groupsOf(await failures(staff, `store_id=${store}`))).toEqual([[REFUSED, 1]]);
      expect(groupsOf(await failures(other, `store_id=${store}`))).toEqual([]);
      expect((await retry(other, { store_id: store })).body).toEqual(answered(0));
      expect((await retry(other, { store_id: store, user_id: owner.id })).body).toEqual(answered(0));
      expect((await retry(owner, { store_id: store, cause: OUT_OF_RANGE })).body).toEqual(answered(0));
      expect((await retry(staff, { store_id: store })).body).toEqual(answered(1));
      await app.idle();
      expect(await statusesOf(owner.id)).toEqual({ [a!]: 'processed', [b!]: 'failed' });
    });

    it('all, in several shops, through the code of today', async () => {
      await fail(token, [1, 2]);
      await fail(token, [3], 'P0001', { store: { url: 'https://b.example.com' } });
      await app.webhook(token, productEvent({ id: 9 }));
      await app.idle();
      const started = Date.now();
      expect((await retry(owner, { all: true })).body).toEqual(answered(3));
      await app.idle();
      expect(Object.values(await statusesOf(owner.id))).toEqual(Array(4).fill('processed'));
      expect(Date.now() - started).toBeLessThan(10_000);
      const products = await app.get('/api/v1/web-knowledge/products/', owner.access);
      expect(products.body.count).toBe(4);
    });

    it('once each, though they fail again at once, and more than one batch of them', async () => {
      await fail(token, [1]);
      await app.query(
        `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload, status,
                             failure_cause)
         SELECT user_id, store_id, token_id, 'copy-' || n, 'product.deleted', 7,
                CASE WHEN n > 1485 THEN '{}' ELSE $2 END::json, 'failed', failure_cause
           FROM events, generate_series(1, 1500) n WHERE user_id = $1`,
        [owner.id, JSON.stringify({ event_id: 'x', event_type: 'product.deleted', product: { id: 7 } })],
      );
      expect((await retry(owner, { all: true })).body).toEqual(answered(1501));
      await app.idle();
      const again = groupsOf(await failures(owner));
      expect(again).toEqual([[expect.stringMatching(/^Error: .*required/), 15]]);
    });

    it.each<[string, unknown]>([
      ['nothing', {}],
      ['all that is false', { all: false }],
      ['all that is null', { all: null }],
      ['what is no filter', { page: 1, everything: true }],
      ['empty filters', { cause: '', event_type: '', search: null, store_id: '' }],
    ])('not by %s', async (_, body) => {
      const [id] = await fail(token, [1]);
      const answer = await retry(owner, body);
      expect([answer.status, answer.body.errors]).toEqual([
        400,
        [{ field: 'body', message: 'At least one condition is required, or all as true.' }],
      ]);
      expect((await loggedEvent(app, id!)).status).toBe('failed');
    });

    it.each<[string, unknown, string]>([
      ['a list', [], 'body'],
      ['1,001 ids', { ids: Array.from({ length: 1001 }, (_, index) => index + 1) }, 'ids'],
      ['ids in words', { ids: ['x'] }, 'ids'],
      ['another type', { event_type: 'order.created' }, 'event_type'],
      ['a date in words', { created_after: 'yesterday' }, 'created_after'],
    ])('not by %s, which is named', async (_, body, field) => {
      const answer = await retry(owner, body);
      expect([answer.status, answer.body.errors[0].field]).toEqual([400, field]);
    });

    it('none of another user, whatever is asked for', async () => {
      const [id] = await fail(token, [1]);
      const { id: row } = await loggedEvent(app, id!);
      for (const body of [{ all: true }, { ids: [row] }, { user_id: owner.id }, { cause: REFUSED }]) {
        expect((await retry(other, body)).body).toEqual(answered(0));
      }
      expect((await loggedEvent(app, id!)).status).toBe('failed');
    });

    it('by staff: of one user, or of all', async () => {
      const [mine] = await fail(token, [1]);
      const [theirs] = await fail(otherToken, [1]);
      expect((await retry(staff, { user_id: owner.id })).body).toEqual(answered(1));
      await app.idle();
      expect((await loggedEvent(app, mine!)).status).toBe('processed');
      expect((await loggedEvent(app, theirs!)).status).toBe('failed');
      expect((await retry(staff, { all: true })).body).toEqual(answered(1));
      await app.idle();
      expect((await loggedEvent(app, theirs!)).status).toBe('processed');
    });
  });

  describe('for the shop', () => {
    const eventIds = (answer: Answer) =>
      (answer.body.results as { event_id: string }[]).map(({ event_id: id }) => id);

    it('are listed with their reason, in pages', async () => {
      const ids = await fail(token, [1, 2, 3]);
      await app.webhook(token, productEvent({ id: 4 }));
      await app.idle();
      const { status, body } = await failed(token, 'page_size=2');
      expect(status).toBe(200);
      expect(body).toMatchObject({ count: 3, previous: null, next: expect.stringContaining('page=2') });
      expect(body.results[0]).toEqual({
        event_id: ids[2],
        event_type: 'product.updated',
        woo_product_id: 3,
        product_name: 'کفش اسپرت مردانه',
        error: 'the product woo_3 is refused',
        cause: REFUSED,
        attempts: 1,
        created_at: expect.any(String),
        failed_at: expect.any(String),
      });
      expect(eventIds(await failed(token, 'page_size=2&page=2'))).toEqual([ids[0]]);
      expect((await failed(token, 'page=0')).status).toBe(400);
    });

    it('are queued again by its own ids, or all', async () => {
      const [a, b, c] = await fail(token, [1, 2, 3]);
      expect((await retryShop(token, { event_ids: [a, 'never', b] })).body).toMatchObject({ retried: 2 });
      await app.idle();
      expect(eventIds(await failed(token))).toEqual([c]);
      expect((await retryShop(token, { event_ids: [] })).body).toMatchObject({ retried: 0 });
      expect((await retryShop(token, { all: true })).body).toMatchObject({ status: 'queued', retried: 1 });
      await app.idle();
      expect((await failed(token)).body).toMatchObject({ count: 0, results: [] });
      expect(Object.values(await statusesOf(owner.id))).toEqual(['processed', 'processed', 'processed']);
    });

    it('are its own alone: neither another user’s nor another shop’s', async () => {
      const b = { store: { url: 'https://b.example.com' } };
      const agent = { 'user-agent': 'WordPress/6.7; https://b.example.com' };
      const [mine] = await fail(token, [1], 'P0001', { store: { url: 'https://a.example.com' } });
      const [second] = await fail(token, [2], 'P0001', b);
      expect((await failed(otherToken)).body.count).toBe(0);
      expect((await retryShop(otherToken, { event_ids: [mine, second] })).body).toMatchObject({ retried: 0 });
      expect((await retryShop(otherToken, { all: true, ...b })).body).toMatchObject({ retried: 0 });
      expect(eventIds(await failed(token))).toEqual([mine]);
      expect(eventIds(await app.get(`${SHOP}failed/`, token, agent))).toEqual([second]);
      expect((await retryShop(token, { event_ids: [second] })).body).toMatchObject({ retried: 0 });
      expect((await retryShop(token, { all: true, ...b })).body).toMatchObject({ retried: 1 });
      await app.idle();
      expect(await statusesOf(owner.id)).toEqual({ [mine!]: 'failed', [second!]: 'processed' });
    });

    it.each<[string, unknown, string]>([
      ['nothing', {}, 'body'],
      ['all that is false', { all: false }, 'body'],
      ['201 ids', { event_ids: Array(201).fill('x') }, 'event_ids'],
      ['an id with a NUL', { event_ids: ['a\0'] }, 'event_ids'],
      ['ids that are numbers', { event_ids: [1] }, 'event_ids'],
    ])('are not queued by %s', async (_, body, field) => {
      const answer = await retryShop(token, body);
      expect([answer.status, answer.body.errors[0].field]).toEqual([400, field]);
    });
  });

  it.each(['failures/', 'retry/'])('need a session at …/events/%s', async (path) => {
    const method = path === 'retry/' ? 'POST' : 'GET';
    const nobody = await app.request(method, EVENTS + path);
    expect([nobody.status, nobody.body.error]).toEqual([401, 'not_authenticated']);
    for (const secret of [token, `${owner.access}x`, owner.refresh]) {
      const answer = await app.request(method, EVENTS + path, { token: secret });
      expect([answer.status, answer.body.error]).toEqual([401, 'session_invalid']);
    }
  });

  it.each(['failed/', 'retry/'])('need an integration token at the shop’s …/events/%s', async (path) => {
    const method = path === 'retry/' ? 'POST' : 'GET';
    const nobody = await app.request(method, SHOP + path);
    expect([nobody.status, nobody.body.error]).toEqual([401, 'token_missing']);
    for (const secret of [owner.access, 'wc_sk_live_wrong']) {
      const answer = await app.request(method, SHOP + path, { token: secret });
      expect([answer.status, answer.body.error]).toEqual([401, 'token_unknown']);
    }
  });
});
