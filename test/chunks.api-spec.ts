import { FakeOpenAi } from './support/fake-openai';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const CHUNKS = '/api/v1/web-knowledge/chunks/';
const EMBEDDINGS = '/api/v1/web-knowledge/embeddings/';
const SECRET_REASON = /400.*not allowed/;

describe('chunks and their embeddings', () => {
  let fake: FakeOpenAi;
  let app: TestApp;
  let owner: TestUser;
  let stranger: TestUser;
  let admin: TestUser;

  beforeAll(async () => {
    fake = await FakeOpenAi.start();
    app = await TestApp.start({
      OPENAI_API_KEY: 'sk-of-this-test',
      OPENAI_BASE_URL: fake.url,
      // Texts of one test are those of another.
      EMBEDDING_CACHE_DAYS: '0',
    });
  });
  afterAll(async () => {
    await app.close();
    await fake.stop();
  });
  beforeEach(async () => {
    await app.query(`DELETE FROM products`);
    [owner, stranger, admin] = await Promise.all([
      app.createUser(),
      app.createUser(),
      app.createUser({ staff: true }),
    ]);
    fake.answer = (inputs) =>
      inputs.some((text) => text.includes('poison'))
        ? { status: 400, body: { error: { message: 'this input is not allowed' } } }
        : 'embed';
    await sell(owner, ['Wool scarf', 'A poison ring', 'A poison cup']);
    await sell(stranger, ['A poison hat']);
    await app.idle();
    fake.requests.length = 0;
  });

  async function sell(user: TestUser, names: string[]): Promise<void> {
    const { secret } = await app.createToken(user);
    for (const [index, name] of names.entries()) {
      const event = { ...productEvent(), product: { id: index + 1, name } };
      expect((await app.webhook(secret, event)).status).toBe(202);
    }
  }

  const list = async (user: TestUser, query = '') => (await app.get(`${CHUNKS}${query}`, user.access)).body;
  const failed = async (user: TestUser): Promise<{ id: number; text: string }[]> =>
    (await list(user, '?status=failed')).results;

  it('are made of a text that names a special token of the encoding', async () => {
    await sell(owner, ['A mug that says <|endoftext|> and <|fim_prefix|>']);
    await app.idle();
    const mugs = (await list(owner)).results.filter(({ text }: { text: string }) => text.includes('mug'));
    expect(mugs).toMatchObject([{ status: 'embedded', text: expect.stringContaining('<|endoftext|>') }]);
  });

  it('are listed with the reason of those that were refused: to the owner their own, to staff all', async () => {
    const mine = await list(owner);
    expect(mine).toMatchObject({ count: 3, next: null });
    const [ring] = (await list(owner, '?status=failed')).results.filter(({ text }: { text: string }) =>
      text.includes('ring'),
    );
    expect(ring).toMatchObject({
      user: owner.id,
      product_title: 'A poison ring',
      chunk_type: 'product',
      status: 'failed',
      error_message: expect.stringMatching(SECRET_REASON),
      attempts: 1,
    });
    expect((await list(owner, `?product_id=${ring.product}`)).count).toBe(1);
    expect((await list(owner, '?page_size=2&page=2')).results).toHaveLength(1);
    expect((await list(owner, `?user_id=${stranger.id}`)).count).toBe(0);
    expect((await list(stranger)).count).toBe(1);
    expect((await list(admin)).count).toBe(4);
    expect((await list(admin, `?user_id=${stranger.id}&status=failed`)).count).toBe(1);
  });

  it('are found by words of their text or their product’s title, and by shop', async () => {
    const [store] = await app.query<{ store_id: number }>(
      `SELECT DISTINCT store_id FROM products WHERE user_id = $1`,
      [owner.id],
    );
    const titles = async (user: TestUser, query: string) =>
      (await list(user, query)).results
        .map(({ product_title: title }: { product_title: string }) => title)
        .sort();
    expect(await titles(owner, '?search=SCARF')).toEqual(['Wool scarf']);
    expect(await titles(owner, '?search=poison')).toEqual(['A poison cup', 'A poison ring']);
    expect(await titles(owner, '?search=poison&status=embedded')).toEqual([]);
    expect(await titles(owner, '?search=p_ison')).toEqual([]);
    expect(await titles(admin, '?search=poison')).toEqual(['A poison cup', 'A poison hat', 'A poison ring']);
    expect(await titles(owner, `?store_id=${store!.store_id}`)).toHaveLength(3);
    expect(await titles(admin, `?store_id=${store!.store_id}&search=ring`)).toEqual(['A poison ring']);
    expect(await titles(admin, `?store_id=${store!.store_id}&user_id=${stranger.id}`)).toEqual([]);
    expect(await titles(stranger, `?store_id=${store!.store_id}`)).toEqual([]);
    expect(await titles(stranger, '?search=scarf')).toEqual([]);
    await app.query(`UPDATE products SET title = 'Renamed' WHERE user_id = $1 AND title = 'Wool scarf'`, [
      owner.id,
    ]);
    expect(await titles(owner, '?search=renamed')).toEqual(['Renamed']);
  });

  it('that were refused are sent once more, one by one', async () => {
    const [ring, cup] = (await failed(owner)).sort((a, b) => (a.text > b.text ? -1 : 1));
    const again = await app.post(`${CHUNKS}${ring!.id}/retry/`, undefined, owner.access);
    expect([again.status, again.body]).toMatchObject([200, { status: 'queued', count: 1 }]);
    await app.idle();
    expect(fake.requests).toEqual([['A poison ring']]);
    expect((await failed(owner)).map(({ id }) => id).sort()).toEqual([ring!.id, cup!.id].sort());
    fake.answer = () => 'embed';
    expect((await app.post(`${CHUNKS}${ring!.id}/retry`, undefined, admin.access)).status).toBe(200);
    await app.idle();
    expect((await failed(owner)).map(({ id }) => id)).toEqual([cup!.id]);
    const done = await app.post(`${CHUNKS}${ring!.id}/retry/`, undefined, owner.access);
    expect([done.status, done.body.error]).toEqual([409, 'chunk_not_failed']);
  });

  it('that were refused are sent once more, all at once', async () => {
    fake.answer = () => 'embed';
    expect((await app.post(`${CHUNKS}retry/`, undefined, owner.access)).body.count).toBe(2);
    await app.idle();
    expect([await failed(owner), (await failed(stranger)).length]).toEqual([[], 1]);
    expect((await app.post(`${CHUNKS}retry/`, undefined, owner.access)).body.count).toBe(0);
    const other = await app.post(`${CHUNKS}retry/?user_id=${owner.id}`, undefined, admin.access);
    expect(other.body.count).toBe(0);
    expect((await app.post(`${CHUNKS}retry/`, undefined, admin.access)).body.count).toBe(1);
    await app.idle();
    expect(await failed(admin)).toEqual([]);
  });

  it('tell staff what waits and what the service was asked, by reason', async () => {
    await app.get('/api/v1/web-knowledge/search/?q=scarf', owner.access);
    await app.post(`${CHUNKS}retry/`, undefined, admin.access);
    await app.idle();
    // Counts are written down once a second.
    await new Promise((resolve) => setTimeout(resolve, 1300));
    const { status, body } = await app.get(EMBEDDINGS, admin.access);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      embedder: 'text-embedding-3-small@1536',
      configured: 'text-embedding-3-small@1536',
      building: null,
      pending_chunks: 0,
      failed_chunks: 3,
    });
    const usage = (reason: string) => body.usage.find((row: { reason: string }) => row.reason === reason);
    expect(usage('created').texts).toBeGreaterThanOrEqual(1);
    expect(usage('created').rejected).toBeGreaterThanOrEqual(3);
    expect(usage('retry').rejected).toBeGreaterThanOrEqual(3);
    expect(usage('question')).toMatchObject({ requests: 1, texts: 1, tokens: fake.countTokens('scarf') });
  });

  it.each([
    ['GET', CHUNKS],
    ['POST', `${CHUNKS}retry/`],
    ['POST', `${CHUNKS}1/retry/`],
    ['GET', EMBEDDINGS],
  ])('are for nobody without a session: %s %s', async (method, path) => {
    const { secret } = await app.createToken(owner);
    for (const token of [undefined, 'nonsense', secret, owner.refresh]) {
      const answer = await app.request(method, path, token === undefined ? {} : { token });
      expect([answer.status, answer.body.error]).toEqual([
        401,
        token === undefined ? 'not_authenticated' : 'session_invalid',
      ]);
    }
    expect(fake.requests).toEqual([]);
  });

  it('are not another user’s to retry, nor any user’s but staff to see as a whole', async () => {
    const [theirs] = await failed(stranger);
    const answer = await app.post(`${CHUNKS}${theirs!.id}/retry/`, undefined, owner.access);
    expect([answer.status, answer.body.error]).toEqual([404, 'not_found']);
    expect((await app.post(`${CHUNKS}999999/retry/`, undefined, admin.access)).status).toBe(404);
    const all = await app.post(`${CHUNKS}retry/?user_id=${stranger.id}`, undefined, owner.access);
    expect(all.body.count).toBe(0);
    const whole = await app.get(EMBEDDINGS, owner.access);
    expect([whole.status, whole.body.error]).toEqual([403, 'forbidden']);
    expect(fake.requests).toEqual([]);
  });

  it.each([
    '?status=lost',
    '?product_id=x',
    '?user_id=-1',
    '?page_size=1000',
    '?store_id=x',
    '?store_id=0',
    `?search=${'a'.repeat(201)}`,
  ])('are not listed by a bad filter: %s', async (query) => {
    const answer = await app.get(CHUNKS + query, owner.access);
    expect([answer.status, answer.body.error]).toEqual([400, 'validation_failed']);
    expect(answer.body.errors[0].field).toBe(/\?(\w+)/.exec(query)![1]);
  });
});
