import { createHash } from 'node:crypto';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const TOKENS = '/api/v1/integrations/tokens/';
const HEALTH = '/api/integrations/woocommerce/health/';
const SECRET = /^wc_sk_live_[a-z0-9]{40}$/;
const FIELDS = (
  'allowed_ips created_at expires_at id integration_type integration_type_display is_active is_valid_status ' +
  'last_used_at name rate_limit_per_minute require_signature signing_keys token_preview usage_count user_email user_id'
).split(' ');
const shop = (request: object = {}) => ({ integration_type: 'woocommerce', name: 'Shop', ...request });
type Endpoint = [name: string, method: string, action: string, body: unknown];
const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];
const fieldsOf = ({ body }: Answer): string[] | undefined =>
  (body.errors as { field: string }[] | undefined)?.map(({ field }) => field);
const idsOf = ({ body }: Answer): number[] => (body.results as { id: number }[]).map(({ id }) => id);

describe('integration tokens', () => {
  let app: TestApp;
  let owner: TestUser;
  let other: TestUser;
  let staff: TestUser;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
    other = await app.createUser();
    staff = await app.createUser({ staff: true });
  });
  afterAll(() => app.close());

  const generate = (body: unknown, user = owner) => app.post(`${TOKENS}generate/`, body, user.access);
  const detail = (id: number, user = owner) => app.get(`${TOKENS}${id}/`, user.access);
  const patch = (id: number, body: unknown, user = owner) =>
    app.request('PATCH', `${TOKENS}${id}/`, { body, token: user.access });
  const deactivate = (id: number, user = owner) =>
    app.request('DELETE', `${TOKENS}${id}/`, { token: user.access });
  const rotate = (id: number, user = owner) => app.post(`${TOKENS}${id}/rotate/`, undefined, user.access);

  /** Every endpoint that takes an id. */
  const BY_ID: Endpoint[] = [
    ['detail', 'GET', '', undefined],
    ['change', 'PATCH', '', { name: 'Taken over' }],
    ['deactivation', 'DELETE', '', undefined],
    ['rotation', 'POST', 'rotate/', undefined],
  ];

  it.each<Endpoint>([
    ['list', 'GET', '', undefined],
    ['generation', 'POST', 'generate/', shop()],
    ...BY_ID.map(([name, method, action, body]): Endpoint => [name, method, `ID/${action}`, body]),
  ])('refuses the %s without a session or with a wrong one', async (_, method, path, body) => {
    const { id, secret } = await app.createToken(owner);
    const url = TOKENS + path.replace('ID', String(id));
    const send = (token?: string) => app.request(method, url, { body, ...(token && { token }) });
    expect(outcome(await send())).toEqual([401, 'not_authenticated']);
    expect(outcome(await send('wrong'))).toEqual([401, 'session_invalid']);
    expect(outcome(await send(secret))).toEqual([401, 'session_invalid']);
    expect((await detail(id)).body).toMatchObject({ name: 'Test shop', is_active: true });
    expect((await app.get(HEALTH, secret)).status).toBe(200);
  });

  it.each(BY_ID)(
    "refuses the %s of another user's token with 404 and leaves it as it is",
    async (_, method, action, body) => {
      const { id, secret } = await app.createToken(owner);
      const url = `${TOKENS}${id}/${action}`;
      const refused = await app.request(method, url, { body, token: other.access });
      const absent = await app.request(method, `${TOKENS}999999/${action}`, { body, token: other.access });
      expect(outcome(refused)).toEqual([404, 'not_found']);
      expect([absent.status, absent.body]).toEqual([refused.status, refused.body]);
      expect((await detail(id)).body).toMatchObject({ name: 'Test shop', is_active: true });
      expect((await app.get(HEALTH, secret)).status).toBe(200);
    },
  );

  it.each(BY_ID)("grants staff the %s of any user's token", async (_, method, action, body) => {
    const { id } = await app.createToken(owner);
    const answer = await app.request(method, `${TOKENS}${id}/${action}`, { body, token: staff.access });
    expect(answer.status).toBe(method === 'DELETE' ? 204 : 200);
  });

  it('lists to staff the tokens of all, to others their own', async () => {
    const mine = (await app.createToken(owner)).id;
    const theirs = (await app.createToken(other)).id;
    expect(idsOf(await app.get(`${TOKENS}?page_size=100`, staff.access))).toEqual(
      expect.arrayContaining([mine, theirs]),
    );
    const own = idsOf(await app.get(`${TOKENS}?page_size=100`, owner.access));
    expect(own).toContain(mine);
    expect(own).not.toContain(theirs);
  });

  it("filters by user_id for staff, and shows others nothing of another user's", async () => {
    await app.createToken(owner);
    const list = (user: TestUser, userId: number) => app.get(`${TOKENS}?user_id=${userId}`, user.access);
    const { body } = await list(staff, owner.id);
    expect(body.count).toBeGreaterThan(0);
    for (const row of body.results) expect(row.user_id).toBe(owner.id);
    expect((await list(other, owner.id)).body).toMatchObject({ count: 0, results: [] });
    expect((await list(owner, owner.id)).body.count).toBe(body.count);
  });

  it('lets staff alone generate for another user', async () => {
    const refused = await generate(shop({ user_id: owner.id }), other);
    expect(outcome(refused)).toEqual([403, 'forbidden']);
    const { status, body } = await generate(shop({ user_id: owner.id }), staff);
    expect(status).toBe(201);
    expect(body).toMatchObject({ user_id: owner.id, user_email: owner.email });
    expect((await detail(body.id)).status).toBe(200);
    expect((await app.get(HEALTH, body.token)).body.user).toMatchObject({ id: owner.id, email: owner.email });
  });

  it.each(['abc', '-1', '0', '1e3', '1.5', '1%20', '%00', '99999999999999999999', '9007199254740991'])(
    'answers 404 to the id %s',
    async (id) => {
      for (const [, method, action, body] of BY_ID) {
        const answer = await app.request(method, `${TOKENS}${id}/${action}`, { body, token: owner.access });
        expect(outcome(answer)).toEqual([404, 'not_found']);
      }
    },
  );

  it('shows the secret once, with all fields of the token', async () => {
    const { status, body } = await generate(shop({ name: ' My shop ', allowed_ips: ['203.0.113.7'] }));
    expect(status).toBe(201);
    expect(Object.keys(body).sort()).toEqual([...FIELDS, 'message', 'token'].sort());
    expect(body.token).toMatch(SECRET);
    expect(body.message).toContain('not shown again');
    expect(body).toMatchObject({
      user_id: owner.id,
      user_email: owner.email,
      integration_type: 'woocommerce',
      integration_type_display: 'WooCommerce',
      name: 'My shop',
      token_preview: `wc_sk_...${body.token.slice(-6)}`,
      is_active: true,
      is_valid_status: true,
      last_used_at: null,
      usage_count: 0,
      allowed_ips: ['203.0.113.7'],
      expires_at: null,
    });
    expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/);
    const row = Object.fromEntries(FIELDS.map((field) => [field, body[field]]));
    const list = await app.get(TOKENS, owner.access);
    expect(list.body.results).toContainEqual(row);
    expect(list.text).not.toContain(body.token);
    for (const answer of [await detail(body.id), await patch(body.id, {})]) expect(answer.body).toEqual(row);
  });

  it('makes a different secret every time', async () => {
    const tokens = await Promise.all(Array.from({ length: 10 }, () => app.createToken(other)));
    expect(new Set(tokens.map(({ secret }) => secret)).size).toBe(10);
  });

  it('keeps the secret only as a hash', async () => {
    const { id, secret } = await app.createToken(owner);
    await app.webhook(secret, productEvent());
    const rows = await app.query<{ token_hash: string; row: string; event: string }>(
      `SELECT t.token_hash, t::text AS row, e::text AS event
         FROM integration_tokens t JOIN events e ON e.token_id = t.id WHERE t.id = $1`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.token_hash).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(JSON.stringify(rows)).not.toContain(secret.slice('wc_sk_live_'.length));
  });

  it('rotates: the old secret is refused, the new one works, the token stays', async () => {
    const { id, secret } = await app.createToken(owner, { name: 'Rotated', allowed_ips: ['127.0.0.1'] });
    await app.get(HEALTH, secret);
    const { status, body } = await rotate(id);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([...FIELDS, 'message', 'token'].sort());
    expect(body.token).toMatch(SECRET);
    expect(body).toMatchObject({
      id,
      name: 'Rotated',
      allowed_ips: ['127.0.0.1'],
      usage_count: 1,
      token_preview: `wc_sk_...${body.token.slice(-6)}`,
    });
    expect(outcome(await app.get(HEALTH, secret))).toEqual([401, 'token_unknown']);
    expect((await app.get(HEALTH, body.token)).status).toBe(200);
    expect((await detail(id)).text).not.toContain(body.token);
  });

  it('does not revive an inactive token by rotating it', async () => {
    const { id } = await app.createToken(owner);
    await deactivate(id);
    const { body } = await rotate(id);
    expect(body.is_active).toBe(false);
    expect(outcome(await app.get(HEALTH, body.token))).toEqual([401, 'token_inactive']);
  });

  it('refuses a deactivated token at once, also deactivated twice, until it is reactivated', async () => {
    const { id, secret } = await app.createToken(owner);
    expect((await app.get(HEALTH, secret)).status).toBe(200);
    for (let i = 0; i < 2; i++) {
      const answer = await deactivate(id);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(outcome(await app.webhook(secret, productEvent()))).toEqual([401, 'token_inactive']);
    }
    expect((await detail(id)).body).toMatchObject({ is_active: false, is_valid_status: false });
    const { status, body } = await patch(id, { is_active: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({ is_active: true, is_valid_status: true });
    expect((await app.webhook(secret, productEvent())).status).toBe(202);
  });

  it('refuses an expired token until its expiry is lifted', async () => {
    const { id, secret } = await app.createToken(owner);
    const past = new Date(Date.now() - 1000);
    await app.query('UPDATE integration_tokens SET expires_at = $2 WHERE id = $1', [id, past]);
    expect(outcome(await app.webhook(secret, productEvent()))).toEqual([401, 'token_expired']);
    expect(outcome(await app.get(HEALTH, secret))).toEqual([401, 'token_expired']);
    expect((await detail(id)).body).toMatchObject({ is_active: true, is_valid_status: false });
    const { body } = await patch(id, { expires_at: null });
    expect(body).toMatchObject({ expires_at: null, is_valid_status: true });
    expect((await app.get(HEALTH, secret)).status).toBe(200);
  });

  it('keeps an expiry in the future to the moment, whatever its zone', async () => {
    const { status, body } = await generate(shop({ expires_at: '2199-01-01T03:30:00+03:30' }));
    expect(status).toBe(201);
    expect(new Date(body.expires_at).toISOString()).toBe('2199-01-01T00:00:00.000Z');
    expect((await app.get(HEALTH, body.token)).status).toBe(200);
  });

  it('refuses the token of a deactivated user', async () => {
    const user = await app.createUser();
    const { secret } = await app.createToken(user);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [user.id]);
    expect(outcome(await app.get(HEALTH, secret))).toEqual([401, 'token_inactive']);
  });

  it('changes only what a PATCH names', async () => {
    const { id } = await app.createToken(owner, { allowed_ips: ['10.0.0.1'] });
    const before = (await detail(id)).body;
    expect((await patch(id, { name: 'Renamed' })).body).toEqual({ ...before, name: 'Renamed' });
    const protectedFields = { id: 1, user_id: other.id, usage_count: 99, token_preview: 'x', name: 'Again' };
    expect((await patch(id, protectedFields)).body).toEqual({ ...before, name: 'Again' });
    expect((await patch(id, { allowed_ips: null })).body.allowed_ips).toEqual([]);
  });

  it('counts every one of many requests at once', async () => {
    const { id, secret } = await app.createToken(owner);
    const startedAt = Date.now();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 ? app.webhook(secret, productEvent({ id: 1000 + i })) : app.get(HEALTH, secret),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 202]));
    const rows = (await app.get(TOKENS, owner.access)).body.results;
    const row = rows.find((each: { id: number }) => each.id === id);
    expect(row.usage_count).toBe(30);
    expect(Date.parse(row.last_used_at)).toBeGreaterThanOrEqual(startedAt);
    expect(Date.parse(row.last_used_at)).toBeLessThanOrEqual(Date.now());
    const health = await app.get(HEALTH, secret);
    expect(health.body.token).toMatchObject({ id, integration_type: 'woocommerce', usage_count: 31 });
  });

  it('takes no token from the query string', async () => {
    const { id, secret } = await app.createToken(owner);
    for (const name of ['access_token', 'token']) {
      const answer = await app.get(`${HEALTH}?${name}=${secret}`);
      expect(outcome(answer)).toEqual([401, 'token_missing']);
    }
    expect((await detail(id)).body.usage_count).toBe(0);
  });

  it.each<[string, (secret: string) => string]>([
    ['one character less', (secret) => secret.slice(0, -1)],
    ['another prefix', (secret) => secret.replace('live', 'test')],
    ['capital letters', (secret) => secret.toUpperCase()],
    ['a JWT in its place', () => owner.access],
  ])('refuses a secret with %s', async (_, alter) => {
    const { secret } = await app.createToken(owner);
    expect(outcome(await app.webhook(alter(secret), productEvent()))).toEqual([401, 'token_unknown']);
  });

  it('refuses a Shopify token at the WooCommerce endpoints', async () => {
    const { secret } = await app.createToken(owner, { integration_type: 'shopify' });
    expect(outcome(await app.webhook(secret, productEvent()))).toEqual([403, 'token_wrong_type']);
    expect(outcome(await app.get(HEALTH, secret))).toEqual([403, 'token_wrong_type']);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.0.0.0/8', true],
    ['0.0.0.0/0', true],
    ['127.0.0.2', false],
    ['203.0.113.0/24', false],
    ['2001:db8::/32', false],
    ['::1', false],
  ])('allowing %s, lets a shop at 127.0.0.1 in whatever it forwards: %s', async (entry, allowed) => {
    const { secret } = await app.createToken(owner, { allowed_ips: ['198.51.100.1', entry] });
    for (const headers of [undefined, { 'x-forwarded-for': '198.51.100.1' }]) {
      const answer = await app.webhook(secret, productEvent(), headers);
      expect(outcome(answer)).toEqual(allowed ? [202, undefined] : [403, 'address_not_allowed']);
    }
  });

  it('applies a change of the allowed addresses at once', async () => {
    const { id, secret } = await app.createToken(owner, { allowed_ips: ['127.0.0.1'] });
    expect((await app.get(HEALTH, secret)).status).toBe(200);
    await patch(id, { allowed_ips: ['203.0.113.7'] });
    expect((await app.get(HEALTH, secret)).status).toBe(403);
  });

  const NOT_ADDRESSES = 'shop.example.com 300.1.1.1 10.0.0.0/33 10.0.0.0/ 10.0.0.0/-1 10.0.0.0/8/8 ::/129';
  const BAD: Record<string, unknown[]> = {
    allowed_ips: ['127.0.0.1', ...['', null, 5, ...NOT_ADDRESSES.split(' ')].map((entry) => ['::1', entry])],
    expires_at: ['2020-01-01T00:00:00Z', 'tomorrow', '2199-02-31T00:00:00Z', 4102444800],
    name: ['', ' ', null, 5, 'x'.repeat(201), 'a\u0000b'],
  };
  const GENERATE_BAD = {
    ...BAD,
    integration_type: ['magento', undefined, null, 5],
    user_id: [999999, 'abc', -1, 1.5],
    store_url: ['ftp://shop.example.com', 'https://nodots', 'shop', 5],
  };
  const refusal = (answer: Answer) => [...outcome(answer), fieldsOf(answer)];

  it.each(Object.entries(GENERATE_BAD))('refuses to generate with a bad %s', async (field, values) => {
    for (const value of values) {
      const answer = await generate(shop({ [field]: value }), staff);
      expect([value, ...refusal(answer)]).toEqual([value, 400, 'validation_failed', [field]]);
    }
  });

  it.each(Object.entries({ ...BAD, is_active: [null, '', 1, 'yes'] }))(
    'refuses to change to a bad %s and leaves all as it is',
    async (field, values) => {
      const { id } = await app.createToken(owner);
      const before = (await detail(id)).body;
      for (const value of values) {
        const answer = await patch(id, { name: 'Changed', [field]: value });
        expect([value, ...refusal(answer)]).toEqual([value, 400, 'validation_failed', [field]]);
      }
      expect((await detail(id)).body).toEqual(before);
    },
  );

  it('pages with count, next, previous and results, the newest first', async () => {
    const user = await app.createUser();
    const made: number[] = [];
    for (let i = 0; i < 5; i++) made.unshift((await app.createToken(user)).id);
    const seen: number[] = [];
    let url: string | null = `${app.url}${TOKENS}?page_size=2`;
    const pages: Answer[] = [];
    while (url && pages.length < 5) {
      const page: Answer = await app.get(url.slice(app.url.length), user.access);
      expect(page.body.count).toBe(5);
      seen.push(...idsOf(page));
      pages.push(page);
      url = page.body.next;
    }
    expect(seen).toEqual(made);
    expect(pages.map(({ body }) => body.results.length)).toEqual([2, 2, 1]);
    expect(pages[0]!.body.previous).toBeNull();
    const back = await app.get(pages[2]!.body.previous.slice(app.url.length), user.access);
    expect(back.body).toEqual(pages[1]!.body);
    expect((await app.get(`${TOKENS}?page=9`, user.access)).body.results).toEqual([]);
  });

  describe('are found', () => {
    let finder: TestUser;
    let stranger: TestUser;
    const names = async (query: string, user = finder): Promise<string[]> => {
      const { status, body } = await app.get(`${TOKENS}?${query}`, user.access);
      expect(status).toBe(200);
      expect(body.count).toBe(body.results.length);
      return (body.results as { name: string }[]).map(({ name }) => name).sort();
    };

    beforeAll(async () => {
      [finder, stranger] = [await app.createUser(), await app.createUser()];
      for (const name of ['in use', 'in time', 'over', 'off', 'off and over']) {
        const { id } = await app.createToken(finder, {
          name,
          ...(name === 'in time' && { expires_at: '2999-01-01T00:00:00Z' }),
        });
        if (name.includes('over')) {
          await app.query(
            `UPDATE integration_tokens SET expires_at = now() - interval '1 second' WHERE id = $1`,
            [id],
          );
        }
        if (name.startsWith('off')) await deactivate(id, finder);
      }
    });

    it.each([
      ['active', ['in time', 'in use']],
      ['expired', ['over']],
      ['inactive', ['off', 'off and over']],
      ['', ['in time', 'in use', 'off', 'off and over', 'over']],
    ])('by status=%s', async (status, expected) => {
      expect(await names(`status=${status}`)).toEqual(expected);
      expect(await names(`status=${status}&user_id=${finder.id}`, staff)).toEqual(expected);
      expect(await names(`status=${status}&user_id=${finder.id}`, stranger)).toEqual([]);
    });

    it('by words of the name, the preview and the owner’s e-mail, among their own', async () => {
      expect(await names('search=OVER')).toEqual(['off and over', 'over']);
      expect(await names('search=over&status=expired')).toEqual(['over']);
      expect(await names('search=in%25')).toEqual([]);
      expect(await names(`search=${finder.email}`)).toHaveLength(5);
      expect(await names(`search=${finder.email}&status=inactive`, staff)).toEqual(['off', 'off and over']);
      expect(await names(`search=${finder.email}`, stranger)).toEqual([]);
      expect(await names(`search=over&user_id=${finder.id}`, stranger)).toEqual([]);
      const { body } = await app.get(`${TOKENS}?search=in+use`, finder.access);
      const preview = body.results[0].token_preview as string;
      expect(await names(`search=${preview.slice(-6)}`)).toEqual(['in use']);
    });
  });

  it.each([
    'page=0',
    'page=x',
    'page_size=0',
    'page_size=101',
    'user_id=x',
    'user_id=1e3',
    'status=lost',
    'status=active&status=expired',
    `search=${'a'.repeat(201)}`,
  ])('refuses ?%s, naming the parameter', async (query) => {
    const answer = await app.get(`${TOKENS}?${query}`, staff.access);
    expect(outcome(answer)).toEqual([400, 'validation_failed']);
    expect(fieldsOf(answer)).toEqual([query.split('=')[0]]);
  });
});

describe('allowed addresses behind a trusted proxy', () => {
  let app: TestApp;
  let owner: TestUser;

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: '127.0.0.1' });
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  it.each([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.0/24', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.7', '::ffff:203.0.113.7', true],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['2001:db8::7', '2001:0DB8:0:0:0:0:0:7', true],
    ['2001:db8::/32', '2001:db8:1::7', true],
    ['2001:db8::/32', '2001:db9::7', false],
    ['203.0.113.7', '203.0.113.7, 198.51.100.1', false],
    ['198.51.100.1', '203.0.113.7, 198.51.100.1', true],
    ['203.0.113.7', 'garbage', false],
    ['203.0.113.7', undefined, false],
  ])('of %s let a shop in that is forwarded as %s: %s', async (entry, forwarded, allowed) => {
    const { secret } = await app.createToken(owner, { allowed_ips: [entry] });
    const answer = await app.get(HEALTH, secret, forwarded ? { 'x-forwarded-for': forwarded } : {});
    expect(outcome(answer)).toEqual(allowed ? [200, undefined] : [403, 'address_not_allowed']);
  });
});
