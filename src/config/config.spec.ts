import { Config, envExample, KEYS, readConfig } from './config';
import type { Key } from './keys';
import { StartError } from './start-error';

const DEFAULTS: Record<keyof typeof KEYS, string | number | string[] | null> = {
  HOST: '127.0.0.1',
  PORT: 3000,
  DATA_DIR: './data',
  PUBLIC_URL: null,
  TRUSTED_PROXIES: [],
  CORS_ORIGINS: [],
  BODY_LIMIT_BYTES: 1_048_576,
  LOG_LEVEL: 'info',
  ADMIN_EMAIL: null,
  ADMIN_PASSWORD: null,
  JWT_SECRET: null,
  ACCESS_TOKEN_MINUTES: 60,
  REFRESH_TOKEN_DAYS: 14,
  LOGIN_ATTEMPTS: 10,
  LOGIN_WINDOW_MINUTES: 15,
  WEBHOOK_REQUESTS_PER_MINUTE: 6000,
  EVENT_RETRIES: 3,
  EVENT_BACKOFF_MS: 30_000,
  SWEEP_INTERVAL_MS: 15_000,
  OPENAI_API_KEY: null,
  OPENAI_BASE_URL: null,
  EMBEDDING_MODEL: 'text-embedding-3-small',
  EMBEDDING_DIMENSIONS: null,
  EMBEDDING_BATCH_SIZE: 200,
  EMBEDDING_TIMEOUT_MS: 60_000,
};

/** For each key with a rule: values that break it, and one that keeps it. */
const BAD: Partial<Record<keyof typeof KEYS, string[]>> = {
  PORT: ['0', '65536', '-7', '80a', '80.5', '8e1'],
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
  LOG_LEVEL: ['INFO', 'verbose'],
  ADMIN_EMAIL: ['admin', 'a b@example.com', '@example.com', 'a@', `a@${'x'.repeat(254)}`],
  ADMIN_PASSWORD: ['hunter7', 'p'.repeat(201)],
  JWT_SECRET: ['half-a-secret', 's'.repeat(31)],
  ACCESS_TOKEN_MINUTES: ['0', '1441', 'hour'],
  REFRESH_TOKEN_DAYS: ['0', '366'],
  LOGIN_ATTEMPTS: ['0', '1001'],
  LOGIN_WINDOW_MINUTES: ['0', '1441'],
  WEBHOOK_REQUESTS_PER_MINUTE: ['0', '1000001'],
  EVENT_RETRIES: ['-1', '21', 'three'],
  EVENT_BACKOFF_MS: ['0', '3600001', '30s'],
  SWEEP_INTERVAL_MS: ['99', '3600001'],
  OPENAI_BASE_URL: ['api.openai.com', 'file:///etc'],
  EMBEDDING_DIMENSIONS: ['15', '3073', 'all'],
  EMBEDDING_BATCH_SIZE: ['0', '2049'],
  EMBEDDING_TIMEOUT_MS: ['99', '600001'],
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
      expect(value).toBe(fallback === null || Array.isArray(fallback) ? '' : String(fallback));
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
