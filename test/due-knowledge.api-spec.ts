import { DataSource } from 'typeorm';
import { EventProcessor } from '../src/integrations/events/event-processor.jobs';
import { JobQueue } from '../src/jobs/job-queue.service';
import { KnowledgeService } from '../src/knowledge/documents/knowledge.service';
import { EmbeddingQueue } from '../src/knowledge/embedding/embedding-queue.service';
import { Generations } from '../src/knowledge/embedding/generations.service';
import { KnowledgeRenewer } from '../src/web-knowledge/knowledge-renewer.jobs';
import { ProductWriter } from '../src/web-knowledge/product-writer.service';
import { logWithoutJob, until } from './support/event-log';
import { describeIn } from './support/mode';
import { Scrape } from './support/scrape';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const COUNT = 30;
interface Store {
  user_id: number;
  store_id: number;
}

const SEARCH = '/api/v1/web-knowledge/search/';

describe('a large batch of products', () => {
  let app: TestApp;
  let owner: TestUser;
  let tokenId: number;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start({ SWEEP_INTERVAL_MS: '2000', EVENT_BACKOFF_MS: '30000' });
    owner = await app.createUser();
    ({ id: tokenId, secret: token } = await app.createToken(owner));
    expect((await app.webhook(token, productEvent({ id: 1 }))).status).toBe(202);
    await app.idle();
  });
  afterAll(() => app.close());
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.idle();
  });

  const [now, never] = [new AbortController().signal, new AbortController().signal];
  const count = async (sql: string): Promise<number> =>
    Number((await app.query<{ count: string }>(`SELECT count(*) AS count FROM ${sql}`))[0]!.count);
  /** Processes the events while nothing renews what is due. */
  const list = async (word: string, firstId = 100, product = {}): Promise<Store> => {
    jest.spyOn(app.nest.get(JobQueue), 'nudge').mockResolvedValue();
    jest.spyOn(app.nest.get(JobQueue), 'add').mockResolvedValue();
    jest.spyOn(app.nest.get(KnowledgeRenewer), 'storesDue').mockResolvedValue([]);
    const events = Array.from({ length: COUNT }, (_, index) =>
      productEvent({ id: firstId + index, name: `${word} ${firstId + index}`, ...product }),
    );
    for (const event of events) await logWithoutJob(app, tokenId, event);
    const [store] = await app.query<Store>(`SELECT user_id, store_id FROM events WHERE event_id = $1`, [
      events[0]!.event_id,
    ]);
    await app.nest.get(EventProcessor).process(store!, now);
    return store!;
  };
  /** Turn after turn. */
  const renew = async (store: Store): Promise<void> => {
    const renewer = app.nest.get(KnowledgeRenewer);
    while (await renewer.isDue(store)) await renewer.renew(store, never);
  };
  const found = async (question: string): Promise<string[]> => {
    const { body } = await app.get(`${SEARCH}?q=${encodeURIComponent(question)}`, owner.access);
    return (body.results as { product: { title: string } }[]).map(({ product }) => product.title);
  };

  it('is listed before its texts are cut, and found afterwards', async () => {
    const store = await list('Lantern');
    expect(await count(`products WHERE title LIKE 'Lantern %' AND is_active`)).toBe(COUNT);
    expect(await count(`due_knowledge`)).toBe(COUNT);
    expect((await app.get('/health/ready')).body.pending_chunks).toBe(COUNT);
    jest.restoreAllMocks();
    await app.nest.get(KnowledgeRenewer).renew(store, never);
    await app.idle();
    expect(await count(`due_knowledge`)).toBe(0);
    expect(await found('Lantern 117')).toContain('Lantern 117');
  });

  it('whose job is lost is found by the sweeper', async () => {
    await list('Compass');
    expect(await count(`due_knowledge`)).toBe(COUNT);
    jest.restoreAllMocks();
    await until('the sweeper has found it', async () => (await count(`due_knowledge`)) === 0);
    await app.idle();
    expect(await found('Compass 103')).toContain('Compass 103');
  });

  it('has no chunk of a product that was deleted meanwhile, and the newest text of one that changed again', async () => {
    const store = await list('Anchor');
    await logWithoutJob(app, tokenId, productEvent({ id: 100 }, { event_type: 'product.deleted' }));
    await logWithoutJob(app, tokenId, productEvent({ id: 101, name: 'Sextant 101' }));
    await app.nest.get(EventProcessor).process(store, now);
    expect(await count(`due_knowledge WHERE accepted_at IS NOT NULL`)).toBe(COUNT - 2);
    const chunksOf = (id: number) =>
      app.query<{ text: string }>(
        `SELECT c.text FROM chunks c JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
          WHERE p.user_id = $1 AND p.external_id = $2`,
        [owner.id, `woo_${id}`],
      );
    expect(await chunksOf(100)).toEqual([]);
    expect((await chunksOf(101)).every(({ text }) => text.startsWith('Sextant 101'))).toBe(true);
    jest.restoreAllMocks();
    // Twice and at once: a job may be.
    const renewer = app.nest.get(KnowledgeRenewer);
    await Promise.all([renewer.renew(store, never), renewer.renew(store, never)]);
    await app.idle();
    expect(await chunksOf(100)).toEqual([]);
    expect((await chunksOf(101)).every(({ text }) => text.startsWith('Sextant 101'))).toBe(true);
    expect((await chunksOf(102)).every(({ text }) => text.startsWith('Anchor 102'))).toBe(true);
    expect(await chunksOf(102)).not.toEqual([]);
    const listed = await app.get('/api/v1/web-knowledge/products/?search=anchor%20100', owner.access);
    expect(listed.body.results).toMatchObject([{ title: 'Anchor 100', is_active: false }]);
  });

  const statusOf = async (
    id: number,
  ): Promise<{ state: string; searchable: boolean; error: string | null }> => {
    const answer = await app.post('/api/integrations/woocommerce/products/status/', { ids: [id] }, token);
    return answer.body.results[0];
  };
  const outlook = async () => {
    const active = (await app.nest.get(Generations).active())!;
    return app.nest.get(EmbeddingQueue).outlook([active.id], 1000);
  };

  it('is not whole while texts of it are due, for the shop and for the operator', async () => {
    const admin = await app.createUser({ staff: true });
    await list('Barometer', 500);
    jest.restoreAllMocks();
    await until('all is renewed', async () => (await count(`due_knowledge`)) === 0);
    await app.idle();
    expect(await statusOf(505)).toMatchObject({ state: 'synced', searchable: true });
    await list('Hygrometer', 500);
    expect(await statusOf(505)).toMatchObject({ state: 'synced', searchable: false });
    await app.query(
      `UPDATE due_knowledge SET accepted_at = now() - interval '300 seconds', due_at = now() - interval '200 seconds',
              next_attempt_at = now() - interval '100 seconds'
        WHERE product_id = (SELECT max(product_id) FROM due_knowledge)`,
    );
    // Gauges are kept for some seconds.
    await until('the gauges are read anew', async () => {
      const metrics = await Scrape.of(app);
      return metrics.value('fiko_chunks{status="pending"}') === COUNT;
    });
    const metrics = await Scrape.of(app);
    expect(metrics.value('fiko_searchable_oldest_wait_seconds')).toBeGreaterThan(299);
    expect(metrics.value('fiko_chunks_oldest_due_seconds')).toBeGreaterThan(99);
    const embeddings = await app.get('/api/v1/web-knowledge/embeddings/', admin.access);
    expect(embeddings.body.pending_chunks).toBe(COUNT);
    const dashboard = await app.get('/api/v1/dashboard/', owner.access);
    expect(dashboard.body.embedding.pending_chunks).toBe(COUNT);
    expect(Date.parse(dashboard.body.embedding.oldest_pending_at)).toBeLessThan(Date.now() - 190_000);
    expect((await outlook()).moreComing).toBe(true);
  });

  it('keeps a model that costs from beginning by itself though nothing has a chunk yet', async () => {
    await list('Sundial', 500);
    const chunks = await app.query<{ id: number }>(`UPDATE chunks SET generation = -generation RETURNING id`);
    expect(chunks).not.toEqual([]);
    const generations = app.nest.get(Generations);
    const empty = await generations.isEmpty((await generations.active())!);
    await app.query(`UPDATE chunks SET generation = -generation`);
    expect(empty).toBe(false);
  });

  it('is renewed but for the one product that cannot be, which is seen and tried again later', async () => {
    await app.query(`
      CREATE FUNCTION refuse_document() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT 1 FROM products WHERE id = NEW.product_id AND title = 'Poison 507') THEN
          RAISE EXCEPTION 'these texts are refused';
        END IF;
        RETURN NEW;
      END $$`);
    await app.query(`
      CREATE TRIGGER refuse_document BEFORE INSERT ON documents FOR EACH ROW EXECUTE FUNCTION refuse_document()`);
    try {
      const store = await list('Poison', 500);
      await renew(store);
      const due = await app.query<Record<string, unknown>>(
        `SELECT p.external_id, d.attempts, d.error_message,
                d.next_attempt_at > now() + interval '1 second' AS later
           FROM due_knowledge d JOIN products p ON p.id = d.product_id`,
      );
      expect(due).toEqual([
        { external_id: 'woo_507', attempts: 1, error_message: 'these texts are refused', later: true },
      ]);
      expect(await app.nest.get(KnowledgeRenewer).isDue(store)).toBe(false);
      expect((await outlook()).moreComing).toBe(false);
      const status = await statusOf(507);
      expect(status).toMatchObject({ state: 'synced', searchable: false, error: 'these texts are refused' });
      const ready = await app.get('/health/ready');
      expect(ready.body.checks.embeddings).toContain('1 product');

      // Tried again in vain, it waits for longer.
      await app.query(`UPDATE due_knowledge SET next_attempt_at = now(), attempts = 12`);
      await renew(store);
      const [again] = await app.query<{ attempts: number; seconds: number }>(
        `SELECT attempts, extract(epoch FROM next_attempt_at - now())::float8 AS seconds FROM due_knowledge`,
      );
      expect(again!.attempts).toBe(13);
      expect(again!.seconds).toBeLessThanOrEqual(3600);

      // A later change is tried at once, as one that never failed.
      await list('Potion', 500);
      expect(await count(`due_knowledge WHERE attempts = 0 AND next_attempt_at <= now()`)).toBe(COUNT);
      jest.restoreAllMocks();
      await renew(store);
      await app.idle();
      expect(await statusOf(507)).toMatchObject({ state: 'synced', searchable: true, error: null });
    } finally {
      await app.query(`DROP FUNCTION refuse_document() CASCADE`);
    }
  });

  it('keeps no later product waiting for the first ones, that change again and again', async () => {
    await list('Gimbal', 500);
    await list('Binnacle', 600);
    const store = await list('Gimbal anew', 500);
    // Of the first batch all are older.
    const renewer = app.nest.get(KnowledgeRenewer);
    renewer.batchProducts = COUNT;
    await renewer.renew(store, AbortSignal.abort());
    await list('Gimbal again', 500);
    await renewer.renew(store, AbortSignal.abort());
    renewer.batchProducts = 50;
    expect(
      await count(`due_knowledge d JOIN products p ON p.id = d.product_id WHERE p.title LIKE 'Binnacle %'`),
    ).toBe(0);
  });

  it('is renewed by about a megabyte at a time', async () => {
    const writer = app.nest.get(ProductWriter);
    const before = writer.renewedAtOnce;
    writer.renewedAtOnce = 1;
    const store = await list('Tome', 300, { description: `${'تلسکوپ '.repeat(8)}\n`.repeat(550) });
    writer.renewedAtOnce = before;
    const renewals = jest.spyOn(app.nest.get(KnowledgeService), 'renew');
    await renew(store);
    const bytes = renewals.mock.calls.map(([, , changes]) =>
      changes.reduce((sum, { content }) => sum + Buffer.byteLength(content.description), 0),
    );
    expect(bytes.length).toBeGreaterThan(1);
    expect(Math.max(...bytes)).toBeLessThan(1_000_000);
  });

  describeIn('server', 'the embedded database has one connection', 'whose store is merged', () => {
    it('waits for the other store too', async () => {
      const store = await list('Keel', 400);
      const [other] = await app.query<{ id: number }>(
        `INSERT INTO stores (user_id, platform, url) VALUES ($1, 'woocommerce', 'other.example.com') RETURNING id`,
        [owner.id],
      );
      const [merging, applying] = [0, 0].map(() => app.nest.get(DataSource).createQueryRunner());
      const lock = `SELECT 1 FROM stores WHERE id = $1 FOR NO KEY UPDATE`;
      const blocked = (): Promise<boolean> =>
        app
          .query(
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE'`,
          )
          .then((rows) => rows.length > 0);
      await merging!.startTransaction();
      await applying!.startTransaction();
      await merging!.query(lock, [store.store_id]);
      await applying!.query(lock, [other!.id]);
      const renewed = renew(store);
      await until('it waits for its store', blocked);
      await merging!.query(`UPDATE stores SET merged_into = $2 WHERE id = $1`, [store.store_id, other!.id]);
      await merging!.commitTransaction();
      await until('it waits for the other', blocked);
      expect(await count(`due_knowledge`)).toBe(COUNT);
      await applying!.commitTransaction();
      await renewed;
      expect(await count(`due_knowledge`)).toBe(0);
      await app.query(`UPDATE stores SET merged_into = NULL WHERE id = $1`, [store.store_id]);
      await Promise.all([merging!.release(), applying!.release()]);
    });
  });
});
