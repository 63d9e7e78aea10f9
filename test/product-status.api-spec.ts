import { EventRetention } from '../src/integrations/events/event-retention.service';
import { allowProducts, loggedEvent, postAndHold, refuseProduct, releaseEvents } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const STATUS = '/api/integrations/woocommerce/products/status/';
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

describe('the status of products', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  const ask = (body: unknown, secret = token) => app.post(STATUS, body, secret);
  const statusOf = async (id: number | string, secret = token) =>
    (await ask({ ids: [id] }, secret)).body.results[0];
  const send = async (event: { event_id: string }, secret = token) => {
    expect((await app.webhook(secret, event)).status).toBe(202);
    return event.event_id;
  };
  const deletionOf = (id: number, envelope: Record<string, unknown> = {}) => ({
    ...productEvent({}, envelope),
    event_type: 'product.deleted',
    product: { id },
  });

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '0', EVENT_RETENTION_DAYS: '60' });
  });
  beforeEach(async () => {
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
  });
  afterAll(() => app.close());

  it('follows a product from its first event to its deletion', async () => {
    expect((await ask({ ids: [414] })).body).toEqual({
      results: [
        {
          id: 414,
          state: 'unknown',
          last_event_id: null,
          synced_at: null,
          searchable: false,
          error: null,
          digest: null,
        },
      ],
    });
    const first = productEvent({ id: 414 });
    const held = await postAndHold(app, token, [first]);
    expect(await statusOf(414)).toMatchObject({
      state: 'queued',
      last_event_id: first.event_id,
      synced_at: null,
      searchable: false,
      error: null,
    });
    await releaseEvents(app, held);
    await app.idle();
    expect(await statusOf(414)).toEqual({
      id: 414,
      state: 'synced',
      last_event_id: first.event_id,
      synced_at: expect.stringMatching(ISO),
      searchable: true,
      error: null,
      digest: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const second = productEvent({ id: 414, price: 1 });
    const [waiting] = await postAndHold(app, token, [second]);
    expect(await statusOf(414)).toMatchObject({
      state: 'queued',
      last_event_id: second.event_id,
      synced_at: expect.stringMatching(ISO),
      searchable: true,
    });
    await releaseEvents(app, [waiting!]);
    await app.idle();
    const gone = await send(deletionOf(414));
    await app.idle();
    expect(await statusOf(414)).toMatchObject({
      state: 'deleted',
      last_event_id: gone,
      searchable: false,
      digest: null,
    });
  });

  it('says why an event failed, until a later change is applied', async () => {
    await refuseProduct(app, 'woo_666');
    const failed = await send(productEvent({ id: 666 }));
    await app.idle();
    expect(await statusOf(666)).toMatchObject({
      state: 'failed',
      last_event_id: failed,
      error: 'the product woo_666 is refused',
      synced_at: null,
    });
    await allowProducts(app);
    await send(productEvent({ id: 666, price: 2 }));
    await app.idle();
    expect(await statusOf(666)).toMatchObject({ state: 'synced', error: null });
  });

  it('is not failed by an event that something later has superseded', async () => {
    const at = (minute: number) => ({ occurred_at: `2025-11-10T10:0${minute}:00Z` });
    await send(productEvent({ id: 667 }, at(5)));
    await app.idle();
    await refuseProduct(app, 'woo_667');
    const [old] = await postAndHold(app, token, [productEvent({ id: 667, price: 3 }, at(1))]);
    await app.query(`UPDATE events SET status = 'failed', error_message = 'x' WHERE id = $1`, [old]);
    expect(await statusOf(667)).toMatchObject({ state: 'synced', error: null });
    const late = await send(productEvent({ id: 667, price: 4 }, at(7)));
    await app.idle();
    await allowProducts(app);
    expect(await statusOf(667)).toMatchObject({ state: 'failed', last_event_id: late });
  });

  it('is failed by an event that is later in time than one that arrived and was applied since', async () => {
    const at = (hour: string) => ({ occurred_at: `2025-11-10T${hour}:00:00Z` });
    await refuseProduct(app, 'woo_668');
    const late = await send(productEvent({ id: 668, price: 10 }, at('10')));
    await app.idle();
    await allowProducts(app);
    const early = await send(productEvent({ id: 668, price: 9 }, at('09')));
    await app.idle();
    expect(await statusOf(668)).toMatchObject({
      state: 'failed',
      last_event_id: early,
      synced_at: expect.stringMatching(ISO),
      error: 'the product woo_668 is refused',
    });
    const [held] = await postAndHold(app, token, [productEvent({ id: 668, price: 8 }, at('08'))]);
    expect(await statusOf(668)).toMatchObject({ state: 'queued', error: null });
    await releaseEvents(app, [held!]);
    await app.idle();
    expect(await statusOf(668)).toMatchObject({ state: 'failed' });
    const { id } = await loggedEvent(app, late);
    const retried = await app.post(
      `/api/v1/integrations/woocommerce/events/${id}/retry/`,
      undefined,
      owner.access,
    );
    expect(retried.status).toBeLessThan(300);
    await app.idle();
    expect(await statusOf(668)).toMatchObject({ state: 'synced', error: null });
  });

  it('is failed by the latest of several events, dated or not', async () => {
    await refuseProduct(app, 'woo_669');
    const undated = await send(productEvent({ id: 669, date_modified: null }));
    await send(productEvent({ id: 669 }, { occurred_at: '2025-11-10T10:00:00Z' }));
    await app.idle();
    await app.query(`UPDATE events SET error_message = 'undated' WHERE event_id = $1`, [undated]);
    await allowProducts(app);
    await send(productEvent({ id: 669 }, { occurred_at: '2025-11-10T11:00:00Z' }));
    await app.idle();
    expect(await statusOf(669)).toMatchObject({ state: 'failed', error: 'undated' });
    await send(productEvent({ id: 669, date_modified: null }));
    await app.idle();
    expect(await statusOf(669)).toMatchObject({ state: 'synced', error: null });
  });

  it('says why an event that is tried again has failed so far', async () => {
    const [held] = await postAndHold(app, token, [productEvent({ id: 5 })]);
    await app.query(`UPDATE events SET attempts = 1, error_message = 'not yet' WHERE id = $1`, [held]);
    expect(await statusOf(5)).toMatchObject({ state: 'queued', error: 'not yet' });
    await releaseEvents(app, [held!]);
    await app.idle();
  });

  it('is not searchable while a text of it has no embedding', async () => {
    await send(productEvent({ id: 6 }));
    await app.idle();
    expect((await statusOf(6)).searchable).toBe(true);
    const set = (status: string) =>
      app.query(
        `UPDATE chunks SET status = $2, next_attempt_at = now() + interval '1 hour' WHERE user_id = $1`,
        [owner.id, status],
      );
    await set('failed');
    expect(await statusOf(6)).toMatchObject({ state: 'synced', searchable: false });
    await app.query(`DELETE FROM chunks WHERE user_id = $1`, [owner.id]);
    expect(await statusOf(6)).toMatchObject({ state: 'synced', searchable: false });
  });

  it('is still known when its events have been pruned', async () => {
    await send(productEvent({ id: 7 }));
    await send(productEvent({ id: 8 }));
    await app.idle();
    await send(deletionOf(8));
    await send(deletionOf(9));
    await app.idle();
    await app.query(
      `UPDATE events SET created_at = created_at - interval '61 days',
              processed_at = processed_at - interval '61 days' WHERE user_id = $1`,
      [owner.id],
    );
    await app.nest.get(EventRetention).prune();
    expect(await app.query(`SELECT 1 FROM events WHERE user_id = $1`, [owner.id])).toEqual([]);
    const { body } = await ask({ ids: [7, 8, 9, 10] });
    expect(body.results).toMatchObject([
      { state: 'synced', last_event_id: null, synced_at: expect.stringMatching(ISO), searchable: true },
      { state: 'deleted', last_event_id: null, searchable: false },
      { state: 'deleted', last_event_id: null, synced_at: null },
      { state: 'unknown' },
    ]);
  });

  it('comes in the order asked, each product once, long ids to their last digit', async () => {
    await send(productEvent({ id: '9007199254740993' }));
    await send(productEvent({ id: 2 }));
    await app.idle();
    const { status, body } = await ask(
      '{"ids":[3, 9007199254740993, "2", 2, 1, "9007199254740993", 9223372036854775807, 3]}',
    );
    expect(status).toBe(200);
    expect((body.results as { id: unknown; state: string }[]).map(({ id, state }) => [id, state])).toEqual([
      [3, 'unknown'],
      ['9007199254740993', 'synced'],
      [2, 'synced'],
      [1, 'unknown'],
      ['9223372036854775807', 'unknown'],
    ]);
  });

  it('is of the shop that asks, and of no other shop or user', async () => {
    const [a, b] = ['https://a.example.com', 'https://b.example.com'];
    await send({ ...productEvent({ id: 1 }), ...{ store: { url: a } } });
    await send({ ...productEvent({ id: 2 }), ...{ store: { url: b } } });
    await app.idle();
    const states = async (body: object, secret = token, headers = {}) =>
      (await app.post(STATUS, { ids: [1, 2], ...body }, secret, headers)).body.results.map(
        ({ state }: { state: string }) => state,
      );
    expect(await states({})).toEqual(['synced', 'unknown']);
    expect(await states({ store: { url: b } })).toEqual(['unknown', 'synced']);
    expect(await states({}, token, { 'user-agent': `WordPress/6.7; ${b}` })).toEqual(['unknown', 'synced']);
    expect(await states({ store: { url: 'https://c.example.com' } })).toEqual(['unknown', 'unknown']);
    const other = await app.createUser();
    const { secret } = await app.createToken(other);
    expect(await states({ store: { url: a } }, secret)).toEqual(['unknown', 'unknown']);
    await send({ ...productEvent({ id: 3 }), ...{ store: { url: a } } }, secret);
    await app.idle();
    expect(await states({ store: { url: a } }, secret)).toEqual(['unknown', 'unknown']);
    expect(
      await app.query(`SELECT 1 FROM stores WHERE user_id = ANY ($1)`, [[owner.id, other.id]]),
    ).toHaveLength(3);
  });

  it('takes 200 ids at once', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    expect((await ask({ ids })).body.results).toHaveLength(200);
  });

  it.each<[string, unknown]>([
    ['none', {}],
    ['an empty list', { ids: [] }],
    ['201', { ids: Array.from({ length: 201 }, (_, index) => index + 1) }],
    ['no list', { ids: 1 }],
    ['null', { ids: [null] }],
    ['0', { ids: [0] }],
    ['half a number', { ids: [1.5] }],
    ['a word', { ids: ['x'] }],
    ['more than 64 bits', { ids: ['9223372036854775808'] }],
    ['a list of lists', { ids: [[1]] }],
  ])('is not given for %s', async (_, body) => {
    const answer = await ask(body);
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'ids']);
  });

  it('needs an integration token', async () => {
    const nobody = await app.request('POST', STATUS, { body: { ids: [1] } });
    expect([nobody.status, nobody.body.error]).toEqual([401, 'token_missing']);
    for (const secret of ['wc_sk_live_wrong', owner.access])
      expect((await ask({ ids: [1] }, secret)).status).toBe(401);
  });
});
