import { EventProcessor } from '../src/integrations/events/event-processor.jobs';
import { JobQueue } from '../src/jobs/job-queue.service';
import { KnowledgeRenewer } from '../src/web-knowledge/knowledge-renewer.jobs';
import { logWithoutJob, until } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const COUNT = 30;
const SEARCH = '/api/v1/web-knowledge/search/';

describe('a large batch of products', () => {
  let app: TestApp;
  let owner: TestUser;
  let tokenId: number;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start({ SWEEP_INTERVAL_MS: '2000' });
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
  const list = async (word: string, firstId = 100): Promise<{ user_id: number; store_id: number }> => {
    jest.spyOn(app.nest.get(JobQueue), 'nudge').mockResolvedValue();
    jest.spyOn(app.nest.get(KnowledgeRenewer), 'storesDue').mockResolvedValue([]);
    const events = Array.from({ length: COUNT }, (_, index) =>
      productEvent({ id: firstId + index, name: `${word} ${firstId + index}` }),
    );
    for (const event of events) await logWithoutJob(app, tokenId, event);
    const [store] = await app.query<{ user_id: number; store_id: number }>(
      `SELECT user_id, store_id FROM events WHERE event_id = $1`,
      [events[0]!.event_id],
    );
    await app.nest.get(EventProcessor).process(store!, now);
    return store!;
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
  });
});
