import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import Redis from 'ioredis';
import { DataSource } from 'typeorm';
import { AccountsService } from '../../src/accounts/accounts.service';
import type { User } from '../../src/accounts/user.entity';
import { createApp } from '../../src/app';
import { Config, readConfig } from '../../src/config/config';
import { JobQueue } from '../../src/jobs/job-queue.service';
import { Metrics } from '../../src/telemetry/metrics.service';
import { SAMPLE_PRODUCT } from './sample-product';
import { environmentOf, startDatabase, type TestDatabase } from './test-database';

export interface Answer {
  status: number;
  // Bodies are asserted field by field; their types are what the tests check.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  body: any;
  text: string;
  headers: Headers;
}

export interface RequestOptions {
  /** Sent as `Authorization: Bearer`. */
  token?: string;
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestUser {
  id: number;
  email: string;
  username: string;
  password: string;
  /** A JWT. */
  access: string;
  refresh: string;
}

const DEFAULTS = { LOG_LEVEL: 'silent', SWEEP_INTERVAL_MS: '500', EVENT_BACKOFF_MS: '20' };
const IDLE_TIMEOUT_MS = 60_000;

/** The whole application over a database of its own and real HTTP on a free port. Sentences come in English. */
export class TestApp {
  private constructor(
    readonly nest: NestFastifyApplication,
    readonly database: TestDatabase,
    readonly url: string,
  ) {}

  /** @param environment settings beside the defaults of tests */
  static async start(environment: Record<string, string> = {}): Promise<TestApp> {
    return TestApp.startOn(await startDatabase(), environment);
  }

  static async startOn(database: TestDatabase, environment: Record<string, string> = {}): Promise<TestApp> {
    const config = readConfig({ ...DEFAULTS, ...environmentOf(database), ...environment });
    const nest = await createApp({
      config,
      databaseUrl: database.url,
      jwtSecret: randomBytes(32).toString('hex'),
    });
    // Tests look at what they have just done.
    nest.get(Metrics).cacheMs = 0;
    await nest.listen(0, '127.0.0.1');
    return new TestApp(nest, database, (await nest.getUrl()).replace('[::1]', '127.0.0.1'));
  }

  async close(): Promise<void> {
    await this.nest.close();
    await this.database.stop();
  }

  async request(
    method: string,
    path: string,
    { token, body, headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        'accept-language': 'en',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Not every answer is JSON; the text is there.
    }
    return { status: response.status, body: parsed, text, headers: response.headers };
  }

  get(path: string, token?: string, headers?: Record<string, string>): Promise<Answer> {
    return this.request('GET', path, { ...(token !== undefined && { token }), ...(headers && { headers }) });
  }

  post(path: string, body: unknown, token?: string, headers?: Record<string, string>): Promise<Answer> {
    return this.request('POST', path, {
      body,
      ...(token !== undefined && { token }),
      ...(headers && { headers }),
    });
  }

  /** Posts an event as a shop does. */
  webhook(token: string, body: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.post('/api/integrations/woocommerce/webhook/', body, token, headers);
  }

  async createUser({ staff = false }: { staff?: boolean } = {}): Promise<TestUser> {
    const name = `user-${randomBytes(5).toString('hex')}`;
    const password = randomBytes(9).toString('base64url');
    const user: User = await this.nest
      .get(AccountsService)
      .create({ email: `${name}@example.com`, username: name, password, isStaff: staff });
    const { body } = await this.post('/api/v1/auth/token/', { email: user.email, password });
    const { access, refresh } = body as { access: string; refresh: string };
    return { id: user.id, email: user.email, username: user.username, password, access, refresh };
  }

  /** Logs in as a browser does, and returns what it sends along from then on. */
  async openSession({ email, password }: TestUser): Promise<{ cookie: string; 'sec-fetch-site': string }> {
    const { status, headers } = await this.post('/api/v1/auth/session/', { email, password });
    if (status !== 200) throw new Error(`no session opened: ${status}`);
    return { cookie: headers.get('set-cookie')!.split(';')[0]!, 'sec-fetch-site': 'same-origin' };
  }

  /** Generates an integration token by the API and returns its secret and row. */
  async createToken(
    user: TestUser,
    request: Record<string, unknown> = {},
  ): Promise<{ id: number; secret: string }> {
    const { status, body } = await this.post(
      '/api/v1/integrations/tokens/generate/',
      { integration_type: 'woocommerce', name: 'Test shop', ...request },
      user.access,
    );
    if (status !== 201) throw new Error(`token not generated: ${JSON.stringify(body)}`);
    const { id, token } = body as { id: number; token: string };
    return { id, secret: token };
  }

  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.nest.get(DataSource).query<T[]>(sql, parameters);
  }

  /** Empties the store of the queue, as if its machine had lost its disk. */
  async loseQueue(): Promise<void> {
    const { redisUrl, redisPrefix } = this.nest.get(Config).queue;
    if (redisUrl === null) {
      const tables = await this.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
          WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`,
      );
      await this.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
      return;
    }
    const redis = new Redis(redisUrl);
    const keys = await redis.keys(`${redisPrefix}:*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  }

  /** What keeps the application busy, in words for whoever reads a failed test. */
  private waiting(): Promise<unknown[]> {
    return this.query(
      `(SELECT 'event ' || id AS what, attempts, error_message, next_attempt_at - now() AS due_in, NULL AS claimed
          FROM events WHERE status = 'queued' ORDER BY id LIMIT 3)
       UNION ALL
       (SELECT 'chunk ' || id, attempts, error_message, next_attempt_at - now(), claimed_until - now()
          FROM chunks WHERE status = 'pending' ORDER BY id LIMIT 3)`,
    );
  }

  /** Resolves once no event is queued, no chunk of a live generation is pending, none is being built, and no job runs. */
  async idle(timeoutMs = IDLE_TIMEOUT_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const [row] = await this.query<{ busy: number }>(
        `SELECT (SELECT count(*) FROM events WHERE status = 'queued')
              + (SELECT count(*) FROM chunks WHERE status = 'pending'
                    AND generation IN (SELECT id FROM generations WHERE state <> 'retired'))
              + (SELECT count(*) FROM due_knowledge)
              + (SELECT count(*) FROM generations WHERE state = 'building') AS busy`,
      );
      const depths = await this.nest.get(JobQueue).depths();
      if (row!.busy === 0 && Object.values(depths).every((depth) => depth === 0)) return;
      if (Date.now() > deadline) {
        throw new Error(`not idle: ${JSON.stringify({ depths, waiting: await this.waiting() })}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }
}

let sequence = 0;

/** An event as the contract shows it; `product` and the envelope can be overridden. */
export function productEvent(
  product: Record<string, unknown> = {},
  envelope: Record<string, unknown> = {},
): Record<string, unknown> & { event_id: string; product: Record<string, unknown> } {
  sequence++;
  return {
    event_id: `event-${process.pid}-${sequence}`,
    event_type: 'product.updated',
    product: {
      ...SAMPLE_PRODUCT,
      short_description: 'کفش سبک برای هر روز',
      description: '<p>رویهٔ تنفسی و زیرهٔ نرم، مناسب پیاده‌روی.</p>',
      ...product,
    },
    ...envelope,
  };
}
