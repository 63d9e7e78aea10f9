import { JobQueue } from '../src/jobs/job-queue.service';
import { until } from './support/event-log';
import { describeIn } from './support/mode';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const BACKLOG = 4000;
const NOISE = 40;

/** Counts of what the noisy shop gets in the meantime, not times: they hold on a busy machine too. */
describe('a noisy shop', () => {
  let app: TestApp;
  let noisy: TestUser;
  let noisyToken: { id: number; secret: string };
  let quiet: TestUser;
  let quietToken: { id: number; secret: string };

  beforeAll(async () => {
    app = await TestApp.start({ WEBHOOK_REQUESTS_PER_MINUTE: '1000000' });
    [noisy, quiet] = [await app.createUser(), await app.createUser()];
    [noisyToken, quietToken] = [await app.createToken(noisy), await app.createToken(quiet)];
    for (const { secret } of [noisyToken, quietToken]) await app.webhook(secret, productEvent({ id: 1 }));
    await app.idle();
  });
  afterAll(() => app.close());

  const count = async (where: string, user: TestUser): Promise<number> => {
    const [row] = await app.query<{ count: number }>(
      `SELECT count(*) AS count FROM events WHERE user_id = $1 AND ${where}`,
      [user.id],
    );
    return row!.count;
  };

  it("with thousands of events waiting has another shop's event worked off before most of its own", async () => {
    const [store] = await app.query<{ user_id: number; store_id: number }>(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload)
       SELECT t.user_id, t.store_id, t.id, 'backlog-' || number, 'product.updated', number,
              json_build_object('event_id', 'backlog-' || number, 'event_type', 'product.updated',
                'product', json_build_object('id', number, 'name', 'کالای شمارهٔ ' || number, 'price', number))
         FROM integration_tokens t CROSS JOIN generate_series(1001, 1000 + ${BACKLOG}) AS number
        WHERE t.id = $1
       RETURNING user_id, store_id`,
      [noisyToken.id],
    );
    await app.nest.get(JobQueue).nudge('events.process', store!);
    await until('the noise is worked on', async () => (await count(`status = 'processed'`, noisy)) > 100);
    const before = await count(`status = 'queued'`, noisy);
    expect(before).toBeGreaterThan(BACKLOG / 2);
    expect((await app.webhook(quietToken.secret, productEvent({ id: 2, name: 'quiet' }))).status).toBe(202);
    await until('the quiet shop is served', async () => (await count(`status = 'queued'`, quiet)) === 0);
    const servedMeanwhile = before - (await count(`status = 'queued'`, noisy));
    // In the order of arrival it would have waited for all of them.
    expect(servedMeanwhile).toBeLessThan(before / 3);
    await app.idle(120_000);
    expect(await count(`status = 'processed'`, noisy)).toBe(BACKLOG + 1);
  });

  it('that is over its limit is refused, and another is not', async () => {
    const staff = await app.createUser({ staff: true });
    const limit = (requests: number | null) =>
      app.request('PATCH', `/api/v1/integrations/tokens/${noisyToken.id}/`, {
        token: staff.access,
        body: { rate_limit_per_minute: requests },
      });
    expect((await limit(5)).status).toBe(200);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => app.webhook(noisyToken.secret, productEvent({ id: 4 }))),
    );
    const another = await app.webhook(quietToken.secret, productEvent({ id: 4 }));
    expect((await limit(null)).status).toBe(200);
    // On a machine so busy that Redis is late, five more are counted in memory.
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect(another.status).toBe(202);
  });

  describeIn('server', 'the embedded database runs one statement at a time', 'on slow disks', () => {
    it('takes one connection, and leaves the others to other shops', async () => {
      await app.query(`CREATE SEQUENCE noisy_statements`);
      await app.query(`
        CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM written WHERE user_id = ${noisy.id}) THEN
            PERFORM pg_sleep(0.5);
            PERFORM nextval('noisy_statements');
          END IF;
          RETURN NULL;
        END $$`);
      await app.query(`
        CREATE TRIGGER be_slow AFTER INSERT ON events REFERENCING NEW TABLE AS written
          FOR EACH STATEMENT EXECUTE FUNCTION be_slow()`);
      let open = true;
      let answered = 0;
      const senders = Array.from({ length: NOISE }, async (_, lane) => {
        for (let number = 0; open; number++) {
          const { status } = await app.webhook(
            noisyToken.secret,
            productEvent({ id: 100 + lane, price: number }),
          );
          expect(status).toBe(202);
          answered++;
        }
      });
      const statements = async (): Promise<number> =>
        Number(
          (await app.query<{ last: string }>(`SELECT last_value AS last FROM noisy_statements`))[0]!.last,
        );
      await until('the noise is on', () => Promise.resolve(answered > 2 * NOISE));
      const [before, answeredBefore] = [await statements(), answered];
      for (let number = 0; number < 10; number++) {
        expect((await app.webhook(quietToken.secret, productEvent({ id: 3, price: number }))).status).toBe(
          202,
        );
      }
      const [used, meanwhile] = [(await statements()) - before, answered - answeredBefore];
      open = false;
      await Promise.all(senders);
      await app.query(`DROP TRIGGER be_slow ON events`);
      // With a connection for each of forty requests, ten answers would have taken dozens of those slow statements.
      expect(used).toBeLessThan(12);
      // And nothing is lost by that: each statement stores what has come since the one before.
      expect(meanwhile).toBeGreaterThanOrEqual(Math.max(0, used - 2) * (NOISE / 2));
      await app.idle(120_000);
    });
  });
});
