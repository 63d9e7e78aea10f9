import type { JobType } from 'bullmq';
import { Config } from '../src/config/config';
import { EventRetention } from '../src/integrations/events/event-retention.service';
import { JobQueue } from '../src/jobs/job-queue.service';
import { createJobBackend } from '../src/jobs/jobs.module';
import { loggedEvent, refuseProduct } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const EVENTS = '/api/v1/integrations/woocommerce/events/';
const OLD = `interval '31 days'`;

describe('retention', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start({
      PAYLOAD_RETENTION_DAYS: '30',
      EVENT_RETENTION_DAYS: '60',
      EVENT_RETRIES: '0',
    });
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
  });
  afterAll(() => app.close());

  const prune = () => app.nest.get(EventRetention).prune();
  const post = async (event: ReturnType<typeof productEvent>) => {
    expect((await app.webhook(token, event)).status).toBe(202);
    return event;
  };
  const age = (eventId: string, days: number) =>
    app.query(
      `UPDATE events SET created_at = created_at - make_interval(days => $2),
              processed_at = processed_at - make_interval(days => $2) WHERE event_id = $1`,
      [eventId, days],
    );
  const numberOf = async (eventId: string) =>
    (await app.query(`SELECT 1 FROM events WHERE event_id = $1`, [eventId])).length;

  it('takes the payload of a processed event that is old, and says so as null', async () => {
    const [old, young] = [await post(productEvent({ id: 1 })), await post(productEvent({ id: 2 }))];
    await app.idle();
    await age(old.event_id, 31);
    await age(young.event_id, 29);
    expect(await prune()).toMatchObject({ payloads: 1, events: 0 });
    const { id } = await loggedEvent(app, old.event_id);
    const detail = await app.get(`${EVENTS}${id}/`, owner.access);
    expect([detail.status, detail.body.payload, detail.body.status]).toEqual([200, null, 'processed']);
    expect((await loggedEvent(app, young.event_id)).payload).toContain(young.event_id);
    expect(await prune()).toMatchObject({ payloads: 0 });
  });

  it('still knows an event without its payload as one it has seen', async () => {
    const event = await post(productEvent({ id: 3 }));
    await app.idle();
    await age(event.event_id, 31);
    await prune();
    expect((await app.webhook(token, event)).body).toMatchObject({ status: 'skipped' });
  });

  it('removes a processed event from the log once it is older than that is kept, and its product stays', async () => {
    const event = await post(productEvent({ id: 4, name: 'Kept product' }));
    await app.idle();
    await age(event.event_id, 61);
    expect(await prune()).toMatchObject({ events: 1 });
    expect(await numberOf(event.event_id)).toBe(0);
    const list = await app.get('/api/v1/web-knowledge/products/?search=Kept', owner.access);
    expect(list.body.count).toBe(1);
  });

  it('never takes an event that is queued or has failed, however old', async () => {
    await refuseProduct(app, 'woo_666');
    const failed = await post(productEvent({ id: 666 }));
    await app.idle();
    const [queued] = await app.query<{ id: number }>(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload, created_at,
                           next_attempt_at)
       SELECT user_id, store_id, token_id, 'old-and-queued', event_type, 667, payload, now() - ${OLD} * 3,
              now() + interval '1 hour' FROM events WHERE event_id = $1 RETURNING id`,
      [failed.event_id],
    );
    await age(failed.event_id, 100);
    expect(queued).toBeDefined();
    expect(await prune()).toMatchObject({ payloads: 0, events: 0 });
    for (const [eventId, status] of [
      [failed.event_id, 'failed'],
      ['old-and-queued', 'queued'],
    ] as const) {
      const row = await loggedEvent(app, eventId);
      expect(row.status).toBe(status);
      expect(row.payload).toContain(failed.event_id);
    }
    await app.query(`DELETE FROM events WHERE event_id = 'old-and-queued'`);
  });

  it('goes on from batch to batch, past what it must leave', async () => {
    await app.query(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload, status,
                           processed_at, created_at)
       SELECT $1, 1, 1, 'bulk-' || n, 'product.updated', 5, '{}', CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'processed' END,
              now() - ${OLD} * 2, now() - ${OLD} * 2 FROM generate_series(1, 4000) n`,
      [owner.id],
    );
    const pruned = await prune();
    expect(pruned).toMatchObject({ payloads: 2667, events: 2667 });
    const [left] = await app.query<{ count: number }>(
      `SELECT count(*) AS count FROM events WHERE event_id LIKE 'bulk-%'`,
    );
    expect(left).toEqual({ count: 1333 });
  });

  it('removes finished jobs from the queue, and none that waits', async () => {
    await post(productEvent({ id: 7 }));
    await app.idle();
    const jobs = app.nest.get(JobQueue);
    const backend = createJobBackend(app.nest.get(Config), app.database.url);
    const queues = [backend.queue('sync'), backend.queue('knowledge')];
    const count = async (...states: JobType[]) => {
      const counts = await Promise.all(queues.map((queue) => queue.getJobCountByTypes(...states)));
      return counts.reduce((sum, number) => sum + number, 0);
    };
    try {
      expect(await count('completed', 'failed')).toBeGreaterThan(1);
      await jobs.add('knowledge.embed', {}, { delayMs: 3_600_000 });
      expect(await jobs.prune()).toBe(0);
      expect(await jobs.prune(0)).toBeGreaterThan(1);
      expect(await count('completed', 'failed')).toBe(0);
      expect(await count('delayed')).toBe(1);
    } finally {
      await Promise.all(queues.map((queue) => queue.close()));
    }
  });
});
