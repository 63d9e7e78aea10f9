import { Config, envExample, KEYS, readConfig } from './config';
import type { Key } from './keys';
import { StartError } from './start-error';

const DEFAULTS: Record<keyof typeof KEYS, string | number | string[] | null> = {
  MODE: null,
  ROLES: ['api', 'worker'],
  DATABASE_URL: null,
  DATABASE_POOL_SIZE: 10,
  REDIS_URL: null,
  REDIS_PREFIX: 'fiko',
  HOST: '127.0.0.1',
  PORT: 3000,
  WORKER_PORT: null,
  DATA_DIR: './data',
  PUBLIC_URL: null,
  TRUSTED_PROXIES: [],
  CORS_ORIGINS: [],
  BODY_LIMIT_BYTES: 1_048_576,
  BATCH_BODY_LIMIT_BYTES: 8_388_608,
  LOG_LEVEL: 'info',
  STOP_DELAY_MS: 500,
  ADMIN_EMAIL: null,
  ADMIN_PASSWORD: null,
  JWT_SECRET: null,
  ACCESS_TOKEN_MINUTES: 60,
  REFRESH_TOKEN_DAYS: 14,
  SESSION_IDLE_HOURS: 24,
  LOGIN_ATTEMPTS: 10,
  LOGIN_WINDOW_MINUTES: 15,
  WEBHOOK_REQUESTS_PER_MINUTE: 6000,
  API_REQUESTS_PER_MINUTE: 6000,
  REFUSED_REQUESTS_PER_MINUTE: 600,
  EVENT_RETRIES: 3,
  EVENT_BACKOFF_MS: 30_000,
  SWEEP_INTERVAL_MS: 15_000,
  PAYLOAD_RETENTION_DAYS: 90,
  EVENT_RETENTION_DAYS: null,
  JOB_RETENTION_HOURS: 24,
  OPENAI_API_KEY: null,
  OPENAI_BASE_URL: null,
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_DIMENSIONS: null,
  EMBEDDING_BATCH_SIZE: 100,
  EMBEDDING_CONCURRENCY: 8,
  EMBEDDING_CACHE_DAYS: 30,
  HNSW_FROM_CHUNKS: 10_000,
  EMBEDDING_TIMEOUT_MS: 60_000,
  TRACES_ENDPOINT: null,
  TRACES_SAMPLE_RATIO: 1,
};

/** For each key with a rule: values that break it, and one that keeps it. */
const BAD: Partial<Record<keyof typeof KEYS, string[]>> = {
  MODE: ['servers', 'Embedded', 'embedded,server'],
  ROLES: ['apis', 'api;worker', 'api,queue', ','],
  DATABASE_URL: ['db.example.com/fiko', 'mysql://db.example.com/fiko', '/var/run/postgresql'],
  DATABASE_POOL_SIZE: ['1', '501', 'ten'],
  REDIS_URL: ['redis.example.com:6379', 'http://redis.example.com', '6380'],
  REDIS_PREFIX: ['fiko:one', 'two words', 'p'.repeat(51)],
  PORT: ['0', '65536', '-7', '80a', '80.5', '8e1'],
  WORKER_PORT: ['0', '65536', '80a'],
  STOP_DELAY_MS: ['-1', '60001', '1s'],
  PAYLOAD_RETENTION_DAYS: ['0', '36501', 'never'],
  EVENT_RETENTION_DAYS: ['0', '36501'],
  JOB_RETENTION_HOURS: ['0', '8761'],
  HNSW_FROM_CHUNKS: ['-1', '1.5', 'never'],
  PUBLIC_URL: ['shop.example.com', 'ftp://shop.example.com', '//shop', 'http://'],
  TRUSTED_PROXIES: ['proxy.example.com', '10.0.0.0/33', '127.0.0.1, 10.0.0', '127.0.0.1;10.0.0.1'],
  CORS_ORIGINS: [
    '*',
    'front.example.com',
    'https://front.example.com/',
    'https://front.example.com/path',
    'null',
  ],
  BODY_LIMIT_BYTES: ['1023', '104857601', '1mb'],
  BATCH_BODY_LIMIT_BYTES: ['1023', '104857601', '1mb'],
  LOG_LEVEL: ['INFO', 'verbose'],
  ADMIN_EMAIL: ['admin', 'a b@example.com', '@example.com', 'a@', `a@${'x'.repeat(254)}`],
  ADMIN_PASSWORD: ['hunter7', 'p'.repeat(201)],
  JWT_SECRET: ['half-a-secret', 's'.repeat(31)],
  ACCESS_TOKEN_MINUTES: ['0', '1441', 'hour'],
  REFRESH_TOKEN_DAYS: ['0', '366'],
  SESSION_IDLE_HOURS: ['0', '8761'],
  LOGIN_ATTEMPTS: ['0', '1001'],
  LOGIN_WINDOW_MINUTES: ['0', '1441'],
  WEBHOOK_REQUESTS_PER_MINUTE: ['0', '1000001'],
  API_REQUESTS_PER_MINUTE: ['0', '1000001'],
  REFUSED_REQUESTS_PER_MINUTE: ['0', '1000001'],
  EVENT_RETRIES: ['-1', '21', 'three'],
  EVENT_BACKOFF_MS: ['0', '3600001', '30s'],
  SWEEP_INTERVAL_MS: ['99', '3600001'],
  OPENAI_BASE_URL: ['api.openai.com', 'file:///etc'],
  EMBEDDING_DIMENSIONS: ['15', '3073', 'all'],
  EMBEDDING_BATCH_SIZE: ['0', '2049'],
  EMBEDDING_CONCURRENCY: ['0', '65'],
  EMBEDDING_CACHE_DAYS: ['-1', '3651'],
  EMBEDDING_TIMEOUT_MS: ['99', '600001'],
  TRACES_ENDPOINT: ['collector:4318', 'x'],
  TRACES_SAMPLE_RATIO: ['1.1', '-1', '.5', '1e-3', 'all'],
};
const FREE = ['HOST', 'DATA_DIR', 'OPENAI_API_KEY', 'EMBEDDING_MODEL'];

const read = (name: string, raw: string | undefined) =>
  (KEYS as Record<string, Key<unknown>>)[name]!.read(name, raw);

describe('KEYS', () => {
  it('are all listed here', () => {
    expect(Object.keys(DEFAULTS).sort()).toEqual(Object.keys(KEYS).sort());
    expect([...Object.keys(BAD), ...FREE].sort()).toEqual(Object.keys(KEYS).sort());
  });

  it.each(Object.entries(DEFAULTS))('%s is %p by default', (name, expected) => {
    expect(read(name, undefined)).toEqual(expected);
  });

  const cases = Object.entries(BAD).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  it.each(cases)('%s refuses %j, naming the key and not the value', (name, value) => {
    let thrown: unknown;
    try {
      readConfig({ [name]: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(StartError);
    const { message, stack = '' } = thrown as Error;
    expect(message).toContain(name);
    if (value.length > 2) {
      expect(message).not.toContain(value);
      expect(stack.split('\n')[0]).not.toContain(value);
    }
  });

  it.each([
    ['MODE', 'embedded', 'embedded'],
    ['ROLES', 'worker', ['worker']],
    ['ROLES', 'worker, api', ['api', 'worker']],
    ['DATABASE_URL', 'postgresql://me:pass@db.example.com/fiko', 'postgresql://me:pass@db.example.com/fiko'],
    ['REDIS_URL', 'rediss://:pass@redis.example.com:6380/2', 'rediss://:pass@redis.example.com:6380/2'],
    ['PORT', '65535', 65535],
    ['PUBLIC_URL', 'https://sync.example.com/', 'https://sync.example.com/'],
    ['TRUSTED_PROXIES', '127.0.0.1, 10.0.0.0/8,::1', ['127.0.0.1', '10.0.0.0/8', '::1']],
    [
      'CORS_ORIGINS',
      'https://a.example.com,http://localhost:5173',
      ['https://a.example.com', 'http://localhost:5173'],
    ],
    ['LOG_LEVEL', 'silent', 'silent'],
    ['ADMIN_EMAIL', 'admin@example.com', 'admin@example.com'],
    ['ADMIN_PASSWORD', 'p'.repeat(8), 'p'.repeat(8)],
    ['JWT_SECRET', 's'.repeat(32), 's'.repeat(32)],
    ['EVENT_RETRIES', '0', 0],
    ['EMBEDDING_DIMENSIONS', '256', 256],
  ])('%s takes %j', (name, raw, expected) => {
    expect(read(name, raw)).toEqual(expected);
  });
});

describe('readConfig', () => {
  it('counts an empty value as absent, and trims the others', () => {
    const empty = Object.fromEntries(Object.keys(KEYS).map((name) => [name, name === 'HOST' ? '   ' : '']));
    expect(readConfig(empty)).toEqual(readConfig({}));
    expect(readConfig({ PORT: ' 8080 ', HOST: ' 0.0.0.0\n' }).server).toMatchObject({
      port: 8080,
      host: '0.0.0.0',
    });
  });

  it('passes over what is not a setting', () => {
    expect(readConfig({ PATH: '/bin', port: '80' })).toEqual(readConfig({}));
  });

  it('gives the rest of the code seconds, bytes and nulls', () => {
    const config = readConfig({
      PUBLIC_URL: 'https://sync.example.com/',
      ACCESS_TOKEN_MINUTES: '5',
      REFRESH_TOKEN_DAYS: '2',
      LOGIN_WINDOW_MINUTES: '3',
      OPENAI_API_KEY: 'key',
    });
    expect(config).toBeInstanceOf(Config);
    expect(config.server.publicUrl).toBe('https://sync.example.com');
    expect(config.accounts).toMatchObject({
      jwtSecret: null,
      accessTokenSeconds: 300,
      refreshTokenSeconds: 172_800,
      loginWindowSeconds: 180,
    });
    expect(config.embedding).toMatchObject({ apiKey: 'key', baseUrl: null, dimensions: null });
    expect(config.firstAdmin).toEqual({ email: null, password: null });
  });

  it('waits 30 seconds before the first of three retries', () => {
    expect(readConfig({}).events).toMatchObject({ retries: 3, backoffMs: 30_000 });
  });

  it('limits a body to 1 MiB', () => {
    expect(readConfig({}).server.bodyLimit).toBe(2 ** 20);
  });
});

describe('settings that exclude each other', () => {
  const DATABASE_URL = 'postgres://me:a-password@db.example.com/fiko';
  const REDIS_URL = 'redis://:a-password@redis.example.com';

  it.each<[string, Record<string, string>, RegExp]>([
    ['server mode without a database', { MODE: 'server', REDIS_URL }, /DATABASE_URL must be set.*MODE/],
    ['server mode without Redis', { MODE: 'server', DATABASE_URL }, /REDIS_URL must be set.*MODE/],
    [
      'embedded mode with a database',
      { MODE: 'embedded', DATABASE_URL },
      /DATABASE_URL must be left out.*MODE/,
    ],
    ['embedded mode with Redis', { MODE: 'embedded', REDIS_URL }, /REDIS_URL must be left out.*MODE/],
    ['an API alone on the embedded database', { ROLES: 'api' }, /ROLES must be api,worker.*DATABASE_URL/],
    [
      'a worker alone on the embedded database',
      { ROLES: 'worker', REDIS_URL },
      /ROLES must be.*DATABASE_URL/,
    ],
  ])('refuses %s, naming the key and the rule', (_, environment, message) => {
    expect(() => readConfig(environment)).toThrow(StartError);
    expect(() => readConfig(environment)).toThrow(message);
    expect(() => readConfig(environment)).not.toThrow(/a-password/);
  });

  it.each<[string, Record<string, string>, object]>([
    ['nothing', {}, { database: { url: null }, queue: { redisUrl: null } }],
    ['embedded mode', { MODE: 'embedded' }, { database: { url: null }, queue: { redisUrl: null } }],
    [
      'server mode',
      { MODE: 'server', DATABASE_URL, REDIS_URL },
      { database: { url: DATABASE_URL }, queue: { redisUrl: REDIS_URL } },
    ],
    ['a database with the queue in it', { DATABASE_URL }, { queue: { redisUrl: null } }],
    ['Redis beside the embedded database', { REDIS_URL }, { database: { url: null } }],
    ['one role on a server', { DATABASE_URL, ROLES: 'worker' }, { roles: { api: false, worker: true } }],
  ])('takes %s', (_, environment, expected) => {
    expect(readConfig(environment)).toMatchObject(expected);
  });
});

describe('envExample', () => {
  const lines = envExample().split('\n');
  const settings = lines.filter((line) => /^#[A-Z]/.test(line)).map((line) => line.slice(1).split(/=(.*)/s));

  it('lists every key once, in order', () => {
    expect(settings.map(([name]) => name)).toEqual(Object.keys(KEYS));
  });

  it('shows the defaults: to uncomment all of it changes nothing', () => {
    const environment = Object.fromEntries(settings.map(([name, value]) => [name!, value!]));
    expect(readConfig(environment)).toEqual(readConfig({}));
    for (const [name, value] of settings) {
      const fallback = DEFAULTS[name as keyof typeof KEYS];
      expect(value).toBe(fallback === null ? '' : String(fallback));
    }
  });

  it('explains every key in the line above it', () => {
    for (const name of Object.keys(KEYS)) {
      const index = lines.findIndex((line) => line.startsWith(`#${name}=`));
      expect(lines[index - 1]).toMatch(/^# \S.*\.$/);
    }
  });

  it('sets nothing as it stands', () => {
    expect(lines.every((line) => line === '' || line.startsWith('#'))).toBe(true);
  });
});
