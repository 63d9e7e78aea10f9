import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describeIn } from './support/mode';
import { ServerProcess } from './support/server-process';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';
import { startDatabase } from './support/test-database';

const TOKENS = '/api/v1/integrations/tokens/';
const HEALTH = '/api/integrations/woocommerce/health/';
const WEBHOOK = '/api/integrations/woocommerce/webhook/';
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;
const NEVER_MADE = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];
const seconds = (offset = 0) => Math.floor(Date.now() / 1000) + offset;

/** Headers by the reference implementation of Standard Webhooks. */
function signed(secrets: string | string[], body: string, id = 'msg-1', time = seconds()) {
  const signatures = [secrets].flat().map((key) => new Webhook(key).sign(id, new Date(time * 1000), body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(time),
    'webhook-signature': signatures.join(' '),
  };
}

interface SigningKey {
  id: number;
  secret: string;
}

describe('signatures', () => {
  let app: TestApp;
  let owner: TestUser;
  let other: TestUser;
  let staff: TestUser;
  let token: { id: number; secret: string };

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
    other = await app.createUser();
    staff = await app.createUser({ staff: true });
  });
  beforeEach(async () => {
    token = await app.createToken(owner);
  });
  afterAll(() => app.close());

  const keysOf = (id: number) => `${TOKENS}${id}/signing-keys/`;
  const create = (body?: unknown, user = owner, id = token.id) => app.post(keysOf(id), body, user.access);
  const list = (user = owner, id = token.id) => app.get(keysOf(id), user.access);
  const remove = (keyId: number, user = owner, id = token.id) =>
    app.request('DELETE', `${keysOf(id)}${keyId}/`, { token: user.access });
  const newKey = async (body?: unknown): Promise<SigningKey> => {
    const answer = await create(body);
    expect(answer.status).toBe(201);
    return answer.body as SigningKey;
  };
  const patch = (body: unknown, user = owner) =>
    app.request('PATCH', `${TOKENS}${token.id}/`, { body, token: user.access });
  const requireSignature = async () => expect((await patch({ require_signature: true })).status).toBe(200);
  const event = () => JSON.stringify(productEvent());
  const post = (body: string, headers: Record<string, string> = {}) =>
    app.webhook(token.secret, body, headers);
  const postSigned = (secrets: string | string[], body = event()) => post(body, signed(secrets, body));
  const loggedEvents = async () =>
    (await app.query(`SELECT 1 FROM events WHERE token_id = $1`, [token.id])).length;

  describe('of requests', () => {
    it('let in what a valid key has signed, with a body and without', async () => {
      const { secret } = await newKey();
      expect((await postSigned(secret)).status).toBe(202);
      expect((await app.get(HEALTH, token.secret, signed(secret, ''))).status).toBe(200);
    });

    it('are not asked for where the token does not require them', async () => {
      expect((await post(event())).status).toBe(202);
      await newKey();
      expect((await post(event())).status).toBe(202);
      expect((await app.get(HEALTH, token.secret)).status).toBe(200);
    });

    it('are asked for where the token requires them, of every request', async () => {
      const { secret } = await newKey();
      await requireSignature();
      expect(outcome(await post(event()))).toEqual([401, 'signature_missing']);
      expect(outcome(await app.get(HEALTH, token.secret))).toEqual([401, 'signature_missing']);
      expect((await postSigned(secret)).status).toBe(202);
      expect((await app.get(HEALTH, token.secret, signed(secret, ''))).status).toBe(200);
      expect(await loggedEvents()).toBe(1);
    });

    type Alter = (headers: Record<string, string>, body: string) => [Record<string, string>, string];
    const without =
      (name: string): Alter =>
      (headers, body) => [Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)), body];
    const REFUSED: [name: string, code: string, alter: Alter][] = [
      ['by a key of nobody', 'invalid', (_, body) => [signed(NEVER_MADE, body), body]],
      ['with an altered body', 'invalid', (headers, body) => [headers, body.replace('850000', '1')]],
      ['with a space more', 'invalid', (headers, body) => [headers, `${body} `]],
      ['with an altered id', 'invalid', (headers, body) => [{ ...headers, 'webhook-id': 'msg-2' }, body]],
      [
        'with an altered time',
        'invalid',
        (headers, body) => [{ ...headers, 'webhook-timestamp': String(seconds(-60)) }, body],
      ],
      [
        'of a time that is none',
        'expired',
        (headers, body) => [{ ...headers, 'webhook-timestamp': 'yesterday' }, body],
      ],
      [
        'in another version',
        'invalid',
        (headers, body) => [
          { ...headers, 'webhook-signature': headers['webhook-signature']!.replace('v1,', 'v1a,') },
          body,
        ],
      ],
      ['with noise', 'invalid', (headers, body) => [{ ...headers, 'webhook-signature': 'v1,?? ,,' }, body]],
      ['without an id', 'missing', without('webhook-id')],
      ['without a time', 'missing', without('webhook-timestamp')],
      ['without the signature', 'missing', without('webhook-signature')],
    ];

    it.each(REFUSED)('are refused %s: signature_%s, required or not', async (_, code, alter) => {
      const { secret } = await newKey();
      for (const required of [false, true]) {
        await patch({ require_signature: required });
        const body = event();
        const [headers, sent] = alter(signed(secret, body), body);
        expect(outcome(await post(sent, headers))).toEqual([401, `signature_${code}`]);
      }
      expect(await loggedEvents()).toBe(0);
    });

    it.each([
      [-290, 202, undefined],
      [290, 202, undefined],
      [-310, 401, 'signature_expired'],
      [310, 401, 'signature_expired'],
    ])('of %d seconds from now are answered %d', async (offset, status, code) => {
      const { secret } = await newKey();
      const body = event();
      expect(outcome(await post(body, signed(secret, body, 'msg-1', seconds(offset))))).toEqual([
        status,
        code,
      ]);
    });

    it('by a key of another token are refused, of the same owner too', async () => {
      const { secret } = await newKey();
      const [mine, theirs] = [await app.createToken(owner), await app.createToken(other)];
      for (const { secret: bearer } of [mine, theirs]) {
        const body = event();
        expect(outcome(await app.webhook(bearer, body, signed(secret, body)))).toEqual([
          401,
          'signature_invalid',
        ]);
      }
    });

    it('help nobody without the token', async () => {
      const { secret } = await newKey();
      const body = event();
      expect(outcome(await app.post(WEBHOOK, body, undefined, signed(secret, body)))).toEqual([
        401,
        'token_missing',
      ]);
      expect(outcome(await app.webhook('wc_sk_live_unknown', body, signed(secret, body)))).toEqual([
        401,
        'token_unknown',
      ]);
    });

    it('are checked before the body is read and before the limit of the token counts', async () => {
      const { secret } = await newKey();
      const refused = await post('no JSON', signed(NEVER_MADE, 'no JSON'));
      expect(outcome(refused)).toEqual([401, 'signature_invalid']);
      expect(refused.headers.get('ratelimit-policy')).toMatch(/^"refused"/);
      const malformed = await post('no JSON', signed(secret, 'no JSON'));
      expect(outcome(malformed)).toEqual([400, 'malformed_json']);
      expect(malformed.headers.get('ratelimit')).toMatch(/^"token";r=5999;/);
    });

    it.each<[string, (json: string) => string]>([
      ['a byte order mark', (json) => `\ufeff${json}`],
      ['CRLF and tabs', (json) => `\r\n\t${json.replaceAll(',"', ',\r\n\t"')}\r\n`],
      [
        'spaces and other spellings of numbers and letters',
        (json) => json.replace('"id":414', '"id" : 4.14e2 , "x":"\\u0041\\/"'),
      ],
      ['Persian text and emoji', (json) => json.replace('"name":"', '"name":"کفش‌های سبک 👟 ')],
    ])('are over the bytes as they were sent: with %s', async (_, write) => {
      const { secret } = await newKey();
      await requireSignature();
      const body = write(event());
      expect((await postSigned(secret, body)).status).toBe(202);
      expect(outcome(await post(body.trim(), signed(secret, `${body}\n`)))).toEqual([
        401,
        'signature_invalid',
      ]);
    });

    it('may be several, of which one is by a valid key', async () => {
      const { secret } = await newKey();
      expect((await postSigned([NEVER_MADE, secret])).status).toBe(202);
    });
  });

  describe('while keys change', () => {
    it('never fail: the old goes on beside the new until it ends', async () => {
      const old = await newKey();
      await requireSignature();
      expect((await postSigned(old.secret)).status).toBe(202);
      const fresh = await newKey({ expire_others_in_hours: 24 });
      for (const { secret } of [old, fresh]) expect((await postSigned(secret)).status).toBe(202);
      const [first, second] = (await list()).body;
      expect(first).toMatchObject({ id: fresh.id, expires_at: null });
      expect(Date.parse(second.expires_at) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
      expect(Date.parse(second.expires_at) - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);

      await app.query(`UPDATE signing_keys SET expires_at = now() WHERE id = $1`, [old.id]);
      expect(outcome(await postSigned(old.secret))).toEqual([401, 'signature_invalid']);
      expect((await postSigned(fresh.secret)).status).toBe(202);
    });

    it('end the others at once where that is asked', async () => {
      const old = await newKey();
      const fresh = await newKey({ expire_others_in_hours: 0 });
      expect(outcome(await postSigned(old.secret))).toEqual([401, 'signature_invalid']);
      expect((await postSigned(fresh.secret)).status).toBe(202);
      expect((await app.get(`${TOKENS}${token.id}/`, owner.access)).body.signing_keys).toBe(1);
    });

    it('do not make a key live longer that was to end earlier', async () => {
      const first = await newKey();
      await newKey({ expire_others_in_hours: 1 });
      await newKey({ expire_others_in_hours: 720 });
      const { expires_at: end } = (await list()).body.find(({ id }: SigningKey) => id === first.id);
      expect(Date.parse(end) - Date.now()).toBeLessThanOrEqual(3_600_000);
    });

    it('refuse what a deleted key signed, and everything once none is left', async () => {
      const [one, two] = [await newKey(), await newKey()];
      await requireSignature();
      expect((await remove(one.id)).status).toBe(204);
      expect(outcome(await postSigned(one.secret))).toEqual([401, 'signature_invalid']);
      expect((await postSigned(two.secret)).status).toBe(202);
      expect((await remove(two.id)).status).toBe(204);
      expect(outcome(await postSigned(two.secret))).toEqual([401, 'signature_invalid']);
      expect(outcome(await post(event()))).toEqual([401, 'signature_missing']);
    });

    it('stay as they are when the token gets a new secret', async () => {
      const { secret } = await newKey();
      await requireSignature();
      const rotated = await app.post(`${TOKENS}${token.id}/rotate/`, undefined, owner.access);
      const body = event();
      expect((await app.webhook(rotated.body.token, body, signed(secret, body))).status).toBe(202);
    });
  });

  describe('keys', () => {
    it('are shown with their secret once, and without it ever after', async () => {
      const { status, body, text } = await create({});
      expect(status).toBe(201);
      expect(Object.keys(body).sort()).toEqual(
        ['created_at', 'expires_at', 'id', 'last_used_at', 'message', 'preview', 'secret'].sort(),
      );
      expect(body.secret).toMatch(SECRET);
      expect(text).toContain('not shown again');
      const { secret, ...shown } = body;
      expect(shown).toMatchObject({
        preview: `whsec_...${secret.slice(-6)}`,
        expires_at: null,
        last_used_at: null,
      });
      await postSigned(secret);
      await app.query(`UPDATE signing_keys SET last_used_at = NULL WHERE id = $1`, [body.id]);
      const answers = [await list(), await app.get(`${TOKENS}${token.id}/`, owner.access), await patch({})];
      expect(answers[0]!.body).toMatchObject([{ id: shown.id, preview: shown.preview }]);
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain(secret.slice('whsec_'.length, -6));
        expect(answer.text).not.toContain('sealed');
      }
    });

    it('are sealed in the database, each differently', async () => {
      const { secret } = await newKey();
      const rows = await app.query<{ secret_sealed: string; row: string }>(
        `SELECT secret_sealed, k::text AS row FROM signing_keys k WHERE token_id = $1`,
        [token.id],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0]!.secret_sealed).toMatch(/^1\.[\w-]{80,}$/);
      expect(rows[0]!.row).not.toContain(secret.slice('whsec_'.length, -6));
    });

    it('say when they were last used, each for itself', async () => {
      const [used, unused] = [await newKey(), await newKey()];
      const startedAt = Date.now();
      await postSigned(used.secret);
      await post(event());
      const rows = (await list()).body as { id: number; last_used_at: string | null }[];
      const at = (id: number) => rows.find((row) => row.id === id)!.last_used_at;
      expect(Date.parse(at(used.id)!)).toBeGreaterThanOrEqual(startedAt);
      expect(at(unused.id)).toBeNull();
      const { usage_count: count } = (await app.get(`${TOKENS}${token.id}/`, owner.access)).body;
      expect(count).toBe(2);
    });

    it('are valid five at a time, however many are asked for at once', async () => {
      const statuses = (await Promise.all(Array.from({ length: 8 }, () => create()))).map(outcome);
      expect(statuses.filter(([status]) => status === 201)).toHaveLength(5);
      expect(statuses.filter(([, code]) => code === 'signing_keys_full')).toHaveLength(3);
      expect((await create()).status).toBe(409);
      expect((await create({ expire_others_in_hours: 1 })).status).toBe(409);
      // What was refused has changed nothing.
      for (const key of (await list()).body) expect(key.expires_at).toBeNull();
      expect((await create({ expire_others_in_hours: 0 })).status).toBe(201);
      expect((await list()).body).toHaveLength(6);
    });

    it.each([-1, 721, 1.5, 'soon', true])('do not end others in %p hours', async (hours) => {
      const answer = await create({ expire_others_in_hours: hours });
      expect(outcome(answer)).toEqual([400, 'validation_failed']);
      expect(answer.body.errors).toMatchObject([{ field: 'expire_others_in_hours' }]);
      expect((await list()).body).toEqual([]);
    });

    it.each([null, ''])('leave the others alone for %p hours, which is not set', async (hours) => {
      await newKey();
      await newKey({ expire_others_in_hours: hours });
      for (const key of (await list()).body) expect(key.expires_at).toBeNull();
    });

    it('are needed before signatures are required', async () => {
      expect(outcome(await patch({ require_signature: true }))).toEqual([409, 'signing_key_needed']);
      const key = await newKey();
      await app.query(`UPDATE signing_keys SET expires_at = now() WHERE id = $1`, [key.id]);
      expect(outcome(await patch({ require_signature: true }))).toEqual([409, 'signing_key_needed']);
      expect((await post(event())).status).toBe(202);
      await newKey();
      expect((await patch({ require_signature: true })).body).toMatchObject({
        require_signature: true,
        signing_keys: 1,
      });
      expect((await patch({ require_signature: false })).body.require_signature).toBe(false);
      const generated = await app.post(
        `${TOKENS}generate/`,
        { integration_type: 'woocommerce', name: 'Shop', require_signature: true },
        owner.access,
      );
      expect(outcome(generated)).toEqual([409, 'signing_key_needed']);
    });

    type Endpoint = [name: string, method: string, path: (key: SigningKey) => string];
    const ENDPOINTS: Endpoint[] = [
      ['list', 'GET', () => keysOf(token.id)],
      ['creation', 'POST', () => keysOf(token.id)],
      ['deletion', 'DELETE', ({ id }) => `${keysOf(token.id)}${id}/`],
    ];

    it.each(ENDPOINTS)('refuse the %s without a session or with a wrong one', async (_, method, path) => {
      const key = await newKey();
      const send = (access?: string) => app.request(method, path(key), { ...(access && { token: access }) });
      expect(outcome(await send())).toEqual([401, 'not_authenticated']);
      expect(outcome(await send('wrong'))).toEqual([401, 'session_invalid']);
      expect(outcome(await send(token.secret))).toEqual([401, 'session_invalid']);
      expect(outcome(await send(owner.refresh))).toEqual([401, 'session_invalid']);
      expect((await list()).body).toMatchObject([{ id: key.id }]);
    });

    it.each(ENDPOINTS)(
      "answer 404 to the %s of another user's, and grant it to staff",
      async (_, method, path) => {
        const key = await newKey();
        const refused = await app.request(method, path(key), { token: other.access });
        expect(outcome(refused)).toEqual([404, 'not_found']);
        expect((await list()).body).toMatchObject([{ id: key.id, expires_at: null }]);
        expect((await postSigned(key.secret)).status).toBe(202);
        const granted = await app.request(method, path(key), { token: staff.access });
        expect(granted.status).toBe({ GET: 200, POST: 201, DELETE: 204 }[method]);
      },
    );

    it("are not deleted by way of another token, one's own or another user's", async () => {
      const key = await newKey();
      const [mine, theirs] = [await app.createToken(owner), await app.createToken(other)];
      expect((await remove(key.id, owner, mine.id)).status).toBe(404);
      expect((await remove(key.id, other, theirs.id)).status).toBe(404);
      expect((await remove(key.id, staff, theirs.id)).status).toBe(404);
      expect((await list()).body).toHaveLength(1);
    });

    it.each(['abc', '0', '-1', '999999', '%00'])('answer 404 to the id %s', async (id) => {
      for (const path of [`${TOKENS}${id}/signing-keys/`, `${keysOf(token.id)}${id}/`]) {
        const answer = await app.request('DELETE', path, { token: owner.access });
        expect(answer.status).toBe(404);
      }
      expect((await app.get(`${TOKENS}${id}/signing-keys/`, owner.access)).status).toBe(404);
    });
  });
});

describe('signatures once JWT_SECRET has changed', () => {
  it('are refused until the key is replaced', async () => {
    const database = await startDatabase();
    const before = await TestApp.startOn(database);
    const owner = await before.createUser();
    const { id, secret: bearer } = await before.createToken(owner);
    const keys = `${TOKENS}${id}/signing-keys/`;
    const old = (await before.post(keys, {}, owner.access)).body as SigningKey;
    const patched = { body: { require_signature: true }, token: owner.access };
    expect((await before.request('PATCH', `${TOKENS}${id}/`, patched)).status).toBe(200);
    await before.nest.close();

    const after = await TestApp.startOn(database);
    try {
      const login = { email: owner.email, password: owner.password };
      const { access } = (await after.post('/api/v1/auth/token/', login)).body as { access: string };
      const refused = await after.get(HEALTH, bearer, signed(old.secret, ''));
      expect(outcome(refused)).toEqual([401, 'signature_invalid']);
      const { secret } = (await after.post(keys, {}, access)).body as SigningKey;
      expect((await after.get(HEALTH, bearer, signed(secret, ''))).status).toBe(200);
    } finally {
      await after.close();
    }
  });
});

/** Long enough for two starts of a process on a busy machine. */
const LOG_TIMEOUT_MS = 180_000;

describeIn('embedded', 'it reads what a process with a data folder of its own prints', 'the log', () => {
  it(
    'has neither secrets nor signatures, of what is right or wrong, or does not open',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fiko-signatures-'));
      const settings = { DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'trace' };
      let server = await ServerProcess.start({ ...settings, JWT_SECRET: 'a'.repeat(40) });
      try {
        const { token, password } = server;
        const keys = `${TOKENS}1/signing-keys/`;
        const access = await server.logIn('admin@fiko.local', password);
        const made = await server.fetch('POST', keys, access, {});
        const { secret } = (await made.json()) as SigningKey;
        const health = (key: string) => {
          const headers = { ...signed(key, ''), authorization: `Bearer ${token}` };
          return fetch(server.url + HEALTH, { headers }).then(({ status }) => status);
        };
        expect([await health(secret), await health(NEVER_MADE)]).toEqual([200, 401]);
        let output = server.stdout + server.stderr;
        server.kill('SIGTERM');
        await server.ended();
        server = await ServerProcess.start({ ...settings, JWT_SECRET: 'b'.repeat(40) });
        expect(await health(secret)).toBe(401);
        await server.stop();
        output += server.stdout + server.stderr;
        expect(output).toContain('a signing key does not open');
        expect(output).toContain(HEALTH);
        expect(output).not.toContain(secret.slice('whsec_'.length, -6));
        expect(output).not.toContain('whsec_');
        expect(output).not.toContain('v1,');
      } finally {
        await server.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    LOG_TIMEOUT_MS,
  );
});
