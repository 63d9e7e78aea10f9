import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from './support/event-log';
import { describeIn } from './support/mode';
import { freePort, ServerProcess } from './support/server-process';
import { PostgresServer, RedisServer } from './support/servers';
import { productEvent } from './support/test-app';
import { environmentOf, startDatabase, startEmptyDatabase, type TestDatabase } from './support/test-database';

const WEBHOOK = '/api/integrations/woocommerce/webhook/';
const PRODUCTS = '/api/v1/web-knowledge/products/';
const SEARCH = '/api/v1/web-knowledge/search/';
const ADMIN = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'admin-password' };

describeIn('server', 'it is about processes that share a database', 'in server mode', () => {
  const running: ServerProcess[] = [];
  const databases: TestDatabase[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    await Promise.all(databases.splice(0).map((database) => database.stop()));
  });

  const use = async (database: Promise<TestDatabase>): Promise<TestDatabase> => {
    databases.push(await database);
    return database;
  };
  const start = async (environment: Record<string, string>): Promise<ServerProcess> => {
    const server = await ServerProcess.start({ LOG_LEVEL: 'error', ...environment });
    running.push(server);
    return server;
  };
  /** What a process that does not start says, in one line. */
  const refusal = async (environment: Record<string, string>): Promise<string> => {
    const server = await ServerProcess.spawn(environment);
    running.push(server);
    expect(await server.ended()).toBe(1);
    expect(server.stderr).not.toMatch(/\n\s+at /);
    return server.stderr;
  };
  const execute = async (database: TestDatabase, sql: string): Promise<void> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const countProducts = async (api: ServerProcess, access: string): Promise<number> => {
    const list = await api.fetch('GET', PRODUCTS, access);
    return ((await list.json()) as { count: number }).count;
  };

  it.each(['with Redis', 'with the queue in the database'])(
    'an api and a worker share the work %s',
    async (how) => {
      const environment: Record<string, string> = environmentOf(await use(startEmptyDatabase()));
      if (how === 'with Redis') environment.MODE = 'server';
      else for (const key of ['REDIS_URL', 'REDIS_PREFIX']) delete environment[key];
      const workerPort = String(await freePort());
      const [api, worker] = await Promise.all([
        start({ ...environment, ...ADMIN, ROLES: 'api' }),
        start({ ...environment, ROLES: 'worker', WORKER_PORT: workerPort }),
      ]);
      const access = await api.logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
      const posted = await api.fetch('POST', WEBHOOK, api.token, productEvent());
      expect(posted.status).toBe(202);
      await until('the product is listed', async () => (await countProducts(api, access)) === 1);

      const health = `http://127.0.0.1:${workerPort}`;
      expect((await fetch(`${health}/health/live`)).status).toBe(200);
      expect(await (await fetch(`${health}/health/ready`)).json()).toMatchObject({ status: 'ok' });
      for (const path of [PRODUCTS, '/docs', '/api/v1/auth/token/']) {
        expect((await fetch(health + path)).status).toBe(404);
      }
      expect(worker.stdout).not.toMatch(/Password|wc_sk_live_/);
      for (const process of [api, worker]) {
        process.kill('SIGTERM');
        expect(await process.ended()).toBe(0);
      }
    },
  );

  it('an api alone takes events in, and a worker that comes later finds them', async () => {
    const environment = environmentOf(await use(startDatabase()));
    const api = await start({ ...environment, ...ADMIN, ROLES: 'api' });
    const access = await api.logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
    expect((await api.fetch('POST', WEBHOOK, api.token, productEvent())).status).toBe(202);
    const ready = (await (await api.fetch('GET', '/health/ready')).json()) as { queued_events: number };
    expect(ready.queued_events).toBe(1);
    await start({ ...environment, ROLES: 'worker' });
    await until('the product is listed', async () => (await countProducts(api, access)) === 1);
  });

  it('a session begun at one api goes on at another', async () => {
    const environment = environmentOf(await use(startDatabase()));
    const first = await start({ ...environment, ...ADMIN, ROLES: 'api' });
    const second = await start({ ...environment, ROLES: 'api' });
    expect(second.stdout).not.toContain('wc_sk_live_');
    const access = await first.logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
    expect((await second.fetch('GET', PRODUCTS, access)).status).toBe(200);
  });

  it('refuses a database whose pgvector is too old, and warns of one with known faults', async () => {
    const database = await use(startEmptyDatabase());
    await execute(database, `CREATE EXTENSION vector`);
    const pretend = (version: string) =>
      execute(database, `UPDATE pg_extension SET extversion = '${version}' WHERE extname = 'vector'`);
    await pretend('0.7.4');
    const environment = environmentOf(database);
    expect(await refusal(environment)).toMatch(
      /^The database of DATABASE_URL has pgvector 0\.7\.4, and 0\.8\.0 or newer/,
    );
    await pretend('0.8.2');
    const api = await start({ ...environment, ROLES: 'api' });
    expect(api.stderr).toMatch(/^Warning: The database has pgvector 0\.8\.2: before 0\.8\.6.*HNSW/m);
  });

  it('names DATABASE_URL and the reason where it does not lead to a database, and never its password', async () => {
    const { DATABASE_URL: good, ...queue } = environmentOf(await use(startEmptyDatabase()));
    const url = new URL(good!);
    url.pathname = '/no_such_database';
    url.password = 'a-secret-password';
    const message = await refusal({ ...queue, DATABASE_URL: url.href });
    expect(message).toBe('DATABASE_URL: the server has no such database (3D000).\n');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'MODE without an address',
      { MODE: 'server' },
      /^Invalid configuration: DATABASE_URL must be set where MODE/,
    ],
    [
      'one role without a server',
      { ROLES: 'worker' },
      /^Invalid configuration: ROLES must be api,worker where/,
    ],
  ])('refuses %s at the start', async (_, environment, message) => {
    expect(await refusal(environment)).toMatch(message);
  });

  it('creates an admin beside the running processes', async () => {
    const environment = environmentOf(await use(startDatabase()));
    const api = await start({ ...environment, ROLES: 'api' });
    const args = ['create-admin', '--email', 'second@example.com', '--password', 'another-password'];
    const created = await ServerProcess.spawn(environment, 'cli.js', args);
    expect(await created.ended()).toBe(0);
    expect(await api.logIn('second@example.com', 'another-password')).toBeDefined();
  });
});

describeIn('own servers', 'Redis is stopped', 'processes that start while Redis is away', () => {
  it('take events in, say that they are degraded, and process them once it is back', async () => {
    const redis = await RedisServer.start();
    await redis.stop();
    const database = await startDatabase();
    const environment = {
      ...environmentOf(database),
      REDIS_URL: redis.url,
      LOG_LEVEL: 'fatal',
      SWEEP_INTERVAL_MS: '500',
    };
    const servers: ServerProcess[] = [];
    try {
      const api = await ServerProcess.start({ ...environment, ...ADMIN, ROLES: 'api' });
      servers.push(api);
      servers.push(await ServerProcess.start({ ...environment, ROLES: 'worker' }));
      for (const id of [1, 2, 3]) {
        expect((await api.fetch('POST', WEBHOOK, api.token, productEvent({ id }))).status).toBe(202);
      }
      const ready = await api.fetch('GET', '/health/ready');
      expect([ready.status, await ready.json()]).toEqual([
        200,
        expect.objectContaining({ status: 'degraded', queued_events: 3 }),
      ]);
      await redis.resume();
      const access = await api.logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
      await until('all are listed', async () => {
        const list = await api.fetch('GET', PRODUCTS, access);
        return ((await list.json()) as { count: number }).count === 3;
      });
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await database.stop();
      await redis.remove();
    }
  });
});

const TITLES = ['کفش اسپرت مردانه', 'کیف چرم زنانه', 'ساعت هوشمند', 'هدفون بی‌سیم', 'قهوه‌ساز خانگی'];

/** What an assistant would read for a few questions. */
async function answers(api: ServerProcess): Promise<unknown> {
  const access = await api.logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD);
  const all: unknown[] = [];
  for (const question of [...TITLES, 'هدیه', 'چرم']) {
    const answer = await api.fetch('GET', `${SEARCH}?q=${encodeURIComponent(question)}`, access);
    expect(answer.status).toBe(200);
    all.push(((await answer.json()) as { results: unknown }).results);
  }
  return all;
}

async function fill(api: ServerProcess): Promise<void> {
  for (const [index, name] of TITLES.entries()) {
    const event = productEvent({ id: index + 1, name, price: 1_250_000 + index });
    expect((await api.fetch('POST', WEBHOOK, api.token, event)).status).toBe(202);
  }
  await until('all is searchable', async () => {
    const ready = await (await api.fetch('GET', '/health/ready')).json();
    const { queued_events: events, pending_chunks: chunks } = ready as Record<string, number>;
    return events === 0 && chunks === 0;
  });
}

describeIn('own servers', 'pg_dump and a server to restore to are needed', 'a backup', () => {
  it('restored into an empty database, with an empty queue, answers the same', async () => {
    const [source, target] = [await PostgresServer.start(), await PostgresServer.start()];
    const folder = await mkdtemp(join(tmpdir(), 'fiko-backup-'));
    const common = {
      LOG_LEVEL: 'error',
      SWEEP_INTERVAL_MS: '500',
      REDIS_URL: process.env.TEST_REDIS_URL!,
      ...ADMIN,
    };
    const servers: ServerProcess[] = [];
    const start = async (postgres: PostgresServer, prefix: string): Promise<ServerProcess> => {
      const environment = { ...common, DATABASE_URL: postgres.url('fiko'), REDIS_PREFIX: prefix };
      const server = await ServerProcess.start(environment);
      servers.push(server);
      return server;
    };
    try {
      await source.run('createdb', ['fiko']);
      const original = await start(source, `backup-${process.pid}-a`);
      await fill(original);
      const before = await answers(original);
      expect(JSON.stringify(before)).toContain('1250003');
      // As docs/backup.md has it, beside the running processes.
      const dump = join(folder, 'fiko.dump');
      await source.run('pg_dump', ['--format=custom', '--file', dump, 'fiko']);
      await target.run('createdb', ['fiko']);
      await target.run('pg_restore', ['--no-owner', '--exit-on-error', '--dbname=fiko', dump]);
      const restored = await start(target, `backup-${process.pid}-b`);
      expect(restored.stdout).not.toContain('wc_sk_live_');
      expect(await answers(restored)).toEqual(before);
      const later = productEvent({ id: 99, name: 'چتر تاشو' });
      expect((await restored.fetch('POST', WEBHOOK, original.token, later)).status).toBe(202);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all([source.remove(), target.remove()]);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describeIn('embedded', 'it is about the data folder', 'a copy of the data folder', () => {
  it('answers the same as the folder that it was made of', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fiko-backup-'));
    const servers: ServerProcess[] = [];
    const start = async (folder: string): Promise<ServerProcess> => {
      const server = await ServerProcess.start({
        LOG_LEVEL: 'error',
        DATA_DIR: join(root, folder),
        ...ADMIN,
      });
      servers.push(server);
      return server;
    };
    try {
      const original = await start('data');
      await fill(original);
      const before = await answers(original);
      original.kill('SIGTERM');
      expect(await original.ended()).toBe(0);
      await cp(join(root, 'data'), join(root, 'copy'), { recursive: true });
      expect(await answers(await start('copy'))).toEqual(before);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(root, { recursive: true, force: true });
    }
  });
});
