import { cpus } from 'node:os';
import type { Queue } from 'bullmq';
import { Client } from 'pg';
import { Config } from '../src/config/config';
import { createJobBackend } from '../src/jobs/jobs.module';
import { FakeOpenAi } from './support/fake-openai';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const PRODUCTS = Number(process.env.FIKO_PRODUCTS ?? 3000);
const IN_FLIGHT = 16;
const QUESTIONS = 100;
const SENTENCES = [
  'این محصول از بهترین مواد اولیه ساخته شده و برای استفادهٔ روزانه بسیار مناسب است.',
  'رویهٔ تنفسی و زیرهٔ نرم آن پیاده‌روی طولانی را آسان می‌کند.',
  'شستن آن با آب سرد و مایع ملایم توصیه می‌شود و رنگ آن ثابت می‌ماند.',
  'ارسال به سراسر کشور در بسته‌بندی محکم، با هفت روز ضمانت بازگشت کالا.',
];

interface Step {
  name: string;
  count: number;
  wallMs: number;
  cpuMs: number;
}

/**
 * What one event, product and chunk cost, in bytes on disk and in milliseconds, beside a bare INSERT of the same body
 * in the same run. Run by `npm run measure`; its table is in docs/scaling.md.
 */
describe('the cost of one', () => {
  let app: TestApp;
  let fake: FakeOpenAi;
  let owner: TestUser;
  let token: string;
  let queue: Queue;
  const steps: Step[] = [];

  beforeAll(async () => {
    fake = await FakeOpenAi.start();
    app = await TestApp.start({
      OPENAI_API_KEY: 'key',
      OPENAI_BASE_URL: fake.url,
      SWEEP_INTERVAL_MS: '3600000',
      WEBHOOK_REQUESTS_PER_MINUTE: '1000000',
    });
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
    queue = createJobBackend(app.nest.get(Config), app.database.url).queue('sync');
  });
  afterAll(async () => {
    await queue.close();
    await app.close();
    await fake.stop();
  });

  const product = (id: number, price: number) => ({
    id,
    name: `محصول شمارهٔ ${id}`,
    sku: `SKU-${id}`,
    price,
    regular_price: price,
    description: SENTENCES.map((sentence, index) => `<p>${sentence} ${(id * 7 + index) % 997}</p>`)
      .join('\n')
      .repeat(2),
  });
  const events = (price: number) =>
    Array.from({ length: PRODUCTS }, (_, index) => productEvent(product(index + 1, price)));

  async function measure(name: string, count: number, work: () => Promise<void>): Promise<void> {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    await work();
    const used = process.cpuUsage(cpu);
    steps.push({ name, count, wallMs: performance.now() - started, cpuMs: (used.user + used.system) / 1000 });
  }

  async function inFlight<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
    const left = [...items];
    const one = async (): Promise<void> => {
      for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  }

  /** Takes events in, and works them off afterwards: each of the two is timed by itself. */
  async function sync(name: string, price: number): Promise<void> {
    await queue.pause();
    await measure(`${name}: intake, an event`, PRODUCTS, () =>
      inFlight(events(price), async (event) => {
        const { status } = await app.webhook(token, event);
        if (status !== 202) throw new Error(`answered ${status}`);
      }),
    );
    await measure(`${name}: processing and embedding, a product`, PRODUCTS, async () => {
      await queue.resume();
      await app.idle(600_000);
    });
  }

  it('is measured', async () => {
    const bare = new Client({ connectionString: app.database.url });
    await bare.connect();
    await bare.query(`CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body json)`);
    const bodies = events(1).map((event) => JSON.stringify(event));
    await measure('bare INSERT, one client', PRODUCTS, async () => {
      for (const body of bodies) await bare.query(`INSERT INTO bare (body) VALUES ($1)`, [body]);
    });
    await bare.end();
    await sync('first sync', 850_000);
    await sync('repricing', 910_000);
    // As autovacuum does within a minute: the lists of what is new in inverted indexes are read whole until then.
    await app.query(`VACUUM ANALYZE`);
    const ask = (name: string, question: (index: number) => string) =>
      measure(`search, ${name}`, QUESTIONS, async () => {
        for (let i = 0; i < QUESTIONS; i++) {
          const path = `/api/v1/web-knowledge/search/?q=${encodeURIComponent(question(i))}`;
          const { status, body } = await app.get(path, owner.access);
          if (status !== 200 || body.count === 0) throw new Error(`answered ${status}: ${question(i)}`);
        }
      });
    await ask('a title', (index) => `محصول شمارهٔ ${index + 1}`);
    await ask('a misspelt word', (index) => `مصحول شمارهٔ ${index + 1}`);
    await ask('words that all products have', (index) => SENTENCES[index % 4]!);
    expect(fake.requests.flat()).toHaveLength(
      (await app.query(`SELECT 1 FROM chunks`)).length + 3 * QUESTIONS,
    );
    await report(bodies);
  }, 1_800_000);

  async function report(bodies: string[]): Promise<void> {
    await app.query(`VACUUM ANALYZE`);
    const sizes = await app.query<{ name: string; rows: number; table: number; indexes: number }>(
      `SELECT relname AS name, reltuples::bigint AS rows, pg_table_size(oid) AS table, pg_indexes_size(oid) AS indexes
         FROM pg_class WHERE relname IN ('events', 'products', 'documents', 'chunks') ORDER BY relname`,
    );
    const [{ version } = { version: '' }] = await app.query<{ version: string }>(
      `SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync') AS version`,
    );
    const kilobytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / bodies.length / 1024;
    const [baseline] = steps;
    const lines = [
      `${PRODUCTS} products, bodies of ${kilobytes.toFixed(1)} KiB, ${cpus().length} cores, PostgreSQL ${version}`,
      '',
      '| table | bytes a row, table | bytes a row, indexes |',
      '| --- | --- | --- |',
      ...sizes.map(
        ({ name, rows, table, indexes }) =>
          `| ${name} | ${Math.round(table / rows)} | ${Math.round(indexes / rows)} |`,
      ),
      '',
      '| step | ms a unit | of the process’s CPU, ms | times a bare INSERT |',
      '| --- | --- | --- | --- |',
      ...steps.map(({ name, count, wallMs, cpuMs }) => {
        const ratio = wallMs / count / (baseline!.wallMs / baseline!.count);
        return `| ${name} | ${(wallMs / count).toFixed(2)} | ${(cpuMs / count).toFixed(2)} | ${ratio.toFixed(1)} |`;
      }),
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
});
