import { request, type ClientRequest } from 'node:http';
import { Cluster, eventually, Member } from './support/cluster';
import { describeIn } from './support/mode';
import { freePort } from './support/server-process';
import { seeded, type Attempt, type Shop } from './support/shop';

/** Long enough for the slowest: a dead worker's chunks are its own for half a minute. */
const CASE_TIMEOUT_MS = 180_000;

describeIn(
  'own servers',
  'it kills processes and stops servers',
  'an installation whose parts fail while a shop posts',
  () => {
    let cluster: Cluster;
    let shop: Shop;

    beforeAll(async () => {
      cluster = await Cluster.start({ apis: 2, workers: 2, environment: { STOP_DELAY_MS: '3000' } });
    }, CASE_TIMEOUT_MS);
    beforeEach(async () => {
      await cluster.heal();
      shop = await cluster.openShop();
      await shop.sells(40);
    }, CASE_TIMEOUT_MS);
    afterEach(() => shop?.close(), CASE_TIMEOUT_MS);
    afterAll(() => cluster?.remove(), CASE_TIMEOUT_MS);

    const statuses = (attempts: Attempt[]) => [...new Set(attempts.map(({ status }) => status))].sort();
    const slowest = (attempts: Attempt[]) => Math.max(...attempts.map(({ tookMs }) => tookMs));
    /** Answers of promise, and of copies, within this many milliseconds. */
    const expectTakenIn = (attempts: Attempt[], withinMs: number) => {
      expect(attempts.length).toBeGreaterThan(20);
      expect(statuses(attempts).filter((status) => status !== 200 && status !== 202)).toEqual([]);
      expect(slowest(attempts)).toBeLessThan(withinMs);
    };
    const refused = ({ status, retryAfter }: Attempt) => status === 503 && retryAfter !== undefined;

    it(
      'keeps its promises when an api is killed',
      async () => {
        for (const api of cluster.apis) {
          await api.kill();
          await shop.sells(40);
          await api.start();
          await shop.sells(20);
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'finishes the work of workers that are killed',
      async () => {
        // So that a killed one has requests in hand.
        cluster.openai.delayMs = 300;
        for (let round = 0; round < 4; round++) {
          const worker = cluster.workers[round % 2]!;
          await worker.kill();
          await shop.sells(20);
          await worker.start();
          await shop.sells(20);
        }
        for (const worker of cluster.workers) await worker.kill();
        await shop.sells(40);
        for (const worker of cluster.workers) await worker.start();
        cluster.openai.delayMs = 0;
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'takes events in while Redis is away',
      async () => {
        for (const how of ['term', 'kill'] as const) {
          const attempts = await shop.during(async () => {
            await cluster.redis!.stop(how);
            await shop.sells(60);
            await cluster.redis!.resume();
            await shop.sells(20);
          });
          expectTakenIn(attempts, 3000);
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'finds its work again when Redis has forgotten everything',
      async () => {
        for (let round = 0; round < 5; round++) {
          await cluster.redis!.command('flushall');
          await shop.sells(20);
        }
        await shop.close();
        await cluster.redis!.command('flushall');
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'takes events in while Redis hangs',
      async () => {
        const attempts = await shop.during(async () => {
          cluster.redis!.pause();
          await shop.sells(60);
          cluster.redis!.unpause();
          await shop.sells(20);
        });
        expectTakenIn(attempts, 5000);
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'takes events in while Redis has no memory left',
      async () => {
        const attempts = await shop.during(async () => {
          await cluster.redis!.command('config', 'set', 'maxmemory', '1');
          expect(await cluster.redis!.command('set', 'a', 'b')).toContain('OOM');
          await shop.sells(60);
          await cluster.redis!.command('config', 'set', 'maxmemory', '0');
          await shop.sells(20);
        });
        expectTakenIn(attempts, 3000);
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'refuses events while PostgreSQL is away, and goes on by itself',
      async () => {
        for (const how of ['fast', 'immediate'] as const) {
          const attempts = await shop.during(async () => {
            await cluster.postgres.stop(how);
            for (const { url } of cluster.apis) {
              await shop.sees(`503 of ${url}`, (attempt) => attempt.url === url && refused(attempt));
            }
            await cluster.postgres.resume();
            await shop.sells(40);
          });
          expect(statuses(attempts).filter((status) => ![200, 202, 503].includes(status!))).toEqual([]);
          expect(slowest(attempts)).toBeLessThan(5000);
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'goes on when all connections are cut, again and again',
      async () => {
        for (let round = 0; round < 6; round++) {
          await cluster.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
          );
          await cluster.redis!.command('client', 'kill', 'type', 'normal');
          await shop.sells(15);
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'promises nothing while PostgreSQL is read only',
      async () => {
        await cluster.query(`ALTER SYSTEM SET default_transaction_read_only = on`);
        await cluster.query(`SELECT pg_reload_conf()`);
        for (const { url } of cluster.apis) {
          await shop.sees(`503 of ${url}`, (attempt) => attempt.url === url && refused(attempt));
        }
        const attempts = await shop.during(() => shopTries(shop, 40));
        expect(statuses(attempts)).toEqual([503]);
        await cluster.query(`ALTER SYSTEM RESET default_transaction_read_only`);
        await cluster.query(`SELECT pg_reload_conf()`);
        await shop.sells(20);
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'loses no event and no retry while the disk of PostgreSQL is full',
      async () => {
        await cluster.query(`
        CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`);
        const fill = (table: string) =>
          cluster.query(
            `CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION disk_full()`,
          );
        const clear = (table: string) => cluster.query(`DROP TRIGGER IF EXISTS disk_full ON ${table}`);
        try {
          await fill('products');
          // Taken in, and not processed: for longer than a job tries again by itself.
          await shop.sells(60);
          await eventually('a job has failed for good', 30_000, () =>
            cluster.workers.some(({ stdout }) => /could not extend file.*"attempts":4/.test(stdout)),
          );
          await fill('events');
          await shop.sees('503', refused);
          expect(statuses(await shop.during(() => shopTries(shop, 40)))).toEqual([503]);
        } finally {
          await clear('events');
          await clear('products');
          await cluster.query(`DROP FUNCTION disk_full`);
        }
        await shop.sells(20);
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'ends an api in order: no request is dropped that came before, or while load balancers turn elsewhere',
      async () => {
        const [api] = cluster.apis as [Member];
        const slow = await halfPosted(shop, api);
        const from = shop.attempts.length;
        const ending = api.terminate();
        await eventually('it says that it is stopping', 2500, async () => {
          const answer = await fetch(`${api.url}/health/ready`);
          const { status } = (await answer.json()) as { status: string };
          return answer.status === 503 && status === 'stopping';
        });
        const turnedAway = shop.attempts.length;
        shop.avoid(api.url);
        await eventually('the shop posts on, elsewhere', 5000, () => shop.attempts.length > turnedAway + 10);
        expect(await slow.finish()).toBe(202);
        const { code, tookMs } = await ending;
        expect(code).toBe(0);
        expect(tookMs).toBeLessThan(10_000);
        const attempts = shop.attempts.slice(from);
        expect(statuses(attempts).filter((status) => ![200, 202].includes(status!))).toEqual([]);
        await api.start();
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'ends a worker in order: another takes its work over at once',
      async () => {
        const [ending, other] = cluster.workers as [Member, Member];
        expect((await other.terminate()).code).toBe(0);
        cluster.openai.delayMs = 20_000;
        const before = cluster.openai.requests.length;
        await eventually('a request is under way', 20_000, () => cluster.openai.requests.length > before);
        cluster.openai.delayMs = 0;
        await other.start();
        const { code, tookMs } = await ending.terminate();
        expect(code).toBe(0);
        expect(tookMs).toBeLessThan(12_000);
        await shop.close();
        await cluster.idle(shop, 10_000);
        await ending.start();
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'starts ten processes at once on an empty database',
      async () => {
        // Its posts would take the processor from the ten.
        await shop.close();
        const url = new URL(cluster.postgres.url());
        await cluster.query(`CREATE DATABASE empty`);
        url.pathname = '/empty';
        const environment = {
          DATABASE_URL: url.href,
          REDIS_URL: cluster.redis!.url,
          REDIS_PREFIX: 'ten',
          LOG_LEVEL: 'error',
        };
        const ten = await Promise.all(
          Array.from(
            { length: 10 },
            async (_, number) => new Member(number < 5 ? 'api' : 'worker', await freePort(), environment),
          ),
        );
        try {
          await Promise.all(ten.map((member) => member.start()));
          expect(ten.filter(({ stdout }) => stdout.includes('Integration token'))).toHaveLength(1);
          for (const { url: address } of ten)
            expect((await fetch(`${address}/health/ready`)).status).toBe(200);
          const [counts] = await cluster.query<Record<string, number>>(
            `SELECT (SELECT count(*)::int FROM migrations) AS ran,
                  (SELECT count(DISTINCT name)::int FROM migrations) AS migrations,
                  (SELECT count(*)::int FROM users) AS users,
                  (SELECT count(*)::int FROM integration_tokens) AS tokens`,
            [],
            url.href,
          );
          expect(counts).toMatchObject({ ran: counts!.migrations, users: 1, tokens: 1 });
          expect(counts!.migrations).toBeGreaterThan(1);
          const ends = await Promise.all(ten.map((member) => member.terminate()));
          expect(ends.map(({ code }) => code)).toEqual(ten.map(() => 0));
        } finally {
          await Promise.all(ten.map((member) => member.kill()));
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );
  },
);

/** Resolves once the shop was answered so often, whatever it was. */
async function shopTries(shop: Shop, times: number): Promise<void> {
  const enough = shop.attempts.length + times;
  await eventually(`the shop tries ${times} times`, 60_000, () => shop.attempts.length >= enough);
}

/** A post whose second half is sent later. */
async function halfPosted(shop: Shop, api: Member): Promise<{ finish(): Promise<number> }> {
  const event = shop.nextEvent(seeded(shop.seed), 1000);
  const body = Buffer.from(JSON.stringify(event));
  const half = body.length >> 1;
  const outgoing: ClientRequest = request(api.url + shop.path, {
    method: 'POST',
    headers: { ...shop.headers, 'content-length': body.length },
  });
  await new Promise<void>((resolve) => outgoing.write(body.subarray(0, half), () => resolve()));
  return {
    finish: () =>
      new Promise((resolve, reject) => {
        outgoing.once('error', reject);
        outgoing.once('response', (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        });
        outgoing.end(body.subarray(half));
      }),
  };
}
