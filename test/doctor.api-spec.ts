import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { MIGRATIONS } from '../migrations';
import { describeIn } from './support/mode';
import { FakeOpenAi } from './support/fake-openai';
import { freePort, ServerProcess } from './support/server-process';
import { RedisServer } from './support/servers';
import { productEvent } from './support/test-app';
import { administer, environmentOf, startDatabase, startEmptyDatabase } from './support/test-database';

interface Finding {
  verdict: 'ok' | 'warning' | 'fault' | 'skipped';
  title: string;
  value: string;
  mend?: string;
}
interface Diagnosis {
  code: number | string;
  summary: { ok: number; warnings: number; faults: number; not_checked: number };
  /** All that is not well, as `group/title: verdict`. */
  wrong: string[];
  find(group: string, title: string): Finding;
  text: string;
}

const KEY = 'sk-of-this-test-0123456789';

async function diagnose(environment: Record<string, string>, ...options: string[]): Promise<Diagnosis> {
  const command = await ServerProcess.spawn(environment, 'cli.js', ['doctor', '--json', ...options]);
  const code = await command.ended();
  expect(command.stderr).toBe('');
  const { summary, groups } = JSON.parse(command.stdout) as {
    summary: Diagnosis['summary'];
    groups: { name: string; findings: Finding[] }[];
  };
  const all = groups.flatMap(({ name, findings }) =>
    findings.map((finding) => ({ group: name, ...finding })),
  );
  return {
    code,
    summary,
    wrong: all
      .filter(({ verdict }) => verdict === 'warning' || verdict === 'fault')
      .map(({ group, title, verdict }) => `${group}/${title}: ${verdict}`),
    find(group, title) {
      const found = all.find((one) => one.group === group && one.title === title);
      if (!found) throw new Error(`no finding ${group}/${title} in ${command.stdout}`);
      return found;
    },
    text: command.stdout,
  };
}

/** Names and contents of all files of a folder, in one line each. */
async function contentsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) return path;
    return `${path} ${createHash('sha256')
      .update(await readFile(path))
      .digest('hex')}`;
  });
  return (await Promise.all(lines)).sort();
}

describeIn('embedded', 'it is about the data folder', 'npm run doctor', () => {
  let root: string;
  let DATA_DIR: string;
  let PORT: string;
  let server: ServerProcess | undefined;
  let fake: FakeOpenAi;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'fiko-diagnosis-'));
    DATA_DIR = join(root, 'data');
    PORT = String(await freePort());
    fake = await FakeOpenAi.start();
    server = await ServerProcess.start({ DATA_DIR, PORT });
    await server.fetch('POST', '/api/integrations/woocommerce/webhook/', server.token, productEvent());
  });
  afterEach(() => {
    fake.answer = () => 'embed';
    fake.headers = {};
  });
  afterAll(async () => {
    await server?.stop();
    await fake.stop();
    await rm(root, { recursive: true, force: true });
  });

  const paid = () => ({ DATA_DIR, PORT, OPENAI_API_KEY: KEY, OPENAI_BASE_URL: fake.url });
  const inDatabase = async (...statements: string[]): Promise<void> => {
    const { databaseUrl } = JSON.parse(await readFile(join(DATA_DIR, 'running.json'), 'utf8')) as {
      databaseUrl: string;
    };
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  it('finds nothing wrong beside a running server, and asks it how it is', async () => {
    const diagnosis = await diagnose({ DATA_DIR, PORT });
    expect([diagnosis.code, diagnosis.wrong]).toEqual([0, []]);
    expect(diagnosis.find('Data folder', 'Lock').value).toMatch(/held by the running server \(process \d+\)/);
    expect(diagnosis.find('Database', 'Reachable').value).toMatch(/through the process that serves it/);
    expect(diagnosis.find('Port', '/health/ready').value).toBe('ok');
    expect(diagnosis.find('Accounts', 'Admins').value).toBe('1 active, of 1 users');
    expect(diagnosis.find('Queue', 'Queue sync').value).toMatch(/waiting.*failed/);
    expect(diagnosis.summary.faults).toBe(0);
  });

  it('is readable for people, with a sum at the end', async () => {
    const command = await ServerProcess.spawn({ DATA_DIR, PORT }, 'cli.js', ['doctor']);
    expect(await command.ended()).toBe(0);
    expect(command.stdout).toMatch(/^Node\.js\n {2}✓ Node\.js +v\d+/);
    expect(command.stdout).toMatch(/\n\d+ ok, 0 warnings, 0 faults, \d+ not checked\.\n$/);
  });

  it('tells pending migrations from a database that is newer', async () => {
    const last = MIGRATIONS.at(-1)!.name;
    await inDatabase(`UPDATE migrations SET name = 'x' || name WHERE name = '${last}'`);
    const newer = await diagnose({ DATA_DIR, PORT });
    expect([newer.code, newer.wrong]).toEqual([1, ['Migrations/Migrations: fault']]);
    expect(newer.find('Migrations', 'Migrations').value).toContain(`newer than this code: x${last}`);

    await inDatabase(`DELETE FROM migrations WHERE name = 'x${last}'`);
    const pending = await diagnose({ DATA_DIR, PORT });
    expect([pending.code, pending.wrong]).toEqual([0, ['Migrations/Migrations: warning']]);
    expect(pending.find('Migrations', 'Migrations').value).toBe(`pending: ${last}`);
    await inDatabase(`INSERT INTO migrations (timestamp, name) VALUES (${/\d+$/.exec(last)![0]}, '${last}')`);
  });

  it('tells of events that wait too long or failed, of chunks, and of a missing admin', async () => {
    await inDatabase(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, status, failure_cause, next_attempt_at)
       VALUES (1, 1, 1, 'late', 'product.updated', 1, 'queued', NULL, now() + interval '1 day'),
              (1, 1, 1, 'failed', 'product.updated', 2, 'failed', 'P0001: refused', now())`,
      `UPDATE users SET is_active = false`,
      `UPDATE chunks SET status = 'failed'`,
    );
    const diagnosis = await diagnose({ DATA_DIR, PORT });
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.wrong).toEqual([
      'Events/Failed: warning',
      'Embeddings/Failed chunks: warning',
      'Accounts/Admins: fault',
    ]);
    expect(diagnosis.find('Accounts', 'Admins').mend).toBe('npm run create-admin');
    expect(diagnosis.find('Events', 'Failed').value).toContain('P0001: refused');
    await inDatabase(
      `DELETE FROM events WHERE event_id IN ('late', 'failed')`,
      `UPDATE users SET is_active = true`,
      `UPDATE chunks SET status = 'embedded'`,
    );
  });

  it.each<[string, (fake: FakeOpenAi) => void, RegExp]>([
    [
      '401',
      (to) => (to.answer = () => ({ status: 401, body: { error: { message: `bad ${KEY}` } } })),
      /key is refused/,
    ],
    ['404', (to) => (to.answer = () => ({ status: 404 })), /no model/],
    [
      '429 for want of quota',
      (to) =>
        (to.answer = () => ({
          status: 429,
          body: { error: { code: 'insufficient_quota', message: 'pay' } },
        })),
      /quota/,
    ],
    [
      'a page',
      (to) => (to.answer = () => ({ status: 200, text: '<html>', headers: { 'content-type': 'text/html' } })),
      /proxy/,
    ],
    ['nothing', (to) => (to.answer = () => 'hang-up'), /cannot be reached/],
  ])('tells what is wrong where the embedding service answers %s', async (_, misbehave, value) => {
    misbehave(fake);
    const diagnosis = await diagnose(paid());
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.find('Embedding service', 'Call')).toMatchObject({
      verdict: 'fault',
      value: expect.stringMatching(value),
    });
    expect(diagnosis.text).not.toContain(KEY);
  });

  it('measures a service that is well, and says that another model is stored', async () => {
    const diagnosis = await diagnose(paid());
    expect([diagnosis.code, diagnosis.wrong]).toEqual([0, ['Embeddings/Stored: warning']]);
    expect(diagnosis.find('Embedding service', 'Call').value).toMatch(/answers in .*, 1536 dimensions/);
    expect(diagnosis.find('Embeddings', 'Stored').mend).toContain('npm run reembed');
    expect(diagnosis.find('Clock', 'Embedding service').verdict).toBe('ok');
  });

  it('sees vectors of another length than is configured', async () => {
    const diagnosis = await diagnose({ ...paid(), EMBEDDING_MODEL: 'other', EMBEDDING_DIMENSIONS: '768' });
    expect(diagnosis.find('Embedding service', 'Call')).toMatchObject({
      verdict: 'fault',
      mend: expect.stringContaining('EMBEDDING_DIMENSIONS=1536'),
    });
  });

  it('sees a clock that is off by what the service says', async () => {
    fake.headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const hour = await diagnose(paid());
    expect(hour.find('Clock', 'Embedding service')).toMatchObject({
      verdict: 'fault',
      value: expect.stringMatching(/ahead of this machine by 60 minutes/),
    });
    fake.headers = { date: new Date(Date.now() - 20_000).toUTCString() };
    const seconds = await diagnose(paid());
    expect(seconds.find('Clock', 'Embedding service').verdict).toBe('warning');
  });

  it('calls nobody where it is told not to', async () => {
    const before = fake.requests.length;
    const diagnosis = await diagnose(paid(), '--offline');
    expect(diagnosis.code).toBe(0);
    expect(diagnosis.find('Embedding service', 'Call').verdict).toBe('skipped');
    expect(fake.requests).toHaveLength(before);
  });

  it('looks at a stopped installation, finds nothing wrong, and leaves it as it is to the last byte', async () => {
    server!.kill('SIGTERM');
    await server!.ended();
    server = undefined;
    const before = await contentsOf(DATA_DIR);
    const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('fiko-doctor-'));
    const copies = await leftovers();
    const diagnosis = await diagnose({ DATA_DIR, PORT });
    expect([diagnosis.code, diagnosis.wrong]).toEqual([0, []]);
    expect(diagnosis.find('Data folder', 'Lock').value).toMatch(/free/);
    expect(diagnosis.find('Port', 'Port').value).toMatch(/is free/);
    expect(diagnosis.find('Migrations', 'Migrations').value).toBe(`all ${MIGRATIONS.length} applied`);
    expect(await contentsOf(DATA_DIR)).toEqual(before);
    expect(await leftovers()).toEqual(copies);
  });

  it('says that a database does not open', async () => {
    const broken = join(root, 'broken');
    await cp(DATA_DIR, broken, { recursive: true });
    await writeFile(join(broken, 'database', 'global', 'pg_control'), randomBytes(8192));
    const before = await contentsOf(broken);
    const diagnosis = await diagnose({ DATA_DIR: broken, PORT });
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.find('Database', 'Opens')).toMatchObject({
      verdict: 'fault',
      mend: expect.stringContaining('backup'),
    });
    expect(diagnosis.find('Events', 'Events').verdict).toBe('skipped');
    expect(await contentsOf(broken)).toEqual(before);
  });

  it('says of an empty folder that nothing is installed, and makes nothing', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    for (const folder of [empty, join(root, 'none', 'yet')]) {
      const diagnosis = await diagnose({ DATA_DIR: folder, PORT });
      expect([diagnosis.code, diagnosis.wrong]).toEqual([0, ['Database/Installation: warning']]);
      expect(diagnosis.find('Database', 'Installation').mend).toContain('npm start');
    }
    expect(await contentsOf(empty)).toEqual([]);
    expect(await readdir(root)).not.toContain('none');
  });

  it('names every setting that is wrong, and no value', async () => {
    const diagnosis = await diagnose({
      DATA_DIR,
      PORT: 'a-port',
      JWT_SECRET: 'too-short-a-secret',
      LOG_LEVEL: 'loud',
    });
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.summary.faults).toBe(3);
    expect(diagnosis.find('Database', 'Database').value).toMatch(/configuration is not valid/);
    expect(diagnosis.text).toMatch(/PORT must be.*LOG_LEVEL must be.*JWT_SECRET must be/s);
    expect(diagnosis.text).not.toMatch(/a-port|too-short|loud/);
    const combined = await diagnose({ DATA_DIR, PORT, ROLES: 'api' });
    expect(combined.find('Configuration', 'Setting').value).toMatch(/ROLES must be api,worker/);
    const unknown = await diagnose({ DATA_DIR, PORT, OPENAI_API_KEY: KEY, EMBEDDING_MODEL: 'of-my-own' });
    expect(unknown.code).toBe(1);
    expect(unknown.text).toContain('EMBEDDING_DIMENSIONS must be set');
  });

  it('reads .env of its folder, which others may not read', async () => {
    const folder = join(root, 'with-env');
    await mkdir(folder);
    await writeFile(join(folder, '.env'), `OPENAI_APIKEY=${KEY}\nPORT=${PORT}\n`);
    await chmod(join(folder, '.env'), 0o644);
    const command = ServerProcess.spawnIn(folder, {}, 'cli.js', ['doctor', '--offline']);
    expect(await command.ended()).toBe(0);
    expect(command.stdout).toContain('chmod 600 .env');
    expect(command.stdout).toContain('OPENAI_APIKEY is no setting');
    expect(command.stdout).not.toContain(KEY);
    expect(await readdir(folder)).toEqual(['.env']);
  });

  it('tells a port of another program', async () => {
    const other = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const taken = String((other.address() as AddressInfo).port);
      const diagnosis = await diagnose({ DATA_DIR, PORT: taken });
      expect(diagnosis.wrong).toEqual(['Port/Port: fault']);
      expect(diagnosis.find('Port', 'Port').mend).toContain('PORT=');
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });

  it('says that servers are down, once each, and never their passwords', async () => {
    const down = await freePort();
    const diagnosis = await diagnose({
      DATABASE_URL: `postgres://fiko:hunter22@127.0.0.1:${down}/fiko`,
      REDIS_URL: `redis://:hunter33@127.0.0.1:${down}`,
      JWT_SECRET: 's'.repeat(32),
      PORT,
    });
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.wrong).toEqual(['Database/Reachable: fault', 'Queue/Reachable: fault']);
    expect(diagnosis.find('Database', 'Reachable').value).toContain('ECONNREFUSED');
    expect(diagnosis.find('Accounts', 'Accounts').verdict).toBe('skipped');
    expect(diagnosis.text).not.toMatch(/hunter22|hunter33|s{32}/);
  });
});

describeIn('server', 'it looks at PostgreSQL and Redis', 'npm run doctor on servers', () => {
  const JWT_SECRET = 's'.repeat(32);

  it('finds nothing wrong with an installation, and only reads', async () => {
    const database = await startDatabase();
    try {
      const environment: Record<string, string> = { ...environmentOf(database), JWT_SECRET };
      const diagnosis = await diagnose(environment);
      expect([diagnosis.code, diagnosis.wrong]).toEqual([0, []]);
      expect(diagnosis.find('Database', 'Version').value).toMatch(/^PostgreSQL \d+/);
      expect(diagnosis.find('Database', 'Extension vector').value).toMatch(/^0\.8\.\d+$/);
      expect(diagnosis.find('Database', 'Encoding').value).toBe('UTF8');
      expect(diagnosis.find('Database', 'Sessions').verdict).toBe('ok');
      expect(diagnosis.find('Database', 'Connections').value).toMatch(
        /^\d+ of \d+ in use; a process takes up to 10$/,
      );
      expect(diagnosis.find('Clock', 'Database server').verdict).toBe('ok');
      expect(diagnosis.find('Queue', 'maxmemory-policy').value).toBe('noeviction');
      const withQueue = await diagnose({ DATABASE_URL: environment.DATABASE_URL!, JWT_SECRET });
      expect(withQueue.wrong).toEqual(['Queue/Schema bullmq: warning']);
    } finally {
      await database.stop();
    }
  });

  it('says of an empty database that migrations are to be applied', async () => {
    const database = await startEmptyDatabase();
    try {
      const diagnosis = await diagnose({ ...environmentOf(database), JWT_SECRET });
      expect([diagnosis.code, diagnosis.wrong]).toEqual([0, ['Migrations/Migrations: warning']]);
      expect(diagnosis.find('Events', 'Events').verdict).toBe('skipped');
    } finally {
      await database.stop();
    }
  });

  it('says which rights a user lacks, and the statement that gives them', async () => {
    const database = await startDatabase();
    const role = `doctor_${randomBytes(6).toString('hex')}`;
    await administer(`CREATE ROLE ${role} LOGIN PASSWORD 'hunter22'`);
    try {
      const url = new URL(database.url);
      url.username = role;
      url.password = 'hunter22';
      const diagnosis = await diagnose({ ...environmentOf(database), DATABASE_URL: url.href, JWT_SECRET });
      expect(diagnosis.code).toBe(1);
      expect(diagnosis.text).toContain(`GRANT CREATE ON SCHEMA public TO ${role}`);
      expect(diagnosis.text).toMatch(/not doctor_\w+'s own: .*events/);
      expect(diagnosis.text).not.toContain('hunter22');
    } finally {
      await database.stop();
      await administer(`DROP ROLE ${role}`);
    }
  });

  it('says that there is no such database', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL!);
    url.pathname = '/no_such_database';
    const diagnosis = await diagnose({ DATABASE_URL: url.href, JWT_SECRET });
    expect(diagnosis.find('Database', 'Reachable')).toMatchObject({
      verdict: 'fault',
      mend: expect.stringContaining('createdb'),
    });
  });
});

describeIn('own servers', 'Redis is set to another policy', 'npm run doctor and Redis', () => {
  it('warns of one that throws jobs away', async () => {
    const redis = await RedisServer.start();
    const database = await startDatabase();
    try {
      await redis.command('config', 'set', 'maxmemory-policy', 'allkeys-lru');
      const environment = { ...environmentOf(database), REDIS_URL: redis.url, JWT_SECRET: 's'.repeat(32) };
      const diagnosis = await diagnose(environment);
      expect([diagnosis.code, diagnosis.wrong]).toEqual([1, ['Queue/maxmemory-policy: fault']]);
      expect(diagnosis.find('Queue', 'maxmemory-policy').mend).toContain(
        'CONFIG SET maxmemory-policy noeviction',
      );
      expect(await redis.command('dbsize')).toBe('0');
    } finally {
      await database.stop();
      await redis.remove();
    }
  });
});
