import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIn } from './support/mode';
import { freePort, ServerProcess } from './support/server-process';
import { productEvent } from './support/test-app';

const WEBHOOK = '/api/integrations/woocommerce/webhook/';
const EVENTS = '/api/v1/integrations/woocommerce/events/';
const PRODUCTS = '/api/v1/web-knowledge/products/';

describeIn('embedded', 'it is about the data folder', 'starting the server', () => {
  let root: string;
  const running: ServerProcess[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'fiko-start-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const start = async (environment: Record<string, string>): Promise<ServerProcess> => {
    const server = await ServerProcess.start(environment);
    running.push(server);
    return server;
  };
  const refusal = async (
    environment: Record<string, string>,
  ): Promise<{ code: number | string; stderr: string }> => {
    const server = await ServerProcess.spawn(environment);
    const code = await server.ended();
    return { code, stderr: server.stderr };
  };

  it('prints access once at the first start, and finds the same data at the second', async () => {
    const DATA_DIR = join(root, 'first');
    const first = await start({ DATA_DIR });
    expect(first.stdout).toContain(`${first.url}/docs`);
    const { token, password } = first;

    const command = /^ {2}(curl -X POST .*)$/m.exec(first.stdout)![1]!;
    const curl = spawnSync('sh', ['-c', command.replace('curl', 'curl -s')], { encoding: 'utf8' });
    expect(JSON.parse(curl.stdout)).toMatchObject({ status: 'accepted', event_id: 'first-event-1' });

    first.kill('SIGTERM');
    expect(await first.ended()).toBe(0);

    const second = await start({ DATA_DIR });
    expect(second.stdout).not.toContain('wc_sk_live_');
    expect(second.stdout).not.toContain('Password');
    const health = await second.fetch('GET', '/api/integrations/woocommerce/health/', token);
    expect(health.status).toBe(200);
    const access = await second.logIn('admin@fiko.local', password);
    await waitFor(async () => (await listPage(second, PRODUCTS, access)).count === 1);
  });

  it('begins anew where it was killed while it made its first database', async () => {
    const DATA_DIR = join(root, 'half-made');
    const making = async () =>
      existsSync(DATA_DIR) ? (await readdir(DATA_DIR)).filter((name) => name.startsWith('database')) : [];
    const killed = await ServerProcess.spawn({ DATA_DIR });
    await waitFor(async () => (await making()).length > 0);
    killed.kill('SIGKILL');
    await killed.ended();
    // Whole or not at all.
    expect(await making()).toEqual([expect.stringMatching(/^database\.new-\d+$/)]);

    const server = await start({ DATA_DIR });
    expect(server.stdout).toContain('wc_sk_live_');
    expect(await making()).toEqual(['database']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops in order when npm start is sent %s',
    async (signal) => {
      const DATA_DIR = join(root, `npm-${signal}`);
      const { PATH, HOME } = process.env;
      const npm = spawn('npm', ['start'], {
        cwd: join(__dirname, '..'),
        env: { PATH, HOME, DATA_DIR, PORT: String(await freePort()), LOG_LEVEL: 'warn' },
        stdio: ['ignore', 'pipe', 'ignore'],
        // A group of its own: a terminal sends Ctrl+C to all of it, a supervisor its SIGTERM to npm alone.
        detached: true,
      });
      try {
        let output = '';
        npm.stdout.on('data', (data: Buffer) => (output += data.toString()));
        await waitFor(() => Promise.resolve(output.includes('runs on')));
        expect(existsSync(join(DATA_DIR, 'running.json'))).toBe(true);
        process.kill(signal === 'SIGINT' ? -npm.pid! : npm.pid!, signal);
        await waitFor(() => Promise.resolve(!existsSync(join(DATA_DIR, 'running.json'))));
      } finally {
        try {
          process.kill(-npm.pid!, 'SIGKILL');
        } catch {
          // All of the group has ended.
        }
      }
    },
    150_000,
  );

  it('takes the first admin from the environment and does not print the password', async () => {
    const server = await start({
      DATA_DIR: join(root, 'given'),
      ADMIN_EMAIL: 'Boss@Example.com',
      ADMIN_PASSWORD: 'a-given-password',
    });
    expect(server.stdout).toContain('boss@example.com');
    expect(server.stdout).not.toContain('a-given-password');
    expect(await server.logIn('boss@example.com', 'a-given-password')).toBeDefined();
  });

  it('creates an admin beside the running server', async () => {
    const DATA_DIR = join(root, 'given');
    const server = await start({ DATA_DIR });
    const args = ['create-admin', '--email', 'second@example.com', '--password', 'another-password'];
    const created = await ServerProcess.spawn({ DATA_DIR }, 'cli.js', args);
    expect(await created.ended()).toBe(0);
    expect(created.stdout).toContain('second@example.com');
    expect(await server.logIn('second@example.com', 'another-password')).toBeDefined();

    const again = await ServerProcess.spawn({ DATA_DIR }, 'cli.js', args);
    expect(await again.ended()).toBe(1);
    expect(again.stderr).toMatch(/taken.*--reset-password/);

    const reset = await ServerProcess.spawn({ DATA_DIR }, 'cli.js', [
      ...args.slice(0, 4),
      'changed-password',
      '--reset-password',
    ]);
    expect(await reset.ended()).toBe(0);
    const access = await server.logIn('second@example.com', 'changed-password');
    const audit = await fetch(`${server.url}/api/v1/audit/?search=command+line`, {
      headers: { authorization: `Bearer ${access}` },
    });
    const text = await audit.text();
    expect(text).not.toMatch(/another-password|changed-password/);
    const { results } = JSON.parse(text) as { results: object[] };
    const byCommand = { actor: null, actor_email: 'command line', target_type: 'user' };
    expect(results).toMatchObject([
      { ...byCommand, action: 'user.password_reset', outcome: 'done' },
      { ...byCommand, action: 'user.created', outcome: 'refused', error_code: 'account_exists' },
      {
        ...byCommand,
        action: 'user.created',
        outcome: 'done',
        details: { email: 'second@example.com', is_staff: true },
      },
    ]);
  });

  it('refuses a second process on the same folder, and works on in the first', async () => {
    const DATA_DIR = join(root, 'given');
    const server = await start({ DATA_DIR });
    const { code, stderr } = await refusal({ DATA_DIR });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The data folder .* is in use by another process \(process \d+\).*DATA_DIR.*\n$/);
    expect((await server.fetch('GET', '/health/ready')).status).toBe(200);
  });

  it('refuses a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await refusal({ DATA_DIR: join(root, 'port'), PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`Port ${port} on 127.0.0.1 is taken by another program: set PORT to a free one.\n`);
  });

  it('refuses a data folder that cannot be written to', async () => {
    const file = join(root, 'a-file');
    await writeFile(file, '');
    for (const DATA_DIR of [file, join(file, 'below'), '/proc/none']) {
      const { code, stderr } = await refusal({ DATA_DIR });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The data folder .* cannot be written to \(\w+\).*DATA_DIR.*\n$/);
    }
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '70000'],
    ['EMBEDDING_BATCH_SIZE', '0'],
    ['TRUSTED_PROXIES', '10.0.0.0/99'],
    ['LOG_LEVEL', 'loud'],
    ['ADMIN_PASSWORD', 'short'],
    ['JWT_SECRET', 'too-short-a-secret'],
    ['OPENAI_BASE_URL', 'not an address'],
  ])('refuses %s=%s in one sentence that does not repeat the value', async (key, value) => {
    const { code, stderr } = await refusal({ DATA_DIR: join(root, 'config'), [key]: value });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Invalid configuration: ${key} must be .+\\.\\n$`));
    if (value.length > 5) expect(stderr).not.toContain(value);
  });

  it('refuses a HOST that is not of this machine', async () => {
    const { code, stderr } = await refusal({
      DATA_DIR: join(root, 'host'),
      HOST: '203.0.113.1',
      PORT: String(await freePort()),
    });
    expect(code).toBe(1);
    expect(stderr).toBe('HOST is not an address of this machine.\n');
  });

  it('loses no accepted event when it is killed in the middle of work, again and again', async () => {
    const DATA_DIR = join(root, 'killed');
    const environment = { DATA_DIR, ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'a-given-password' };
    const accepted = new Set<string>();
    const prices = new Map<number, number>();
    let token = '';
    for (let round = 0; round < 3; round++) {
      const server = await start(environment);
      token ||= server.token;
      let killed = false;
      const post = async (sender: number): Promise<void> => {
        for (let n = 0; !killed; n++) {
          const id = 1000 * sender + (n % 20) + 1;
          const price = 10_000 * (round + 1) + n;
          const event = productEvent({
            id,
            name: `کالای ${id}`,
            price,
            date_modified: new Date().toISOString(),
          });
          try {
            const response = await server.fetch('POST', WEBHOOK, token, event);
            if (response.status !== 202) throw new Error(`answered ${response.status}`);
            accepted.add(event.event_id);
            prices.set(id, price);
          } catch (error) {
            // No answer, no promise: but it may have been taken in, so its product's price is not known.
            prices.delete(id);
            if (!killed && !(error as Error).message.includes('fetch failed')) throw error;
            return;
          }
        }
      };
      const senders = [1, 2, 3, 4].map(post);
      await waitFor(() => Promise.resolve(accepted.size > 60 * (round + 1)));
      server.kill('SIGKILL');
      killed = true;
      expect(await server.ended()).toBe('SIGKILL');
      await Promise.all(senders);
    }

    const server = await start(environment);
    const access = await server.logIn('a@example.com', 'a-given-password');
    await waitFor(async () => {
      const ready = (await (await server.fetch('GET', '/health/ready')).json()) as Record<string, number>;
      return ready.queued_events === 0 && ready.pending_chunks === 0;
    });
    const seen = new Map<string, string>();
    for (let path: string | null = `${EVENTS}?page_size=100`; path;) {
      const page: ListPage = await listPage(server, path, access);
      for (const row of page.results) seen.set(row.event_id, row.status);
      path = page.next === null ? null : page.next.slice(server.url.length);
    }
    expect([...accepted].filter((id) => seen.get(id) !== 'processed')).toEqual([]);
    const listed = await listPage(server, `${PRODUCTS}?page_size=100`, access);
    const listedPrices = new Map<string, string>(
      listed.results.map((product) => [product.external_id, product.price]),
    );
    for (const [id, price] of prices)
      expect([id, listedPrices.get(`woo_${id}`)]).toEqual([id, `${price}.00`]);
  }, 180_000);

  it('writes no secret into its log', async () => {
    const server = await start({
      DATA_DIR: join(root, 'secrets'),
      LOG_LEVEL: 'trace',
      OPENAI_API_KEY: 'sk-very-secret',
      OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    });
    const { token, password } = server;
    const access = await server.logIn('admin@fiko.local', password);
    await server.fetch('POST', WEBHOOK, token, productEvent());
    await server.fetch('POST', `${WEBHOOK}?access_token=${token}`, undefined, productEvent());
    await server.fetch('POST', '/api/v1/auth/token/', undefined, {
      email: 'admin@fiko.local',
      password: 'wrong-password-1',
    });
    const search = await server.fetch('GET', '/api/v1/web-knowledge/search/?q=secret-question', access);
    expect([200, 503]).toContain(search.status);
    await waitFor(() => Promise.resolve(server.stdout.includes('embedding service cannot be reached')));
    const log = server.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .join('\n');
    expect(log).toContain('"msg":"request"');
    for (const secret of [token, password, access, 'wrong-password-1', 'sk-very-secret', 'secret-question']) {
      expect(log).not.toContain(secret);
    }
  });
});

/** What is read of a page, of events or of products. */
interface ListPage {
  count: number;
  next: string | null;
  results: { event_id: string; status: string; external_id: string; price: string }[];
}

async function listPage(server: ServerProcess, path: string, access: string): Promise<ListPage> {
  return (await server.fetch('GET', path, access)).json() as Promise<ListPage>;
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
