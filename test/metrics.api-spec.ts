import { FakeOpenAi } from './support/fake-openai';
import {
  allowProducts,
  loggedEvent,
  postAndHold,
  refuseProduct,
  releaseEvents,
  until,
} from './support/event-log';
import { Pair } from './support/pair';
import { Scrape } from './support/scrape';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const MODEL = 'text-embedding-3-small';
const RECEIVED = 'fiko_events_received_total';
const PROCESSED = 'fiko_events_processed_total';
const SEARCHABLE = 'fiko_event_searchable_seconds';
const REQUESTS = 'fiko_embedding_requests_total';

let fake: FakeOpenAi;
let app: TestApp;
let user: TestUser;
let token: { id: number; secret: string };
/** Of the last call of `moved`. */
let before: Scrape;

async function open(environment: Record<string, string> = {}): Promise<void> {
  fake = await FakeOpenAi.start(64);
  app = await TestApp.start({
    OPENAI_API_KEY: 'sk-of-this-test',
    OPENAI_BASE_URL: fake.url,
    EMBEDDING_DIMENSIONS: '64',
    EVENT_RETRIES: '1',
    ...environment,
  });
  user = await app.createUser();
  token = await app.createToken(user);
  before = await Scrape.of(app);
}
async function close(): Promise<void> {
  await app.close();
  await fake.stop();
}

/** What moved since the last call, among the series that begin so. */
async function moved(...beginnings: string[]): Promise<Record<string, number>> {
  const since = before;
  before = await Scrape.of(app);
  return before.moved(since, ...beginnings);
}
const send = async (event: Record<string, unknown>) => {
  expect((await app.webhook(token.secret, event)).status).toBe(202);
  await app.idle();
};
const counted = async () => {
  const all = await moved(`${SEARCHABLE}_count`);
  return {
    none: all[`${SEARCHABLE}_count{embedding="none"}`] ?? 0,
    awaited: all[`${SEARCHABLE}_count{embedding="awaited"}`] ?? 0,
  };
};
const deletion = (id: number, date = '2030-01-01T00:00:00Z') =>
  productEvent({ id }, { event_type: 'product.deleted', occurred_at: date });

describe('events', () => {
  beforeAll(() => open());
  afterAll(close);

  it('are counted as they are taken in, by verdict and type', async () => {
    const event = productEvent({ id: 1 });
    await send(event);
    expect((await app.webhook(token.secret, event)).status).toBe(200);
    expect((await app.webhook(token.secret, { ...event, product: { id: 'x' } })).status).toBe(400);
    const batch = await app.post(
      '/api/integrations/woocommerce/webhook/batch/',
      {
        events: [event, productEvent({ id: 2 }, { event_type: 'product.created' }), { event_type: 'a.b' }, 7],
      },
      token.secret,
    );
    expect(batch.status).toBe(202);
    expect(await moved(RECEIVED)).toEqual({
      [`${RECEIVED}{verdict="accepted",type="product.updated"}`]: 1,
      [`${RECEIVED}{verdict="accepted",type="product.created"}`]: 1,
      [`${RECEIVED}{verdict="skipped",type="product.updated"}`]: 2,
      [`${RECEIVED}{verdict="rejected",type="product.updated"}`]: 1,
      [`${RECEIVED}{verdict="rejected",type="unknown"}`]: 2,
    });
  });

  it('that the database refuses are counted too', async () => {
    await app.query(`CREATE FUNCTION no_event() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$`);
    await app.query(`CREATE TRIGGER no_event BEFORE INSERT ON events EXECUTE FUNCTION no_event()`);
    expect((await app.webhook(token.secret, productEvent({ id: 3 }))).status).toBe(503);
    await app.query(`DROP TRIGGER no_event ON events`);
    expect(await moved(RECEIVED)).toEqual({ [`${RECEIVED}{verdict="refused",type="product.updated"}`]: 1 });
  });

  it('are counted as they are processed, by outcome, and timed', async () => {
    await moved();
    const at = (minute: number) => ({ occurred_at: `2026-01-01T00:0${minute}:00Z` });
    await send(productEvent({ id: 10 }, at(1)));
    await send(productEvent({ id: 10, price: '1' }, at(3)));
    await send(productEvent({ id: 10, price: '1' }, at(4)));
    await send(productEvent({ id: 10, price: '2' }, at(2)));
    await send(deletion(10, '2026-01-01T00:05:00Z'));
    await send(productEvent({ id: 10 }, at(6)));
    await send(
      productEvent({
        id: 99,
        type: 'variation',
        parent_id: 98,
        attributes: [{ name: 'سایز', option: '42' }],
      }),
    );
    expect(await moved(PROCESSED, 'fiko_event_processed_seconds_count')).toEqual({
      [`${PROCESSED}{outcome="created"}`]: 1,
      [`${PROCESSED}{outcome="updated"}`]: 1,
      [`${PROCESSED}{outcome="unchanged"}`]: 1,
      [`${PROCESSED}{outcome="superseded"}`]: 1,
      [`${PROCESSED}{outcome="deleted"}`]: 1,
      [`${PROCESSED}{outcome="restored"}`]: 1,
      [`${PROCESSED}{outcome="awaiting_product"}`]: 1,
      fiko_event_processed_seconds_count: 7,
    });
  });

  it('that fail are counted at each attempt, beside those of the same batch that do not', async () => {
    await refuseProduct(app, 'woo_20');
    const held = [productEvent({ id: 20 }), productEvent({ id: 21 })];
    await releaseEvents(app, await postAndHold(app, token.secret, held));
    await until('the poison has failed', async () => {
      return (await loggedEvent(app, held[0]!.event_id)).status === 'failed';
    });
    await app.idle();
    await allowProducts(app);
    expect(await moved(PROCESSED, 'fiko_event_processed_seconds_count')).toEqual({
      [`${PROCESSED}{outcome="created"}`]: 1,
      [`${PROCESSED}{outcome="retried"}`]: 1,
      [`${PROCESSED}{outcome="failed"}`]: 1,
      fiko_event_processed_seconds_count: 1,
    });
    expect(before.value('fiko_events{status="failed"}')).toBe(1);
    expect(before.value('fiko_events{status="queued"}')).toBe(0);
    expect(before.value('fiko_events_oldest_queued_seconds')).toBe(0);
  });

  it('that wait show, and for how long', async () => {
    const ids = await postAndHold(app, token.secret, [productEvent({ id: 30 })]);
    await app.query(`UPDATE events SET created_at = now() - interval '100 seconds' WHERE id = ANY($1)`, [
      ids,
    ]);
    const scrape = await Scrape.of(app);
    expect(scrape.value('fiko_events{status="queued"}')).toBe(1);
    expect(scrape.value('fiko_events_oldest_queued_seconds')).toBeGreaterThanOrEqual(100);
    expect(scrape.value('fiko_events_oldest_queued_seconds')).toBeLessThan(130);
    await moved();
    await releaseEvents(app, ids);
    await app.idle();
    const times = await moved('fiko_event_processed_seconds_bucket', `${SEARCHABLE}_bucket`);
    expect(times['fiko_event_processed_seconds_bucket{le="60"}']).toBeUndefined();
    expect(times['fiko_event_processed_seconds_bucket{le="300"}']).toBe(1);
    expect(times[`${SEARCHABLE}_bucket{le="60",embedding="awaited"}`]).toBeUndefined();
    expect(times[`${SEARCHABLE}_bucket{le="300",embedding="awaited"}`]).toBe(1);
  });
});

describe('the time until a change is searchable', () => {
  beforeEach(() => open({ EMBEDDING_CACHE_DAYS: '0' }));
  afterEach(close);

  /** A description of many chunks. */
  const LONG = Array.from(
    { length: 80 },
    (_, line) => `<p>${`جملهٔ ${line} دربارهٔ کفش راحت. `.repeat(20)}</p>`,
  ).join('');
  const sent = async (event: Record<string, unknown>) => {
    expect((await app.webhook(token.secret, event)).status).toBe(202);
  };
  const processed = () =>
    until('all events are processed', async () => {
      const [row] = await app.query<{ left: number }>(
        `SELECT count(*) AS left FROM events WHERE status = 'queued'`,
      );
      return row!.left === 0;
    });
  const dueAgain = () => app.query(`UPDATE chunks SET next_attempt_at = now() WHERE status = 'pending'`);

  it('is that of the embedding of a new text, and that of the processing of a price', async () => {
    await send(productEvent({ id: 1 }));
    expect(await counted()).toEqual({ none: 0, awaited: 1 });
    await send(productEvent({ id: 1, price: '77' }));
    expect(await counted()).toEqual({ none: 1, awaited: 0 });
    await send(productEvent({ id: 1, price: '77' }));
    await send(deletion(1));
    expect(await counted()).toEqual({ none: 0, awaited: 0 });
    expect(await app.query(`SELECT 1 FROM chunks WHERE accepted_at IS NOT NULL`)).toEqual([]);
  });

  it('does not end while the service is away, counts once, and from the oldest event', async () => {
    fake.answer = () => ({ status: 500 });
    await sent(productEvent({ id: 1 }));
    await until('the first request has failed', () => Promise.resolve(fake.requests.length > 0));
    await processed();
    await until('the chunk waits', async () => {
      const rows = await app.query(`SELECT 1 FROM chunks WHERE error_message IS NOT NULL`);
      return rows.length > 0;
    });
    await app.query(`UPDATE chunks SET accepted_at = now() - interval '200 seconds'`);
    await sent(productEvent({ id: 1, price: '5' }));
    await processed();
    await sent(productEvent({ id: 1, price: '5', name: 'کفش تازه' }));
    await processed();
    expect(await counted()).toEqual({ none: 0, awaited: 0 });
    expect(before.value('fiko_searchable_oldest_wait_seconds')).toBeGreaterThan(199);
    expect(before.value('fiko_chunks{status="pending"}')).toBeGreaterThan(0);

    const since = before;
    fake.answer = () => 'embed';
    await until('all is embedded', async () => {
      await dueAgain();
      return (await app.query(`SELECT 1 FROM chunks WHERE status = 'pending'`)).length === 0;
    });
    await app.idle();
    expect(await counted()).toEqual({ none: 0, awaited: 1 });
    const waited = before.moved(since, `${SEARCHABLE}_sum`)[`${SEARCHABLE}_sum{embedding="awaited"}`]!;
    expect(waited).toBeGreaterThan(199);
    expect(waited).toBeLessThan(300);
    expect(before.value('fiko_searchable_oldest_wait_seconds')).toBe(0);
  });

  it('is not that of a product of which a text was refused', async () => {
    fake.answer = (inputs) => (inputs.some((text) => text.includes('جملهٔ 40')) ? { status: 400 } : 'embed');
    await send(productEvent({ id: 1, description: LONG }));
    await send(productEvent({ id: 2 }));
    expect(await counted()).toEqual({ none: 0, awaited: 1 });
    expect(before.value('fiko_chunks{status="failed"}')).toBeGreaterThan(0);
    expect(await app.query(`SELECT 1 FROM chunks WHERE accepted_at IS NOT NULL`)).toEqual([]);
  });
});

describe('a product whose chunks are in many hands', () => {
  beforeAll(() => open({ EMBEDDING_CACHE_DAYS: '0', EMBEDDING_BATCH_SIZE: '1', EMBEDDING_CONCURRENCY: '8' }));
  afterAll(close);

  it('is searchable once, with the last of them', async () => {
    fake.delayMs = 20;
    const long = (id: number) =>
      Array.from({ length: 40 }, (_, line) => `<p>${`جملهٔ ${id} ${line} دربارهٔ کفش. `.repeat(20)}</p>`).join(
        '',
      );
    const events = Array.from({ length: 6 }, (_, id) => productEvent({ id: id + 1, description: long(id) }));
    for (const event of events) expect((await app.webhook(token.secret, event)).status).toBe(202);
    await app.idle();
    const [chunks] = await app.query<{ each: number }>(
      `SELECT min(n) AS each FROM (SELECT count(*) AS n FROM chunks GROUP BY product_id) per`,
    );
    expect(chunks!.each).toBeGreaterThan(2);
    expect(fake.mostAtOnce).toBeGreaterThan(1);
    expect(await counted()).toEqual({ none: 0, awaited: 6 });
    expect(await app.query(`SELECT 1 FROM chunks WHERE accepted_at IS NOT NULL`)).toEqual([]);
  });
});

describe('embedding', () => {
  beforeAll(() => open({ EMBEDDING_TIMEOUT_MS: '300' }));
  afterAll(close);

  const outcome = (name: string, purpose = 'chunks') =>
    `${REQUESTS}{model="${MODEL}",purpose="${purpose}",outcome="${name}"}`;

  it('is counted by request, text, token and what the cache spared', async () => {
    await send(productEvent({ id: 1 }));
    const first = await moved('fiko_embedding_');
    const [row] = await app.query<{ texts: number; tokens: number }>(
      `SELECT count(*) AS texts, sum(token_count)::int AS tokens FROM chunks`,
    );
    const of = `{model="${MODEL}",purpose="chunks"}`;
    expect(first).toMatchObject({
      [outcome('embedded')]: 1,
      [`fiko_embedding_texts_total${of}`]: row!.texts,
      [`fiko_embedding_tokens_total${of}`]: row!.tokens,
      [`fiko_embedding_request_duration_seconds_count${of}`]: 1,
    });
    await send(productEvent({ id: 2 }));
    const second = await moved('fiko_embedding_texts_total', 'fiko_embedding_cached', REQUESTS);
    expect(second).toEqual({ [`fiko_embedding_cached_texts_total{model="${MODEL}"}`]: row!.texts });
    await app.get(`/api/v1/web-knowledge/search/?q=${encodeURIComponent('کفش')}`, user.access);
    expect(await moved(REQUESTS, 'fiko_search_duration_seconds_count')).toEqual({
      [outcome('embedded', 'question')]: 1,
      'fiko_search_duration_seconds_count{method="hybrid",outcome="found"}': 1,
    });
  });

  it('does not ask again for a question whose vector is remembered', async () => {
    fake.answer = () => ({ status: 503 });
    const { text } = await app.get(
      `/api/v1/web-knowledge/search/?q=${encodeURIComponent('کفش')}`,
      user.access,
    );
    fake.answer = () => 'embed';
    expect(text).toContain('results');
    expect(await moved(REQUESTS, 'fiko_search_duration_seconds_count')).toEqual({
      'fiko_search_duration_seconds_count{method="hybrid",outcome="found"}': 1,
    });
  });

  it.each([
    ['rate_limited', { status: 429 }, 'کفش کفش'],
    ['unauthorized', { status: 401 }, 'کفش، کفش'],
    ['server_error', { status: 503 }, 'کفش. کفش'],
    ['bad_answer', { status: 200, text: '<html>' }, 'کفش؟'],
    ['unreachable', 'hang-up' as const, '(کفش)'],
  ])('tells a failure by its reason: %s', async (name, answer, question) => {
    fake.answer = () => answer;
    const { text, status } = await app.get(
      `/api/v1/web-knowledge/search/?q=${encodeURIComponent(question)}`,
      user.access,
    );
    expect([status, text.includes('results')]).toEqual([200, true]);
    fake.answer = () => 'embed';
    expect(await moved(REQUESTS, 'fiko_search_duration_seconds_count')).toEqual({
      [outcome(name, 'question')]: 1,
      'fiko_search_duration_seconds_count{method="words",outcome="found"}': 1,
    });
  });

  it('tells that the service was too slow, and what it refused', async () => {
    const [events] = [[productEvent({ id: 5, name: 'کند' })]];
    let slow = true;
    fake.answer = () => {
      fake.delayMs = slow ? 800 : 0;
      return 'embed';
    };
    await app.webhook(token.secret, events[0]!);
    await until('a request timed out', async () => {
      const scrape = await Scrape.of(app);
      return scrape.value(outcome('timeout')) > 0;
    });
    slow = false;
    fake.delayMs = 0;
    await until('it is embedded', async () => {
      await app.query(`UPDATE chunks SET next_attempt_at = now() WHERE status = 'pending'`);
      return (await app.query(`SELECT 1 FROM chunks WHERE status = 'pending'`)).length === 0;
    });
    await app.idle();
    await moved();
    fake.answer = () => ({ status: 400 });
    await send(productEvent({ id: 6, name: 'رد' }));
    fake.answer = () => 'embed';
    const refused = await moved(REQUESTS, 'fiko_embedding_refused');
    expect(refused[`fiko_embedding_refused_texts_total{model="${MODEL}"}`]).toBeGreaterThan(0);
    expect(Object.keys(refused)).toContain(outcome('rejected'));
  });
});

describe('a process', () => {
  beforeAll(() => open({ LOGIN_ATTEMPTS: '2' }));
  afterAll(close);

  const DURATION = 'fiko_http_request_duration_seconds_count';

  it('measures requests by route, never by address, and counts those that are open', async () => {
    await app.get('/health/live');
    await app.get('/health/live/?x=1');
    await app.get(`/api/v1/web-knowledge/products/123456789/`, user.access);
    await app.get('/secret-of-somebody/123456789');
    await app.request('PROPFIND', '/another/secret').catch(() => undefined);
    const requests = await moved(DURATION);
    expect(requests).toMatchObject({
      [`${DURATION}{method="GET",route="/health/live",status="2xx"}`]: 2,
      [`${DURATION}{method="GET",route="/api/v1/web-knowledge/products/:id",status="4xx"}`]: 1,
      [`${DURATION}{method="GET",route="unknown",status="4xx"}`]: 1,
    });
    expect([...before.series.keys()].join()).not.toMatch(/secret|123456789/);
    expect(before.value('fiko_http_requests_in_flight')).toBe(1);
  });

  it('counts one whose client left', async () => {
    await moved();
    const answer = app.request('POST', '/api/v1/auth/token/', {
      body: { email: 'a@b.c', password: 'x'.repeat(9) },
    });
    await answer;
    const controller = new AbortController();
    // A body that never ends.
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) });
    const left = fetch(`${app.url}/api/v1/auth/token/`, {
      method: 'POST',
      body,
      signal: controller.signal,
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
    }).catch(() => undefined);
    await until(
      'it is in flight',
      async () => (await Scrape.of(app)).value('fiko_http_requests_in_flight') === 2,
    );
    controller.abort();
    await left;
    await until('it is gone', async () => (await Scrape.of(app)).value('fiko_http_requests_in_flight') === 1);
    expect(await moved(DURATION)).toMatchObject({
      [`${DURATION}{method="POST",route="/api/v1/auth/token",status="aborted"}`]: 1,
    });
  });

  it('counts logins, and what limits refuse', async () => {
    await moved();
    const body = { email: user.email, password: 'not this one' };
    for (const status of [401, 401, 429]) {
      expect((await app.post('/api/v1/auth/token/', body)).status).toBe(status);
    }
    expect(await moved('fiko_logins_total', 'fiko_http_requests_refused_total')).toEqual({
      'fiko_logins_total{step="attempted"}': 2,
      'fiko_http_requests_refused_total{limit="login"}': 1,
    });
  });

  it('says what it is, and how its pool and the queue are', async () => {
    await send(productEvent());
    const scrape = await Scrape.of(app);
    expect([...scrape.series.keys()]).toContain('fiko_build_info{version="0.1.0",api="true",worker="true"}');
    expect(scrape.value('fiko_database_pool_max')).toBe(10);
    expect(scrape.value('fiko_database_pool_waiting')).toBe(0);
    expect(scrape.value('fiko_database_pool_connections{state="idle"}')).toBeGreaterThan(0);
    for (const state of ['waiting', 'active', 'delayed', 'failed']) {
      expect(scrape.value(`fiko_queue_jobs{queue="sync",state="${state}"}`)).toBe(0);
    }
    expect(scrape.value('fiko_queue_oldest_waiting_seconds{queue="knowledge"}')).toBe(0);
    expect(scrape.value('fiko_jobs_total{name="events.process",outcome="done"}')).toBeGreaterThan(0);
  });

  it('names no tenant', async () => {
    const { text } = await app.get('/metrics');
    for (const name of [user.email, user.username, 'user_id', 'store_id', 'shop.example.com', token.secret]) {
      expect(text).not.toContain(name);
    }
  });
});

describe('an api and a worker apart', () => {
  it('count what each of them does, and read the same from the database', async () => {
    const pair = await Pair.start();
    const { api, worker } = pair;
    try {
      const owner = await api.createUser();
      const { secret } = await api.createToken(owner);
      const [apiBefore, workerBefore] = [await Scrape.of(api), await Scrape.of(worker)];
      expect((await api.webhook(secret, productEvent({ id: 1 }))).status).toBe(202);
      await api.idle();
      const [apiAfter, workerAfter] = [await Scrape.of(api), await Scrape.of(worker)];
      expect(apiAfter.moved(apiBefore, 'fiko_event', 'fiko_embedding_requests')).toEqual({
        [`${RECEIVED}{verdict="accepted",type="product.updated"}`]: 1,
      });
      const counts = [PROCESSED, `${SEARCHABLE}_count`, 'fiko_event_processed_seconds_count'];
      expect(workerAfter.moved(workerBefore, ...counts)).toEqual({
        [`${PROCESSED}{outcome="created"}`]: 1,
        [`${SEARCHABLE}_count{embedding="awaited"}`]: 1,
        fiko_event_processed_seconds_count: 1,
      });
      expect([...workerAfter.types.keys()]).not.toContain(RECEIVED);
      expect([...apiAfter.types.keys()]).not.toContain(PROCESSED);
      expect([...workerAfter.series.keys()]).toContain(
        'fiko_build_info{version="0.1.0",api="false",worker="true"}',
      );
      for (const name of ['fiko_events{status="queued"}', 'fiko_chunks{status="pending"}'])
        expect([apiAfter.value(name), workerAfter.value(name)]).toEqual([0, 0]);
    } finally {
      await pair.close();
    }
  });
});
