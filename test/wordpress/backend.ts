import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { AccountsService } from '../../src/accounts/accounts.service';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config/config';
import { SHOP_API } from '../../src/contract/shop-api';
import { JobQueue } from '../../src/jobs/job-queue.service';
import { environmentOf, startDatabase, type TestDatabase } from '../support/test-database';
import { Front, type Handler, type SeenRequest, type ShopAnswer } from './front';

const DEFAULTS = { LOG_LEVEL: 'silent', SWEEP_INTERVAL_MS: '500', EVENT_BACKOFF_MS: '20' };
const IDLE_TIMEOUT_MS = 60_000;

interface User {
  email: string;
  password: string;
}

/**
 * This project's server, behind an address that stays the same: it can be away for a while and come back with its data,
 * and what reaches it can be told to fail on the way.
 */
export class Backend {
  private app: NestFastifyApplication | null = null;
  private access = '';
  /** The integration token of a shop. */
  token = '';
  tokenId = 0;

  private constructor(
    private readonly front: Front,
    private readonly database: TestDatabase,
    private readonly environment: Record<string, string>,
    private readonly user: User,
    private readonly jwtSecret: string,
  ) {}

  /** @param environment settings beside the defaults of tests */
  static async start(environment: Record<string, string> = {}): Promise<Backend> {
    const database = await startDatabase();
    const name = `user-${randomBytes(5).toString('hex')}`;
    const backend = new Backend(
      await Front.start(),
      database,
      { ...DEFAULTS, ...environmentOf(database), ...environment },
      { email: `${name}@example.com`, password: randomBytes(9).toString('base64url') },
      randomBytes(32).toString('hex'),
    );
    await backend.boot();
    await backend.app!.get(AccountsService).create({ ...backend.user, username: name, isStaff: false });
    await backend.logIn();
    ({ id: backend.tokenId, token: backend.token } = await backend.createToken());
    return backend;
  }

  /** Where shops find it. */
  get url(): string {
    return this.front.url;
  }

  /** What has reached its address, in order, with what was answered. */
  get requests(): SeenRequest[] {
    return this.front.requests;
  }

  /** Decides the answer of each request that arrives from now on; without an argument the server answers again. */
  answer(handler?: Handler | ShopAnswer): void {
    this.front.answer(handler ?? 'forward');
  }

  /** Its address refuses connections until {@link startAgain}. What it has taken in is kept. */
  async stop(): Promise<void> {
    await this.front.close();
    await this.app?.close();
    this.app = null;
  }

  /** On the same data and at the same address. */
  async startAgain(): Promise<void> {
    await this.boot();
    await this.front.open();
    await this.logIn();
  }

  /** For good. */
  async close(): Promise<void> {
    await this.stop();
    await this.database.stop();
  }

  /** A further integration token of the same user. */
  async createToken(name = 'Test shop'): Promise<{ id: number; token: string }> {
    const body = await this.api('POST', '/api/v1/integrations/tokens/generate/', {
      integration_type: 'woocommerce',
      name,
    });
    return body as { id: number; token: string };
  }

  async deleteToken(id: number): Promise<void> {
    await this.api('DELETE', `/api/v1/integrations/tokens/${id}/`);
  }

  /** A secret by which the shop's requests are to be signed. */
  async createSigningKey(id = this.tokenId): Promise<string> {
    const body = await this.api('POST', `/api/v1/integrations/tokens/${id}/signing-keys/`, {});
    return (body as { secret: string }).secret;
  }

  /** The products that it knows, as its owner sees them. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  async products(): Promise<any[]> {
    const found: unknown[] = [];
    for (let page = 1; ; page++) {
      const body = (await this.api('GET', `/api/v1/web-knowledge/products/?page=${page}&page_size=100`)) as {
        results: unknown[];
        next: string | null;
      };
      found.push(...body.results);
      if (body.next === null || body.results.length === 0) return found;
    }
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  async search(q: string): Promise<any> {
    return this.api('GET', `/api/v1/web-knowledge/search/?${new URLSearchParams({ q }).toString()}`);
  }

  /** A request with the owner's login. */
  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${await this.app!.getUrl()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.access}`,
        'accept-language': 'en',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.app!.get(DataSource).query<T[]>(sql, parameters);
  }

  /** Resolves once every event is applied and every chunk has its embedding. */
  async idle(timeoutMs = IDLE_TIMEOUT_MS): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const [row] = await this.query<{ busy: number }>(
        `SELECT (SELECT count(*) FROM events WHERE status = 'queued')
              + (SELECT count(*) FROM chunks WHERE status = 'pending'
                    AND generation IN (SELECT id FROM generations WHERE state <> 'retired'))
              + (SELECT count(*) FROM generations WHERE state = 'building') AS busy`,
      );
      const depths = await this.app!.get(JobQueue).depths();
      if (Number(row!.busy) === 0 && Object.values(depths).every((depth) => depth === 0)) return;
      if (Date.now() > deadline) throw new Error(`not idle: ${JSON.stringify({ row, depths })}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  private async boot(): Promise<void> {
    this.app = await createApp({
      config: readConfig(this.environment),
      databaseUrl: this.database.url,
      // The same again: signing secrets are stored under it.
      jwtSecret: this.jwtSecret,
    });
    await this.app.listen(0, '127.0.0.1');
    this.front.target = (await this.app.getUrl()).replace('[::1]', '127.0.0.1');
  }

  private async logIn(): Promise<void> {
    const body = await this.api('POST', '/api/v1/auth/token/', this.user);
    this.access = (body as { access: string }).access;
  }
}

/** A server that knows the shop's API and nothing behind it: answers as told, and well where it is told nothing. */
export class FakeBackend {
  private handler: Handler = () => 'forward';

  private constructor(private readonly front: Front) {}

  static async start(): Promise<FakeBackend> {
    const fake = new FakeBackend(await Front.start());
    fake.front.answer((request) => {
      const answer = fake.handler(request);
      return answer === 'forward' ? good(request) : answer;
    });
    return fake;
  }

  get url(): string {
    return this.front.url;
  }

  get requests(): SeenRequest[] {
    return this.front.requests;
  }

  /** The events in the requests so far, in order; those of batches one by one. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  get events(): any[] {
    return this.front.requests
      .filter(({ route }) => route === SHOP_API.webhook || route === SHOP_API.batch)
      .flatMap(({ body }) => (body as { events?: unknown[] }).events ?? [body]);
  }

  /** Decides the answer of each request that arrives from now on; without an argument, and for 'forward', a good one. */
  answer(handler?: Handler | ShopAnswer): void {
    this.handler =
      handler === undefined ? () => 'forward' : typeof handler === 'function' ? handler : () => handler;
  }

  /** Its address refuses connections until {@link startAgain}. */
  stop(): Promise<void> {
    return this.front.close();
  }

  startAgain(): Promise<void> {
    return this.front.open();
  }
}

/** What the real server says of a request that is right, where all products are as the shop says. */
function good({ route, body }: SeenRequest): ShopAnswer {
  switch (route) {
    case SHOP_API.health:
      return { status: 200, body: { ...CONNECTION, timestamp: new Date().toISOString() } };
    case SHOP_API.webhook:
      return {
        status: 202,
        body: { status: 'accepted', message: 'The event has been accepted.', event_id: body.event_id },
      };
    case SHOP_API.batch:
      return {
        status: 202,
        body: {
          results: body.events.map((event: { event_id: string }) => ({
            event_id: event.event_id,
            status: 'accepted',
          })),
        },
      };
    case SHOP_API.status:
      return { status: 200, body: { results: body.ids.map(synced) } };
    case SHOP_API.manifest:
      return { status: 200, body: body.entries ? NO_ENTRIES : noBuckets(body) };
    case SHOP_API.resync:
      return {
        status: 200,
        body: { status: 'resync_started', message: '', resynced_at: new Date().toISOString() },
      };
    case SHOP_API.failedEvents:
      return { status: 200, body: { count: 0, next: null, previous: null, results: [] } };
    case SHOP_API.retryEvents:
      return { status: 200, body: { status: 'queued', retried: 0, message: '' } };
    default:
      return { status: 404, body: { error: 'not_found', detail: 'Not found.' } };
  }
}

const CONNECTION = {
  status: 'ok',
  message: 'The connection works.',
  user: { id: 1, email: 'owner@example.com', username: 'owner' },
  token: { id: 1, name: 'Test shop', integration_type: 'woocommerce', last_used_at: null, usage_count: 1 },
  integration_type: 'woocommerce',
};

const synced = (id: number) => ({
  id,
  state: 'synced',
  last_event_id: null,
  synced_at: new Date().toISOString(),
  searchable: true,
  error: null,
  digest: null,
});

const NO_ENTRIES = { in_step: true, missing: [], different: [], orphaned: [], pending: [] };
const noBuckets = ({ bucket_count }: { bucket_count: number }) => ({
  in_step: true,
  bucket_count,
  buckets: [],
  products: 0,
  queued_events: 0,
});
