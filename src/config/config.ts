import { existsSync } from 'node:fs';
import {
  choice,
  choices,
  decimal,
  integer,
  invalid,
  isAddressOrCidr,
  isEmail,
  list,
  optionalChoice,
  optionalInteger,
  optionalText,
  text,
  type Key,
} from './keys';
import { StartError } from './start-error';

const hasScheme = (scheme: RegExp) => (value: string) => {
  try {
    return scheme.test(new URL(value).protocol);
  } catch {
    return false;
  }
};
const isHttpUrl = hasScheme(/^https?:$/);
const isOrigin = (value: string) => isHttpUrl(value) && new URL(value).origin === value;

/** Every setting, in the order of `.env.example`, which is generated from here. */
export const KEYS = {
  MODE: optionalChoice(
    'Mode',
    'One word for all: embedded keeps everything in DATA_DIR, server needs DATABASE_URL and REDIS_URL; without it, each address that is set is used',
    ['embedded', 'server'],
  ),
  ROLES: choices('Mode', 'What this process does; with the embedded database it must do both', [
    'api',
    'worker',
  ]),
  DATABASE_URL: optionalText(
    'Mode',
    'PostgreSQL 15 or newer with pgvector 0.8.0 or newer; without it, the embedded database in DATA_DIR',
    {
      test: hasScheme(/^postgres(ql)?:$/),
      says: 'an address such as postgres://user:password@host:5432/database',
    },
  ),
  DATABASE_POOL_SIZE: integer('Mode', 'Connections to the database that one process keeps', 10, {
    min: 2,
    max: 500,
  }),
  REDIS_URL: optionalText(
    'Mode',
    'Redis or Valkey for the queue and rate limits; without it, the queue is in the database and each process counts its own requests',
    {
      test: hasScheme(/^rediss?:$/),
      says: 'an address such as redis://user:password@host:6379',
    },
  ),
  REDIS_PREFIX: text(
    'Mode',
    'What its keys begin with; one for each installation that shares a Redis',
    'fiko',
    {
      test: (value) => /^[\w-]{1,50}$/.test(value),
      says: 'of 1 to 50 letters, digits, _ or -',
    },
  ),

  HOST: text('Server', 'Address to listen on', '127.0.0.1'),
  PORT: integer('Server', 'Port to listen on', 3000, { min: 1, max: 65535 }),
  WORKER_PORT: optionalInteger(
    'Server',
    'Port for the health checks of a process that is a worker only; without it, that one listens nowhere',
    { min: 1, max: 65535 },
  ),
  DATA_DIR: text('Server', 'Folder of the embedded database, relative to the working directory', './data'),
  PUBLIC_URL: optionalText('Server', 'Address that clients use, where it is not http://HOST:PORT', {
    test: isHttpUrl,
    says: 'an http or https address',
  }),
  TRUSTED_PROXIES: list(
    'Server',
    'Proxies whose X-Forwarded-For is believed; of all others the peer address counts',
    { test: isAddressOrCidr, says: 'a list of IP addresses or CIDR networks' },
  ),
  CORS_ORIGINS: list('Server', 'Origins of web frontends that may call the API from a browser', {
    test: isOrigin,
    says: 'a list of origins such as https://shop.example.com',
  }),
  BODY_LIMIT_BYTES: integer('Server', 'Largest request body', 1_048_576, { min: 1024, max: 104_857_600 }),
  BATCH_BODY_LIMIT_BYTES: integer(
    'Server',
    'Largest body of a batch of events; each of them is bound by BODY_LIMIT_BYTES',
    8_388_608,
    { min: 1024, max: 104_857_600 },
  ),
  LOG_LEVEL: choice(
    'Server',
    'Least severe log line to print',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
  ),
  STOP_DELAY_MS: integer(
    'Server',
    'Milliseconds to go on answering after SIGTERM, not ready any more, while load balancers turn elsewhere',
    500,
    { min: 0, max: 60_000 },
  ),

  ADMIN_EMAIL: optionalText('First start', 'E-mail of the first admin', {
    test: isEmail,
    says: 'an e-mail address',
  }),
  ADMIN_PASSWORD: optionalText(
    'First start',
    'Password of the first admin; without it one is made and printed once',
    { test: (value) => value.length >= 8 && value.length <= 200, says: '8 to 200 characters long' },
  ),

  JWT_SECRET: optionalText(
    'Accounts',
    'Key that signs sessions; without it one is made and kept in DATA_DIR, or in the database of DATABASE_URL',
    {
      test: (value) => value.length >= 32,
      says: 'at least 32 characters long',
    },
  ),
  ACCESS_TOKEN_MINUTES: integer('Accounts', 'Life of an access token', 60, { min: 1, max: 1440 }),
  REFRESH_TOKEN_DAYS: integer('Accounts', 'Life of a refresh token', 14, { min: 1, max: 365 }),
  SESSION_IDLE_HOURS: integer(
    'Accounts',
    'Hours without a request after which a session of the panel ends; it lives no longer than a refresh token',
    24,
    { min: 1, max: 8760 },
  ),
  LOGIN_ATTEMPTS: integer(
    'Accounts',
    'Failed logins an account allows from one address within the window',
    10,
    {
      min: 1,
      max: 1000,
    },
  ),
  LOGIN_WINDOW_MINUTES: integer('Accounts', 'The window, and how long a refusal lasts', 15, {
    min: 1,
    max: 1440,
  }),

  WEBHOOK_REQUESTS_PER_MINUTE: integer(
    'Rate limits',
    'Requests that one integration token may make, where staff have given it no limit of its own',
    6000,
    { min: 1, max: 1_000_000 },
  ),
  API_REQUESTS_PER_MINUTE: integer(
    'Rate limits',
    'Requests that one user may make, with all sessions together',
    6000,
    { min: 1, max: 1_000_000 },
  ),
  REFUSED_REQUESTS_PER_MINUTE: integer(
    'Rate limits',
    'Requests without a valid token, session or signature that one address may make',
    600,
    { min: 1, max: 1_000_000 },
  ),

  EVENT_RETRIES: integer('Webhook', 'How often a failed event is tried again', 3, { min: 0, max: 20 }),
  EVENT_BACKOFF_MS: integer(
    'Webhook',
    'Milliseconds before the first retry; each further one waits twice as long',
    30_000,
    {
      min: 1,
      max: 3_600_000,
    },
  ),
  SWEEP_INTERVAL_MS: integer(
    'Webhook',
    'Milliseconds between searches for events whose job was lost',
    15_000,
    {
      min: 100,
      max: 3_600_000,
    },
  ),

  PAYLOAD_RETENTION_DAYS: integer('Retention', 'Days that the payload of a processed event is kept', 90, {
    min: 1,
    max: 36_500,
  }),
  EVENT_RETENTION_DAYS: optionalInteger(
    'Retention',
    'Days that the log has a processed event at all; without it for ever. Older copies of an event are no longer known as such',
    { min: 1, max: 36_500 },
  ),
  JOB_RETENTION_HOURS: integer('Retention', 'Hours that the queue keeps finished jobs', 24, {
    min: 1,
    max: 8760,
  }),

  OPENAI_API_KEY: optionalText('Embeddings', 'Without it a local lexical embedder is used'),
  OPENAI_BASE_URL: optionalText('Embeddings', 'Another service with the same API', {
    test: isHttpUrl,
    says: 'an http or https address',
  }),
  EMBEDDING_MODEL: text('Embeddings', 'OpenAI model', 'text-embedding-3-small'),
  EMBEDDING_DIMENSIONS: optionalInteger('Embeddings', "Vector length, where it is not the model's own", {
    min: 16,
    max: 3072,
  }),
  EMBEDDING_BATCH_SIZE: integer(
    'Embeddings',
    'Texts in one request at most; 2048 where requests are what is limited',
    100,
    { min: 1, max: 2048 },
  ),
  EMBEDDING_CONCURRENCY: integer('Embeddings', 'Requests that one worker keeps in flight', 8, {
    min: 1,
    max: 64,
  }),
  EMBEDDING_CACHE_DAYS: integer(
    'Embeddings',
    'Days that a paid vector is kept for equal texts after its last use; 0 keeps none',
    30,
    { min: 0, max: 3650 },
  ),
  HNSW_FROM_CHUNKS: integer(
    'Embeddings',
    'Chunks from which a user gets an approximate index of their own; 0 never. On PostgreSQL only, not in the embedded database',
    10_000,
    { min: 0, max: 100_000_000 },
  ),
  EMBEDDING_TIMEOUT_MS: integer('Embeddings', 'Milliseconds that one request may take', 60_000, {
    min: 100,
    max: 600_000,
  }),

  TRACES_ENDPOINT: optionalText(
    'Traces',
    'Address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; without it, no traces',
    { test: isHttpUrl, says: 'an http or https address' },
  ),
  TRACES_SAMPLE_RATIO: decimal(
    'Traces',
    'Share of the traces that begin here which are kept; a request that brings a trace of its own is kept as that says',
    1,
    { min: 0, max: 1 },
  ),
} satisfies Record<string, Key<unknown>>;

/** Settings whose value, or a part of it, must not be shown. */
export const SECRET_KEYS = [
  'DATABASE_URL',
  'REDIS_URL',
  'ADMIN_PASSWORD',
  'JWT_SECRET',
  'OPENAI_API_KEY',
] as const satisfies (keyof typeof KEYS)[];

type Values = { [K in keyof typeof KEYS]: ReturnType<(typeof KEYS)[K]['read']> };

/** What a process does: answer requests, work off jobs, or both. */
export interface Roles {
  api: boolean;
  worker: boolean;
}

/** The configuration as the rest of the code sees it. An injection token too. */
export class Config {
  constructor(private readonly values: Readonly<Values>) {}

  readonly roles: Roles = {
    api: this.values.ROLES.includes('api'),
    worker: this.values.ROLES.includes('worker'),
  };
  readonly database = {
    /** Null for the embedded one. */
    url: this.values.DATABASE_URL,
    poolSize: this.values.DATABASE_POOL_SIZE,
  };
  readonly queue = {
    /** Null where the queue is in the database. */
    redisUrl: this.values.REDIS_URL,
    redisPrefix: this.values.REDIS_PREFIX,
    retentionHours: this.values.JOB_RETENTION_HOURS,
  };
  readonly server = {
    host: this.values.HOST,
    port: this.values.PORT,
    workerPort: this.values.WORKER_PORT,
    stopDelayMs: this.values.STOP_DELAY_MS,
    dataDir: this.values.DATA_DIR,
    publicUrl: this.values.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    trustedProxies: this.values.TRUSTED_PROXIES,
    corsOrigins: this.values.CORS_ORIGINS,
    bodyLimit: this.values.BODY_LIMIT_BYTES,
    batchBodyLimit: this.values.BATCH_BODY_LIMIT_BYTES,
    logLevel: this.values.LOG_LEVEL,
  };
  readonly firstAdmin = { email: this.values.ADMIN_EMAIL, password: this.values.ADMIN_PASSWORD };
  readonly accounts = {
    jwtSecret: this.values.JWT_SECRET,
    accessTokenSeconds: this.values.ACCESS_TOKEN_MINUTES * 60,
    refreshTokenSeconds: this.values.REFRESH_TOKEN_DAYS * 86_400,
    sessionIdleSeconds: this.values.SESSION_IDLE_HOURS * 3600,
    loginAttempts: this.values.LOGIN_ATTEMPTS,
    loginWindowSeconds: this.values.LOGIN_WINDOW_MINUTES * 60,
  };
  readonly limits = {
    tokenRequestsPerMinute: this.values.WEBHOOK_REQUESTS_PER_MINUTE,
    userRequestsPerMinute: this.values.API_REQUESTS_PER_MINUTE,
    refusedRequestsPerMinute: this.values.REFUSED_REQUESTS_PER_MINUTE,
  };
  readonly events = {
    retries: this.values.EVENT_RETRIES,
    backoffMs: this.values.EVENT_BACKOFF_MS,
    sweepIntervalMs: this.values.SWEEP_INTERVAL_MS,
    payloadRetentionDays: this.values.PAYLOAD_RETENTION_DAYS,
    retentionDays: this.values.EVENT_RETENTION_DAYS,
  };
  readonly vectorIndex = {
    enabled: this.values.DATABASE_URL !== null && this.values.HNSW_FROM_CHUNKS > 0,
    fromChunks: this.values.HNSW_FROM_CHUNKS,
  };
  readonly embedding = {
    apiKey: this.values.OPENAI_API_KEY,
    baseUrl: this.values.OPENAI_BASE_URL,
    model: this.values.EMBEDDING_MODEL,
    dimensions: this.values.EMBEDDING_DIMENSIONS,
    batchSize: this.values.EMBEDDING_BATCH_SIZE,
    concurrency: this.values.EMBEDDING_CONCURRENCY,
    cacheDays: this.values.EMBEDDING_CACHE_DAYS,
    timeoutMs: this.values.EMBEDDING_TIMEOUT_MS,
  };
  readonly traces = {
    /** Null for none. */
    endpoint: this.values.TRACES_ENDPOINT,
    sampleRatio: this.values.TRACES_SAMPLE_RATIO,
  };
}

/**
 * Reads and checks the environment. An empty value counts as absent.
 * @throws StartError naming the first bad key and its rule.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(KEYS) as [string, Key<unknown>][]) {
    const raw = environment[name]?.trim();
    values[name] = key.read(name, raw === '' ? undefined : raw);
  }
  assertCombination(values as Values);
  return new Config(values as Values);
}

/** Each setting may be right and all together impossible. @throws StartError naming the key and the rule */
function assertCombination({ MODE, ROLES, DATABASE_URL, REDIS_URL }: Values): void {
  const addresses = Object.entries({ DATABASE_URL, REDIS_URL });
  for (const [name, address] of addresses) {
    if (MODE === 'server' && address === null) invalid(name, 'set where MODE is server');
    if (MODE === 'embedded' && address !== null) invalid(name, 'left out where MODE is embedded');
  }
  if (DATABASE_URL === null && ROLES.length < 2) {
    invalid('ROLES', 'api,worker where DATABASE_URL is not set: the embedded database serves one process');
  }
}

/** Reads `.env` in the working directory into the environment, which goes before it. @throws StartError */
function loadEnvironment(): void {
  if (!existsSync('.env')) return;
  try {
    process.loadEnvFile('.env');
  } catch (error) {
    throw new StartError(`The file .env cannot be read: ${(error as Error).message}`);
  }
}

/** The configuration of this process: the environment, and `.env` in the working directory below it. */
export function loadConfig(): Config {
  loadEnvironment();
  return readConfig(process.env);
}

/** The configuration of an installation of its own, of which only the embeddings are those of this process. */
export function loadConfigOfOwn(values: Record<string, string>): Config {
  loadEnvironment();
  const names = Object.entries(KEYS).flatMap(([name, { section }]) =>
    section === 'Embeddings' ? [name] : [],
  );
  return readConfig({ ...Object.fromEntries(names.map((name) => [name, process.env[name]])), ...values });
}

/** The text of `.env.example`. */
export function envExample(): string {
  const lines = ['# Every setting with its default. Copy to .env and uncomment what you change.'];
  let section = '';
  for (const [name, key] of Object.entries(KEYS) as [string, Key<unknown>][]) {
    if (key.section !== section) lines.push('', `## ${key.section}`);
    section = key.section;
    lines.push(`# ${key.doc}${key.hint && ` (${key.hint})`}.`, `#${name}=${key.example}`);
  }
  return `${lines.join('\n')}\n`;
}
