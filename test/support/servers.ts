import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './server-process';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const COMMAND_TIMEOUT_MS = 60_000;
const LOG_LENGTH = 20_000;
const HOST = '127.0.0.1';

/**
 * Its input ends when the test process does, however that ends: then the server goes, and its folder with it. A
 * listener to the exit of the process would not do: Jest gives tests a copy of `process`, and a killed one emits
 * nothing. Each line is the pid of the server, or empty while there is none. Where nobody collects orphans (often so
 * in a container) an ended server stays listed as a zombie.
 */
const GUARD = `
while read -r line; do pid=$line; done
if [ "$pid" ]; then
  kill -s "$2" "$pid"
  tries=0
  while kill -0 "$pid" && ! grep -q '^State:.Z' "/proc/$pid/status" && [ $((tries += 1)) -lt 100 ]; do sleep 0.1; done
fi
rm -rf "$1"`;

function program(name: string): string {
  const folder = process.env.FIKO_TEST_SERVERS;
  if (!folder)
    throw new Error('FIKO_TEST_SERVERS must name the folder that scripts/prepare-servers.sh prints');
  return join(folder, 'bin', name);
}

/** PostgreSQL refuses to run as root, who therefore hands its servers to an account without rights. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string, name: string) =>
    Number(execFileSync('id', [option, name], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: id('-u', name), gid: id('-g', name) };
    } catch {
      // The machine has no such account.
    }
  }
  throw new Error('root needs an account "postgres" or "nobody" to run servers as');
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fiko-server-'));
  const { uid, gid } = account();
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  return folder;
}

/** What a developer has set for their own servers (PGPASSWORD, PGSERVICE…) must not reach these. */
function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...extra };
}

async function within<T>(milliseconds: number, what: () => string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(what())), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A server in a process and a folder of its own, which are gone after `remove`, or with the test process. */
abstract class TestServer {
  private child: ChildProcess | undefined;
  private closed: Promise<void> | undefined;
  private log = '';
  private readonly guard: ChildProcess;

  protected constructor(
    private readonly name: string,
    readonly folder: string,
    readonly port: number,
    private readonly lastSignal: NodeJS.Signals,
  ) {
    // In a session of its own, it outlives an interrupt from the keyboard.
    this.guard = spawn('sh', ['-c', GUARD, 'sh', folder, lastSignal.replace('SIG', '')], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.guard.unref();
    (this.guard.stdin as Socket).unref();
    this.guard.stdin!.on('error', () => undefined);
  }

  protected abstract arguments(): string[];
  protected abstract answers(): Promise<boolean>;

  /** The process, for as long as it runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it again with the data that it had, at the port that it had. */
  async resume(): Promise<void> {
    if (this.child) throw new Error(`${this.name} runs already`);
    const child = spawn(program(this.name), this.arguments(), {
      cwd: this.folder,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account(),
    });
    this.child = child;
    this.log = '';
    this.guard.stdin!.write(`${child.pid ?? ''}\n`);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (this.log = (this.log + data.toString()).slice(-LOG_LENGTH)));
      // A server that a test forgets must not keep the test run from ending.
      (stream as Socket).unref();
    }
    child.unref();
    child.once('error', (error) => (this.log += error.message));
    child.once('exit', () => this.guard.stdin!.write('\n'));
    // 'exit' is the end of this one process; 'close' waits for its children too, since they hold the same stderr.
    this.closed = new Promise((resolve) => {
      child.once('close', () => {
        this.child = undefined;
        resolve();
      });
    });
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await this.answers())) {
      if (!this.child) throw new Error(`${this.name} has ended: ${this.log}`);
      if (Date.now() > deadline) throw new Error(`${this.name} does not answer: ${this.log}`);
      await sleep(25);
    }
  }

  async remove(): Promise<void> {
    await this.end(this.lastSignal);
    if (this.guard.exitCode !== null) return;
    const ended = once(this.guard, 'exit');
    this.guard.stdin!.end();
    await within(STOP_TIMEOUT_MS, () => `${this.folder} could not be removed`, ended);
  }

  protected async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.child) return;
    this.child.kill(signal);
    // A paused process obeys only once it goes on.
    this.child.kill('SIGCONT');
    await within(STOP_TIMEOUT_MS, () => `${this.name} does not end: ${this.log}`, this.closed!);
  }

  protected signal(signal: NodeJS.Signals): void {
    if (!this.child?.kill(signal)) throw new Error(`${this.name} does not run`);
  }
}

/** Starts it, and leaves nothing behind when that fails. */
async function started<T extends TestServer>(server: T, prepare?: () => Promise<void>): Promise<T> {
  try {
    await prepare?.();
    await server.resume();
    return server;
  } catch (error) {
    await server.remove();
    throw error;
  }
}

const POSTGRES_SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

export class PostgresServer extends TestServer {
  private constructor(folder: string, port: number) {
    super('postgres', folder, port, 'SIGQUIT');
  }

  static async start(options: { settings?: Record<string, string> } = {}): Promise<PostgresServer> {
    const server = new PostgresServer(await newFolder(), await freePort());
    return started(server, () => server.initialise(options.settings ?? {}));
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private async initialise(settings: Record<string, string>): Promise<void> {
    const options = ['--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    await promisify(execFile)(program('initdb'), ['-D', this.data, '-U', 'postgres', ...options], {
      cwd: this.folder,
      env: environment(),
      ...account(),
    });
    const lines = Object.entries({
      listen_addresses: HOST,
      port: String(this.port),
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '128MB',
      jit: 'off',
      // A test ends processes, never the machine, so what the kernel was given is safe. It must be given everything
      // though: with synchronous_commit off, a commit that was acknowledged would be lost with the process.
      fsync: 'off',
      full_page_writes: 'off',
      ...settings,
    }).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
    await writeFile(join(this.data, 'postgresql.conf'), lines.join(''), { flag: 'a' });
  }

  url(database = 'postgres'): string {
    return `postgres://postgres@${HOST}:${this.port}/${database}`;
  }

  /** The process ends, the data stays. */
  async stop(how: keyof typeof POSTGRES_SIGNALS = 'fast'): Promise<void> {
    await this.end(POSTGRES_SIGNALS[how]);
  }

  /** Runs a program against this server and resolves to what it prints. A psql script stops at its first error. */
  async run(name: 'psql' | 'pg_dump' | 'pg_restore' | 'createdb', args: string[]): Promise<string> {
    const first = name === 'psql' ? ['--no-psqlrc', '--set=ON_ERROR_STOP=1'] : [];
    const { stdout } = await promisify(execFile)(program(name), [...first, ...args], {
      env: environment({
        PGHOST: HOST,
        PGPORT: String(this.port),
        PGUSER: 'postgres',
        PGCONNECT_TIMEOUT: '10',
      }),
      maxBuffer: Infinity,
    });
    return stdout;
  }

  protected arguments(): string[] {
    return ['-D', this.data];
  }

  protected answers(): Promise<boolean> {
    return this.run('psql', ['-c', 'SELECT']).then(
      () => true,
      () => false,
    );
  }
}

export class RedisServer extends TestServer {
  private constructor(
    folder: string,
    port: number,
    private readonly appendOnly: boolean,
  ) {
    super('redis-server', folder, port, 'SIGKILL');
  }

  static async start(options: { appendOnly?: boolean } = {}): Promise<RedisServer> {
    return started(new RedisServer(await newFolder(), await freePort(), options.appendOnly ?? false));
  }

  get url(): string {
    return `redis://${HOST}:${this.port}`;
  }

  /** The process ends; the data stays if it is append-only. */
  async stop(how: 'term' | 'kill' = 'term'): Promise<void> {
    await this.end(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
  }

  /** Connections stay open, and nothing is answered. */
  pause(): void {
    this.signal('SIGSTOP');
  }

  unpause(): void {
    this.signal('SIGCONT');
  }

  /** Resolves to what redis-cli prints, an error of the server included. */
  async command(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(
      program('redis-cli'),
      ['-h', HOST, '-p', String(this.port), ...args],
      { env: environment(), maxBuffer: Infinity, timeout: COMMAND_TIMEOUT_MS },
    );
    return stdout.replace(/\n$/, '');
  }

  protected arguments(): string[] {
    const settings = {
      bind: HOST,
      port: String(this.port),
      dir: this.folder,
      save: '',
      appendonly: this.appendOnly ? 'yes' : 'no',
      // The kernel gets each write before the client gets its answer, which is enough where only processes end.
      appendfsync: 'no',
      'maxmemory-policy': 'noeviction',
    };
    return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  }

  protected answers(): Promise<boolean> {
    return this.command('ping').then(
      (answer) => answer === 'PONG',
      () => false,
    );
  }
}
