import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/server-process';

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;

/** Of the repository; this file runs from dist/bench. */
export const ROOT = join(__dirname, '..', '..');

/** A server in a process of its own. What it prints goes to a file, as a service's does. */
export class BenchProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly folder: string,
    private readonly log: string,
  ) {}

  /**
   * Resolves once it answers `GET readyPath` with 200.
   * @param script relative to dist
   * @param options for Node.js itself, such as `--cpu-prof`
   */
  static async start(
    script: string,
    environment: Record<string, string>,
    {
      readyPath = '/health/ready',
      options = [] as string[],
      folder,
    }: { readyPath?: string; options?: string[]; folder?: string } = {},
  ): Promise<BenchProcess> {
    const port = await freePort();
    const home = folder ?? (await mkdtemp(join(tmpdir(), 'fiko-bench-')));
    const log = join(home, `output-${port}.log`);
    const output = openSync(log, 'a');
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [...options, join(ROOT, 'dist', script)], {
      cwd: home,
      env: {
        PATH,
        HOME,
        NODE_ENV: 'production',
        PORT: String(port),
        WORKER_PORT: String(port),
        ...environment,
      },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const started = new BenchProcess(child, port, folder ? '' : home, log);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await started.answers(readyPath))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        throw new Error(`${script} did not start: ${started.output.slice(-5000)}`);
      }
      await sleep(5);
    }
    return started;
  }

  get output(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Bytes that it has in memory (VmRSS), and had at most (VmHWM). Linux only. */
  memory(): { now: number; most: number } {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const bytes = (name: string) =>
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? NaN) * 1024;
    return { now: bytes('VmRSS'), most: bytes('VmHWM') };
  }

  /** Seconds of processor time that it has used (in user and kernel). Linux only. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    // Clock ticks of 10 ms: see proc(5), utime and stime.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await closed;
      clearTimeout(timer);
    }
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }

  private async answers(path: string): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}

/** Starts the stand-in for the embedding service, with what a process of the product needs to ask it. */
export async function startEmbeddingService(): Promise<{
  service: BenchProcess;
  environment: Record<string, string>;
}> {
  const service = await BenchProcess.start('bench/support/embedding-service.js', {});
  return {
    service,
    environment: { OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: `http://127.0.0.1:${service.port}/v1` },
  };
}

export interface Access {
  /** Of the first shop. */
  token: string;
  /** Of the admin's session. */
  jwt: string;
}

const ADMIN = { email: 'admin@bench.example.com', password: 'a-password-of-the-bench' };

/** What every process of the product is started with here: limits out of the way, and nothing else but defaults. */
export const PRODUCT_ENVIRONMENT = {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  WEBHOOK_REQUESTS_PER_MINUTE: '1000000',
  API_REQUESTS_PER_MINUTE: '1000000',
  ACCESS_TOKEN_MINUTES: '1440',
  STOP_DELAY_MS: '0',
};

const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
/** Options of Node.js that the image starts it with. */
const [, ...IMAGE_OPTIONS] = (JSON.parse(/^ENTRYPOINT (.*)$/m.exec(DOCKERFILE)![1]!) as string[]).slice(
  0,
  -1,
);
/** What the image has C's allocator keep. */
const IMAGE_ENVIRONMENT = { MALLOC_ARENA_MAX: /MALLOC_ARENA_MAX=(\d+)/.exec(DOCKERFILE)![1]! };

/** Starts a process of the product in server mode, as the image does. */
export const startProduct = (
  roles: 'api' | 'worker' | 'api,worker',
  store: { databaseUrl: string; redisUrl: string },
  environment: Record<string, string> = {},
  options: string[] = [],
): Promise<BenchProcess> =>
  BenchProcess.start(
    'src/main.js',
    {
      MODE: 'server',
      ROLES: roles,
      DATABASE_URL: store.databaseUrl,
      REDIS_URL: store.redisUrl,
      ...IMAGE_ENVIRONMENT,
      ...PRODUCT_ENVIRONMENT,
      ...environment,
    },
    { options: [...IMAGE_OPTIONS, ...options] },
  );

/** Of an installation whose first process has just started. */
export async function firstAccess(api: BenchProcess): Promise<Access> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let token: string | undefined;
  // It is printed once the process listens.
  while (!(token = /wc_sk_live_[a-z0-9]{40}/.exec(api.output)?.[0])) {
    if (Date.now() > deadline) throw new Error('the first start printed no token');
    await sleep(5);
  }
  const { access } = await request<{ access: string }>(api, 'POST', '/api/v1/auth/token/', undefined, ADMIN);
  return { token, jwt: access };
}

/** @throws Error for an answer that is not 2xx */
export async function request<T>(
  server: BenchProcess,
  method: string,
  path: string,
  bearer?: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return (text ? JSON.parse(text) : null) as T;
}
