import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loggedEvent, postAndHold, refuseProduct, releaseEvents } from './support/event-log';
import { FakeOpenAi } from './support/fake-openai';
import { Pair } from './support/pair';
import { ServerProcess } from './support/server-process';
import { productEvent, TestApp, type TestUser } from './support/test-app';
import { TraceCollector, type CollectedSpan } from './support/trace-collector';

const WEBHOOK = 'POST /api/integrations/woocommerce/webhook';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const KIND = { internal: 1, server: 2, client: 3, consumer: 5 };

let collector: TraceCollector;
let fake: FakeOpenAi;
let app: TestApp;
let user: TestUser;
let token: string;

async function open(environment: Record<string, string> = {}): Promise<void> {
  [collector, fake] = [await TraceCollector.start(), await FakeOpenAi.start(64)];
  app = await TestApp.start(settings(environment));
  user = await app.createUser();
  token = (await app.createToken(user)).secret;
}
const settings = (environment: Record<string, string>) => ({
  OPENAI_API_KEY: 'sk-of-this-test',
  OPENAI_BASE_URL: fake.url,
  EMBEDDING_DIMENSIONS: '64',
  EVENT_RETRIES: '0',
  TRACES_ENDPOINT: collector.url,
  ...environment,
});
/** Ends the application, which sends what was not sent. */
async function close(): Promise<void> {
  await app.close();
  await fake.stop();
  await collector.stop();
}
const only = (name: string, spans = collector.spans): CollectedSpan => {
  const found = spans.filter((span) => span.name === name);
  if (found.length !== 1) throw new Error(`${found.length} spans ${name}`);
  return found[0]!;
};

it('one trace leads from the request through the jobs to the call of the embedding service', async () => {
  await open();
  const { status } = await app.webhook(token, productEvent({ name: 'کفش محرمانه' }), {
    traceparent: `00-${TRACE}-${SPAN}-01`,
  });
  expect(status).toBe(202);
  await app.idle();
  const left = await app.query(`SELECT traceparent FROM chunks`);
  const [event] = await app.query<{ traceparent: string }>(`SELECT traceparent FROM events`);
  await close();

  const mine = collector.spans.filter(({ traceId }) => traceId === TRACE);
  const request = only(WEBHOOK, mine);
  const job = only('job events.process', mine);
  const batch = only('process events', mine);
  const embedJob = only('job knowledge.embed', mine);
  const embedBatch = only('embed chunks', mine);
  const call = only('embeddings text-embedding-3-small', mine);
  expect(mine).toHaveLength(6);
  expect([request, job, batch, embedJob, embedBatch, call].map((span) => span.parentSpanId)).toEqual([
    SPAN,
    request.spanId,
    job.spanId,
    batch.spanId,
    embedJob.spanId,
    embedBatch.spanId,
  ]);
  expect([request, job, batch, embedJob, embedBatch, call].map(({ kind }) => kind)).toEqual([
    KIND.server,
    KIND.consumer,
    KIND.internal,
    KIND.consumer,
    KIND.internal,
    KIND.client,
  ]);
  expect(event!.traceparent).toBe(`00-${TRACE}-${request.spanId}-01`);
  expect(left).toEqual([{ traceparent: null }]);
  expect(request.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/api/integrations/woocommerce/webhook',
    'http.response.status_code': 202,
    'url.path': '/api/integrations/woocommerce/webhook/',
    'url.scheme': 'http',
  });
  expect(job.attributes).toMatchObject({
    'messaging.system': 'bullmq',
    'messaging.destination.name': 'sync',
    'messaging.operation.type': 'process',
  });
  expect(batch.attributes).toEqual({ 'fiko.events': 1 });
  expect(call.attributes).toMatchObject({
    'gen_ai.operation.name': 'embeddings',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'text-embedding-3-small',
    'fiko.texts': 1,
  });
  expect(call.attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(5);
  // A job began when it was taken, not when it was known what it serves.
  expect(BigInt(job.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(batch.startTimeUnixNano));
  expect(BigInt(job.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(batch.endTimeUnixNano));
  expect(collector.paths.every((path) => path === '/v1/traces')).toBe(true);
  expect(collector.resources[0]).toMatchObject({
    'service.name': 'fiko-woocommerce-sync',
    'service.version': '0.1.0',
  });
  for (const secret of ['محرمانه', token, 'sk-of-this-test', user.email, user.access]) {
    expect(collector.text).not.toContain(secret);
  }
});

it('leads from an api to a worker apart', async () => {
  [collector, fake] = [await TraceCollector.start(), await FakeOpenAi.start(64)];
  const pair = await Pair.start(settings({}));
  try {
    const owner = await pair.api.createUser();
    const { secret } = await pair.api.createToken(owner);
    await pair.api.webhook(secret, productEvent());
    await pair.api.idle();
  } finally {
    await pair.close();
    await fake.stop();
    await collector.stop();
  }
  const request = only(WEBHOOK);
  const names = collector.spans.filter(({ traceId }) => traceId === request.traceId).map(({ name }) => name);
  expect(names.sort()).toEqual(
    [
      WEBHOOK,
      'embed chunks',
      'embeddings text-embedding-3-small',
      'job events.process',
      'job knowledge.embed',
      'process events',
    ].sort(),
  );
});

it('a job that serves many traces belongs to none of them, and is linked to all', async () => {
  await open();
  const ids = await postAndHold(app, token, [productEvent({ id: 1 }), productEvent({ id: 2, name: 'دوم' })]);
  await releaseEvents(app, ids);
  await app.idle();
  await close();
  const requests = collector.named(WEBHOOK);
  expect(requests).toHaveLength(2);
  const asked = requests.map(({ traceId, spanId }) => `${traceId} ${spanId}`).sort();
  const linked = (span: CollectedSpan) =>
    span.links.map(({ traceId, spanId }) => `${traceId} ${spanId}`).sort();
  const batch = only('process events');
  const job = collector.spans.find(({ spanId }) => spanId === batch.parentSpanId)!;
  expect(job.name).toBe('job events.process');
  expect(job.parentSpanId ?? '').toBe('');
  expect([linked(job), linked(batch)]).toEqual([asked, asked]);
  expect(requests.map(({ traceId }) => traceId)).not.toContain(job.traceId);
  const embedded = collector.named('embed chunks').flatMap(linked);
  const owned = collector.named('embed chunks').map(({ traceId }) => traceId);
  for (const request of requests) {
    const isSeen =
      owned.includes(request.traceId) || embedded.some((link) => link.startsWith(request.traceId));
    expect(isSeen).toBe(true);
  }
});

it('tells failures by their kind alone', async () => {
  await open();
  fake.answer = () => ({ status: 429, body: { error: { message: 'secret-of-the-service' } } });
  await refuseProduct(app, 'woo_7');
  const event = productEvent({ id: 7 });
  await app.webhook(token, event);
  await app.idle();
  expect((await loggedEvent(app, event.event_id)).status).toBe('failed');
  await app.get(`/api/v1/web-knowledge/search/?q=${encodeURIComponent('چیزی پنهان')}`, user.access);
  await app.get('/unknown/secret-path');
  await app.get('/health/ready');
  await app.get('/metrics');
  await close();
  expect(only('process events')).toMatchObject({
    status: { code: 2 },
    attributes: { 'error.type': 'P0001' },
  });
  const search = only('GET /api/v1/web-knowledge/search');
  const call = only('embeddings text-embedding-3-small');
  expect(call).toMatchObject({
    parentSpanId: search.spanId,
    status: { code: 2 },
    attributes: { 'error.type': 'rate_limited', 'fiko.purpose': 'question' },
  });
  const unknown = collector.named('GET').find(({ attributes }) => !attributes['http.route'])!;
  expect(unknown.attributes).toMatchObject({ 'http.response.status_code': 404 });
  expect(collector.spans.filter(({ name }) => /health|metrics/.test(name))).toEqual([]);
  for (const secret of ['secret', 'is refused', 'پنهان', encodeURIComponent('پنهان')]) {
    expect(collector.text).not.toContain(secret);
  }
});

describe('the sample ratio', () => {
  it('of 0 keeps only what a request brings', async () => {
    await open({ TRACES_SAMPLE_RATIO: '0' });
    await app.webhook(token, productEvent({ id: 1 }));
    await app.idle();
    expect(await app.query(`SELECT traceparent FROM events`)).toEqual([{ traceparent: null }]);
    await app.webhook(token, productEvent({ id: 2, name: 'دوم' }), { traceparent: `00-${TRACE}-${SPAN}-01` });
    await app.idle();
    await app.webhook(token, productEvent({ id: 3 }), { traceparent: `00-${TRACE}-${SPAN}-00` });
    await app.idle();
    await close();
    expect(collector.named(WEBHOOK)).toHaveLength(1);
    expect(collector.named('embeddings text-embedding-3-small')).toHaveLength(1);
    expect([...new Set(collector.spans.map(({ traceId }) => traceId))]).toEqual([TRACE]);
  });
});

describe('a collector that is away', () => {
  it('keeps nothing from its work, nor from ending', async () => {
    await open();
    await collector.stop();
    expect((await app.webhook(token, productEvent())).status).toBe(202);
    await app.idle();
    const startedAt = Date.now();
    await app.close();
    await fake.stop();
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });
});

describe('while traces are off', () => {
  it('nothing is sent, and no row has a trace', async () => {
    await open({ TRACES_ENDPOINT: '' });
    await app.webhook(token, productEvent(), { traceparent: `00-${TRACE}-${SPAN}-01` });
    await app.idle();
    expect(await app.query(`SELECT traceparent FROM events`)).toEqual([{ traceparent: null }]);
    expect(await app.query(`SELECT traceparent FROM chunks`)).toEqual([{ traceparent: null }]);
    await close();
    expect(collector.paths).toEqual([]);
  });
});

describe('a process of its own', () => {
  const run = async (environment: Record<string, string>) => {
    const folder = await mkdtemp(join(tmpdir(), 'fiko-traces-'));
    const server = await ServerProcess.start({
      DATA_DIR: folder,
      NODE_OPTIONS: `--require ${join(__dirname, 'support', 'loaded-modules.cjs')}`,
      STOP_DELAY_MS: '0',
      ...environment,
    });
    try {
      const response = await fetch(`${server.url}/api/integrations/woocommerce/webhook/`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${server.token}`,
          'content-type': 'application/json',
          traceparent: `00-${TRACE}-${SPAN}-01`,
        },
        body: JSON.stringify(productEvent()),
      });
      expect(response.status).toBe(202);
      server.kill('SIGTERM');
      expect(await server.ended()).toBe(0);
      const loaded = JSON.parse(/^LOADED (.+)$/m.exec(server.stderr)![1]!) as string[];
      const lines = server.stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [line] : []));
      return { loaded, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
    } finally {
      if (server.running) await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  };

  it('loads nothing of the SDK while traces are off', async () => {
    const { loaded, lines } = await run({});
    // The API is a few interfaces, which the metrics' library loads too.
    expect(loaded).toEqual(['api']);
    expect(lines.filter((line) => 'trace_id' in line)).toEqual([]);
  });

  it('loads it while they are on, sends what it has as it ends, and names the trace in the log', async () => {
    collector = await TraceCollector.start();
    const { loaded, lines } = await run({ TRACES_ENDPOINT: `${collector.url}/v1/traces` });
    await collector.stop();
    expect(loaded).toEqual(expect.arrayContaining(['sdk-trace-node', 'exporter-trace-otlp-http']));
    expect(collector.paths[0]).toBe('/v1/traces');
    const request = only(WEBHOOK);
    expect(request).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
    expect(
      lines.find(({ msg, path }) => msg === 'request' && String(path).includes('webhook')),
    ).toMatchObject({
      trace_id: TRACE,
      span_id: request.spanId,
    });
  });
});
