import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const START_TIMEOUT_MS = 120_000;

// Below what the kernel gives to outgoing connections and to listen(0) (Linux from 32768, others from 49152):
// of those, one can be taken between the probe and the program that is to listen on it.
const FIRST_PORT = 15_000;
const PORTS_PER_WORKER = 1_000;
const given = new Set<number>();

/** A port of 127.0.0.1 that nothing listens on and that no other test of this run is given. */
export async function freePort(): Promise<number> {
  const first = FIRST_PORT + ((Number(process.env.JEST_WORKER_ID ?? 0) * PORTS_PER_WORKER) % 16_000);
  for (;;) {
    const port = first + Math.floor(Math.random() * PORTS_PER_WORKER);
    if (given.has(port)) continue;
    given.add(port);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** A compiled program of the product in a process of its own. */
export class ServerProcess {
  stdout = '';
  stderr = '';
  private readonly closed: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    this.closed = once(child, 'close');
    child.stdout!.on('data', (data: Buffer) => (this.stdout += data.toString()));
    child.stderr!.on('data', (data: Buffer) => (this.stderr += data.toString()));
  }

  static async spawn(
    environment: Record<string, string>,
    script = 'main.js',
    args: string[] = [],
  ): Promise<ServerProcess> {
    const folder = environment.DATA_DIR && environment.DATA_DIR.startsWith('/') ? '/' : ROOT;
    const port = environment.PORT ?? String(await freePort());
    return ServerProcess.spawnIn(folder, { ...environment, PORT: port }, script, args);
  }

  /** In a working directory, of which `.env` is read. */
  static spawnIn(
    folder: string,
    environment: Record<string, string>,
    script: string,
    args: string[],
  ): ServerProcess {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [join(ROOT, 'dist', 'src', script), ...args], {
      cwd: folder,
      env: { PATH, HOME, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new ServerProcess(child, `http://127.0.0.1:${environment.PORT ?? 3000}`);
  }

  /** Resolves once the server has printed that it runs. */
  static async start(environment: Record<string, string>): Promise<ServerProcess> {
    const server = await ServerProcess.spawn(environment);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!/Fiko WooCommerce Sync (runs on|works as a worker)/.test(server.stdout)) {
      if (!server.running) throw new Error(`exited ${await server.ended()}: ${server.stderr}`);
      if (Date.now() > deadline) throw new Error(`not started: ${server.stdout}${server.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return server;
  }

  /** The integration token that the first start printed. */
  get token(): string {
    return /wc_sk_live_[a-z0-9]{40}/.exec(this.stdout)![0];
  }

  get password(): string {
    return /Password\s+(\S+)/.exec(this.stdout)![1]!;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves, once all that it printed has been read, to the exit code, or the name of the signal that ended it. */
  async ended(): Promise<number | string> {
    const { child } = this;
    await this.closed;
    return child.exitCode ?? child.signalCode!;
  }

  async stop(): Promise<void> {
    this.kill('SIGKILL');
    await this.ended();
  }

  async logIn(email: string, password: string): Promise<string> {
    const response = await this.fetch('POST', '/api/v1/auth/token/', undefined, { email, password });
    return ((await response.json()) as { access: string }).access;
  }

  fetch(method: string, path: string, token?: string, body?: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        'accept-language': 'en',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}
