import 'reflect-metadata';
import { ModulesContainer } from '@nestjs/core';
import { AUDITED, type AuditedEndpoint } from '../src/audit/audited-endpoint';
import { apiDocument } from '../src/operations/api-docs';
import { loggedEvent, refuseProduct, allowProducts } from './support/event-log';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const AUDIT = '/api/v1/audit/';
const API = '/api/v1';
const TOKENS = `${API}/integrations/tokens/`;
const EVENTS = `${API}/integrations/woocommerce/events/`;
const SESSION = `${API}/auth/session/`;
const FIELDS = (
  'action action_display actor actor_email created_at details error_code id outcome source_ip status_code target_id ' +
  'target_type user_agent'
).split(' ');
type Entry = Record<string, unknown> & { id: number; action: string; details: Record<string, unknown> };
const entriesOf = ({ body }: Answer): Entry[] => body.results as Entry[];
const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];
const shop = (request: object = {}) => ({ integration_type: 'woocommerce', name: 'Shop', ...request });

describe('the log of who did what', () => {
  let app: TestApp;
  let owner: TestUser;
  let staff: TestUser;

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '0' });
    staff = await app.createUser({ staff: true });
  });
  beforeEach(async () => {
    owner = await app.createUser();
  });
  afterAll(() => app.close());

  const list = (query = '', user = staff) => app.get(`${AUDIT}?page_size=100&${query}`, user.access);
  const lastOf = async (user: TestUser): Promise<Entry> => entriesOf(await list(`user_id=${user.id}`))[0]!;
  const generate = (body: unknown, user = owner) => app.post(`${TOKENS}generate/`, body, user.access);

  it('has every endpoint that changes something for who is logged in', () => {
    const handlers = new Map<string, AuditedEndpoint | undefined>();
    for (const module of app.nest.get(ModulesContainer).values()) {
      for (const { metatype } of module.controllers.values()) {
        const { name, prototype } = metatype as { name: string; prototype: Record<string, object> };
        for (const method of Object.getOwnPropertyNames(prototype)) {
          const audited = Reflect.getMetadata(AUDITED, prototype[method]!) as AuditedEndpoint | undefined;
          handlers.set(`${name.replace(/Controller$/, '')}_${method}`, audited);
        }
      }
    }
    const changing = Object.entries(apiDocument(app.nest).paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { operationId: string; security?: object[] }>)
        .filter(([method]) => method !== 'get')
        .filter(([, { security = [] }]) => security.some((each) => 'session' in each))
        .map(([method, { operationId }]) => ({ endpoint: `${method} ${path}`, operationId })),
    );
    expect(changing.length).toBeGreaterThan(14);
    for (const { operationId } of changing) expect([...handlers.keys()]).toContain(operationId);
    const silent = changing.filter(({ operationId }) => !handlers.get(operationId));
    expect(silent.map(({ endpoint }) => endpoint)).toEqual([]);
    // What is recorded is named field by field: none of these may be.
    for (const audited of handlers.values()) {
      const names = [...(audited?.details ?? []), ...Object.values(audited?.answer ?? {})];
      expect(names.filter((name) => /password|secret|token$|signature_key/.test(name))).toEqual([]);
    }
  });

  it('says who did what to what, from where, and how it ended', async () => {
    const headers = { 'user-agent': 'Browser/1', ...(await app.openSession(owner)) };
    const made = await app.post(
      `${TOKENS}generate/`,
      shop({ allowed_ips: ['203.0.113.7'] }),
      undefined,
      headers,
    );
    expect(made.status).toBe(201);
    const entry = await lastOf(owner);
    expect(Object.keys(entry).sort()).toEqual(FIELDS);
    expect(entry).toMatchObject({
      actor: owner.id,
      actor_email: owner.email,
      action: 'token.generated',
      action_display: 'Token made',
      target_type: 'token',
      target_id: String(made.body.id),
      details: { integration_type: 'woocommerce', name: 'Shop', allowed_ips: ['203.0.113.7'] },
      outcome: 'done',
      status_code: 201,
      error_code: null,
      source_ip: '127.0.0.1',
      user_agent: 'Browser/1',
    });
    expect(entry.created_at).toMatch(/^\d{4}-\d\d-\d\dT/);
    const persian = await app.get(`${AUDIT}?user_id=${owner.id}`, staff.access, { 'accept-language': 'fa' });
    expect(entriesOf(persian)[0]!.action_display).toBe('ساخت توکن');
  });

  it('has what was refused too', async () => {
    const { id } = await app.createToken(staff);
    const patch = (path: string, body: unknown) =>
      app.request('PATCH', `${TOKENS}${path}/`, { body, token: owner.access });
    const refused: [() => Promise<Answer>, object][] = [
      [
        () => patch(String(id), { name: 'Mine' }),
        { status_code: 404, error_code: 'not_found', target_id: String(id) },
      ],
      [() => patch('abc', { name: 'Mine' }), { status_code: 404, target_id: null }],
      [
        () => generate(shop({ name: '' })),
        { status_code: 400, error_code: 'validation_failed', action: 'token.generated' },
      ],
      [() => generate('{"name":'), { status_code: 400, error_code: 'malformed_json', details: {} }],
      [
        () => generate(shop({ user_id: staff.id })),
        { status_code: 403, details: expect.objectContaining({ user_id: staff.id }) },
      ],
      [
        () => app.post(`${API}/users/`, { email: 'x@example.com', is_staff: true }, owner.access),
        { status_code: 403, error_code: 'forbidden', action: 'user.created', target_id: null },
      ],
    ];
    for (const [send, expected] of refused) {
      await send();
      expect(await lastOf(owner)).toMatchObject({ outcome: 'refused', ...expected });
    }
  });

  it('keeps nothing that it was not asked for, and nothing that the database could not', async () => {
    const name = `a\u0000b\ud83dc${'x'.repeat(1000)}`;
    const body = {
      name,
      is_active: { deep: ['x'] },
      allowed_ips: ['1', ['2'], { a: 3 }, 4],
      unknown: 'field',
    };
    const { id } = await app.createToken(owner);
    await app.request('PATCH', `${TOKENS}${id}/`, { body, token: owner.access });
    const { details } = await lastOf(owner);
    expect(Object.keys(details).sort()).toEqual(['allowed_ips', 'is_active', 'name']);
    expect(details.name).toMatch(/^abcx{200,}$/);
    expect(details).toMatchObject({ is_active: null, allowed_ips: ['1', null, null, 4] });
  });

  it('is written before: what cannot be recorded is not done', async () => {
    await app.query(`ALTER TABLE audit_log ADD CONSTRAINT away CHECK (action NOT LIKE 'token.%') NOT VALID`);
    try {
      expect(outcome(await generate(shop()))).toEqual([500, 'internal_error']);
    } finally {
      await app.query(`ALTER TABLE audit_log DROP CONSTRAINT away`);
    }
    expect((await app.get(TOKENS, owner.access)).body.count).toBe(0);
    expect((await generate(shop())).status).toBe(201);
  });

  it('says started of what was done while its outcome could not be written, and the client is answered', async () => {
    await app.query(`ALTER TABLE audit_log ADD CONSTRAINT away CHECK (outcome <> 'done') NOT VALID`);
    try {
      expect((await generate(shop())).status).toBe(201);
    } finally {
      await app.query(`ALTER TABLE audit_log DROP CONSTRAINT away`);
    }
    expect(await lastOf(owner)).toMatchObject({ outcome: 'started', status_code: null, target_id: null });
  });

  it('says failed of what went wrong here', async () => {
    await app.query(`ALTER TABLE integration_tokens ADD CONSTRAINT away CHECK (name <> 'explode') NOT VALID`);
    try {
      expect((await generate(shop({ name: 'explode' }))).status).toBe(500);
    } finally {
      await app.query(`ALTER TABLE integration_tokens DROP CONSTRAINT away`);
    }
    const failed = { outcome: 'failed', status_code: 500, error_code: 'internal_error' };
    expect(await lastOf(owner)).toMatchObject({ ...failed, details: { name: 'explode' } });
  });

  it('names the account of a login that failed, but no name that is nobody’s', async () => {
    const typed = 'my secret password in the wrong field';
    await app.post(SESSION, { email: owner.email, password: 'wrong' });
    const known = entriesOf(await list('action=session.opened'))[0]!;
    expect(known).toMatchObject({
      actor: null,
      actor_email: null,
      target_type: 'user',
      target_id: String(owner.id),
      outcome: 'refused',
      status_code: 401,
      error_code: 'login_failed',
    });
    await app.post(SESSION, { username: typed, password: 'wrong' });
    const unknown = entriesOf(await list('action=session.opened'))[0]!;
    expect(unknown.id).toBeGreaterThan(known.id);
    expect(unknown).toMatchObject({ actor: null, target_id: null, details: {}, outcome: 'refused' });
    await app.openSession(owner);
    const opened = { action: 'session.opened', actor: owner.id, actor_email: owner.email, outcome: 'done' };
    expect(await lastOf(owner)).toMatchObject({ ...opened, status_code: 200, target_id: String(owner.id) });
  });

  it('counts what was queued again', async () => {
    const { secret } = await app.createToken(owner);
    await refuseProduct(app, 'woo_7');
    const event = productEvent({ id: 7 });
    await app.webhook(secret, event);
    await app.idle();
    await allowProducts(app);
    const { id, status } = await loggedEvent(app, event.event_id);
    expect(status).toBe('failed');
    await app.post(`${EVENTS}retry/`, { ids: [id], status: 'failed' }, owner.access);
    expect(await lastOf(owner)).toMatchObject({
      action: 'events.retried',
      details: { ids: [id], status: 'failed', retried: 1 },
      outcome: 'done',
    });
    await app.idle();
    await app.post(`${EVENTS}${id}/retry/`, undefined, owner.access);
    expect(await lastOf(owner)).toMatchObject({
      action: 'event.retried',
      target_id: String(id),
      status_code: 409,
    });
    await app.post(`${API}/web-knowledge/chunks/retry/?user_id=${owner.id}`, undefined, owner.access);
    expect(await lastOf(owner)).toMatchObject({
      action: 'chunks.retried',
      details: { user_id: String(owner.id), count: 0 },
    });
    await app.post(`${API}/web-knowledge/chunks/999999/retry/`, undefined, owner.access);
    expect(await lastOf(owner)).toMatchObject({
      action: 'chunk.retried',
      target_id: '999999',
      outcome: 'refused',
    });
  });

  it('has no password, no secret and no session in it, whatever is done', async () => {
    const secrets: string[] = [owner.password, owner.access, owner.refresh];
    const take = (value: unknown) => {
      expect(typeof value).toBe('string');
      secrets.push(value as string);
    };
    const headers = await app.openSession(owner);
    take(headers.cookie.split('=')[1]);
    const send = async (method: string, path: string, body?: unknown, who: object = { headers }) => {
      const answer = await app.request(method, API + path, { body, ...who });
      expect(answer.status).toBeLessThan(300);
      return answer.body;
    };
    const { id, token } = await send(
      'POST',
      '/integrations/tokens/generate/',
      shop({ password: owner.password }),
    );
    take(token);
    const one = `/integrations/tokens/${id}`;
    const key = await send('POST', `${one}/signing-keys/`, { expire_others_in_hours: 1 });
    take(key.secret);
    take((await send('POST', `${one}/native-webhooks/`, { currency: 'IRT' })).secret);
    await send('PATCH', `${one}/`, { name: 'Renamed', token });
    take((await send('POST', `${one}/rotate/`)).token);
    await send('DELETE', `${one}/native-webhooks/`);
    await send('DELETE', `${one}/signing-keys/${key.id}/`);
    await send('DELETE', `${one}/`);
    const changed = { current_password: owner.password, new_password: 'a password of my own' };
    take(changed.new_password);
    await send('POST', '/auth/password/', changed);
    await send('DELETE', '/auth/session/');
    const byStaff = { token: staff.access };
    const email = `made-${owner.id}@example.com`;
    const made = await send('POST', '/users/', { email }, byStaff);
    take(made.password);
    await send('PATCH', `/users/${made.id}/`, { is_active: false, password: 'smuggled in' }, byStaff);
    take('smuggled in');
    take((await send('POST', `/users/${made.id}/password/`, {}, byStaff)).password);
    await send('POST', `/users/${made.id}/password/`, { password: 'chosen by staff' }, byStaff);
    take('chosen by staff');
    await app.post(SESSION, { email, password: 'a wrong password' });
    await app.post(SESSION, { email: 'not an account at all', password: 'a wrong password' });
    secrets.push('a wrong password', 'not an account at all');

    const [{ text, actions }] = (await app.query<{ text: string; actions: string[] }>(
      `SELECT string_agg(a::text, E'\\n') AS text, array_agg(DISTINCT action) AS actions FROM audit_log a`,
    )) as [{ text: string; actions: string[] }];
    expect(actions).toEqual(
      expect.arrayContaining([
        ...['token.generated', 'token.changed', 'token.rotated', 'token.deactivated'],
        ...['signing_key.created', 'signing_key.removed', 'native_webhooks.taken', 'native_webhooks.refused'],
        ...['password.changed', 'session.opened', 'session.closed'],
        ...['user.created', 'user.changed', 'user.password_reset'],
      ]),
    );
    expect(text).toContain(owner.email);
    expect(secrets.length).toBeGreaterThan(12);
    for (const secret of secrets) expect(text).not.toContain(secret);
    const own = entriesOf(await list(`user_id=${owner.id}`));
    expect(own.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(own.find(({ action }) => action === 'signing_key.removed')!.details).toEqual({
      key_id: String(key.id),
    });
    expect(own.find(({ action }) => action === 'signing_key.created')!.details).toEqual({
      expire_others_in_hours: 1,
      key_id: key.id,
    });
  });

  it('is refused without a session or with a wrong one', async () => {
    expect(outcome(await app.get(AUDIT))).toEqual([401, 'not_authenticated']);
    expect(outcome(await app.get(AUDIT, 'wrong'))).toEqual([401, 'session_invalid']);
    const { secret } = await app.createToken(owner);
    expect(outcome(await app.get(AUDIT, secret))).toEqual([401, 'session_invalid']);
  });

  it('shows to staff what all did, to others what they did themselves', async () => {
    const other = await app.createUser();
    const { id } = (await generate(shop())).body;
    await generate(shop(), other);
    // Done to what is theirs, by staff: theirs to see in the thing, not in the log of others.
    await app.post(`${TOKENS}${id}/rotate/`, undefined, staff.access);
    await app.post(SESSION, { email: owner.email, password: 'wrong' });
    const actors = (answer: Answer) => new Set(entriesOf(answer).map(({ actor }) => actor));
    expect(actors(await list('', owner))).toEqual(new Set([owner.id]));
    expect(actors(await list(`user_id=${owner.id}`, owner))).toEqual(new Set([owner.id]));
    expect((await list(`user_id=${other.id}`, owner)).body).toMatchObject({ count: 0, results: [] });
    for (const actor of [owner.id, other.id, staff.id, null]) expect(actors(await list())).toContain(actor);
    expect(actors(await list(`user_id=${other.id}`))).toEqual(new Set([other.id]));
  });

  it('is searched by actor, target and details, filtered by action and time, and paged', async () => {
    const name = `Shop % of ${owner.id}`;
    const { id } = (await generate(shop({ name }))).body;
    await app.post(`${TOKENS}${id}/rotate/`, undefined, owner.access);
    const actions = async (query: string) => entriesOf(await list(query)).map(({ action }) => action);
    const both = ['token.rotated', 'token.generated'];
    const of = (text: string) => `user_id=${owner.id}&search=${encodeURIComponent(text)}`;
    expect(await actions(of(`token ${id}`))).toEqual(both);
    expect(await actions(of(name))).toEqual(both);
    expect(await actions(of(owner.email.toUpperCase()))).toEqual(expect.arrayContaining(both));
    expect(await actions(of('%%'))).toEqual([]);
    expect(await actions(`${of(name)}&action=token.rotated`)).toEqual(['token.rotated']);
    expect(await actions(`${of(name)}&action=token.%25`)).toEqual([]);
    const soon = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
    expect(await actions(`${of(name)}&created_before=${soon}`)).toEqual(both);
    expect(await actions(`${of(name)}&created_after=${soon}`)).toEqual([]);
    const page = await app.get(`${AUDIT}?${of(name)}&page=2&page_size=1`, staff.access);
    expect(page.body).toMatchObject({ count: 2, next: null, results: [{ action: 'token.generated' }] });
    for (const bad of ['user_id=x', 'created_after=yesterday', 'page=0']) {
      expect((await app.get(`${AUDIT}?${bad}`, staff.access)).body.errors[0].field).toBe(bad.split('=')[0]);
    }
  });
});
