import { setTimeout as sleep } from 'node:timers/promises';
import { JobQueue } from '../src/jobs/job-queue.service';
import { RateLimits } from '../src/limits/rate-limits.service';
import { eventually } from './support/cluster';
import { describeIn } from './support/mode';
import { RedisServer } from './support/servers';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';
import { environmentOf, startDatabase } from './support/test-database';

const TOKENS = '/api/v1/integrations/tokens/';
const HEALTH = '/api/integrations/woocommerce/health/';
const LOGIN = '/api/v1/auth/token/';
const REFRESH = `${LOGIN}refresh/`;
const PRODUCTS = '/api/v1/web-knowledge/products/';

const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];
const from = (address: string) => ({ 'x-forwarded-for': address });
/** Addresses that no other test has used up. */
let addresses = 0;
const someAddress = () => from(`198.51.100.${++addresses}`);

/** Requests left, once all that the headers say has been found to agree. */
function left(answer: Answer, name: string, requests: number, windowSeconds = 60): number {
  const header = (field: string) => answer.headers.get(field);
  expect(header('ratelimit-policy')).toBe(`"${name}";q=${requests};w=${windowSeconds}`);
  const [, remaining, reset] = /^"[\w-]+";r=(\d+);t=(\d+)$/.exec(header('ratelimit')!)!.map(Number);
  expect(header('ratelimit')).toBe(`"${name}";r=${remaining!};t=${reset!}`);
  expect(header('ratelimit-limit')).toBe(String(requests));
  expect(header('ratelimit-remaining')).toBe(String(remaining));
  expect(header('ratelimit-reset')).toBe(String(reset));
  expect(reset).toBeGreaterThan(0);
  expect(reset).toBeLessThanOrEqual(windowSeconds);
  return remaining!;
}

function expectTooMany(answer: Answer, name: string, requests: number, windowSeconds = 60): void {
  expect(answer.status).toBe(429);
  expect(left(answer, name, requests, windowSeconds)).toBe(0);
  expect(answer.headers.get('retry-after')).toBe(answer.headers.get('ratelimit-reset'));
  expect(answer.body.detail).toContain(answer.headers.get('retry-after'));
  expect(Object.keys(answer.body)).toEqual(['error', 'detail']);
}

describe('rate limits', () => {
  const [TOKEN, USER, REFUSED, LOGINS] = [5, 20, 6, 3];
  let app: TestApp;
  let owner: TestUser;
  let staff: TestUser;

  beforeAll(async () => {
    app = await TestApp.start({
      WEBHOOK_REQUESTS_PER_MINUTE: String(TOKEN),
      API_REQUESTS_PER_MINUTE: String(USER),
      REFUSED_REQUESTS_PER_MINUTE: String(REFUSED),
      LOGIN_ATTEMPTS: String(LOGINS),
      TRUSTED_PROXIES: '127.0.0.1',
    });
  });
  beforeEach(async () => {
    owner = await app.createUser();
    staff = await app.createUser({ staff: true });
  });
  afterAll(() => app.close());

  const health = (secret: string, headers = someAddress()) => app.get(HEALTH, secret, headers);
  const patch = (id: number, body: unknown, user: TestUser) =>
    app.request('PATCH', `${TOKENS}${id}/`, { body, token: user.access });
  const exhaust = async (secret: string, requests = TOKEN) => {
    for (let i = 0; i < requests; i++) expect((await health(secret)).status).toBe(200);
    expectTooMany(await health(secret), 'token', requests);
  };

  describe('of a token', () => {
    it('say with each answer what is left, whatever was asked and from wherever', async () => {
      const { secret } = await app.createToken(owner);
      const answers = [
        await app.webhook(secret, productEvent(), someAddress()),
        await health(secret),
        await app.webhook(secret, 'no JSON', someAddress()),
        await app.webhook(secret, {}, someAddress()),
        await app.webhook(secret, productEvent(), someAddress()),
      ];
      expect(answers.map(({ status }) => status)).toEqual([202, 200, 400, 400, 202]);
      expect(answers.map((answer) => left(answer, 'token', TOKEN))).toEqual([4, 3, 2, 1, 0]);
      const refused = await app.webhook(secret, productEvent(), someAddress());
      expect(outcome(refused)).toEqual([429, 'too_many_requests']);
      expectTooMany(refused, 'token', TOKEN);
    });

    it("leave the owner's other tokens alone, and outlast a new secret", async () => {
      const [busy, other] = [await app.createToken(owner), await app.createToken(owner)];
      await exhaust(busy.secret);
      expect(left(await health(other.secret), 'token', TOKEN)).toBe(4);
      const rotated = await app.post(`${TOKENS}${busy.id}/rotate/`, undefined, owner.access);
      expectTooMany(await health(rotated.body.token), 'token', TOKEN);
    });

    it('let exactly so many through of many at once', async () => {
      const { secret } = await app.createToken(owner);
      const answers = await Promise.all(Array.from({ length: 30 }, () => health(secret)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(TOKEN);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(25);
    });

    it('are its own where staff say so, which its owner sees', async () => {
      const { id, secret } = await app.createToken(owner);
      await exhaust(secret);
      const changed = await patch(id, { rate_limit_per_minute: 8 }, staff);
      expect([changed.status, changed.body.rate_limit_per_minute]).toEqual([200, 8]);
      expect((await app.get(`${TOKENS}${id}/`, owner.access)).body.rate_limit_per_minute).toBe(8);
      const answer = await health(secret);
      expect(answer.status).toBe(200);
      left(answer, 'token', 8);
      const restored = await patch(id, { rate_limit_per_minute: null }, staff);
      expect([restored.status, restored.body.rate_limit_per_minute]).toEqual([200, null]);
      left(await health(secret), 'token', TOKEN);
    });

    it('are given by staff as a token is generated', async () => {
      const { id, secret } = await app.createToken(staff, { user_id: owner.id, rate_limit_per_minute: 2 });
      expect((await app.get(`${TOKENS}${id}/`, owner.access)).body.rate_limit_per_minute).toBe(2);
      await exhaust(secret, 2);
    });

    it('are not set by an owner, neither higher nor back to the default', async () => {
      const { id } = await app.createToken(staff, { user_id: owner.id, rate_limit_per_minute: 2 });
      for (const value of [1_000_000, 1, null]) {
        const answer = await patch(id, { name: 'Renamed', rate_limit_per_minute: value }, owner);
        expect(outcome(answer)).toEqual([403, 'forbidden']);
      }
      const generated = await app.post(
        `${TOKENS}generate/`,
        { integration_type: 'woocommerce', name: 'Fast', rate_limit_per_minute: 100_000 },
        owner.access,
      );
      expect(outcome(generated)).toEqual([403, 'forbidden']);
      const { body } = await app.get(TOKENS, owner.access);
      expect(body).toMatchObject({ count: 1, results: [{ name: 'Test shop', rate_limit_per_minute: 2 }] });
    });

    it.each([0, -1, 1.5, 1_000_001, 'many', true, [1]])('are not %p', async (value) => {
      const { id } = await app.createToken(staff);
      const answer = await patch(id, { rate_limit_per_minute: value }, staff);
      expect(outcome(answer)).toEqual([400, 'validation_failed']);
      expect(answer.body.errors).toMatchObject([{ field: 'rate_limit_per_minute' }]);
    });
  });

  describe('of an address that is refused', () => {
    it('count every way to be refused, and no request that is let in', async () => {
      const address = someAddress();
      const [inactive, expired, signed] = [
        await app.createToken(owner),
        await app.createToken(owner),
        await app.createToken(owner),
      ];
      await patch(inactive.id, { is_active: false }, owner);
      await app.query(`UPDATE integration_tokens SET expires_at = now() WHERE id = $1`, [expired.id]);
      const refused = [
        () => app.get(HEALTH, undefined, address),
        () => app.get(HEALTH, 'wc_sk_live_unknown', address),
        () => app.get(HEALTH, inactive.secret, address),
        () => app.get(HEALTH, expired.secret, address),
        () => app.get(HEALTH, signed.secret, { ...address, 'webhook-id': 'half a signature' }),
        () => app.get(PRODUCTS, 'no session', address),
      ];
      const answers: Answer[] = [];
      for (const send of refused) {
        answers.push(await send());
        expect((await health(signed.secret, address)).status).toBe(answers.length > TOKEN ? 429 : 200);
      }
      expect(answers.map(outcome)).toEqual([
        [401, 'token_missing'],
        [401, 'token_unknown'],
        [401, 'token_inactive'],
        [401, 'token_expired'],
        [401, 'signature_missing'],
        [401, 'session_invalid'],
      ]);
      expect(answers.map((answer) => left(answer, 'refused', REFUSED))).toEqual([5, 4, 3, 2, 1, 0]);
      for (const send of refused) expectTooMany(await send(), 'refused', REFUSED);
      expectTooMany(await app.post(REFRESH, { refresh: 'wrong' }, undefined, address), 'refused', REFUSED);
    });

    it('refuse neither who has a token or a session there, nor any other address', async () => {
      const address = someAddress();
      const { secret } = await app.createToken(owner);
      for (let i = 0; i < REFUSED; i++) {
        expect((await app.post(REFRESH, { refresh: 'wrong' }, undefined, address)).status).toBe(401);
      }
      expectTooMany(await app.get(PRODUCTS, undefined, address), 'refused', REFUSED);
      expect((await app.webhook(secret, productEvent(), address)).status).toBe(202);
      expect((await app.get(PRODUCTS, owner.access, address)).status).toBe(200);
      expect((await app.post(REFRESH, { refresh: owner.refresh }, undefined, address)).status).toBe(200);
      expect((await app.get(PRODUCTS, undefined, someAddress())).status).toBe(401);
    });
  });

  describe('of a user', () => {
    it('hold for all sessions together, and for nobody else', async () => {
      const { body } = await app.post(LOGIN, { email: owner.email, password: owner.password });
      for (let i = 0; i < USER; i++) {
        const answer = await app.get(i % 2 ? PRODUCTS : TOKENS, i % 3 ? owner.access : body.access);
        expect(answer.status).toBe(200);
        expect(left(answer, 'user', USER)).toBe(USER - 1 - i);
      }
      for (const access of [owner.access, body.access as string]) {
        const refused = await app.get(PRODUCTS, access);
        expect(outcome(refused)).toEqual([429, 'too_many_requests']);
        expectTooMany(refused, 'user', USER);
      }
      expect(left(await app.get(PRODUCTS, staff.access), 'user', USER)).toBe(USER - 1);
    });
  });

  describe('of logins', () => {
    it('say what is left by account, and then for how long nothing is', async () => {
      const address = someAddress();
      const logIn = (password: string) =>
        app.post(LOGIN, { email: owner.email, password }, undefined, address);
      for (let i = 1; i <= LOGINS; i++) {
        const answer = await logIn('wrong');
        expect(answer.status).toBe(401);
        expect(left(answer, 'login', LOGINS, 900)).toBe(LOGINS - i);
      }
      const refused = await logIn(owner.password);
      expect(outcome(refused)).toEqual([429, 'too_many_logins']);
      expectTooMany(refused, 'login', LOGINS, 900);
    });

    it('are all there again after a right one, as its answer says', async () => {
      const address = someAddress();
      const logIn = (password: string) =>
        app.post(LOGIN, { username: owner.username, password }, undefined, address);
      for (let round = 0; round < 2; round++) {
        expect(left(await logIn('wrong'), 'login', LOGINS, 900)).toBe(LOGINS - 1);
        const right = await logIn(owner.password);
        expect([right.status, left(right, 'login', LOGINS, 900)]).toEqual([200, LOGINS]);
      }
    });

    it('are not evaded by other addresses of one IPv6 network', async () => {
      const logIn = (address: string) =>
        app.post(LOGIN, { email: owner.email, password: 'wrong' }, undefined, from(address));
      for (let i = 1; i <= LOGINS; i++) expect((await logIn(`2001:db8::${i}`)).status).toBe(401);
      expect((await logIn('2001:db8::ffff')).status).toBe(429);
      expect((await logIn('2001:db8:0:1::1')).status).toBe(401);
    });

    it('say so of the address too', async () => {
      const address = someAddress();
      const logIn = (i: number) =>
        app.post(LOGIN, { email: `nobody-${i}@example.com`, password: 'wrong' }, undefined, address);
      for (let i = 0; i < LOGINS * 10; i++) expect((await logIn(i)).status).toBe(401);
      expectTooMany(await logIn(99), 'login-address', LOGINS * 10, 900);
    });
  });
});

describe('rate limits without a trusted proxy', () => {
  it('count by the address itself, whatever is said to be forwarded', async () => {
    const app = await TestApp.start({ REFUSED_REQUESTS_PER_MINUTE: '2' });
    try {
      for (let i = 0; i < 2; i++) {
        expect((await app.get(HEALTH, undefined, someAddress())).status).toBe(401);
      }
      expect((await app.get(HEALTH, undefined, someAddress())).status).toBe(429);
    } finally {
      await app.close();
    }
  });
});

describe('rate limits seen from a browser', () => {
  it('can be read by scripts of a listed origin', async () => {
    const origin = 'https://panel.example.com';
    const app = await TestApp.start({ CORS_ORIGINS: origin });
    try {
      const { headers } = await app.get(HEALTH, undefined, { origin });
      const exposed = headers.get('access-control-expose-headers')!.toLowerCase().split(/, */);
      for (const name of ['retry-after', 'ratelimit', 'ratelimit-policy', 'ratelimit-remaining']) {
        expect(exposed).toContain(name);
      }
    } finally {
      await app.close();
    }
  });
});

describeIn('server', 'there is one process in embedded mode', 'rate limits of several processes', () => {
  let apps: TestApp[];
  let owner: TestUser;
  let secret: string;

  beforeAll(async () => {
    const database = await startDatabase();
    const environment = {
      ...environmentOf(database),
      WEBHOOK_REQUESTS_PER_MINUTE: '10',
      REFUSED_REQUESTS_PER_MINUTE: '4',
      LOGIN_ATTEMPTS: '2',
      TRUSTED_PROXIES: '127.0.0.1',
    };
    apps = [await TestApp.startOn(database, environment)];
    owner = await apps[0]!.createUser();
    ({ secret } = await apps[0]!.createToken(owner));
    apps.push(await TestApp.startOn(database, environment));
  });
  afterAll(async () => {
    await apps[1]!.nest.close();
    await apps[0]!.close();
  });

  it('are counted together: of a token', async () => {
    for (let i = 0; i < 10; i++) {
      const answer = await apps[i % 2]!.get(HEALTH, secret);
      expect([answer.status, left(answer, 'token', 10)]).toEqual([200, 9 - i]);
    }
    for (const app of apps) expectTooMany(await app.get(HEALTH, secret), 'token', 10);
  });

  it('are counted together: of an address that is refused', async () => {
    const address = someAddress();
    for (let i = 0; i < 4; i++) {
      expect((await apps[i % 2]!.get(HEALTH, undefined, address)).status).toBe(401);
    }
    for (const app of apps) expectTooMany(await app.get(HEALTH, undefined, address), 'refused', 4);
  });

  it('are counted together: of logins, and forgotten together after a right one', async () => {
    const address = someAddress();
    const logIn = (app: TestApp, password: string) =>
      app.post(LOGIN, { email: owner.email, password }, undefined, address);
    expect((await logIn(apps[0]!, 'wrong')).status).toBe(401);
    expect((await logIn(apps[1]!, owner.password)).status).toBe(200);
    for (const app of apps) expect((await logIn(app, 'wrong')).status).toBe(401);
    for (const app of apps) expect((await logIn(app, owner.password)).status).toBe(429);
  });

  it('are not counted by a process that is a worker only', async () => {
    const worker = await TestApp.startOn(apps[0]!.database, { ROLES: 'worker' });
    try {
      expect(() => worker.nest.get(RateLimits, { strict: false })).toThrow();
    } finally {
      await worker.nest.close();
    }
  });
});

describeIn('own servers', 'it stops and pauses Redis', 'rate limits while Redis is away', () => {
  let redis: RedisServer;
  let app: TestApp;
  let owner: TestUser;

  beforeAll(async () => {
    redis = await RedisServer.start();
    app = await TestApp.start({ REDIS_URL: redis.url, WEBHOOK_REQUESTS_PER_MINUTE: '10' });
    owner = await app.createUser();
  });
  afterAll(async () => {
    await app?.close();
    await redis?.remove();
  });

  const timed = async (request: Promise<Answer>): Promise<{ status: number; tookMs: number }> => {
    const startedAt = performance.now();
    const { status } = await request;
    return { status, tookMs: performance.now() - startedAt };
  };
  const countedInRedis = async () => {
    const { secret } = await app.createToken(owner);
    await app.get(HEALTH, secret);
    const keys = await redis.command('keys', '*:limits:token:*');
    return keys !== '';
  };

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['is stopped', () => redis.stop(), () => redis.resume()],
    ['hangs', () => Promise.resolve(redis.pause()), () => Promise.resolve(redis.unpause())],
    [
      'takes no writes',
      () => redis.command('config', 'set', 'maxmemory', '1'),
      () => redis.command('config', 'set', 'maxmemory', '0'),
    ],
  ])(
    'neither fail nor hold requests when it %s, hold in memory, and are shared again after',
    async (_, stop, start) => {
      const warned = jest.spyOn(app.nest.get(RateLimits)['logger'], 'warn');
      const [one, two, other] = await Promise.all([1, 2, 3].map(() => app.createToken(owner)));
      await redis.command('flushall');
      await eventually('Redis counts', 20_000, countedInRedis);
      await stop();
      try {
        const first = await Promise.all(
          Array.from({ length: 10 }, () => timed(app.get(HEALTH, one!.secret))),
        );
        for (const { status, tookMs } of first) {
          expect(status).toBe(200);
          expect(tookMs).toBeLessThan(1500);
        }
        const rest: { status: number; tookMs: number }[] = [];
        for (let i = 0; i < 10; i++) rest.push(await timed(app.get(HEALTH, two!.secret)));
        expect(new Set(rest.map(({ status }) => status))).toEqual(new Set([200]));
        // One of them may have asked whether Redis is back.
        expect(rest.map(({ tookMs }) => tookMs).sort((a, b) => a - b)[8]).toBeLessThan(500);
        expect((await app.get(HEALTH, two!.secret)).status).toBe(429);
        expect((await app.webhook(other!.secret, productEvent())).status).toBe(202);
        await sleep(2500);
        expect((await app.webhook(other!.secret, productEvent())).status).toBe(202);
        expect(warned).toHaveBeenCalledTimes(1);
      } finally {
        await start();
      }
      await redis.command('flushall');
      await eventually('Redis counts again', 20_000, countedInRedis);
      warned.mockRestore();
    },
  );

  it('let a process start and answer that finds no Redis', async () => {
    const absent = await RedisServer.start();
    await absent.stop();
    const alone = await TestApp.start({
      ROLES: 'api',
      REDIS_URL: absent.url,
      WEBHOOK_REQUESTS_PER_MINUTE: '2',
    });
    try {
      const { secret } = await alone.createToken(await alone.createUser());
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await alone.get(HEALTH, secret)).status);
      expect(statuses).toEqual([200, 200, 429]);
    } finally {
      // BullMQ would go on looking for it after the end of the test.
      await absent.resume();
      const depths = () => alone.nest.get(JobQueue).depths();
      await eventually('the queue is found', 20_000, () => depths().then(Boolean, () => false));
      await alone.close();
      await absent.remove();
    }
  });
});
