import { get } from 'node:http';
import { JwtService } from '@nestjs/jwt';
import { TestApp, type Answer, type TestUser } from './support/test-app';

const LOGIN = '/api/v1/auth/token/';
const REFRESH = '/api/v1/auth/token/refresh/';
const PROTECTED = '/api/v1/integrations/tokens/';
const fieldsOf = (answer: Answer): string[] =>
  (answer.body.errors as { field: string }[]).map(({ field }) => field);

describe('login', () => {
  let app: TestApp;
  let owner: TestUser;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  const logIn = (body: unknown, headers?: Record<string, string>) =>
    app.post(LOGIN, body, undefined, headers);

  it.each<[string, (user: TestUser) => Record<string, string>]>([
    ['e-mail', ({ email }) => ({ email })],
    ['username', ({ username }) => ({ username })],
    ['e-mail in other case and with blanks', ({ email }) => ({ email: ` ${email.toUpperCase()} ` })],
    ['username in other case', ({ username }) => ({ username: username.toUpperCase() })],
    ['username when the e-mail is empty', ({ username }) => ({ email: '', username })],
  ])('opens a session by %s', async (_, name) => {
    const answer = await logIn({ ...name(owner), password: owner.password });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).sort()).toEqual(['access', 'refresh']);
    expect((await app.get(PROTECTED, answer.body.access)).status).toBe(200);
  });

  it('answers with or without the trailing slash', async () => {
    const answer = await app.post(LOGIN.slice(0, -1), { email: owner.email, password: owner.password });
    expect(answer.status).toBe(200);
  });

  it('tells a wrong password and an unknown user apart in nothing', async () => {
    const wrong = await logIn({ email: owner.email, password: `${owner.password}x` });
    const unknown = await logIn({ email: 'nobody@example.com', password: owner.password });
    expect(wrong.status).toBe(401);
    expect(wrong.body.error).toBe('login_failed');
    expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  });

  it('takes the password to the letter', async () => {
    for (const password of [` ${owner.password}`, `${owner.password} `]) {
      expect((await logIn({ email: owner.email, password })).status).toBe(401);
    }
    expect((await logIn({ email: owner.email, password: `${owner.password}\u0000` })).status).toBe(400);
  });

  it('refuses a deactivated user as if the password were wrong', async () => {
    const user = await app.createUser();
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [user.id]);
    const answer = await logIn({ email: user.email, password: user.password });
    expect([answer.status, answer.body.error]).toEqual([401, 'login_failed']);
  });

  it.each([
    ['no password', { email: 'a@example.com' }, 'password'],
    ['a null password', { email: 'a@example.com', password: null }, 'password'],
    ['an empty password', { email: 'a@example.com', password: '' }, 'password'],
    ['a numeric password', { email: 'a@example.com', password: 12345678 }, 'password'],
    ['a password beyond measure', { email: 'a@example.com', password: 'x'.repeat(201) }, 'password'],
    ['neither e-mail nor username', { password: 'x' }, 'email'],
    ['an empty object', {}, 'password'],
    ['a numeric e-mail', { email: 5, password: 'x' }, 'email'],
    ['a list as e-mail', { email: ['a@example.com'], password: 'x' }, 'email'],
    ['an e-mail beyond measure', { email: `${'a'.repeat(250)}@b.example`, password: 'x' }, 'email'],
    ['an object as username', { username: { $ne: '' }, password: 'x' }, 'username'],
    ['a list', [], 'body'],
    ['null', null, 'body'],
    ['a JSON text', '"text"', 'body'],
  ])('names the field of %s', async (_, body, field) => {
    const answer = await logIn(body);
    expect([answer.status, answer.body.error]).toEqual([400, 'validation_failed']);
    expect(fieldsOf(answer)).toContain(field);
  });

  it('names every bad field at once', async () => {
    expect(fieldsOf(await logIn({ email: 5, username: [], password: {} })).sort()).toEqual([
      'email',
      'password',
      'username',
    ]);
  });

  it.each(['{"email":', 'not json', '', '{}{}'])('refuses the body %j as malformed JSON', async (body) => {
    const answer = await logIn(body);
    expect([answer.status, answer.body.error]).toEqual([400, 'malformed_json']);
  });

  it('refuses a form with 415', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await logIn(`email=${owner.email}&password=${owner.password}`, headers);
    expect([answer.status, answer.body.error]).toEqual([415, 'unsupported_media_type']);
  });

  it.each([
    ['e-mail', 'email', 'a\u0000@example.com'],
    ['username', 'username', 'a\u0000b'],
  ])('refuses a NUL character in the %s without an internal error', async (_, field, value) => {
    expect([400, 401]).toContain((await logIn({ [field]: value, password: 'x' })).status);
  });

  it.each([
    ['fa', /[آ-ی]/],
    ['en', /^The e-mail/],
    ['fa-IR,fa;q=0.9,en;q=0.8', /[آ-ی]/],
    ['en-US,en;q=0.9,fa;q=0.8', /^The e-mail/],
    ['fr', /[آ-ی]/],
    ['*', /[آ-ی]/],
  ])('speaks as Accept-Language %s asks', async (language, sentence) => {
    const wrong = { email: 'nobody@example.com', password: 'x' };
    expect((await logIn(wrong, { 'accept-language': language })).body.detail).toMatch(sentence);
  });

  it('speaks Persian where no language is asked', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      get(app.url + PROTECTED, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (body += part)).on('end', () => resolve(body));
      }).on('error', reject);
    });
    expect(JSON.parse(text)).toEqual({
      error: 'not_authenticated',
      detail: 'برای این درخواست باید وارد شوید.',
    });
  });
});

describe('sessions', () => {
  let app: TestApp;
  let owner: TestUser;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  const refresh = (token: unknown) => app.post(REFRESH, { refresh: token });
  const expectRefused = ({ status, body }: Answer) =>
    expect([status, body.error]).toEqual([401, 'session_invalid']);

  it('exchanges a refresh token for tokens that work', async () => {
    const answer = await refresh(owner.refresh);
    expect(answer.status).toBe(200);
    expect((await app.get(PROTECTED, answer.body.access)).status).toBe(200);
    expect((await refresh(answer.body.refresh)).status).toBe(200);
  });

  it('refuses an access token as a refresh token', async () => {
    expectRefused(await refresh(owner.access));
  });

  it('refuses a refresh token as an access token', async () => {
    expectRefused(await app.get(PROTECTED, owner.refresh));
  });

  it.each(['garbage', 'a.b.c', '...'])('refuses the refresh token %j', async (token) => {
    expectRefused(await refresh(token));
  });

  it.each([[undefined], [null], [''], [5], ['x'.repeat(5000)]])(
    'names the field of a refresh token that is no text (%#)',
    async (token) => {
      const answer = await refresh(token);
      expect(answer.status).toBe(400);
      expect(fieldsOf(answer)).toEqual(['refresh']);
    },
  );

  it('ends every session of a user whose session version is raised', async () => {
    const user = await app.createUser();
    await app.query('UPDATE users SET session_version = session_version + 1 WHERE id = $1', [user.id]);
    expectRefused(await app.get(PROTECTED, user.access));
    expectRefused(await refresh(user.refresh));
    const again = await app.post(LOGIN, { email: user.email, password: user.password });
    expect((await app.get(PROTECTED, again.body.access)).status).toBe(200);
  });

  it('shuts out a deactivated user at once', async () => {
    const user = await app.createUser();
    expect((await app.get(PROTECTED, user.access)).status).toBe(200);
    await app.query('UPDATE users SET is_active = false WHERE id = $1', [user.id]);
    expectRefused(await app.get(PROTECTED, user.access));
    expectRefused(await refresh(user.refresh));
  });

  it('takes staff rights away at once', async () => {
    const admin = await app.createUser({ staff: true });
    await app.createToken(owner);
    expect((await app.get(PROTECTED, admin.access)).body.count).toBeGreaterThan(0);
    await app.query('UPDATE users SET is_staff = false WHERE id = $1', [admin.id]);
    expect((await app.get(PROTECTED, admin.access)).body.count).toBe(0);
  });

  it.each([
    PROTECTED,
    '/api/v1/integrations/woocommerce/events/',
    '/api/v1/integrations/woocommerce/events/stats/',
    '/api/v1/web-knowledge/products/',
    '/api/v1/web-knowledge/products/stats/',
    '/api/v1/web-knowledge/search/?q=x',
  ])('guards %s', async (path) => {
    const without = await app.get(path);
    expect([without.status, without.body.error]).toEqual([401, 'not_authenticated']);
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
    expectRefused(await app.get(path, 'garbage'));
    expectRefused(await app.get(path, (await app.createToken(owner)).secret));
    expect((await app.get(path, owner.access)).status).toBe(200);
  });

  it('takes no session from the query string', async () => {
    for (const name of ['access_token', 'token', 'auth_token']) {
      const answer = await app.get(`${PROTECTED}?${name}=${owner.access}`);
      expect([answer.status, answer.body.error]).toEqual([401, 'not_authenticated']);
    }
  });

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
  const sign = (claims: object, options: object = {}) => app.nest.get(JwtService).sign(claims, options);

  it.each<[string, () => string]>([
    ['with algorithm none', () => `${encode({ alg: 'none', typ: 'JWT' })}.${owner.access.split('.')[1]}.`],
    [
      'with algorithm none and the old signature',
      () => [encode({ alg: 'none', typ: 'JWT' }), ...owner.access.split('.').slice(1)].join('.'),
    ],
    ['without a signature', () => `${owner.access.split('.').slice(0, 2).join('.')}.`],
    [
      'with altered claims',
      () => {
        const [head, , signature] = owner.access.split('.');
        return [head, encode({ ...claimsOf(owner.access), sub: String(owner.id + 1) }), signature].join('.');
      },
    ],
    ['signed with another key', () => sign(claimsOf(owner.access), { secret: 'x'.repeat(64) })],
    ['signed with another algorithm', () => sign(claimsOf(owner.access), { algorithm: 'HS512' })],
    ['that has expired', () => sign({ ...claimsOf(owner.access), exp: Math.floor(Date.now() / 1000) - 1 })],
    ['of a user who does not exist', () => sign({ ...claimsOf(owner.access), sub: '999999' })],
    ['without a kind', () => sign({ sub: String(owner.id), version: 0 })],
    ['without a version', () => sign({ sub: String(owner.id), kind: 'access' })],
  ])('refuses a JWT %s', async (_, forge) => {
    expect((await app.get(PROTECTED, sign(claimsOf(owner.access)))).status).toBe(200);
    expectRefused(await app.get(PROTECTED, forge()));
  });
});

describe('the limit of failed logins', () => {
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

  const logIn = (body: Record<string, string>, from = address) =>
    app.post(LOGIN, body, undefined, { 'x-forwarded-for': from });
  const fail = async (name: Record<string, string>, times = ATTEMPTS) => {
    for (let i = 0; i < times; i++) expect((await logIn({ ...name, password: 'wrong' })).status).toBe(401);
  };
  const right = () => ({ email: owner.email, password: owner.password });

  it('refuses the right password too after too many wrong ones, and says when to come again', async () => {
    await fail({ email: owner.email });
    const answer = await logIn(right());
    expect([answer.status, answer.body.error]).toEqual([429, 'too_many_logins']);
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(15 * 60);
    expect(answer.body.detail).toContain(String(seconds));
  });

  it('lets another account in from the same address, and the account from another address', async () => {
    const other = await app.createUser();
    await fail({ email: owner.email });
    expect((await logIn({ email: other.email, password: other.password })).status).toBe(200);
    expect((await logIn(right(), '198.51.100.1')).status).toBe(200);
  });

  it('lets no more than the limit through when wrong logins race', async () => {
    const attempt = () => logIn({ email: owner.email, password: 'wrong' });
    const statuses = (await Promise.all(Array.from({ length: 20 }, attempt))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(ATTEMPTS);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20 - ATTEMPTS);
  });

  it('forgets failures after a success', async () => {
    for (let i = 0; i < 3; i++) {
      await fail({ email: owner.email }, ATTEMPTS - 1);
      expect((await logIn(right())).status).toBe(200);
    }
  });

  it('is not evaded by another spelling of the name', async () => {
    await fail({ email: owner.email });
    const spellings: Record<string, string>[] = [
      { email: ` ${owner.email.toUpperCase()}` },
      { username: owner.email },
    ];
    for (const name of spellings) expect((await logIn({ ...name, password: 'wrong' })).status).toBe(429);
  });

  it('counts failures by e-mail and by username of one account together', async () => {
    await fail({ email: owner.email });
    expect((await logIn({ username: owner.username, password: 'wrong' })).status).toBe(429);
  });

  it('limits unknown accounts alike, so that it does not tell who exists', async () => {
    await fail({ email: 'nobody@example.com' });
    expect((await logIn({ email: 'nobody@example.com', password: 'wrong' })).status).toBe(429);
  });

  it('stops an address that tries account after account', async () => {
    const name = (i: number) => ({ email: `account-${i}@example.com` });
    for (let i = 0; i < ATTEMPTS * 10; i++) await fail(name(i), 1);
    expect((await logIn({ ...name(99), password: 'wrong' })).status).toBe(429);
  });
});
