import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './support/event-log';
import { describeIn } from './support/mode';
import { PostgresServer, RedisServer } from './support/servers';

const onServers = (name: string, tests: () => void) =>
  describeIn('own servers', 'it is about the servers that the tests start', name, tests);

/** An ended process whose parent was killed may stay listed as a zombie, in a container even for ever. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const status = `/proc/${pid}/status`;
    return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
  } catch {
    return false;
  }
}

/** The children of a killed server close their files a moment before they end. */
function gone(pids: number[]): Promise<void> {
  return until('the processes are gone', () => Promise.resolve(!pids.some(isRunning)));
}

onServers('PostgreSQL of the tests', () => {
  let server: PostgresServer;
  /** The server's process and its children. */
  const processes = async () => [
    server.pid!,
    ...(await select('SELECT pid FROM pg_stat_activity')).split('\n').map(Number),
  ];
  const select = (sql: string) => server.run('psql', ['-tAc', sql]).then((text) => text.trim());

  beforeAll(async () => {
    server = await PostgresServer.start({ settings: { work_mem: '5MB' } });
  });
  afterAll(() => server?.remove());

  it('runs with the settings asked for, and has pgvector 0.8 or newer', async () => {
    expect(await select('SHOW work_mem')).toBe('5MB');
    expect(await select('SHOW lc_collate')).toBe('C.UTF-8');
    await select('CREATE EXTENSION vector');
    const [major, minor] = (await select(`SELECT extversion FROM pg_extension WHERE extname = 'vector'`))
      .split('.')
      .map(Number);
    expect(major! * 1000 + minor!).toBeGreaterThanOrEqual(8);
    expect(await select(`SELECT '[1,2]'::halfvec <-> '[1,5]'::halfvec`)).toBe('3');
  });

  it.each(['fast', 'immediate', 'kill'] as const)('keeps every commit over a stop by %s', async (how) => {
    await select(`CREATE TABLE kept_${how} (n int)`);
    const open = server.run('psql', ['-c', 'SELECT pg_sleep(60)']);
    const cut = expect(open).rejects.toThrow(/connection/);
    await select(`INSERT INTO kept_${how} SELECT generate_series(1, 1000)`);
    const before = await processes();
    await server.stop(how);
    await gone(before);
    await cut;
    await expect(select('SELECT 1')).rejects.toThrow('Connection refused');
    await server.resume();
    expect(await select(`SELECT count(*) FROM kept_${how}`)).toBe('1000');
  });

  it('has the programs that copy a database', async () => {
    await server.run('createdb', ['copied']);
    const file = join(server.folder, 'dump');
    await server.run('pg_dump', ['--format=custom', '--table=kept_kill', `--file=${file}`, 'postgres']);
    await server.run('pg_restore', ['--dbname=copied', file]);
    expect((await server.run('psql', ['-tAc', 'SELECT count(*) FROM kept_kill', 'copied'])).trim()).toBe(
      '1000',
    );
  });

  it('says what a program found wrong', async () => {
    await expect(select('SELECT nonsense')).rejects.toThrow('column "nonsense" does not exist');
  });

  it('says what the server found wrong when it cannot start', async () => {
    await expect(PostgresServer.start({ settings: { work_mem: 'nonsense' } })).rejects.toThrow(
      /has ended.*work_mem/s,
    );
  });

  it('leaves neither a process nor a folder', async () => {
    const { folder } = server;
    const before = await processes();
    expect(before.length).toBeGreaterThan(1);
    await server.remove();
    await gone(before);
    expect(existsSync(folder)).toBe(false);
  });
});

onServers('Redis of the tests', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start({ appendOnly: true });
  });
  afterAll(() => server?.remove());

  it.each(['term', 'kill'] as const)('keeps its keys over a stop by %s', async (how) => {
    expect(await server.command('set', how, 'kept')).toBe('OK');
    await server.stop(how);
    await expect(server.command('ping')).rejects.toThrow('Connection refused');
    await server.resume();
    expect(await server.command('get', how)).toBe('kept');
  });

  it('hangs while it is paused, and answers what was asked once it goes on', async () => {
    server.pause();
    const answer = server.command('ping');
    expect(await Promise.race([answer, sleep(300, 'nothing')])).toBe('nothing');
    server.unpause();
    expect(await answer).toBe('PONG');
  });

  it('refuses writes rather than forget keys when its memory is full', async () => {
    expect(await server.command('config', 'get', 'maxmemory-policy')).toContain('noeviction');
  });

  it('stops and is removed while it is paused', async () => {
    const other = await RedisServer.start();
    other.pause();
    await other.stop();
    await other.resume();
    other.pause();
    await other.remove();
    expect(existsSync(other.folder)).toBe(false);
  });

  it('leaves neither a process nor a folder', async () => {
    const { folder, pid } = server;
    expect(isRunning(pid!)).toBe(true);
    await server.remove();
    await server.remove();
    expect(isRunning(pid!)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });
});

onServers('A test process that is killed', () => {
  const script = `
    require.extensions['.ts'] = (module, file) => {
      const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } };
      module._compile(require('@swc/core').transformFileSync(file, options).code, file);
    };
    const { PostgresServer, RedisServer } = require('./test/support/servers.ts');
    Promise.all([PostgresServer.start(), RedisServer.start()]).then((servers) => {
      servers[1].pause();
      console.log(JSON.stringify(servers.map(({ pid, folder }) => ({ pid, folder }))));
      setInterval(() => undefined, 60_000);
    });`;

  it('takes its servers and their folders with it', async () => {
    const child = spawn(process.execPath, ['-e', script], { cwd: join(__dirname, '..') });
    const [printed] = (await once(child.stdout, 'data')) as [Buffer];
    const servers = JSON.parse(printed.toString()) as { pid: number; folder: string }[];
    expect(servers.map(({ pid, folder }) => isRunning(pid) && existsSync(folder))).toEqual([true, true]);
    child.kill('SIGKILL');
    await gone(servers.map(({ pid }) => pid));
    await until('the folders are gone', () =>
      Promise.resolve(!servers.some(({ folder }) => existsSync(folder))),
    );
  });
});
