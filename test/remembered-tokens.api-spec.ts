import { SENT_AT_HEADER } from '../src/contract/shop-api';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const BATCH = '/api/integrations/woocommerce/webhook/batch/';

/**
 * A process remembers tokens, and another may change them: here the database is changed behind the process's back. What
 * it remembers must let nothing in, and keep nobody out.
 */
describe('a token that a process remembers', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: { id: number; secret: string };

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    owner = await app.createUser();
    token = await app.createToken(owner);
    // The first is looked up, the second counted alone; from then on it is known.
    for (let id = 1; id <= 3; id++) expect((await send(productEvent({ id }))).status).toBe(202);
  });

  const send = (event: unknown, headers?: Record<string, string>) =>
    app.webhook(token.secret, event, headers);
  const set = (column: string, value: unknown) =>
    app.query(`UPDATE integration_tokens SET ${column} = $2 WHERE id = $1`, [token.id, value]);
  const logged = async (event: { event_id: string }) =>
    app.query<{ store_id: number; occurred_at: Date | null }>(
      `SELECT store_id, occurred_at FROM events WHERE user_id = $1 AND event_id = $2`,
      [owner.id, event.event_id],
    );

  it.each([
    ['was deactivated', 'is_active', false, 401, /token/i],
    ['has expired', 'expires_at', new Date(Date.now() - 1000), 401, /expired/i],
    ['may no longer come from this address', 'allowed_ips', '["203.0.113.7"]', 403, /address/i],
    ['must be signed from now on', 'require_signature', true, 401, /sign/i],
    ['is of another kind', 'integration_type', 'shopify', 403, /./],
  ])('and that %s elsewhere lets nothing in', async (_, column, value, status, detail) => {
    await set(column, column === 'allowed_ips' ? ['203.0.113.7'] : value);
    const event = productEvent({ id: 4 });
    const single = await send(event);
    expect([single.status, single.body.detail]).toEqual([status, expect.stringMatching(detail)]);
    expect((await app.post(BATCH, { events: [event] }, token.secret)).status).toBe(status);
    expect(await logged(event)).toHaveLength(0);
  });

  it.each([
    ['no JSON', 'nonsense'],
    ['a bad event', JSON.stringify(productEvent({ id: -1 }))],
  ])('and that was deactivated elsewhere is refused with %s too', async (_, body) => {
    await set('is_active', false);
    expect((await send(body)).status).toBe(401);
    expect((await app.post(BATCH, body, token.secret)).status).toBe(401);
    expect((await app.post(BATCH, { events: [{ event_id: 'x' }] }, token.secret)).status).toBe(401);
  });

  it('and whose user was deactivated elsewhere lets nothing in', async () => {
    await app.query(`UPDATE users SET is_active = false WHERE id = $1`, [owner.id]);
    const event = productEvent({ id: 4 });
    expect((await send(event)).status).toBe(401);
    expect(await logged(event)).toHaveLength(0);
  });

  it('and whose secret was rotated is refused with the old one, here and elsewhere', async () => {
    const path = `/api/v1/integrations/tokens/${token.id}/rotate/`;
    const { body } = await app.post(path, {}, owner.access);
    const event = productEvent({ id: 4 });
    expect((await app.webhook(body.token, productEvent({ id: 4 }))).status).toBe(202);
    expect((await send(event)).status).toBe(401);
    expect((await app.post(BATCH, { events: [event] }, token.secret)).status).toBe(401);
    await set('token_hash', 'f'.repeat(64));
    expect((await app.webhook(body.token, event)).status).toBe(401);
    expect(await logged(event)).toHaveLength(0);
  });

  it.each([
    ['another shop', { store: { url: 'https://another.example.com' } }, {}],
    ['a clock that is wrong', {}, { [SENT_AT_HEADER]: String(Date.now() + 3_600_000) }],
  ])(
    'and that was deactivated elsewhere changes no store by what speaks of %s',
    async (_, envelope, headers) => {
      const stores = () =>
        app.query(`SELECT id, url, host, clock_ahead_ms FROM stores WHERE user_id = $1`, [owner.id]);
      const before = await stores();
      await set('is_active', false);
      expect((await send(productEvent({ id: 4 }, envelope), headers)).status).toBe(401);
      expect(await stores()).toEqual(before);
    },
  );

  it('of a shop whose servers have two clocks loses nothing', async () => {
    const event = (id: number, ahead: number) =>
      app.webhook(token.secret, productEvent({ id }), {
        [SENT_AT_HEADER]: String(Date.now() + ahead),
      });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, id) => event(id + 10, id % 2 ? 3_600_000 : 0)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  });

  it('as refused lets in what may come again', async () => {
    await set('is_active', false);
    expect((await send(productEvent({ id: 4 }))).status).toBe(401);
    await set('is_active', true);
    expect((await send(productEvent({ id: 4 }))).status).toBe(202);
    await set('allowed_ips', ['203.0.113.7']);
    expect((await send(productEvent({ id: 4 }))).status).toBe(403);
    await set('allowed_ips', []);
    expect((await send(productEvent({ id: 4 }))).status).toBe(202);
  });

  it('as over its limit is let in once that is lifted', async () => {
    await set('rate_limit_per_minute', 1);
    // The first passes by the limit as it was; without Redis the new one is counted from its own first.
    const statuses: number[] = [];
    for (let id = 4; id <= 6; id++) statuses.push((await send(productEvent({ id }))).status);
    expect(statuses.at(-1)).toBe(429);
    await set('rate_limit_per_minute', null);
    expect((await send(productEvent({ id: 4 }))).status).toBe(202);
  });

  it('as bound to a store sends to the one that it was bound to since', async () => {
    const [other] = await app.query<{ id: number }>(
      `INSERT INTO stores (user_id, platform, url) VALUES ($1, 'woocommerce', 'other.example.com') RETURNING id`,
      [owner.id],
    );
    await set('store_id', other!.id);
    const event = productEvent({ id: 4 });
    expect((await send(event)).status).toBe(202);
    expect((await logged(event)).map(({ store_id }) => store_id)).toEqual([other!.id]);
  });

  it("with a shop's clock dates by the one that was found since", async () => {
    await app.query(`UPDATE stores SET clock_ahead_ms = 3600000 WHERE user_id = $1`, [owner.id]);
    const event = productEvent({ id: 4, date_modified: '2025-11-10T09:30:00Z' });
    expect((await send(event)).status).toBe(202);
    expect((await logged(event)).map(({ occurred_at }) => occurred_at?.toISOString())).toEqual([
      '2025-11-10T08:30:00.000Z',
    ]);
  });

  it('tells what it has from what is outdated, in one batch', async () => {
    const [old, fresh] = [productEvent({ id: 4 }), productEvent({ id: 5 })];
    expect((await send(old)).status).toBe(202);
    await set('allowed_ips', ['127.0.0.1']);
    const { status, body } = await app.post(BATCH, { events: [old, fresh, fresh] }, token.secret);
    expect(status).toBe(202);
    expect(body.results.map((result: { status: string }) => result.status)).toEqual([
      'skipped',
      'accepted',
      'skipped',
    ]);
    expect(await logged(fresh)).toHaveLength(1);
  });

  it('lets no other address in by what it remembers of an allowed one', async () => {
    const from = (address: string, id: number) =>
      send(productEvent({ id }), { 'x-forwarded-for': address }).then(({ status }) => status);
    await set('allowed_ips', ['203.0.113.7', '203.0.113.9']);
    for (let id = 4; id <= 6; id++) expect(await from('203.0.113.7', id)).toBe(202);
    expect(await from('203.0.113.8', 7)).toBe(403);
    expect(await from('203.0.113.9', 8)).toBe(202);
    expect(await from('203.0.113.7', 9)).toBe(202);
    const sent = await app.query<{ source_ip: string }>(
      `SELECT source_ip FROM events WHERE user_id = $1 AND woo_product_id > 3 ORDER BY id`,
      [owner.id],
    );
    expect(sent.map(({ source_ip: address }) => address)).toEqual([
      ...Array(3).fill('203.0.113.7'),
      '203.0.113.9',
      '203.0.113.7',
    ]);
  });

  it('is not taken out of a query beside the header', async () => {
    const { status } = await app.post(
      `/api/integrations/woocommerce/webhook/?access_token=${token.secret}`,
      productEvent({ id: 4 }),
      token.secret,
    );
    expect(status).toBe(401);
  });
});
