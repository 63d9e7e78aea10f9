import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { KEYS } from '../src/config/config';

// Nothing here starts a container: these are the rules that a later edit could break unseen.

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

interface Service {
  image: string;
  build?: string;
  command?: string[];
  container_name?: string;
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  init?: boolean;
  networks: string[];
  ports?: string[];
  profiles?: string[];
  restart: string;
  stop_grace_period?: string;
  volumes?: string[];
}

interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}

const composeText = read('docker-compose.yml');
const compose = parse(composeText, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const { api, worker, postgres, queue } = compose.services;

/** A name with a tag that stands for one release: `latest` moves, and so does `17` or `alpine`. */
const isPinned = (image: string) => /^[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*$/.test(image);

/** The command as a list, where it is not one for a shell. */
const command = (test: string[]) => {
  expect(test[0]).toBe('CMD');
  return test.slice(1);
};

describe('docker-compose.yml', () => {
  it('pins each image to one release; our own is built here', () => {
    for (const [name, { image }] of services) {
      if (image === api!.image) expect(image).toMatch(/:local$/);
      else expect([name, image, isPinned(image)]).toEqual([name, image, true]);
    }
  });

  it('has the pgvector that the product does not warn of', () => {
    const [, ...version] = /^pgvector\/pgvector:(\d+)\.(\d+)\.(\d+)-pg(\d+)/
      .exec(postgres!.image)!
      .map(Number);
    const [major, minor, patch, server] = version as [number, number, number, number];
    expect(major * 10_000 + minor * 100 + patch).toBeGreaterThanOrEqual(806);
    expect(server).toBeGreaterThanOrEqual(15);
  });

  it('builds the image once, for the api and its workers', () => {
    expect(services.filter(([, { build }]) => build).map(([name]) => name)).toEqual(['api']);
    expect(worker!.image).toBe(api!.image);
  });

  it('sets only what the configuration knows', () => {
    for (const [role, service] of Object.entries({ api: api!, worker: worker! })) {
      const names = Object.keys(service.environment!);
      expect(names.filter((name) => !(name in KEYS))).toEqual([]);
      expect(service.environment).toMatchObject({ MODE: 'server', ROLES: role });
    }
  });

  it('leads both roles to the same database, queue and embedder', () => {
    const shared = (service: Service) =>
      Object.entries(service.environment!).filter(([name]) =>
        /^(DATABASE|REDIS|OPENAI|EMBEDDING)_/.test(name),
      );
    expect(shared(worker!)).toEqual(shared(api!));
    expect(new URL(api!.environment!.REDIS_URL!).hostname).toBe('queue');
    expect(api!.environment!.DATABASE_URL).toMatch(/@postgres:5432\/fiko$/);
  });

  it('holds no secret', () => {
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD$|SECRET|KEY$/.test(name) && !name.includes('RANDOM')) {
          expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{\w+:[?-].*\}$/)]);
        }
      }
    }
    // What stands between the user and the host is the password.
    expect(api!.environment!.DATABASE_URL).toMatch(/^postgres:\/\/fiko:\$\{POSTGRES_PASSWORD:\?[^}]+\}@/);
    expect(postgres!.environment!.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?[^}]+\}$/);
  });

  it('says what becomes of each variable that is not set', () => {
    const bare = composeText.match(/\$\w+|\$\{\w+\}/g);
    expect(bare).toBeNull();
  });

  it('keeps the databases to the processes that need them', () => {
    for (const name of ['postgres', 'queue', 'mariadb']) {
      const { ports, networks } = compose.services[name]!;
      expect([name, ports]).toEqual([name, undefined]);
      expect(networks.map((network) => compose.networks[network])).toEqual([{ internal: true }]);
    }
    const standing = services.filter(([, { networks }]) => networks.includes('backend'));
    expect(standing.map(([name]) => name).sort()).toEqual(['api', 'postgres', 'queue', 'worker']);
  });

  it('publishes on this machine alone until it is told otherwise', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published).toHaveLength(2);
    for (const port of published) expect(port).toMatch(/^(\$\{API_ADDRESS:-127\.0\.0\.1\}|127\.0\.0\.1):/);
  });

  it('lets workers be many', () => {
    expect(services.filter(([, { container_name }]) => container_name)).toEqual([]);
    expect(worker!.ports).toBeUndefined();
  });

  it('starts api and worker on healthy databases and lets them finish', () => {
    for (const service of [api!, worker!]) {
      expect(service.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        queue: { condition: 'service_healthy' },
      });
      expect(service).toMatchObject({ init: true, restart: 'unless-stopped' });
      expect(parseInt(service.stop_grace_period!)).toBeGreaterThan(30);
    }
    for (const { depends_on = {} } of Object.values(compose.services)) {
      for (const name of Object.keys(depends_on)) expect(compose.services[name]!.healthcheck).toBeDefined();
    }
  });

  it('keeps what the queue and the databases hold', () => {
    const line = queue!.command!.join(' ');
    expect(line).toContain('--appendonly yes');
    expect(line).toContain('--maxmemory-policy noeviction');
    for (const name of ['postgres', 'queue', 'mariadb']) {
      const [volume] = compose.services[name]!.volumes!;
      expect(Object.keys(compose.volumes)).toContain(volume!.split(':')[0]);
    }
  });

  it('has nothing but a shop in the profile wordpress', () => {
    const inProfile = services.filter(([, { profiles }]) => profiles !== undefined);
    expect(inProfile.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['wordpress', ['wordpress']],
      ['mariadb', ['wordpress']],
    ]);
    expect(compose.services.wordpress!.image).toMatch(/^wordpress:/);
    expect(compose.services.mariadb!.image).toMatch(/^mariadb:/);
    // Compose asks for a required variable even where its profile is not wanted.
    for (const [, { environment }] of inProfile) expect(JSON.stringify(environment)).not.toContain(':?');
  });

  // YAML joins the lines of the health check: what it says after that is what counts.
  it.each(['api', 'worker'])('asks whether the %s is ready', async (name) => {
    const { healthcheck } = compose.services[name]!;
    await expectHealthCheck(command(healthcheck!.test), '/health/ready', name);
  });
});

/** The instructions of the Dockerfile, with continued lines joined and without comments. */
const instructions = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line)!;
    return { name: name!, rest: rest! };
  });
const all = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
const start = instructions.findLastIndex(({ name }) => name === 'FROM');
const runtime = instructions.slice(start);
const ofRuntime = (name: string) => runtime.filter((one) => one.name === name).map(({ rest }) => rest);

describe('Dockerfile', () => {
  const stages = all('FROM').map((from) => /^(\S+)(?: AS (\S+))?$/.exec(from)!);

  it('builds in stages, each on the same pinned Debian', () => {
    expect(stages.length).toBeGreaterThan(2);
    const [image, ...others] = new Set(stages.map(([, base]) => base));
    expect(others).toEqual([]);
    expect(isPinned(image!)).toBe(true);
    expect(image).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
    expect(Number(/\d+/.exec(image!)![0]) % 2).toBe(0);
  });

  it('installs what the lock file says, and runs without development packages', () => {
    const installs = all('RUN').filter((run) => /\bnpm\b/.test(run) && !run.includes('npm run build'));
    expect(installs).toHaveLength(2);
    for (const run of installs) expect(run).toMatch(/^npm ci /);
    expect(installs[1]).toContain('--omit=dev');
    const copies = ofRuntime('COPY').filter((copy) => copy.includes('node_modules'));
    expect(copies).toEqual(['--from=dependencies /app/node_modules ./node_modules']);
  });

  it('runs as somebody who owns the data folder and not the code', () => {
    const users = ofRuntime('USER');
    expect(users).toHaveLength(1);
    expect(users[0]).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(ofRuntime('RUN').join()).toMatch(/mkdir \/data && chown node:node \/data/);
    expect(ofRuntime('COPY').join()).not.toContain('--chown');
    expect(runtime.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      runtime.findLastIndex(({ name }) => name === 'COPY' || name === 'RUN'),
    );
  });

  it('sets only what the configuration knows, and no secret', () => {
    const values = ofRuntime('ENV').flatMap((env) => env.trim().split(/\s+/));
    const names = values.map((value) => value.split('=')[0]!);
    expect(names.filter((name) => !(name in KEYS))).toEqual(['NODE_ENV', 'MALLOC_ARENA_MAX']);
    expect(values).toEqual(expect.arrayContaining(['NODE_ENV=production', 'HOST=0.0.0.0', 'DATA_DIR=/data']));
    expect(names.join()).not.toMatch(/SECRET|PASSWORD|KEY/);
    expect(all('ARG')).toEqual([]);
  });

  it('is the process that signals reach', () => {
    expect(ofRuntime('ENTRYPOINT').map((line) => JSON.parse(line) as unknown)).toEqual([
      ['node', '--max-semi-space-size=8', 'dist/src/main.js'],
    ]);
    expect(ofRuntime('CMD')).toEqual([]);
  });

  it.each(['api', 'worker', 'api,worker'])(
    'asks whether the process with ROLES=%s is alive',
    async (roles) => {
      const [check, ...others] = ofRuntime('HEALTHCHECK');
      expect(others).toEqual([]);
      const line = JSON.parse(/ CMD (\[.*\])$/.exec(check!)![1]!) as string[];
      await expectHealthCheck(line, '/health/live', roles);
    },
  );
});

describe('.dockerignore', () => {
  const patterns = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  it('lets in only what the Dockerfile copies', () => {
    expect(patterns[0]).toBe('*');
    const copied = all('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(' ').slice(0, -1));
    const allowed = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
    expect(allowed.sort()).toEqual([...new Set(copied)].sort());
  });
});

/** Runs the check against a server that is well, one that is not, and none. */
async function expectHealthCheck([program, ...args]: string[], path: string, roles: string): Promise<void> {
  expect(program).toBe('node');
  const asked: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = String((server.address() as AddressInfo).port);
  const unused = '9';
  const run = () =>
    new Promise<number | null>((resolve, reject) => {
      const env = {
        ROLES: roles,
        PORT: roles === 'worker' ? unused : port,
        WORKER_PORT: roles === 'worker' ? port : unused,
      };
      const child = spawn(process.execPath, args, { env, stdio: 'inherit' });
      child.once('error', reject).once('exit', resolve);
    });
  try {
    expect(await run()).toBe(0);
    status = 503;
    expect(await run()).toBe(1);
    expect(asked).toEqual([path, path]);
  } finally {
    // A server that is left open keeps the test run from ending.
    await new Promise((resolve) => server.close(resolve));
  }
  expect(await run()).toBe(1);
}
