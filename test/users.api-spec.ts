import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const USERS = '/api/v1/users/';
const SESSION = '/api/v1/auth/session/';
const FIELDS = 'created_at email id is_active is_staff last_login_at products stores tokens username'.split(
  ' ',
);
const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];
const fieldsOf = ({ body }: Answer): string[] =>
  (body.errors as { field: string }[]).map(({ field }) => field);
const idsOf = ({ body }: Answer): number[] => (body.results as { id: number }[]).map(({ id }) => id);
let sequence = 0;
const fresh = () => `new-${process.pid}-${++sequence}`;

describe('users', () => {
  let app: TestApp;
  let staff: TestUser;
  let owner: TestUser;

  beforeAll(async () => {
    app = await TestApp.start();
    staff = await app.createUser({ staff: true });
  });
  beforeEach(async () => {
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  const list = (query: string, user = staff) => app.get(`${USERS}?page_size=100&${query}`, user.access);
  const find = (id: number | string, user = staff) => app.get(`${USERS}${id}/`, user.access);
  const create = (body: unknown, user = staff) => app.post(USERS, body, user.access);
  const patch = (id: number | string, body: unknown, user = staff) =>
    app.request('PATCH', `${USERS}${id}/`, { body, token: user.access });
  const reset = (id: number | string, body: unknown, user = staff) =>
    app.post(`${USERS}${id}/password/`, body, user.access);
  const logIn = (email: string, password: string) => app.post(SESSION, { email, password });

  const ENDPOINTS: [name: string, method: string, path: string, body: unknown][] = [
    ['list', 'GET', '', undefined],
    ['creation', 'POST', '', { email: 'refused@example.com' }],
    ['detail', 'GET', 'ID/', undefined],
    ['change', 'PATCH', 'ID/', { is_staff: true }],
    ['password', 'POST', 'ID/password/', { password: 'taken over' }],
  ];

  it.each(ENDPOINTS)('are for staff: the %s', async (_, method, path, body) => {
    const send = (id: number, token?: string) =>
      app.request(method, USERS + path.replace('ID', String(id)), { body, ...(token && { token }) });
    expect(outcome(await send(owner.id))).toEqual([401, 'not_authenticated']);
    expect(outcome(await send(owner.id, 'wrong'))).toEqual([401, 'session_invalid']);
    const { secret } = await app.createToken(owner);
    expect(outcome(await send(owner.id, secret))).toEqual([401, 'session_invalid']);
    const other = await app.createUser();
    // One's own, another's and nobody's: all alike.
    for (const id of [owner.id, other.id, 999_999]) {
      expect(outcome(await send(id, owner.access))).toEqual([403, 'forbidden']);
    }
    expect((await find(owner.id)).body).toMatchObject({ is_staff: false, email: owner.email });
    expect((await logIn(owner.email, owner.password)).status).toBe(200);
    expect((await list('search=refused@example.com')).body.count).toBe(0);
  });

  it.each(['999999', 'abc', '-1', '0', '1e3', '99999999999999999999'])(
    'answer 404 to the id %s',
    async (id) => {
      expect(outcome(await find(id))).toEqual([404, 'not_found']);
      expect(outcome(await patch(id, { is_active: false }))).toEqual([404, 'not_found']);
      expect(outcome(await reset(id, {}))).toEqual([404, 'not_found']);
    },
  );

  it('are listed with all fields, the newest first, and counts of what is theirs', async () => {
    const { secret } = await app.createToken(owner);
    const { id: inactive } = await app.createToken(owner);
    const token = `/api/v1/integrations/tokens/${inactive}/`;
    await app.request('DELETE', token, { token: owner.access });
    for (const id of [1, 2]) expect((await app.webhook(secret, productEvent({ id }))).status).toBe(202);
    await app.webhook(secret, productEvent({ id: 3 }));
    await app.idle();
    await app.webhook(secret, productEvent({ id: 3 }, { event_type: 'product.deleted' }));
    await app.idle();
    const newer = await app.createUser();
    const answer = await list('');
    expect(answer.status).toBe(200);
    const ids = idsOf(answer);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(ids.indexOf(newer.id)).toBeLessThan(ids.indexOf(owner.id));
    const row = answer.body.results.find(({ id }: { id: number }) => id === owner.id);
    expect(Object.keys(row).sort()).toEqual(FIELDS);
    expect(row).toMatchObject({
      email: owner.email,
      username: owner.username,
      is_staff: false,
      is_active: true,
      stores: 1,
      tokens: 1,
      products: 2,
    });
    expect(row.last_login_at).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect((await find(owner.id)).body).toEqual(row);
    expect(answer.text).not.toMatch(/password|argon/);
  });

  it('are found by parts of e-mail or username, and by state and rights', async () => {
    const part = owner.username.slice(5).toUpperCase();
    expect(idsOf(await list(`search=${part}`))).toEqual([owner.id]);
    expect(idsOf(await list(`search=${encodeURIComponent(` ${owner.email} `)}`))).toEqual([owner.id]);
    for (const wild of ['%25', '_', '%5C']) {
      expect((await list(`search=${encodeURIComponent(part)}${wild}`)).body.count).toBe(0);
    }
    await patch(owner.id, { is_active: false });
    expect(idsOf(await list('is_active=false'))).toContain(owner.id);
    expect(idsOf(await list('is_active=true'))).not.toContain(owner.id);
    expect(idsOf(await list('is_staff=true'))).toContain(staff.id);
    expect(idsOf(await list('is_staff=false'))).not.toContain(staff.id);
    expect(idsOf(await list(`search=${part}&is_active=true`))).toEqual([]);
    const page = await app.get(`${USERS}?page_size=1&page=2`, staff.access);
    expect(page.body.results).toHaveLength(1);
    expect(page.body.next).toContain('page=3');
    expect(fieldsOf(await list('is_active=maybe'))).toEqual(['is_active']);
  });

  it('are created with a password that is made, and shown once', async () => {
    const email = `${fresh()}@Example.com`;
    const { status, body } = await create({ email: ` ${email} ` });
    expect(status).toBe(201);
    expect(Object.keys(body).sort()).toEqual([...FIELDS, 'password'].sort());
    expect(body).toMatchObject({
      email: email.toLowerCase(),
      username: email.split('@')[0],
      is_staff: false,
      is_active: true,
      last_login_at: null,
      stores: 0,
      tokens: 0,
      products: 0,
    });
    // Without those that look alike.
    expect(body.password).toMatch(/^[a-zA-Z2-9]{16,}$/);
    expect(body.password).not.toMatch(/[lIO]/);
    expect((await logIn(email, body.password)).body.user.id).toBe(body.id);
    expect((await find(body.id)).text).not.toContain(body.password);
    expect((await create({ email: `${fresh()}@example.com` })).body.password).not.toBe(body.password);
  });

  it('are created with what staff choose, which is not shown again', async () => {
    const username = fresh();
    const email = `${username}@example.com`;
    const answer = await create({
      email,
      username: 'Name.'.concat(username),
      password: 'chosen one',
      is_staff: true,
    });
    expect(answer.body).toMatchObject({ username: `name.${username}`, is_staff: true, password: null });
    expect(answer.text).not.toContain('chosen one');
    expect((await logIn(email, 'chosen one')).body.user.is_staff).toBe(true);
  });

  it.each([
    ['no e-mail', {}, 'email'],
    ['an empty e-mail', { email: '' }, 'email'],
    ['what is no e-mail', { email: 'nobody' }, 'email'],
    ['an e-mail with NUL', { email: 'a\0b@example.com' }, 'email'],
    ['an e-mail beyond measure', { email: `${'a'.repeat(250)}@b.example` }, 'email'],
    ['a list of e-mails', { email: ['a@example.com'] }, 'email'],
    ['a username with @', { email: 'a@example.com', username: 'a@b' }, 'username'],
    ['a username with a blank', { email: 'a@example.com', username: 'a b' }, 'username'],
    ['a username of 151 characters', { email: 'a@example.com', username: 'x'.repeat(151) }, 'username'],
    ['a password of 7 characters', { email: 'a@example.com', password: '1234567' }, 'password'],
    ['a number as password', { email: 'a@example.com', password: 12345678 }, 'password'],
    ['staff in words', { email: 'a@example.com', is_staff: 'yes' }, 'is_staff'],
  ])('are not created with %s', async (_, body, field) => {
    const answer = await create(body);
    expect(outcome(answer)).toEqual([400, 'validation_failed']);
    expect(fieldsOf(answer)).toEqual([field]);
  });

  it('never share an e-mail or a username, in whatever case, and however many are created at once', async () => {
    const taken = [409, 'account_exists'];
    const name = fresh();
    expect(outcome(await create({ email: owner.email.toUpperCase() }))).toEqual(taken);
    expect(
      outcome(await create({ email: `${name}@example.com`, username: owner.username.toUpperCase() })),
    ).toEqual(taken);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => create({ email: `${name}@example.com`, password: 'long enough' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const other = await app.createUser();
    expect(outcome(await patch(other.id, { email: owner.email }))).toEqual(taken);
    expect(outcome(await patch(other.id, { username: owner.username }))).toEqual(taken);
    expect((await find(other.id)).body).toMatchObject({ email: other.email, username: other.username });
  });

  it('change field by field', async () => {
    const name = fresh();
    const changed = await patch(owner.id, { email: `${name}@Example.com`, username: name.toUpperCase() });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ email: `${name}@example.com`, username: name, is_staff: false });
    expect((await patch(owner.id, { is_staff: true })).body).toMatchObject({
      is_staff: true,
      username: name,
    });
    expect((await list('', owner)).status).toBe(200);
    await patch(owner.id, { is_staff: false });
    expect((await list('', owner)).status).toBe(403);
    expect((await patch(owner.id, {})).body).toMatchObject({ email: `${name}@example.com` });
    for (const body of [{ email: null }, { username: '' }, { is_active: null }, { is_staff: 'x' }]) {
      expect(fieldsOf(await patch(owner.id, body))).toEqual(Object.keys(body));
    }
  });

  it('are shut out by a deactivation, and their shops with them, at once', async () => {
    const { secret } = await app.createToken(owner);
    const headers = await app.openSession(owner);
    expect((await app.webhook(secret, productEvent())).status).toBe(202);
    expect((await patch(owner.id, { is_active: false })).body.is_active).toBe(false);
    const refused = await app.webhook(secret, productEvent());
    expect(outcome(refused)).toEqual([401, 'token_inactive']);
    expect(outcome(await app.get('/api/integrations/woocommerce/health/', secret))).toEqual([
      401,
      'token_inactive',
    ]);
    expect(outcome(await app.get(SESSION, owner.access))).toEqual([401, 'session_invalid']);
    expect(outcome(await app.get(SESSION, undefined, headers))).toEqual([401, 'session_invalid']);
    expect(outcome(await logIn(owner.email, owner.password))).toEqual([401, 'login_failed']);
    // Back in, by a new login alone.
    await patch(owner.id, { is_active: true });
    expect((await app.webhook(secret, productEvent())).status).toBe(202);
    expect((await app.get(SESSION, owner.access)).status).toBe(401);
    expect((await app.get(SESSION, undefined, headers)).status).toBe(401);
    expect((await logIn(owner.email, owner.password)).status).toBe(200);
  });

  it('neither deactivate nor demote themselves, nor give themselves a password unasked', async () => {
    const own = [409, 'own_account'];
    expect(outcome(await patch(staff.id, { is_active: false }))).toEqual(own);
    expect(outcome(await patch(staff.id, { is_staff: false, username: 'other' }))).toEqual(own);
    expect(outcome(await reset(staff.id, { password: 'taken over' }))).toEqual(own);
    const same = { is_active: true, is_staff: true, username: staff.username };
    expect((await patch(staff.id, same)).body).toMatchObject(same);
    expect((await logIn(staff.email, staff.password)).status).toBe(200);
  });

  it.each<[string, unknown, string]>([
    ['that is made', {}, 'not shown again'],
    ['that is made, asked for without a body', undefined, 'not shown again'],
    ['that staff choose', { password: 'chosen one' }, 'has been changed'],
  ])('get a password %s, and all their sessions end', async (_, body, message) => {
    const headers = await app.openSession(owner);
    const answer = await reset(owner.id, body);
    expect(answer.status).toBe(200);
    expect(answer.body.message).toContain(message);
    const { password } = answer.body;
    if (body && Object.keys(body).length > 0) expect(password).toBeNull();
    else expect(password).toMatch(/^[a-zA-Z2-9]{16,}$/);
    expect((await app.get(SESSION, undefined, headers)).status).toBe(401);
    expect((await app.get(SESSION, owner.access)).status).toBe(401);
    expect((await logIn(owner.email, owner.password)).status).toBe(401);
    expect((await logIn(owner.email, password ?? 'chosen one')).status).toBe(200);
  });

  it('get no password that is too short', async () => {
    const answer = await reset(owner.id, { password: '1234567' });
    expect(fieldsOf(answer)).toEqual(['password']);
    expect((await logIn(owner.email, owner.password)).status).toBe(200);
  });
});
