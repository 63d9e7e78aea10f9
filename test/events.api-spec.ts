import { allowProducts, loggedEvent, postAndHold, refuseProduct, releaseEvents } from './support/event-log';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const EVENTS = '/api/v1/integrations/woocommerce/events/';
const ISO_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const FAILED_REASON = 'the product woo_666 is refused';

describe('the event log', () => {
  let app: TestApp;
  let staff: TestUser;
  let north: TestUser;
  let south: TestUser;
  let northToken: { id: number; secret: string };
  let southToken: { id: number; secret: string };

  /** Ids of the rows, by the shop's own event id. */
  const ids: Record<string, number> = {};
  /** In the order of arrival, with the time each is set to have arrived at. */
  const NORTH = [
    [
      'order_7',
      productEvent({ id: 1, name: '50% cheaper shoe' }, { event_type: 'product.created' }),
      '09:00',
    ],
    ['orderx7', productEvent({ id: 2, name: 'Blue bag' }), '10:00'],
    ['gone', { event_type: 'product.deleted', product: { id: 2 } }, '11:00'],
    ['long', productEvent({ id: '9007199254740993', name: 'Long C:\\path' }), '12:00'],
    ['cursed', productEvent({ id: 666, name: 'Cursed lamp' }), '13:00'],
  ] as const;
  const NEWEST_FIRST = ['cursed', 'long', 'gone', 'orderx7', 'order_7'];

  const eventIds = (answer: Answer) =>
    (answer.body.results as { event_id: string }[]).map(({ event_id: id }) => id);
  const list = (query: string, user = north) => app.get(`${EVENTS}?${query}`, user.access);
  const detail = (name: string, user = north) => app.get(`${EVENTS}${ids[name]}/`, user.access);
  const retry = (id: number | string, user = north) => app.post(`${EVENTS}${id}/retry/`, {}, user.access);

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '0' });
    staff = await app.createUser({ staff: true });
    north = await app.createUser();
    south = await app.createUser();
    northToken = await app.createToken(north, { name: 'North shop' });
    southToken = await app.createToken(south, { name: 'South shop' });
    await refuseProduct(app, 'woo_666');
    for (const [id, event] of NORTH) await app.webhook(northToken.secret, { ...event, event_id: id });
    await app.webhook(southToken.secret, productEvent({ id: 1 }, { event_id: 'south' }));
    await app.idle();
    await allowProducts(app);
    for (const [id, , time] of NORTH) {
      await app.query(`UPDATE events SET created_at = $2 WHERE event_id = $1`, [
        id,
        `2025-11-10T${time}:00Z`,
      ]);
    }
    for (const name of [...NEWEST_FIRST, 'south']) ids[name] = (await loggedEvent(app, name)).id;
  });
  afterAll(() => app.close());

  describe('the list', () => {
    it('has the latest first, without payloads', async () => {
      const answer = await list('');
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ count: 5, next: null, previous: null });
      expect(eventIds(answer)).toEqual(NEWEST_FIRST);
      expect(answer.text).not.toContain('"payload"');
      expect(answer.text).not.toContain('regular_price');
    });

    it('has the fields of the contract', async () => {
      const answer = await app.get(`${EVENTS}?search=order_7`, north.access);
      expect(answer.body.results[0]).toMatchObject({
        id: ids.order_7,
        event_id: 'order_7',
        event_type: 'product.created',
        event_type_display: 'Product created',
        user: north.id,
        user_email: north.email,
        token: northToken.id,
        token_name: 'North shop',
        woo_product_id: 1,
        status: 'processed',
        processed_successfully: true,
        error_message: null,
        attempts: 1,
        processing_time_ms: expect.any(Number),
        source_ip: '127.0.0.1',
        user_agent: expect.stringMatching(/./),
        created_at: '2025-11-10T09:00:00.000Z',
        processed_at: expect.stringMatching(ISO_WITH_ZONE),
      });
      expect(answer.body.results[0].processing_time_ms).toBeGreaterThan(0);
    });

    it('says of a failed event why', async () => {
      const { body } = await detail('cursed');
      expect(body).toMatchObject({
        status: 'failed',
        processed_successfully: false,
        error_message: FAILED_REASON,
        attempts: 1,
        processed_at: expect.stringMatching(ISO_WITH_ZONE),
      });
    });

    it.each([
      ['en', 'Product deleted'],
      ['fa', 'حذف محصول'],
    ])('displays event types in %s', async (language, display) => {
      const answer = await app.get(`${EVENTS}${ids.gone}/`, north.access, { 'accept-language': language });
      expect(answer.body.event_type_display).toBe(display);
    });

    it('comes in pages whose addresses lead through all of it', async () => {
      const seen: string[] = [];
      let path: string | null = `${EVENTS}?page_size=2&search=`;
      const first = path;
      while (path) {
        const page: Answer = await app.get(path, north.access);
        expect(page.status).toBe(200);
        expect(page.body.count).toBe(5);
        seen.push(...eventIds(page));
        path = page.body.next && (page.body.next as string).replace(app.url, '');
        if (!path) {
          expect(page.body.previous).toContain('page=2');
          expect(
            eventIds(await app.get((page.body.previous as string).replace(app.url, ''), north.access)),
          ).toEqual(NEWEST_FIRST.slice(2, 4));
        }
      }
      expect(seen).toEqual(NEWEST_FIRST);
      expect((await app.get(first, north.access)).body.previous).toBeNull();
    });

    it.each([
      ['page=2&page_size=2', ['gone', 'orderx7']],
      ['page=9&page_size=2', []],
      ['event_type=product.deleted', ['gone']],
      ['event_type=product.updated', ['cursed', 'long', 'orderx7']],
      ['success=true', ['long', 'gone', 'orderx7', 'order_7']],
      ['success=false', ['cursed']],
      ['status=failed', ['cursed']],
      ['status=processed', ['long', 'gone', 'orderx7', 'order_7']],
      ['status=queued', []],
      ['woo_product_id=2', ['gone', 'orderx7']],
      ['woo_product_id=9007199254740993', ['long']],
      ['woo_product_id=9007199254740992', []],
      ['created_after=2025-11-10T12:00:00Z', ['cursed', 'long']],
      ['created_after=2025-11-10T14:30:00%2B02:30', ['cursed', 'long']],
      ['created_before=2025-11-10T10:00:00Z', ['orderx7', 'order_7']],
      ['created_after=2025-11-10T10:30&created_before=2025-11-10T11:30', ['gone']],
      ['created_after=2025-11-11', []],
      ['search=ORDER', ['orderx7', 'order_7']],
      ['search=order_', ['order_7']],
      ['search=%25', ['order_7']],
      ['search=_', ['cursed', 'order_7']],
      ['search=C:%5C', ['long']],
      ['search=blue%20bag', ['orderx7']],
      ['search=is%20refused', ['cursed']],
      ['search=nothing', []],
      ['event_type=product.updated&success=true&woo_product_id=2', ['orderx7']],
      ['event_type=&status=&search=&woo_product_id=', NEWEST_FIRST],
    ])('with %s has %j', async (query, expected) => {
      const answer = await list(query);
      expect(answer.status).toBe(200);
      expect(eventIds(answer)).toEqual(expected);
      if (!query.startsWith('page=')) expect(answer.body.count).toBe(expected.length);
    });
  });

  describe('of one shop', () => {
    let storeIds: Record<'a' | 'b', number>;
    let two: TestUser;

    beforeAll(async () => {
      two = await app.createUser();
      const { secret } = await app.createToken(two);
      for (const [id, name] of [
        [1, 'a'],
        [2, 'a'],
        [1, 'b'],
      ] as const) {
        await app.webhook(
          secret,
          productEvent(
            { id, permalink: null },
            { event_id: `two_${name}_${id}`, store: { url: `https://${name}.example.com` } },
          ),
        );
      }
      await app.idle();
      const stores = await app.query<{ url: string; id: number }>(
        `SELECT left(url, 1) AS url, id FROM stores WHERE user_id = $1`,
        [two.id],
      );
      storeIds = Object.fromEntries(stores.map(({ url, id }) => [url, id])) as typeof storeIds;
    });

    afterAll(() => app.query(`DELETE FROM events WHERE user_id = $1`, [two.id]));

    it('the list, its history of a product and the stats have that shop’s alone', async () => {
      for (const user of [two, staff]) {
        for (const whose of ['', `&user_id=${two.id}`]) {
          expect(eventIds(await list(`store_id=${storeIds.a}${whose}`, user))).toEqual([
            'two_a_2',
            'two_a_1',
          ]);
          expect(eventIds(await list(`store_id=${storeIds.b}&woo_product_id=1${whose}`, user))).toEqual([
            'two_b_1',
          ]);
          const stats = await app.get(`${EVENTS}stats/?store_id=${storeIds.a}${whose}`, user.access);
          expect(stats.body).toMatchObject({ total: 2, processed: 2, by_type: { 'product.updated': 2 } });
        }
      }
    });

    it('there is nothing of it for another user, nor of a shop of another user', async () => {
      for (const query of [`store_id=${storeIds.a}`, `store_id=${storeIds.a}&user_id=${two.id}`]) {
        expect((await list(query, south)).body.count).toBe(0);
        expect((await app.get(`${EVENTS}stats/?${query}`, south.access)).body.total).toBe(0);
      }
      expect((await list(`store_id=${storeIds.a}&user_id=${north.id}`, staff)).body.count).toBe(0);
      expect((await list('store_id=999999', staff)).body).toMatchObject({ count: 0, results: [] });
    });

    it.each(['store_id=x', 'store_id=0', 'store_id=-1', 'store_id=1.5'])('not by %s', async (query) => {
      for (const path of ['', 'stats/', 'failures/']) {
        const answer = await app.get(`${EVENTS}${path}?${query}`, two.access);
        expect([answer.status, answer.body.errors?.[0].field]).toEqual([400, 'store_id']);
      }
    });
  });

  describe('who sees what', () => {
    it('a user sees their own events only', async () => {
      expect(eventIds(await list('', south))).toEqual(['south']);
      expect(eventIds(await list('', north))).not.toContain('south');
    });

    it("asking for another user's events finds none", async () => {
      const answer = await list(`user_id=${north.id}`, south);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ count: 0, results: [] });
    });

    it('staff see all, and those of one user when they ask for one', async () => {
      expect(eventIds(await list('', staff))).toEqual(['south', ...NEWEST_FIRST]);
      expect(eventIds(await list(`user_id=${south.id}`, staff))).toEqual(['south']);
      expect((await list(`user_id=${staff.id}`, staff)).body.count).toBe(0);
    });

    it("another user's event is not there, in the words for one that never was", async () => {
      const another = await detail('south');
      const never = await app.get(`${EVENTS}999999/`, north.access);
      expect(another.status).toBe(404);
      expect(never.status).toBe(404);
      expect(another.text).toBe(never.text);
    });

    it.each(['0', '-1', 'abc', '1.5', '99999999999999999999', '1e3', "1'"])(
      'an id of %s is not there',
      async (id) => {
        expect((await app.get(`${EVENTS}${id}/`, staff.access)).status).toBe(404);
        expect((await retry(id, staff)).status).toBe(404);
      },
    );

    it.each([
      ['GET', ''],
      ['GET', 'stats/'],
      ['GET', '1/'],
      ['POST', '1/retry/'],
    ])('%s …/events/%s needs a session', async (method, path) => {
      const nobody = await app.request(method, EVENTS + path);
      expect(nobody.status).toBe(401);
      expect(nobody.body.error).toBe('not_authenticated');
      for (const token of [northToken.secret, `${north.access}x`, north.refresh]) {
        const answer = await app.request(method, EVENTS + path, { token });
        expect(answer.status).toBe(401);
        expect(answer.body.error).toBe('session_invalid');
      }
    });
  });

  describe('one event', () => {
    it('has its payload beside the fields of the list', async () => {
      const { body } = await detail('orderx7');
      const inList = (await list('search=orderx7')).body.results[0];
      expect(body).toMatchObject(inList as object);
      expect(body.payload).toMatchObject({ event_id: 'orderx7', product: { id: 2, name: 'Blue bag' } });
    });

    it('is seen by staff, whosever it is', async () => {
      const { status, body } = await detail('orderx7', staff);
      expect(status).toBe(200);
      expect(body).toMatchObject({ user: north.id, user_email: north.email });
    });

    it('gives its payload back with every digit and letter that was sent', async () => {
      const raw =
        '{"event_id":"digits","event_type":"product.updated", "weight":0.10000000000000000001,' +
        '"product":{"id":9007199254740995,"name":"\\u0633","price":123456789012345678901234567890.50}}';
      await app.webhook(southToken.secret, raw);
      await app.idle();
      const { id } = await loggedEvent(app, 'digits');
      const answer = await app.get(`${EVENTS}${id}/`, south.access);
      expect(answer.text).toContain(`"payload":${raw}`);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.body.woo_product_id).toBe('9007199254740995');
    });

    it('that waits is neither processed well nor failed', async () => {
      const held = productEvent({ id: 3 }, { event_id: 'held' });
      const [id] = (await postAndHold(app, southToken.secret, [held])) as [number];
      const waiting = await app.get(`${EVENTS}${id}/`, south.access);
      expect(waiting.body).toMatchObject({
        status: 'queued',
        processed_successfully: null,
        error_message: null,
        attempts: 0,
        processing_time_ms: null,
        processed_at: null,
      });
      expect(eventIds(await list('status=queued', south))).toEqual(['held']);
      for (const success of [true, false]) {
        expect(eventIds(await list(`success=${success}`, south))).not.toContain('held');
      }
      expect((await retry(id, south)).status).toBe(409);
      await releaseEvents(app, [id]);
      await app.idle();
      const done = await app.get(`${EVENTS}${id}/`, south.access);
      expect(done.body).toMatchObject({ status: 'processed', processed_successfully: true, attempts: 1 });
    });
  });

  describe('stats', () => {
    const stats = (query: string, user: TestUser) => app.get(`${EVENTS}stats/?${query}`, user.access);

    it("count a user's own events", async () => {
      const { status, body } = await stats('', north);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        total: 5,
        processed: 4,
        failed: 1,
        queued: 0,
        success_rate: 80,
        average_processing_time_ms: expect.any(Number),
        by_type: { 'product.created': 1, 'product.updated': 3, 'product.deleted': 1 },
        last_event_at: '2025-11-10T13:00:00.000Z',
      });
    });

    it('heed the filters of the list', async () => {
      const { body } = await stats('event_type=product.updated&created_before=2025-11-10T12:30', north);
      expect(body).toMatchObject({ total: 2, processed: 2, failed: 0, success_rate: 100 });
    });

    it('are empty where there are none', async () => {
      const { body } = await stats(`user_id=${north.id}`, south);
      expect(body).toMatchObject({ total: 0, success_rate: null, by_type: {}, last_event_at: null });
    });

    it('count all for staff, or one user', async () => {
      const [all, one, other] = [
        await stats('', staff),
        await stats(`user_id=${north.id}`, staff),
        await stats(`user_id=${south.id}`, staff),
      ];
      expect(one.body.total).toBe(5);
      expect(all.body.total).toBe((one.body.total as number) + (other.body.total as number));
    });
  });

  describe('a retry', () => {
    it('of an event that did not fail is refused with 409', async () => {
      for (const user of [north, staff]) {
        const answer = await retry(ids.order_7!, user);
        expect(answer.status).toBe(409);
        expect(answer.body).toEqual({
          error: 'event_not_failed',
          detail: 'Only a failed event can be retried.',
        });
      }
    });

    it("of another user's event finds none, and leaves it as it was", async () => {
      const answer = await retry(ids.cursed!, south);
      expect(answer.status).toBe(404);
      expect(await loggedEvent(app, 'cursed')).toMatchObject({ status: 'failed', attempts: 1 });
    });

    it('that fails again is failed again, with its reason', async () => {
      await refuseProduct(app, 'woo_666');
      expect((await retry(ids.cursed!)).status).toBe(200);
      await app.idle();
      expect(await loggedEvent(app, 'cursed')).toMatchObject({
        status: 'failed',
        attempts: 1,
        error_message: FAILED_REASON,
      });
      await allowProducts(app);
    });

    it('by its owner processes it', async () => {
      const answer = await retry(ids.cursed!);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        status: 'queued',
        message: 'The event has been queued again.',
        event_id: 'cursed',
      });
      await app.idle();
      const { body } = await detail('cursed');
      expect(body).toMatchObject({ status: 'processed', processed_successfully: true, error_message: null });
      expect((await retry(ids.cursed!)).status).toBe(409);
    });
  });
});
