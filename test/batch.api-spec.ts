import { once } from 'node:events';
import { request as requestOf, type ClientRequest, type IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import { EventIntake } from '../src/integrations/events/event-intake.service';
import type { TokenRequest } from '../src/integrations/tokens/integration-token.guard';
import { WooCommerceController } from '../src/integrations/woocommerce/woocommerce.controller';
import { loggedEvent } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const PATH = '/api/integrations/woocommerce/webhook/batch/';

/** Begins a request whose body never comes. */
function sendHeaders(url: string, headers: Record<string, string>): ClientRequest {
  const request = requestOf(url, { method: 'POST', headers });
  request.on('error', () => undefined);
  request.flushHeaders();
  return request;
}

describe('a batch of events', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
  });

  const send = (events: unknown, envelope: Record<string, unknown> = {}) =>
    app.post(PATH, { ...envelope, events }, token);
  const verdicts = async (events: unknown) => {
    const { status, body } = await send(events);
    expect(status).toBe(202);
    return body.results.map((result: { status: string }) => result.status);
  };
  const products = async () => {
    await app.idle();
    const { body } = await app.get(
      '/api/v1/web-knowledge/products/?page_size=100&ordering=title',
      owner.access,
    );
    return body;
  };

  it('of a hundred is stored, and every product listed', async () => {
    const events = Array.from({ length: 100 }, (_, index) => productEvent({ id: index + 1, price: index }));
    const { status, body, headers } = await send(events);
    expect(status).toBe(202);
    expect(body.results).toEqual(events.map(({ event_id }) => ({ event_id, status: 'accepted' })));
    expect(headers.get('server-timing')).toMatch(/^check;dur=.*log;dur=/);
    expect((await products()).count).toBe(100);
    // One statement: all were written in the same moment.
    const times = await app.query(`SELECT DISTINCT created_at FROM events WHERE user_id = $1`, [owner.id]);
    expect(times).toHaveLength(1);
  });

  it('half seen before is taken in for the other half', async () => {
    const [a, b, c] = [productEvent({ id: 1 }), productEvent({ id: 2 }), productEvent({ id: 3 })];
    expect((await app.webhook(token, b)).status).toBe(202);
    expect(await verdicts([a, b, c])).toEqual(['accepted', 'skipped', 'accepted']);
    expect(await verdicts([a, b, c])).toEqual(['skipped', 'skipped', 'skipped']);
    expect((await products()).count).toBe(3);
  });

  it('with an event twice takes the first', async () => {
    const first = productEvent({ id: 1, name: 'اول' });
    const again = { ...productEvent({ id: 1, name: 'دوم' }), event_id: first.event_id };
    expect(await verdicts([first, again])).toEqual(['accepted', 'skipped']);
    expect((await products()).results[0].title).toBe('اول');
  });

  it('tells of each event that is bad, and takes in the others', async () => {
    const good = productEvent({ id: 1 });
    const { status, body } = await send([
      productEvent({ id: 2, price: -1 }),
      good,
      { event_id: 'no-product', event_type: 'product.updated' },
      productEvent({ id: 3, variations: [{ id: 5 }, { id: 5 }] }),
      null,
      'text',
      { event_id: 5 },
    ]);
    expect(status).toBe(202);
    expect(body.results.map((result: { status: string }) => result.status)).toEqual([
      'rejected',
      'accepted',
      'rejected',
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(body.results[0].errors).toEqual([
      { field: 'product.price', message: expect.stringMatching(/zero or/) },
    ]);
    expect(body.results[2]).toMatchObject({ event_id: 'no-product', errors: [{ field: 'product' }] });
    expect(body.results[3].errors).toMatchObject([{ field: 'product.variations.1.id' }]);
    expect(body.results[4]).toMatchObject({ event_id: null, errors: [{ field: 'body' }] });
    expect(body.results[6].event_id).toBeNull();
    expect((await products()).count).toBe(1);
  });

  it('of which every event is bad is answered event by event, and stores nothing', async () => {
    expect(await verdicts(Array.from({ length: 100 }, () => ({ event_id: '' })))).toEqual(
      Array.from({ length: 100 }, () => 'rejected'),
    );
    expect(await app.query(`SELECT 1 FROM events WHERE user_id = $1`, [owner.id])).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['empty', []],
    ['of 101 events', Array.from({ length: 101 }, () => productEvent())],
    ['that is no list', { 0: productEvent() }],
    ['that is null', null],
    ['that is absent', undefined],
  ])('%s is refused', async (_, events) => {
    const { status, body } = await send(events);
    expect([status, body.errors[0].field]).toEqual([400, 'events']);
  });

  it.each(['', '[]', '"x"', '{"events":[', 'null'])('is refused as the body %j', async (text) => {
    expect((await app.post(PATH, text, token)).status).toBe(400);
  });

  it('of 10 MiB is refused, one of 5 MiB is not', async () => {
    const of = (bytes: number) => [
      ...Array.from({ length: 9 }, (_, id) =>
        productEvent({ id: id + 1, description: 'x'.repeat(bytes / 10) }),
      ),
    ];
    expect((await send(of(5 * 2 ** 20))).status).toBe(202);
    const large = await send(of(10 * 2 ** 20).map((event) => ({ ...event, padding: 'x'.repeat(2 ** 18) })));
    expect([large.status, large.body.error]).toEqual([413, 'payload_too_large']);
    expect((await products()).count).toBe(9);
  });

  it('holds no event larger than one may be', async () => {
    const [large, small] = [productEvent({ id: 1, meta: 'x'.repeat(2 ** 20) }), productEvent({ id: 2 })];
    const { body } = await send([large, small]);
    expect(body.results).toMatchObject([
      { event_id: large.event_id, status: 'rejected', errors: [{ field: 'event' }] },
      { status: 'accepted' },
    ]);
  });

  it('is kept to the letter, event by event', async () => {
    const raw = `{ "event_id" : "letter-1", "event_type":"product.updated", "product":{"id":1,"name":"a","price":1.50e2} }`;
    const text = `{"events" : [ ${raw} , {"event_id":"letter-2","event_type":"product.deleted","product":{"id":9}}]}`;
    const { body } = await app.post(PATH, text, token);
    expect(body.results).toHaveLength(2);
    const [row] = await app.query<{ payload: string }>(
      `SELECT payload::text AS payload FROM events WHERE user_id = $1 AND event_id = 'letter-1'`,
      [owner.id],
    );
    expect(row!.payload).toBe(raw);
  });

  it('keeps the order of undated changes', async () => {
    const undated = (product: Record<string, unknown>, type = 'product.updated') =>
      productEvent({ id: 1, date_modified: null, ...product }, { event_type: type });
    await verdicts([undated({ name: 'z' }), undated({}, 'product.deleted'), undated({ name: 'a' })]);
    const { results } = await products();
    expect(results).toMatchObject([{ title: 'a', is_active: true }]);
  });

  it('may come from several shops of one owner', async () => {
    const of = (site: string, name: string) => productEvent({ id: 1, name }, { store: { url: site } });
    await verdicts([of('https://a.example.com', 'الف'), of('https://b.example.com', 'ب')]);
    expect((await products()).results.map((row: { title: string }) => row.title)).toEqual(['الف', 'ب']);
  });

  it('racing with copies of itself stores each event once', async () => {
    const events = Array.from({ length: 20 }, (_, index) => productEvent({ id: index + 1 }));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, copy) => send(copy % 2 ? events : [...events].reverse())),
    );
    const accepted = answers.flatMap(({ body }) =>
      body.results.filter((result: { status: string }) => result.status === 'accepted'),
    );
    expect(accepted.map((result: { event_id: string }) => result.event_id).sort()).toEqual(
      events.map(({ event_id }) => event_id).sort(),
    );
    expect((await loggedEvent(app, events[0]!.event_id)).id).toBeGreaterThan(0);
  });

  it.each([
    ['no token', undefined, 401],
    ['a wrong token', `wc_sk_live_${'a'.repeat(40)}`, 401],
  ])('with %s is refused', async (_, given, status) => {
    expect((await app.post(PATH, { events: [productEvent()] }, given)).status).toBe(status);
  });

  it.each<[string, Record<string, string>]>([
    ['no token', {}],
    ['a session', { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x' }],
    ['a token by another scheme', { authorization: `Basic wc_sk_live_${'a'.repeat(40)}` }],
  ])('with %s is refused before its body is read', async (_, headers) => {
    const request = sendHeaders(app.url + PATH, {
      'accept-language': 'en',
      'content-type': 'application/json',
      'content-length': String(8_000_000),
      ...headers,
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = JSON.parse((await response.toArray()).join('')) as Record<string, unknown>;
    request.destroy();
    const guarded = await app.post('/api/integrations/woocommerce/webhook/', {});
    expect([response.statusCode, body]).toEqual([401, guarded.body]);
    expect(body.error).toBe('token_missing');
    expect(response.headers).toMatchObject({
      'www-authenticate': 'Bearer',
      'ratelimit-policy': guarded.headers.get('ratelimit-policy'),
    });
  });

  it('lets other requests be answered between its events', async () => {
    const variations = Array.from({ length: 1000 }, (_, id) => ({ id: id + 1, sku: `SKU-${id}`, price: id }));
    const events = Array.from({ length: 30 }, (_, id) => productEvent({ id: id + 1, variations }));
    const accept = jest.spyOn(app.nest.get(EventIntake), 'accept').mockResolvedValue({
      verdicts: events.map(() => 'accepted' as const),
      logMs: 0,
    });
    let turns = 0;
    let others = setImmediate(function turn() {
      turns++;
      others = setImmediate(turn);
    });
    try {
      const request = { body: JSON.stringify({ events }), headers: {}, user: {} } as TokenRequest;
      const reply = { header: () => undefined, elapsedTime: 0 } as unknown as FastifyReply;
      const { results } = await app.nest.get(WooCommerceController).batch(request, reply);
      expect(results).toHaveLength(30);
      expect(turns).toBeGreaterThan(25);
    } finally {
      clearImmediate(others);
      accept.mockRestore();
    }
  });

  it('with a session is refused', async () => {
    expect((await app.post(PATH, { events: [productEvent()] }, owner.access)).status).toBe(401);
  });

  it("does not count another owner's events as seen", async () => {
    const event = productEvent({ id: 1 });
    const other = await app.createUser();
    const { secret } = await app.createToken(other);
    await app.webhook(secret, event);
    expect(await verdicts([event])).toEqual(['accepted']);
  });

  it('says what is wrong in Persian where that is asked', async () => {
    const { body } = await app.post(PATH, { events: [productEvent({ id: 2, price: -1 })] }, token, {
      'accept-language': 'fa',
    });
    expect(body.results[0].errors[0].message).toMatch(/صفر یا مثبت/);
  });
});
