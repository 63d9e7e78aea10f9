import { until } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const HEALTH = '/api/integrations/woocommerce/health/';
const ISO_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

describe('GET /api/integrations/woocommerce/health/', () => {
  let app: TestApp;
  let owner: TestUser;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  it('says whose token it is, and nothing more than the contract has', async () => {
    const { id, secret } = await app.createToken(owner, { name: 'North shop' });
    const before = Date.now();
    const { status, body } = await app.get(HEALTH, secret);
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ok',
      message: 'The connection works.',
      user: { id: owner.id, email: owner.email, username: owner.username },
      token: {
        id,
        name: 'North shop',
        integration_type: 'woocommerce',
        last_used_at: expect.stringMatching(ISO_WITH_ZONE),
        usage_count: 1,
      },
      integration_type: 'woocommerce',
      timestamp: expect.stringMatching(ISO_WITH_ZONE),
    });
    for (const time of [body.timestamp, body.token.last_used_at] as string[]) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(time)).toBeLessThanOrEqual(Date.now());
    }
  });

  it('never shows the secret', async () => {
    const { secret } = await app.createToken(owner);
    expect((await app.get(HEALTH, secret)).text).not.toContain(secret.slice(-20));
  });

  it.each([
    [HEALTH, 'en', 'The connection works.'],
    [HEALTH.slice(0, -1), 'en', 'The connection works.'],
    [HEALTH, 'fa', 'اتصال برقرار است.'],
    [HEALTH, '*', 'اتصال برقرار است.'],
  ])('answers at %s in the language asked for (%s)', async (path, language, message) => {
    const { secret } = await app.createToken(owner);
    const answer = await app.get(path, secret, { 'accept-language': language });
    expect(answer.status).toBe(200);
    expect(answer.body.message).toBe(message);
  });

  it('counts every use of the token, webhooks and skipped events included', async () => {
    const { id, secret } = await app.createToken(owner);
    const event = productEvent();
    await Promise.all([app.webhook(secret, event), app.webhook(secret, event), app.webhook(secret, event)]);
    let uses = 3;
    // A request that meets the moment in which counts are written may see the count before it.
    await until('usage_count has every use', async () => {
      const { body } = await app.get(HEALTH, secret);
      uses++;
      return body.token.usage_count === uses;
    });
    const token = await app.get(`/api/v1/integrations/tokens/${id}/`, owner.access);
    expect(token.body.usage_count).toBe(uses);
    expect(Date.parse(token.body.last_used_at as string)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('counts no use of another token, nor a refused one', async () => {
    const [mine, other] = [await app.createToken(owner), await app.createToken(owner)];
    await app.get(HEALTH, other.secret);
    await app.get(HEALTH, `${mine.secret}x`);
    const { body } = await app.get(HEALTH, mine.secret);
    expect(body.token.usage_count).toBe(1);
  });

  it('stores nothing: no shop and no event', async () => {
    const { secret } = await app.createToken(await app.createUser());
    const rows = () =>
      app.query(`SELECT (SELECT count(*) FROM stores) AS stores, (SELECT count(*) FROM events) AS events`);
    const before = await rows();
    await app.get(HEALTH, secret);
    expect(await rows()).toEqual(before);
  });

  it('refuses a request without a token', async () => {
    const answer = await app.get(HEALTH);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body).toEqual({ error: 'token_missing', detail: 'No integration token was sent.' });
  });

  it.each([
    ['unknown', null, 'token_unknown', 'The integration token is unknown.'],
    ['inactive', 'is_active = false', 'token_inactive', 'The integration token is inactive.'],
    ['expired', 'expires_at = now()', 'token_expired', 'The integration token has expired.'],
  ])('says of an %s token that it is', async (_, change, error, detail) => {
    const { id, secret } = await app.createToken(owner);
    if (change) await app.query(`UPDATE integration_tokens SET ${change} WHERE id = $1`, [id]);
    const answer = await app.get(HEALTH, change ? secret : `wc_sk_live_${'0'.repeat(40)}`);
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({ error, detail });
  });

  it('refuses a session of a user, since it is no integration token', async () => {
    const answer = await app.get(HEALTH, owner.access);
    expect(answer.status).toBe(401);
    expect(answer.body.error).toBe('token_unknown');
  });

  it('refuses an address that the token does not allow, and says which it came from', async () => {
    const { secret } = await app.createToken(owner, { allowed_ips: ['203.0.113.7'] });
    const answer = await app.get(HEALTH, secret, { 'x-forwarded-for': '203.0.113.7' });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      error: 'address_not_allowed',
      detail: 'The address 127.0.0.1 is not among those this token allows.',
    });
  });

  it('refuses a token of another integration', async () => {
    const { secret } = await app.createToken(owner, { integration_type: 'shopify' });
    const answer = await app.get(HEALTH, secret);
    expect(answer.status).toBe(403);
    expect(answer.body.error).toBe('token_wrong_type');
  });

  it.each([
    ['POST', HEALTH],
    ['PUT', HEALTH],
    ['DELETE', HEALTH],
    ['GET', '/api/integrations/woocommerce/webhook/'],
    ['PUT', '/api/integrations/woocommerce/webhook/'],
  ])('%s %s is not there', async (method, path) => {
    const { secret } = await app.createToken(owner);
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: productEvent() };
    const answer = await app.request(method, path, { token: secret, ...body });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ error: 'not_found', detail: 'Not found.' });
  });
});
