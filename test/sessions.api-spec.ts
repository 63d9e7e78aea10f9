import { createHash } from 'node:crypto';
import { TestApp, type Answer, type TestUser } from './support/test-app';

const SESSION = '/api/v1/auth/session/';
const PASSWORD = '/api/v1/auth/password/';
const TOKENS = '/api/v1/integrations/tokens/';
const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];
const fieldsOf = ({ body }: Answer): string[] =>
  (body.errors as { field: string }[]).map(({ field }) => field);
const setCookie = ({ headers }: Answer): string => headers.get('set-cookie') ?? '';
const cookieOf = (answer: Answer): string => setCookie(answer).split(';')[0]!;
const idOf = (cookie: string): string => createHash('sha256').update(cookie.split('=')[1]!).digest('hex');

describe('the session of a browser', () => {
  let app: TestApp;
  let owner: TestUser;

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: '127.0.0.1' });
  });
  beforeEach(async () => {
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  const logIn = (body: unknown, headers?: Record<string, string>) =>
    app.post(SESSION, body, undefined, headers);
  const rowsOf = ({ id }: TestUser) =>
    app.query<{ id: string; source_ip: string; user_agent: string }>(
      'SELECT id, source_ip, user_agent FROM sessions WHERE user_id = $1',
      [id],
    );
  const right = () => ({ email: owner.email, password: owner.password });

  it.each([
    ['e-mail', () => ({ email: owner.email })],
    ['username', () => ({ username: owner.username })],
  ])('opens by %s, and is what requests come by', async (_, name) => {
    const answer = await logIn({ ...name(), password: owner.password });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      user: { id: owner.id, email: owner.email, username: owner.username, is_staff: false },
      expires_at: expect.stringMatching(/^\d{4}-/),
    });
    const days = (Date.parse(answer.body.expires_at) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(13.9);
    expect(days).toBeLessThanOrEqual(14);
    const cookie = cookieOf(answer);
    expect((await app.get(SESSION, undefined, { cookie })).body).toEqual(answer.body);
    expect((await app.get(TOKENS, undefined, { cookie })).status).toBe(200);
  });

  it('is in a cookie for no script, no other site and no other path, and kept as a hash alone', async () => {
    const answer = await logIn(right(), { 'user-agent': 'Browser/1', 'x-forwarded-for': '203.0.113.7' });
    expect(setCookie(answer)).toMatch(
      /^fiko_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.text).not.toContain(cookieOf(answer).split('=')[1]);
    expect(await rowsOf(owner)).toEqual([
      { id: idOf(cookieOf(answer)), source_ip: '203.0.113.7', user_agent: 'Browser/1' },
    ]);
  });

  it('is for https alone where it was opened by https', async () => {
    expect(setCookie(await logIn(right(), { 'x-forwarded-proto': 'https' }))).toContain('; Secure');
    expect(setCookie(await logIn(right(), { 'x-forwarded-proto': 'http' }))).not.toContain('Secure');
  });

  it('replaces the one that the browser had', async () => {
    const cookie = cookieOf(await logIn(right()));
    const again = cookieOf(await logIn(right(), { cookie }));
    expect(again).not.toBe(cookie);
    expect(outcome(await app.get(SESSION, undefined, { cookie }))).toEqual([401, 'session_invalid']);
    expect((await app.get(SESSION, undefined, { cookie: again })).status).toBe(200);
  });

  it('opens for no wrong password, no unknown name and no deactivated user, all alike', async () => {
    const wrong = await logIn({ ...right(), password: 'wrong' });
    const unknown = await logIn({ ...right(), email: 'nobody@example.com' });
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [owner.id]);
    const inactive = await logIn(right());
    for (const answer of [wrong, unknown, inactive]) {
      expect(outcome(answer)).toEqual([401, 'login_failed']);
      expect(setCookie(answer)).toBe('');
    }
    expect(await rowsOf(owner)).toEqual([]);
  });

  it('names the bad fields of a login', async () => {
    expect(fieldsOf(await logIn({ password: 'x' }))).toEqual(['email']);
    expect(fieldsOf(await logIn({ email: 5 })).sort()).toEqual(['email', 'password']);
  });

  it.each([
    ['GET', SESSION],
    ['DELETE', SESSION],
    ['POST', PASSWORD],
  ])('is needed for %s %s', async (method, path) => {
    const send = (options: object) => app.request(method, path, options);
    expect(outcome(await send({}))).toEqual([401, 'not_authenticated']);
    expect(outcome(await send({ token: 'wrong' }))).toEqual([401, 'session_invalid']);
    const { secret } = await app.createToken(owner);
    expect(outcome(await send({ token: secret }))).toEqual([401, 'session_invalid']);
    for (const value of ['wrong', 'x'.repeat(43), '', '%00', "'--"]) {
      const answer = await send({ headers: { cookie: `fiko_session=${value}` } });
      expect(answer.status).toBe(401);
    }
  });

  it('ends with the logout: its cookie is cleared, and worth nothing to who has kept it', async () => {
    const headers = await app.openSession(owner);
    const other = await app.openSession(owner);
    const answer = await app.request('DELETE', SESSION, { headers });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(setCookie(answer)).toMatch(/^fiko_session=; Max-Age=0; Path=\//);
    expect(outcome(await app.get(SESSION, undefined, headers))).toEqual([401, 'session_invalid']);
    expect((await app.get(SESSION, undefined, other)).status).toBe(200);
    expect(await rowsOf(owner)).toHaveLength(1);
  });

  it('tells who an access token is of, which has no end that a cookie has', async () => {
    const { body } = await app.get(SESSION, owner.access);
    expect(body).toEqual({
      user: { id: owner.id, email: owner.email, username: owner.username, is_staff: false },
      expires_at: null,
    });
    expect((await app.request('DELETE', SESSION, { token: owner.access })).status).toBe(204);
  });

  it('gives way to a bearer token, right or wrong, but not to the login of a proxy', async () => {
    const { cookie } = await app.openSession(owner);
    const other = await app.createUser();
    expect((await app.get(SESSION, other.access, { cookie })).body.user.id).toBe(other.id);
    expect(outcome(await app.get(SESSION, 'wrong', { cookie }))).toEqual([401, 'session_invalid']);
    const basic = { authorization: 'Basic dXNlcjpwYXNz', cookie };
    expect((await app.get(SESSION, undefined, basic)).body.user.id).toBe(owner.id);
  });

  it.each([
    ['its absolute end', `expires_at = now() - interval '1 second'`],
    ['a day without a request', `last_seen_at = now() - interval '24 hours 1 second'`],
  ])('ends by %s, and is removed when the next opens', async (_, change) => {
    const headers = await app.openSession(owner);
    await app.query(`UPDATE sessions SET ${change} WHERE user_id = $1`, [owner.id]);
    expect(outcome(await app.get(SESSION, undefined, headers))).toEqual([401, 'session_invalid']);
    expect(await rowsOf(owner)).toHaveLength(1);
    await app.openSession(await app.createUser());
    expect(await rowsOf(owner)).toEqual([]);
  });

  it('is seen once in a minute', async () => {
    const headers = await app.openSession(owner);
    const seen = async (age?: string) => {
      if (age) {
        await app.query(`UPDATE sessions SET last_seen_at = now() - interval '${age}' WHERE user_id = $1`, [
          owner.id,
        ]);
      }
      const select = 'SELECT last_seen_at AS at FROM sessions WHERE user_id = $1';
      const [before] = await app.query<{ at: Date }>(select, [owner.id]);
      expect((await app.get(SESSION, undefined, headers)).status).toBe(200);
      const [after] = await app.query<{ at: Date }>(select, [owner.id]);
      return after!.at.getTime() - before!.at.getTime();
    };
    expect(await seen()).toBe(0);
    expect(await seen('50 seconds')).toBe(0);
    expect(await seen('70 seconds')).toBeGreaterThan(60_000);
  });

  it.each([
    ['a deactivation', 'is_active = false'],
    ['a session version that is raised', 'session_version = session_version + 1'],
  ])('ends at once by %s', async (_, change) => {
    const headers = await app.openSession(owner);
    await app.query(`UPDATE users SET ${change} WHERE id = $1`, [owner.id]);
    expect(outcome(await app.get(SESSION, undefined, headers))).toEqual([401, 'session_invalid']);
  });

  describe('of a request that changes something', () => {
    const generate = async (headers: Record<string, string>) => {
      const { cookie } = await app.openSession(owner);
      const body = { integration_type: 'woocommerce', name: 'Shop' };
      return app.post(`${TOKENS}generate/`, body, undefined, { cookie, ...headers });
    };
    const host = () => new URL(app.url).host;

    it.each<[string, () => Record<string, string>]>([
      ['the browser says that it is of this origin', () => ({ 'sec-fetch-site': 'same-origin' })],
      ['it names this origin', () => ({ origin: `http://${host()}` })],
      ['it names this host by https, which ends before this server', () => ({ origin: `https://${host()}` })],
    ])('passes where %s', async (_, headers) => {
      expect((await generate(headers())).status).toBe(201);
    });

    it.each<[string, () => Record<string, string>]>([
      ['another host of the site', () => ({ 'sec-fetch-site': 'same-site', origin: `http://${host()}` })],
      ['another site', () => ({ 'sec-fetch-site': 'cross-site', origin: `http://${host()}` })],
      ['no page', () => ({ 'sec-fetch-site': 'none' })],
      ['a page that the browser calls something new', () => ({ 'sec-fetch-site': 'fenced' })],
      ['another origin', () => ({ origin: 'http://evil.example.com' })],
      ['another port', () => ({ origin: 'http://127.0.0.1:1' })],
      ['a name that only begins like this host', () => ({ origin: `http://${host()}.example.com` })],
      ['a page without an origin', () => ({ origin: 'null' })],
      ['what is no origin', () => ({ origin: '127.0.0.1' })],
      ['nothing that says so', () => ({})],
    ])('is refused where it is of %s', async (_, headers) => {
      expect(outcome(await generate(headers()))).toEqual([403, 'cross_origin']);
      expect((await app.get(TOKENS, owner.access)).body.count).toBe(0);
    });

    it('is not asked for where it carries an access token, which no other page has', async () => {
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example.com' };
      const body = { integration_type: 'woocommerce', name: 'Shop' };
      expect((await app.post(`${TOKENS}generate/`, body, owner.access, headers)).status).toBe(201);
    });

    it('is refused for a logout, and for a change of the password', async () => {
      const headers = { ...(await app.openSession(owner)), 'sec-fetch-site': 'same-site' };
      const body = { current_password: owner.password, new_password: 'a new password' };
      expect(outcome(await app.request('DELETE', SESSION, { headers }))).toEqual([403, 'cross_origin']);
      expect(outcome(await app.post(PASSWORD, body, undefined, headers))).toEqual([403, 'cross_origin']);
      expect((await app.get(SESSION, undefined, headers)).status).toBe(200);
    });
  });

  describe('and the own password', () => {
    const NEW = 'گذرواژهٔ تازه';
    const change = (body: unknown, headers: Record<string, string>) =>
      app.post(PASSWORD, body, undefined, headers);

    it('changes, and ends all but this session', async () => {
      const headers = await app.openSession(owner);
      const other = await app.openSession(owner);
      const answer = await change({ current_password: owner.password, new_password: NEW }, headers);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect((await app.get(SESSION, undefined, headers)).status).toBe(200);
      expect(outcome(await app.get(SESSION, undefined, other))).toEqual([401, 'session_invalid']);
      expect(outcome(await app.get(SESSION, owner.access))).toEqual([401, 'session_invalid']);
      const renewed = await app.post('/api/v1/auth/token/refresh/', { refresh: owner.refresh });
      expect(outcome(renewed)).toEqual([401, 'session_invalid']);
      expect(outcome(await logIn(right()))).toEqual([401, 'login_failed']);
      expect((await logIn({ email: owner.email, password: NEW })).status).toBe(200);
    });

    it('changes by an access token, which ends too', async () => {
      const headers = await app.openSession(owner);
      const body = { current_password: owner.password, new_password: NEW };
      expect((await app.post(PASSWORD, body, owner.access)).status).toBe(204);
      expect((await app.get(SESSION, owner.access)).status).toBe(401);
      expect((await app.get(SESSION, undefined, headers)).status).toBe(401);
    });

    it.each([
      ['a wrong current password', 'current_password', { current_password: 'wrong', new_password: NEW }],
      ['a new one of 7 characters', 'new_password', { current_password: 'x', new_password: '1234567' }],
      ['a new one beyond measure', 'new_password', { current_password: 'x', new_password: 'x'.repeat(201) }],
      ['a new one with NUL', 'new_password', { current_password: 'x', new_password: 'abcdefgh\0' }],
      ['a new one that is no text', 'new_password', { current_password: 'x', new_password: 12345678 }],
      ['no new one', 'new_password', { current_password: 'x' }],
      ['no current one', 'current_password', { new_password: NEW }],
    ])('stays with %s', async (_, field, body) => {
      const headers = await app.openSession(owner);
      const answer = await change(body, headers);
      expect(outcome(answer)).toEqual([400, 'validation_failed']);
      expect(fieldsOf(answer)).toEqual([field]);
      expect((await logIn(right())).status).toBe(200);
      expect((await app.get(SESSION, owner.access)).status).toBe(200);
    });
  });
});

describe('the address of the panel where it is not that of the server', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ PUBLIC_URL: 'https://sync.example.com' });
  });
  afterAll(() => app.close());

  it('is an origin of its own, and makes the cookie one for https alone', async () => {
    const { email, password } = await app.createUser();
    const opened = await app.post(SESSION, { email, password });
    expect(setCookie(opened)).toContain('; Secure');
    const end = (origin: string) =>
      app.request('DELETE', SESSION, { headers: { cookie: cookieOf(opened), origin } });
    expect((await end('https://panel.example.com')).status).toBe(403);
    expect((await end('https://sync.example.com')).status).toBe(204);
  });
});

describe('the limit of failed logins of browsers', () => {
  const ATTEMPTS = 3;
  let app: TestApp;
  let owner: TestUser;
  let address: string;
  let addresses = 0;

  beforeAll(async () => {
    app = await TestApp.start({ LOGIN_ATTEMPTS: String(ATTEMPTS), TRUSTED_PROXIES: '127.0.0.1' });
  });
  beforeEach(async () => {
    owner = await app.createUser();
    address = `203.0.113.${++addresses}`;
  });
  afterAll(() => app.close());

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    app.post(path, body, undefined, { 'x-forwarded-for': address, ...headers });
  const wrong = () => ({ email: owner.email, password: 'wrong' });
  const right = () => ({ email: owner.email, password: owner.password });

  it('refuses the right password too, and says when to come again', async () => {
    for (let i = 0; i < ATTEMPTS; i++) expect((await post(SESSION, wrong())).status).toBe(401);
    const answer = await post(SESSION, right());
    expect(outcome(answer)).toEqual([429, 'too_many_logins']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(setCookie(answer)).toBe('');
  });

  it('is one with that of access tokens', async () => {
    for (let i = 0; i < ATTEMPTS; i++) await post(i % 2 ? SESSION : '/api/v1/auth/token/', wrong());
    expect((await post(SESSION, right())).status).toBe(429);
    expect((await post('/api/v1/auth/token/', right())).status).toBe(429);
  });

  it('is forgotten after a success', async () => {
    for (let i = 0; i < 3; i++) {
      for (let j = 1; j < ATTEMPTS; j++) expect((await post(SESSION, wrong())).status).toBe(401);
      expect((await post(SESSION, right())).status).toBe(200);
    }
  });

  it('counts wrong current passwords too', async () => {
    const headers = await app.openSession(owner);
    const change = (current: string) =>
      post(PASSWORD, { current_password: current, new_password: 'a new password' }, headers);
    for (let i = 0; i < ATTEMPTS; i++) expect((await change('wrong')).status).toBe(400);
    expect(outcome(await change(owner.password))).toEqual([429, 'too_many_logins']);
    expect((await post(SESSION, right())).status).toBe(429);
  });

  it('records no login that it refuses: anybody could fill the log', async () => {
    const count = async () =>
      (await app.query<{ count: number }>('SELECT count(*) AS count FROM audit_log'))[0]!.count;
    for (let i = 0; i < ATTEMPTS; i++) await post(SESSION, wrong());
    const before = await count();
    for (let i = 0; i < 5; i++) expect((await post(SESSION, wrong())).status).toBe(429);
    expect(await count()).toBe(before);
  });
});
