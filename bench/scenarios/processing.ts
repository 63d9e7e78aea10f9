import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { QUEUE, type Done } from '../baselines/worker-queue';
import type { Line, Scenario } from '../scenario';
import { withDatabase, type Machine } from '../support/machine';
import { eventOf } from '../support/payload';
import { BenchProcess, firstAccess, request, startProduct } from '../support/processes';
import { spread } from '../support/statistics';
import { furtherShops, processingSeconds, sendBatches, untilNone, WorkerQueue } from '../support/waiting';

const EVENTS = 10_000;
const SHOPS = 100;
const KINDS = ['new', 'repriced', 'unchanged', 'newOfManyShops'] as const;
type Kind = (typeof KINDS)[number];
const WHAT: Record<Kind, string> = {
  new: 'new products of one shop',
  repriced: 'the same, repriced',
  unchanged: 'the same, sent again unchanged',
  newOfManyShops: `new products of ${SHOPS} shops`,
};

interface Measured {
  /** Products a second. */
  rate: number;
  /** Milliseconds of processor time for each, of the process that does it. */
  cpu: number;
  /** Products a second until their texts are cut and stored too. */
  whole?: number;
}
type Round = Record<Kind, Measured>;

let nextEvent = 0;
const eventsOf = (count: number, revision: number, firstId = 1): string[] =>
  Array.from({ length: count }, (_, index) =>
    eventOf(firstId + index, `wc_waiting_${++nextEvent}`, revision),
  );

class Bare {
  private constructor(
    private readonly server: BenchProcess,
    private readonly databaseUrl: string,
    private readonly queue: Queue,
  ) {}

  static async start(machine: Machine): Promise<Bare> {
    const { databaseUrl, redisUrl } = await machine.store('bare_worker');
    const server = await BenchProcess.start('bench/baselines/worker.js', {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
    });
    return new Bare(server, databaseUrl, new Queue(QUEUE, { connection: { url: redisUrl } }));
  }

  async round(count: number): Promise<Round> {
    await withDatabase(this.databaseUrl, (client) => client.query('TRUNCATE products'));
    const fresh = await this.measure(eventsOf(count, 0));
    return {
      new: fresh,
      newOfManyShops: fresh,
      repriced: await this.measure(eventsOf(count, 1)),
      unchanged: await this.measure(eventsOf(count, 1)),
    };
  }

  private async measure(events: readonly string[]): Promise<Measured> {
    await request(this.server, 'POST', '/pause', undefined, {});
    for (let first = 0; first < events.length; first += 1000) {
      await this.queue.addBulk(
        events.slice(first, first + 1000).map((event) => ({
          name: 'upsert',
          data: { product: (JSON.parse(event) as { product: unknown }).product },
          opts: { removeOnComplete: true },
        })),
      );
    }
    await withDatabase(this.databaseUrl, (client) => client.query('CHECKPOINT'));
    const cpu = this.server.cpuSeconds();
    await request(this.server, 'POST', '/go', undefined, {});
    for (;;) {
      const { jobs, seconds } = await request<Done>(this.server, 'GET', '/done');
      if (jobs >= events.length) {
        const spent = this.server.cpuSeconds() - cpu;
        return { rate: events.length / seconds, cpu: (spent * 1000) / events.length };
      }
      await sleep(100);
    }
  }

  async stop(): Promise<void> {
    await this.queue.close();
    await this.server.stop();
  }
}

class Product {
  private constructor(
    private readonly api: BenchProcess,
    private readonly worker: BenchProcess,
    private readonly databaseUrl: string,
    private readonly held: WorkerQueue,
    private readonly tokens: readonly string[],
  ) {}

  static async start(machine: Machine, embedding: BenchProcess, options: string[] = []): Promise<Product> {
    const store = await machine.store('processing');
    const environment = {
      OPENAI_API_KEY: 'bench',
      OPENAI_BASE_URL: `http://127.0.0.1:${embedding.port}/v1`,
    };
    const api = await startProduct('api', store, environment);
    const { token, jwt } = await firstAccess(api);
    const tokens = [token, ...(await furtherShops(api, jwt, SHOPS))];
    const worker = await startProduct('worker', store, environment, options);
    // What is embedded afterwards is measured by itself.
    const knowledge = new WorkerQueue(store.redisUrl, 'knowledge');
    await knowledge.hold();
    await knowledge.close();
    return new Product(api, worker, store.databaseUrl, new WorkerQueue(store.redisUrl), tokens);
  }

  async round(count: number): Promise<Round> {
    await withDatabase(this.databaseUrl, (client) =>
      client.query(
        'TRUNCATE events, products, due_knowledge, documents, chunks, vocabulary, embedding_cache CASCADE',
      ),
    );
    const [first] = this.tokens as [string];
    const one = (revision: number) => [{ token: first, events: eventsOf(count, revision) }];
    const each = count / SHOPS;
    return {
      new: await this.measure(one(0), count),
      repriced: await this.measure(one(1), count),
      unchanged: await this.measure(one(1), count),
      newOfManyShops: await this.measure(
        this.tokens
          .slice(1)
          .map((token, index) => ({ token, events: eventsOf(each, 0, 1_000_000 + index * each) })),
        count,
      ),
    };
  }

  private async measure(sent: { token: string; events: string[] }[], count: number): Promise<Measured> {
    await this.held.hold();
    const before = await withDatabase(this.databaseUrl, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `SELECT coalesce(max(id), 0)::text AS id FROM events`,
      );
      return rows[0]!.id;
    });
    const left = [...sent];
    const one = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift())
        await sendBatches(this.api, next.token, next.events);
    };
    await Promise.all([one(), one()]);
    await withDatabase(this.databaseUrl, (client) => client.query('CHECKPOINT'));
    const cpu = this.worker.cpuSeconds();
    await this.held.letGo();
    const begun = performance.now();
    const seconds = await processingSeconds(this.databaseUrl, before);
    const spent = this.worker.cpuSeconds() - cpu;
    await untilNone(this.databaseUrl, 'SELECT 1 FROM due_knowledge');
    const whole = (performance.now() - begun) / 1000;
    return { rate: count / seconds, cpu: (spent * 1000) / count, whole: count / whole };
  }

  async stop(): Promise<void> {
    await this.held.close();
    await this.worker.stop();
    await this.api.stop();
  }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

export const processing: Scenario = {
  name: 'processing',
  title: 'Processing of events that wait',
  about:
    `${EVENTS.toLocaleString('en')} events of 3 KB wait, and a worker that is warm is let go. The product reads them from the log, checks and ` +
    'compares them, orders them by their moments, writes products and outcomes, logs a line each. The **bare worker** is BullMQ on ' +
    'Redis at concurrency 50: a job carries its product, and is one `INSERT … ON CONFLICT DO UPDATE` through pg. Measured from ' +
    'the begin of the first to the end of the last; texts are cut afterwards, and not embedded here.',
  async run(machine, { rounds, isQuick, log }) {
    const count = isQuick ? 2000 : EVENTS;
    const embedding = await BenchProcess.start('bench/support/embedding-service.js', {});
    const product = await Product.start(machine, embedding, process.env.BENCH_NODE_OPTIONS?.split(' ') ?? []);
    const bare = await Bare.start(machine);
    try {
      // Both are warm once they have done it all once.
      await bare.round(count / 5);
      await product.round(count / 5);
      const measured: { product: Round; bare: Round }[] = [];
      for (let round = 0; round < rounds; round++) {
        const isFirst = round % 2 === 0;
        const early = isFirst ? await bare.round(count) : null;
        const own = await product.round(count);
        const other = early ?? (await bare.round(count));
        measured.push({ product: own, bare: other });
        log(
          `processing, round ${round + 1} of ${rounds}: ` +
            KINDS.map(
              (kind) =>
                `${kind} ${whole(own[kind].rate)}/s (${own[kind].cpu.toFixed(3)} ms, with texts ${whole(own[kind].whole!)}/s) ` +
                `against ${whole(other[kind].rate)}/s (${other[kind].cpu.toFixed(3)} ms)`,
            ).join('; '),
        );
      }
      const middle = (who: 'product' | 'bare', kind: Kind, of: keyof Measured) =>
        spread(measured.map((round) => round[who][kind][of]!)).median;
      const lines = KINDS.map((kind): Line => {
        const ratio = spread(measured.map((round) => round.product[kind].rate / round.bare[kind].rate));
        return {
          id: `processing.${kind}`,
          what: WHAT[kind],
          product: `${whole(middle('product', kind, 'rate'))} products/s`,
          baseline: `${whole(middle('bare', kind, 'rate'))} products/s`,
          ratio,
          goal: 'at least 4',
          isMet: ratio.median >= 4,
        };
      });
      const cpu = KINDS.map(
        (kind) =>
          `${WHAT[kind]} ${middle('product', kind, 'cpu').toFixed(3)} (bare ${middle('bare', kind, 'cpu').toFixed(3)})`,
      );
      return {
        lines,
        notes: [
          `Processor time of the worker in Node.js, ms a product: ${cpu.join(', ')}.`,
          `New products until their texts are cut, too, and found by their words: ${whole(middle('product', 'new', 'whole'))} a second.`,
        ],
      };
    } finally {
      await product.stop();
      await bare.stop();
      await embedding.stop();
    }
  },
};
