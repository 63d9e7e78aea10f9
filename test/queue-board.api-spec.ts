import { TestApp, type Answer, type TestUser } from './support/test-app';

const BOARD = '/admin/queues';
const outcome = ({ status, body }: Answer): [number, string] => [status, body.error];

describe('the board of the queues', () => {
  let app: TestApp;
  let staff: TestUser;
  let owner: TestUser;
  let cookies: Record<string, string>;

  beforeAll(async () => {
    app = await TestApp.start();
    staff = await app.createUser({ staff: true });
    owner = await app.createUser();
    cookies = await app.openSession(staff);
  });
  afterAll(() => app.close());

  const page = () => app.get(BOARD, undefined, { ...cookies, accept: 'text/html' });
  const scriptOf = async (): Promise<string> =>
    `${BOARD}/${/src="(static\/js\/main\.[^"]+\.js)"/.exec((await page()).text)![1]}`;
  const entries = () =>
    app.query<Record<string, unknown>>(
      `SELECT actor_id, details, outcome, status_code FROM audit_log WHERE action = 'queues.changed' ORDER BY id DESC`,
    );

  /** Every kind of what is served, in every spelling that reaches it. */
  const PATHS: [what: string, method: string, path: string | (() => Promise<string>)][] = [
    ['page', 'GET', BOARD],
    ['page, with a slash', 'GET', `${BOARD}/`],
    ['page of a queue', 'GET', `${BOARD}/queue/sync`],
    ['page of a job', 'GET', `${BOARD}/queue/sync/1`],
    ['page with a query', 'GET', `${BOARD}?x=/api/v1`],
    ['encoded page', 'GET', '/admin/%71ueues'],
    ['encoded page, with a slash', 'GET', '/admin/%71ueues/'],
    ['API', 'GET', `${BOARD}/api/queues`],
    ['API, with a slash', 'GET', `${BOARD}/api/queues/`],
    ['encoded API', 'GET', '/admin/%71ueues/api/queues'],
    ['encoded API, with a slash', 'GET', '/admin/%71ueues/api/queues/'],
    ['API behind an encoded name', 'GET', '/%61dmin/queues/%61pi/queues'],
    ['statistics', 'GET', `${BOARD}/api/redis/stats`],
    ['pausing of all', 'PUT', `${BOARD}/api/queues/pause`],
    ['encoded pausing', 'PUT', '/admin/%71ueues/api/queues/sync/pause/'],
    ['adding of a job', 'POST', `${BOARD}/api/queues/sync/add`],
    ['scripts', 'GET', scriptOf],
    ['encoded scripts', 'GET', async () => (await scriptOf()).replace('queues', '%71ueues')],
    ['favicon', 'GET', `${BOARD}/static/favicon.ico`],
    ['head of its page', 'HEAD', BOARD],
  ];

  it.each(PATHS)('is for staff alone: its %s', async (_, method, given) => {
    const path = typeof given === 'string' ? given : await given();
    const send = (options: object) => app.request(method, path, options);
    const statuses: number[] = [];
    const { secret } = await app.createToken(owner);
    for (const options of [
      {},
      { token: 'wrong' },
      { token: secret },
      { headers: { cookie: 'fiko_session=x' } },
    ]) {
      statuses.push((await send(options)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401]);
    expect((await send({ token: owner.access })).status).toBe(403);
    expect((await send({ headers: await app.openSession(owner) })).status).toBe(403);
    if (method !== 'GET') return;
    // Files are not found by an encoded name, for nobody.
    const served = path.includes('%71ueues/static') ? 404 : 200;
    expect((await send({ token: staff.access })).status).toBe(served);
    expect((await send({ headers: cookies })).status).toBe(served);
  });

  it('answers who is refused in the shape of all errors, and takes a browser to the login', async () => {
    expect(outcome(await app.get(`${BOARD}/api/queues`))).toEqual([401, 'not_authenticated']);
    expect(outcome(await app.get(BOARD, 'wrong'))).toEqual([401, 'session_invalid']);
    expect(outcome(await app.get(BOARD, owner.access))).toEqual([403, 'forbidden']);
    const response = await fetch(app.url + BOARD, {
      headers: { accept: 'text/html,application/xhtml+xml;q=0.9' },
      redirect: 'manual',
    });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/admin/login?next=/admin/queues');
  });

  it('loses its access with the rights of who looks at it', async () => {
    const user = await app.createUser({ staff: true });
    const headers = await app.openSession(user);
    expect((await app.get(`${BOARD}/api/queues`, undefined, headers)).status).toBe(200);
    await app.query('UPDATE users SET is_staff = false WHERE id = $1', [user.id]);
    expect((await app.get(`${BOARD}/api/queues`, undefined, headers)).status).toBe(403);
  });

  it('shows the queues with their counts', async () => {
    const { body } = await app.get(`${BOARD}/api/queues`, undefined, cookies);
    expect(body.queues.map(({ name }: { name: string }) => name).sort()).toEqual(['knowledge', 'sync']);
    for (const { counts } of body.queues) expect(counts).toMatchObject({ waiting: 0, active: 0, failed: 0 });
    expect((await app.get(`${BOARD}/api/redis/stats`, undefined, cookies)).status).toBe(200);
  });

  it('runs under a policy that lets no script run but its files', async () => {
    const { text, headers } = await page();
    const policy = headers.get('content-security-policy')!;
    const directives = new Map(
      policy.split(';').map((each) => [each.split(' ')[0], each.split(' ').slice(1)]),
    );
    expect(directives.get('script-src')).toEqual(["'self'"]);
    expect(directives.get('script-src-attr')).toEqual(["'none'"]);
    expect(directives.get('connect-src')).toEqual(["'self'"]);
    expect(directives.get('frame-ancestors')).toEqual(["'self'"]);
    expect(policy).not.toContain('unsafe-eval');
    // Nothing of the page's own would run, and nothing needs to.
    const scripts = [...text.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)];
    const inline = scripts.filter(([, attributes]) => !/\bsrc=/.test(attributes!));
    expect(inline.map(([, attributes]) => /type="([^"]+)"/.exec(attributes!)?.[1])).toEqual([
      'application/json',
    ]);
    expect(text).not.toMatch(/<[^>]+\son\w+=/);
    const base = /<base href="([^"]+)"/.exec(text)![1]!;
    expect(base).toBe(`${BOARD}/`);
    const files = scripts.flatMap(([, attributes]) => /src="([^"]+)"/.exec(attributes!)?.[1] ?? []);
    expect(files.length).toBeGreaterThan(1);
    for (const file of [...files, ...text.matchAll(/href="(static[^"]+\.css)"/g)].map((each) =>
      typeof each === 'string' ? each : each[1]!,
    )) {
      const address = new URL(file, `${app.url}${base}`);
      expect(address.origin).toBe(app.url);
      const answer = await app.get(address.pathname, undefined, cookies);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/javascript|css/);
    }
  });

  it('leaves the policy of all else as it is', async () => {
    const policy = async (path: string) => (await app.get(path)).headers.get('content-security-policy');
    expect(await policy('/health/live')).toContain("font-src 'self' https: data:");
    expect((await page()).headers.get('content-security-policy')).toContain("font-src 'self';");
  });

  it('is changed from a page of this origin alone', async () => {
    const pause = (headers: Record<string, string>) =>
      app.request('PUT', `${BOARD}/api/queues/sync/pause`, { headers });
    const { cookie } = cookies as { cookie: string };
    const before = (await entries()).length;
    const foreign: Record<string, string>[] = [
      { cookie },
      { cookie, 'sec-fetch-site': 'same-site' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie, origin: 'https://evil.example.com' },
    ];
    for (const headers of foreign) {
      expect(outcome(await pause(headers))).toEqual([403, 'cross_origin']);
    }
    expect(await entries()).toHaveLength(before);
    const { body } = await app.get(`${BOARD}/api/queues`, undefined, cookies);
    expect(body.queues.every(({ isPaused }: { isPaused: boolean }) => !isPaused)).toBe(true);
  });

  it('records what is changed by it, before it is', async () => {
    const send = (method: string, path: string, body?: unknown) =>
      app.request(method, BOARD + path, { headers: cookies, ...(body !== undefined && { body }) });
    const isPaused = async (): Promise<boolean> =>
      (await send('GET', '/api/queues')).body.queues.find(({ name }: { name: string }) => name === 'sync')
        .isPaused;
    expect((await send('PUT', '/api/queues/sync/pause?x=1')).status).toBe(200);
    expect(await isPaused()).toBe(true);
    expect((await send('PUT', '/api/queues/sync/resume')).status).toBe(200);
    expect(await isPaused()).toBe(false);
    const job = { name: 'events.process', data: { user_id: owner.id, store_id: 1 }, options: {} };
    expect((await send('POST', '/api/queues/sync/add', job)).status).toBe(200);
    expect((await send('PUT', '/api/queues/none/pause')).status).toBe(404);
    const details = (method: string, path: string) => ({ method, path: BOARD + path });
    const done = { actor_id: staff.id, outcome: 'done', status_code: 200 };
    expect((await entries()).slice(0, 4)).toEqual([
      {
        actor_id: staff.id,
        outcome: 'refused',
        status_code: 404,
        details: details('PUT', '/api/queues/none/pause'),
      },
      { ...done, details: details('POST', '/api/queues/sync/add') },
      { ...done, details: details('PUT', '/api/queues/sync/resume') },
      { ...done, details: details('PUT', '/api/queues/sync/pause') },
    ]);
    await app.query(`ALTER TABLE audit_log ADD CONSTRAINT away CHECK (action <> 'queues.changed') NOT VALID`);
    try {
      expect(outcome(await send('PUT', '/api/queues/sync/pause'))).toEqual([500, 'internal_error']);
    } finally {
      await app.query('ALTER TABLE audit_log DROP CONSTRAINT away');
    }
    expect(await isPaused()).toBe(false);
    await app.idle();
  });
});
