import { existsSync } from 'node:fs';
import {
  choice,
  integer,
  isAddressOrCidr,
  list,
  optionalInteger,
  optionalText,
  text,
  type Key,
} from './keys';
import { StartError } from './start-error';

const isHttpUrl = (value: string) => {
  try {
    return /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
};
const isOrigin = (value: string) => isHttpUrl(value) && new URL(value).origin === value;
const isEmail = (value: string) => /^[^\s@]+@[^\s@]+$/.test(value) && value.length <= 254;

/** Every setting, in the order of `.env.example`, which is generated from here. */
export const KEYS = {
  HOST: text('Server', 'Address to listen on', '127.0.0.1'),
  PORT: integer('Server', 'Port to listen on', 3000, { min: 1, max: 65535 }),
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
  LOG_LEVEL: choice(
    'Server',
    'Least severe log line to print',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
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

  JWT_SECRET: optionalText('Accounts', 'Key that signs sessions; without it one is kept in DATA_DIR', {
    test: (value) => value.length >= 32,
    says: 'at least 32 characters long',
  }),
  ACCESS_TOKEN_MINUTES: integer('Accounts', 'Life of an access token', 60, { min: 1, max: 1440 }),
  REFRESH_TOKEN_DAYS: integer('Accounts', 'Life of a refresh token', 14, { min: 1, max: 365 }),
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

  WEBHOOK_REQUESTS_PER_MINUTE: integer('Webhook', 'Requests that one integration token may make', 6000, {
    min: 1,
    max: 1_000_000,
  }),
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
  EMBEDDING_BATCH_SIZE: integer('Embeddings', 'Texts in one request', 200, { min: 1, max: 2048 }),
  EMBEDDING_TIMEOUT_MS: integer('Embeddings', 'Milliseconds that one request may take', 60_000, {
    min: 100,
    max: 600_000,
  }),
} satisfies Record<string, Key<unknown>>;

type Values = { [K in keyof typeof KEYS]: ReturnType<(typeof KEYS)[K]['read']> };

/** The configuration as the rest of the code sees it. An injection token too. */
export class Config {
  constructor(private readonly values: Readonly<Values>) {}

  readonly server = {
    host: this.values.HOST,
    port: this.values.PORT,
    dataDir: this.values.DATA_DIR,
    publicUrl: this.values.PUBLIC_URL?.replace(/\/$/, '') ?? null,
    trustedProxies: this.values.TRUSTED_PROXIES,
    corsOrigins: this.values.CORS_ORIGINS,
    bodyLimit: this.values.BODY_LIMIT_BYTES,
    logLevel: this.values.LOG_LEVEL,
  };
  readonly firstAdmin = { email: this.values.ADMIN_EMAIL, password: this.values.ADMIN_PASSWORD };
  readonly accounts = {
    jwtSecret: this.values.JWT_SECRET,
    accessTokenSeconds: this.values.ACCESS_TOKEN_MINUTES * 60,
    refreshTokenSeconds: this.values.REFRESH_TOKEN_DAYS * 86_400,
    loginAttempts: this.values.LOGIN_ATTEMPTS,
    loginWindowSeconds: this.values.LOGIN_WINDOW_MINUTES * 60,
  };
  readonly events = {
    requestsPerMinute: this.values.WEBHOOK_REQUESTS_PER_MINUTE,
    retries: this.values.EVENT_RETRIES,
    backoffMs: this.values.EVENT_BACKOFF_MS,
    sweepIntervalMs: this.values.SWEEP_INTERVAL_MS,
  };
  readonly embedding = {
    apiKey: this.values.OPENAI_API_KEY,
    baseUrl: this.values.OPENAI_BASE_URL,
    model: this.values.EMBEDDING_MODEL,
    dimensions: this.values.EMBEDDING_DIMENSIONS,
    batchSize: this.values.EMBEDDING_BATCH_SIZE,
    timeoutMs: this.values.EMBEDDING_TIMEOUT_MS,
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
  return new Config(values as Values);
}

/** The configuration of this process: the environment, and `.env` in the working directory below it. */
export function loadConfig(): Config {
  if (existsSync('.env')) {
    try {
      process.loadEnvFile('.env');
    } catch (error) {
      throw new StartError(`The file .env cannot be read: ${(error as Error).message}`);
    }
  }
  return readConfig(process.env);
}

/** The text of `.env.example`. */
export function envExample(): string {
  const lines = ['# Every setting with its default. Copy to .env and uncomment what you change.'];
  let section = '';
  for (const [name, key] of Object.entries(KEYS) as [string, Key<unknown>][]) {
    if (key.section !== section) lines.push('', `## ${key.section}`);
    section = key.section;
    lines.push(`# ${key.doc}.`, `#${name}=${key.example}`);
  }
  return `${lines.join('\n')}\n`;
}
