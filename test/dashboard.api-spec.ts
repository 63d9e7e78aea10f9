import { JobQueue } from '../src/jobs/job-queue.service';
import { productEvent, TestApp, type Answer, type TestUser } from './support/test-app';

const DASHBOARD = '/api/v1/dashboard/';
const WINDOWS = [
  ['hour', 60, 60],
  ['day', 96, 900],
  ['week', 84, 7200],
] as const;

interface Bucket {
  at: string;
  accepted: number;
  processed: number;
  failed: number;
}
type Kind = 'accepted' | 'processed' | 'failed';

/** A row of the log as it was some seconds ago. */
interface Logged {
  acceptedAgo: number;
  endedAgo?: number;
  status?: 'queued' | 'processed' | 'failed';
}

describe('the dashboard', () => {
  let app: TestApp;
  let staff: TestUser;
  let owner: TestUser;
  let other: TestUser;
  let shop: { userId: number; storeId: number };

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '0' });
    staff = await app.createUser({ staff: true });
  });
  beforeEach(async () => {
    await app.query(`DELETE FROM events`);
    await app.query(`DELETE FROM products`);
    await app.query(`DELETE FROM integration_tokens`);
    await app.query(`DELETE FROM stores`);
    [owner, other] = [await app.createUser(), await app.createUser()];
    shop = await addStore(owner);
  });
  afterAll(() => app.close());

  const addStore = async (user: TestUser, url: string | null = 'shop.example.com') => {
    const [row] = await app.query<{ id: number }>(
      `INSERT INTO stores (user_id, platform, url) VALUES ($1, 'woocommerce', $2) RETURNING id`,
      [user.id, url],
    );
    return { userId: user.id, storeId: row!.id };
  };
  /** In the order of their arrival, as the intake writes them; those that wait are not due. */
  const log = async (events: Logged[], { userId, storeId } = shop): Promise<void> => {
    await app.query(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload, status, created_at,
                           processed_at, next_attempt_at)
       SELECT $1, $2, 1, gen_random_uuid()::text, 'product.updated', 1, '{}', e.status,
              now() - make_interval(secs => e.accepted), now() - make_interval(secs => e.ended), now() + interval '1 day'
         FROM jsonb_to_recordset($3::jsonb) AS e (accepted float8, ended float8, status text)
        ORDER BY e.accepted DESC`,
      [
        userId,
        storeId,
        JSON.stringify(
          events.map(({ acceptedAgo, endedAgo, status }) => ({
            accepted: acceptedAgo,
            ended: endedAgo ?? null,
            status: status ?? (endedAgo === undefined ? 'queued' : 'processed'),
          })),
        ),
      ],
    );
  };
  /** What the processor notes in the store of an event. */
  const arrived = ({ storeId }: { storeId: number }, secondsAgo: number) =>
    app.query(`UPDATE stores SET last_event_at = now() - make_interval(secs => $2) WHERE id = $1`, [
      storeId,
      secondsAgo,
    ]);
  const read = async (user: TestUser, query = ''): Promise<Answer['body']> => {
    const { status, body, text } = await app.get(`${DASHBOARD}?${query}`, user.access);
    if (status !== 200) throw new Error(text);
    return body;
  };
  const sums = ({ buckets }: { buckets: Bucket[] }) =>
    (['accepted', 'processed', 'failed'] as Kind[]).map((kind) =>
      buckets.reduce((sum, bucket) => sum + bucket[kind], 0),
    );
  const idsOf = ({ stores }: { stores: { id: number }[] }) => stores.map(({ id }) => id);

  describe.each(WINDOWS)('by %s', (window, count, seconds) => {
    it('has every bucket, also empty ones, at multiples of its length', async () => {
      const body = await read(owner, `window=${window}`);
      expect(body).toMatchObject({ window, bucket_seconds: seconds });
      const starts = (body.buckets as Bucket[]).map(({ at }) => Date.parse(at));
      expect(starts).toHaveLength(count);
      for (const [index, start] of starts.entries()) {
        expect(start % (seconds * 1000)).toBe(0);
        if (index > 0) expect(start - starts[index - 1]!).toBe(seconds * 1000);
      }
      const asOf = Date.parse(body.as_of as string);
      expect(starts.at(-1)).toBeLessThanOrEqual(asOf);
      expect(asOf - starts.at(-1)!).toBeLessThan(seconds * 1000);
      expect(sums(body)).toEqual([0, 0, 0]);
    });

    it('counts each event in the bucket of its arrival and in that of its end', async () => {
      const span = count * seconds;
      // Pseudo-random, the same each time.
      let seed = 7;
      const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
      const events = Array.from({ length: 300 }, (): Logged => {
        const acceptedAgo = random() * span * 1.3;
        const kind = random();
        if (kind < 0.1) return { acceptedAgo };
        return { acceptedAgo, endedAgo: acceptedAgo * random(), status: kind < 0.3 ? 'failed' : 'processed' };
      });
      await log(events);
      await log([{ acceptedAgo: 1, endedAgo: 0.5 }], await addStore(other));
      const body = await read(owner, `window=${window}`);
      const rows = await app.query<{ created_at: Date; processed_at: Date | null; status: string }>(
        `SELECT created_at, processed_at, status FROM events WHERE user_id = $1`,
        [owner.id],
      );
      const within = (at: Date | null, start: number) =>
        at !== null && at.getTime() >= start && at.getTime() < start + seconds * 1000;
      const expected = (body.buckets as Bucket[]).map(({ at }) => {
        const start = Date.parse(at);
        const ended = (status: string) =>
          rows.filter((row) => row.status === status && within(row.processed_at, start)).length;
        return {
          at,
          accepted: rows.filter((row) => within(row.created_at, start)).length,
          processed: ended('processed'),
          failed: ended('failed'),
        };
      });
      expect(body.buckets).toEqual(expected);
      const [accepted, processed, failed] = sums(body);
      expect(accepted).toBeGreaterThan(150);
      expect(accepted).toBeLessThan(300);
      expect([body.events.processed_in_window, body.events.failed_in_window]).toEqual([processed, failed]);
      expect(body.events).toMatchObject({
        queued: rows.filter(({ status }) => status === 'queued').length,
        failed: rows.filter(({ status }) => status === 'failed').length,
      });
    });
  });

  it('looks back an hour where nothing is said', async () => {
    expect((await read(owner)).window).toBe('hour');
    expect((await read(owner, 'window=&user_id=')).window).toBe('hour');
  });

  it('counts the end of an event that is much older', async () => {
    await log([
      { acceptedAgo: 90 * 86_400, endedAgo: 30 },
      { acceptedAgo: 80 * 86_400, endedAgo: 20, status: 'failed' },
      { acceptedAgo: 70 * 86_400 },
      { acceptedAgo: 5, endedAgo: 4 },
    ]);
    for (const user of [owner, staff]) {
      const body = await read(user, 'window=day');
      expect(sums(body)).toEqual([1, 2, 1]);
      expect(body.events).toMatchObject({ queued: 1, failed: 1 });
      expect(Date.now() - Date.parse(body.events.oldest_queued_at as string)).toBeGreaterThan(
        69 * 86_400_000,
      );
    }
  });

  it('finds where its stretch begins, however many events are before and after', async () => {
    const hoursAgo = (hours: number): Logged => ({ acceptedAgo: hours * 3600, endedAgo: hours * 3600 });
    for (const before of [0, 1, 2, 3, 50]) {
      for (const after of [0, 1, 2, 40]) {
        await app.query(`DELETE FROM events`);
        await log([
          ...Array.from({ length: before }, (_, index) => hoursAgo(30 + index)),
          ...Array.from({ length: after }, (_, index) => hoursAgo(20 - index / 4)),
        ]);
        expect(sums(await read(owner, 'window=day'))).toEqual([after, after, 0]);
      }
    }
  });

  it('shows a user what is theirs, staff all or one user', async () => {
    await log([{ acceptedAgo: 2, endedAgo: 1 }, { acceptedAgo: 3 }]);
    const theirs = await addStore(other, 'other.example.com');
    await log([{ acceptedAgo: 2, endedAgo: 1, status: 'failed' }], theirs);
    const counts = async (user: TestUser, query = '') => {
      const body = await read(user, query);
      const { queued, failed } = body.events;
      return [...sums(body), queued, failed, body.stores_total, idsOf(body).sort()];
    };
    const [mine, others] = [shop.storeId, theirs.storeId];
    expect(await counts(owner)).toEqual([2, 1, 0, 1, 0, 1, [mine]]);
    expect(await counts(owner, `user_id=${owner.id}`)).toEqual([2, 1, 0, 1, 0, 1, [mine]]);
    expect(await counts(owner, `user_id=${other.id}`)).toEqual([0, 0, 0, 0, 0, 0, []]);
    expect(await counts(other)).toEqual([1, 0, 1, 0, 1, 1, [others]]);
    expect(await counts(staff)).toEqual([3, 1, 1, 1, 1, 2, [mine, others].sort()]);
    expect(await counts(staff, `user_id=${other.id}`)).toEqual([1, 0, 1, 0, 1, 1, [others]]);
    expect(await counts(staff, `user_id=${staff.id}`)).toEqual([0, 0, 0, 0, 0, 0, []]);
  });

  it('puts the shops first that most need a look', async () => {
    const silent = await addStore(owner, 'silent.example.com');
    const busy = await addStore(owner, 'busy.example.com');
    const drifting = await addStore(owner, 'drifting.example.com');
    const failing = await addStore(owner, null);
    const worse = await addStore(owner, 'worse.example.com');
    const merged = await addStore(owner, 'merged.example.com');
    await app.query(`UPDATE stores SET merged_into = $2 WHERE id = $1`, [merged.storeId, busy.storeId]);
    await app.query(
      `UPDATE stores SET drift_since = now() - interval '1 hour', drift_products = 3, compared_at = now() WHERE id = $1`,
      [drifting.storeId],
    );
    await app.query(`UPDATE stores SET created_at = now() - interval '30 days'`);
    await arrived(shop, 3600);
    await arrived(busy, 60);
    await log([{ acceptedAgo: 10 }, { acceptedAgo: 9 }, { acceptedAgo: 8, endedAgo: 7 }], busy);
    const failed = { acceptedAgo: 5, endedAgo: 5, status: 'failed' } as const;
    await log([failed], failing);
    await log([failed, failed], worse);
    const body = await read(owner);
    expect(idsOf(body)).toEqual([worse, failing, drifting, silent, shop, busy].map(({ storeId }) => storeId));
    expect(body.stores_total).toBe(6);
    const [first, second, third, fourth, , last] = body.stores;
    expect(first).toMatchObject({ name: 'worse.example.com', user_id: owner.id, user_email: owner.email });
    expect(second).toMatchObject({ name: null, events_failed: 1, last_event_at: expect.any(String) });
    expect(third).toMatchObject({ drift_products: 3, drift_since: expect.any(String), in_step_at: null });
    expect(fourth).toMatchObject({ last_event_at: null, events_queued: 0, events_failed: 0, products: 0 });
    expect(last).toMatchObject({ events_queued: 2, events_failed: 0 });
  });

  it('shows fifty shops at most, and says of how many', async () => {
    for (let index = 0; index < 53; index++) await addStore(owner, `shop-${index}.example.com`);
    const body = await read(owner);
    expect([body.stores.length, body.stores_total]).toEqual([50, 54]);
  });

  it('counts what shops really send, and their active products', async () => {
    const { secret } = await app.createToken(other);
    const gone = productEvent({ id: 2 });
    for (const event of [productEvent({ id: 1 }), gone, productEvent({ id: 3 })]) {
      expect((await app.webhook(secret, event)).status).toBe(202);
    }
    await app.webhook(secret, { ...productEvent(), event_type: 'product.deleted', product: { id: 2 } });
    await app.idle();
    const body = await read(other);
    expect(sums(body)).toEqual([4, 4, 0]);
    expect(body.stores).toMatchObject([{ products: 2, events_queued: 0, events_failed: 0 }]);
    expect(Date.now() - Date.parse(body.stores[0].last_event_at as string)).toBeLessThan(60_000);
    expect(body.embedding).toMatchObject({ pending_chunks: 0, failed_chunks: 0, oldest_pending_at: null });
  });

  it('tells staff the state of the queues, and nothing of it to others', async () => {
    const { queues } = await read(staff);
    expect(queues).toEqual(
      ['sync', 'knowledge'].map((name) => ({
        name,
        waiting: expect.any(Number),
        active: expect.any(Number),
        delayed: expect.any(Number),
        failed: expect.any(Number),
      })),
    );
    expect((await read(owner)).queues).toBeNull();
    await app.nest.get(JobQueue).add('knowledge.embed', {}, { delayMs: 60_000 });
    const later = (await read(staff)).queues as { name: string; delayed: number }[];
    expect(later.find(({ name }) => name === 'knowledge')!.delayed).toBe(1);
    await app.loseQueue();
  });

  it('answers without the state of queues that do not', async () => {
    const jobs = app.nest.get(JobQueue);
    const states = jest.spyOn(jobs, 'states').mockResolvedValue(null);
    const body = await read(staff);
    states.mockRestore();
    expect(body.queues).toBeNull();
    expect(body.buckets).toHaveLength(60);
  });

  describe('on embeddings', () => {
    beforeEach(() => app.query(`DELETE FROM embedding_usage`));
    const used = (daysAgo: number, embedder: string, tokens: number, reason = 'created') =>
      app.query(
        `INSERT INTO embedding_usage (day, embedder, reason, requests, texts, tokens, cached, rejected)
         VALUES (current_date - $1::integer, $2, $3, 1, 2, $4, 3, 4)`,
        [daysAgo, embedder, reason, tokens],
      );
    type Day = { day: string; requests: number; tokens: number; cost_usd: number | null };

    it('tells staff what each of thirty days has cost', async () => {
      await used(0, 'text-embedding-3-small@1536', 1_000_000);
      await used(0, 'text-embedding-3-small@1536', 500_000, 'question');
      await used(0, 'text-embedding-3-large@3072', 1_000_000);
      await used(1, 'text-embedding-3-small@1536', 10);
      await used(1, 'local-lexical-1@1024', 5_000_000);
      await used(2, 'text-embedding-3-small@1536', 10);
      await used(2, 'a-model-of-a-gateway@768', 1);
      await used(29, 'local-lexical-1@1024', 7);
      await used(30, 'text-embedding-3-small@1536', 1_000_000);
      const usage = (await read(staff)).embedding.usage as Day[];
      expect(usage).toHaveLength(30);
      expect(usage.map(({ day }) => day)).toEqual([...usage.map(({ day }) => day)].sort());
      expect(usage.at(-1)).toMatchObject({
        requests: 3,
        texts: 6,
        tokens: 2_500_000,
        cached: 9,
        rejected: 12,
      });
      expect(usage.at(-1)!.cost_usd).toBeCloseTo(0.16, 10);
      expect(usage.at(-2)!.cost_usd).toBeCloseTo(0.0000002, 12);
      expect(usage.at(-3)).toMatchObject({ tokens: 11, cost_usd: null });
      expect(usage.at(-4)).toMatchObject({ requests: 0, tokens: 0, cost_usd: 0 });
      expect(usage[0]).toMatchObject({ tokens: 7, cost_usd: 0 });
    });

    it('tells others none of it, though their own chunks', async () => {
      const { body } = await app.get(DASHBOARD, owner.access);
      expect(body.embedding).toEqual({
        embedder: expect.stringMatching(/^local-lexical/),
        configured: expect.stringMatching(/^local-lexical/),
        pending_chunks: 0,
        failed_chunks: 0,
        oldest_pending_at: null,
        usage: null,
      });
    });

    it('counts the chunks that wait and those that were refused, each to their owner', async () => {
      const { secret } = await app.createToken(other);
      await app.webhook(secret, productEvent({ id: 1 }));
      await app.webhook(secret, productEvent({ id: 2, name: 'Another' }));
      await app.idle();
      await app.query(
        `UPDATE chunks SET status = CASE WHEN id = (SELECT min(id) FROM chunks WHERE user_id = $1) THEN 'failed' ELSE 'pending' END,
                           next_attempt_at = now() + interval '1 day' WHERE user_id = $1`,
        [other.id],
      );
      const counts = async (user: TestUser, query = '') => {
        const { embedding } = await read(user, query);
        return [embedding.pending_chunks, embedding.failed_chunks, typeof embedding.oldest_pending_at];
      };
      expect(await counts(other)).toEqual([1, 1, 'string']);
      expect(await counts(owner)).toEqual([0, 0, 'object']);
      expect(await counts(staff)).toEqual([1, 1, 'string']);
      expect(await counts(staff, `user_id=${owner.id}`)).toEqual([0, 0, 'object']);
    });
  });

  it('is for nobody without a session', async () => {
    const { secret } = await app.createToken(owner);
    for (const token of [undefined, 'nonsense', secret, owner.refresh]) {
      const answer = await app.get(DASHBOARD, token);
      expect([answer.status, answer.body.error]).toEqual([
        401,
        token === undefined ? 'not_authenticated' : 'session_invalid',
      ]);
    }
  });

  it.each(['window=year', 'window=HOUR', 'window=hour&window=day', 'user_id=x', 'user_id=0', 'user_id=1.5'])(
    'refuses %s with a 400 that names it',
    async (query) => {
      const answer = await app.get(`${DASHBOARD}?${query}`, staff.access);
      expect([answer.status, answer.body.error]).toEqual([400, 'validation_failed']);
      expect(answer.body.errors[0].field).toBe(query.split('=')[0]);
    },
  );
});
