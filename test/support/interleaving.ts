import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { PinoLogger } from 'nestjs-pino';
import type { PoolClient } from 'pg';
import { DataSource, QueryFailedError, type QueryRunner } from 'typeorm';
import type { Config } from '../../src/config/config';
import { dataSourceOptions } from '../../src/database/data-source';
import { EventIntake } from '../../src/integrations/events/event-intake.service';
import { IntakeMetrics } from '../../src/integrations/events/intake.metrics';
import { ProcessingMetrics } from '../../src/integrations/events/processing.metrics';
import { EventProcessor } from '../../src/integrations/events/event-processor.jobs';
import { StoresService } from '../../src/integrations/stores/stores.service';
import { TokenAuthenticator } from '../../src/integrations/tokens/token-authenticator.service';
import type { JobQueue } from '../../src/jobs/job-queue.service';
import type { Embedders } from '../../src/knowledge/embedding/embedders';
import { EmbeddingCache } from '../../src/knowledge/embedding/embedding-cache.service';
import { EmbeddingMetrics } from '../../src/knowledge/embedding/embedding.metrics';
import { EmbeddingRequests } from '../../src/knowledge/embedding/embedding-requests.service';
import { SearchableMetrics } from '../../src/knowledge/embedding/searchable.metrics';
import { EmbeddingQueue } from '../../src/knowledge/embedding/embedding-queue.service';
import { EmbeddingUsageCounter } from '../../src/knowledge/embedding/embedding-usage.service';
import { Generations } from '../../src/knowledge/embedding/generations.service';
import { EmbeddingJobs } from '../../src/knowledge/embedding/embedding.jobs';
import { KnowledgeService } from '../../src/knowledge/documents/knowledge.service';
import type { ProductContent } from '../../src/knowledge/documents/product-document';
import { Metrics } from '../../src/telemetry/metrics.service';
import { Tracing } from '../../src/telemetry/tracing.service';
import { KnowledgeRenewer } from '../../src/web-knowledge/knowledge-renewer.jobs';
import { ProductWriter } from '../../src/web-knowledge/product-writer.service';
import { SERVER_MODE } from './mode';

// What happens in a run.

export type ShopNumber = 0 | 1;

const MINUTE = 60_000;
/** Long before any arrival. */
const LONG_AGO = Date.UTC(2025, 10, 1);

/**
 * `next` is later than all that the shop said before, `same` is the date of its last edit (as a deletion has it),
 * `old` comes from a clock that was set back; `ahead` and `wild` are ahead of the arrival, by little and by too much
 * to be believed.
 */
type DateKind = 'next' | 'same' | 'old' | 'none' | 'ahead' | 'wild';
type Act = 'write' | 'reprice' | 'restock' | 'touch' | 'delete';

interface Change {
  shop: ShopNumber;
  product: number;
  act: Act;
  title: number;
  text: number;
  date: DateKind;
  /** How many places later than said it is delivered. */
  delay: number;
  /** The same for copies of it. */
  copies: number[];
}

/** `at` is the number of the statement that it strikes, counted by process, or the storing of vectors. */
export type Fault =
  /** The process is killed: nothing of it goes on. */
  | { kind: 'crash'; moment: 'before' | 'during' | 'after'; at: number | 'store' }
  /** The connection ends, the process lives. */
  | { kind: 'cut'; moment: 'before' | 'during' | 'after'; at: number }
  /** The database refuses for a reason that is not the statement's. */
  | { kind: 'refusal'; code: '40001' | '40P01' | '57P01'; at: number }
  /** The database refuses these many transactions for a reason of their own. */
  | { kind: 'poison'; times: number };

export type Task = 'first' | 'second' | 'embed';

interface Round {
  /** Deliveries that come at once. */
  take: number;
  intakeFault: Fault | null;
  workers: ({ tasks: Task[]; fault: Fault | null } | null)[];
  /** Whether the workers work while the deliveries come. */
  together: boolean;
  /** Whether the time of retries, and the end of claims, has come before the next round. */
  timePasses: boolean;
}

export interface Schedule {
  oneOwner: boolean;
  /** The deliveries come by HTTP, and the application's own queue and workers take part. */
  wholeApp: boolean;
  changes: Change[];
  rounds: Round[];
}

const weighted = <T>(...choices: [weight: number, value: T][]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const at = fc.integer({ min: 1, max: 15 });
const moment = fc.constantFrom('before' as const, 'during' as const, 'after' as const);
const crash = fc.record({ kind: fc.constant('crash' as const), moment, at });
const early = fc.integer({ min: 1, max: 4 });
const earlyCrash = fc.record({ kind: fc.constant('crash' as const), moment, at: early });
/** Between the claim of chunks and their storing, which a number would seldom hit. */
const lostClaim = fc.constant({ kind: 'crash' as const, moment: 'before' as const, at: 'store' as const });
const cutOff = fc.record({ kind: fc.constant('cut' as const), moment, at });
const refusal = fc.record({
  kind: fc.constant('refusal' as const),
  code: fc.constantFrom('40001' as const, '40P01' as const, '57P01' as const),
  at,
});
const poison = fc.record({ kind: fc.constant('poison' as const), times: fc.integer({ min: 1, max: 4 }) });
const faultOrNone = (...faults: { weight: number; arbitrary: fc.Arbitrary<Fault> }[]) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, ...faults);

const change: fc.Arbitrary<Change> = fc.record({
  shop: fc.constantFrom<ShopNumber>(0, 1),
  product: weighted([4, 1], [2, 2], [1, 3]),
  act: weighted<Act>([6, 'write'], [3, 'reprice'], [2, 'restock'], [1, 'touch'], [4, 'delete']),
  title: fc.nat({ max: 2 }),
  text: weighted([4, 0], [4, 1], [2, 2], [2, 3]),
  date: weighted<DateKind>([9, 'next'], [4, 'same'], [2, 'old'], [3, 'none'], [2, 'ahead'], [1, 'wild']),
  delay: fc.oneof(fc.constant(0), fc.nat({ max: 14 })),
  copies: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat({ max: 14 }), { minLength: 1, maxLength: 2 }) },
  ),
});

const worker = fc.record({
  tasks: weighted<Task[]>(
    [3, ['first']],
    [3, ['second']],
    [2, ['first', 'second']],
    [3, ['embed']],
    [2, ['first', 'second', 'embed']],
  ),
  fault: faultOrNone(
    { weight: 3, arbitrary: crash },
    { weight: 3, arbitrary: lostClaim },
    { weight: 1, arbitrary: cutOff },
    { weight: 1, arbitrary: refusal },
    { weight: 2, arbitrary: poison },
  ),
});

const round: fc.Arbitrary<Round> = fc.record({
  take: fc.nat({ max: 5 }),
  intakeFault: faultOrNone(
    { weight: 1, arbitrary: earlyCrash },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), moment, at: early }) },
  ),
  workers: fc.tuple(fc.option(worker, { freq: 5 }), fc.option(worker, { freq: 3 })),
  together: fc.boolean(),
  timePasses: fc.boolean(),
});

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  oneOwner: fc.boolean(),
  wholeApp: weighted([30, false], [1, true]),
  changes: fc.oneof(
    { weight: 2, arbitrary: fc.array(change, { minLength: 4, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.array(change, { minLength: 4, maxLength: 14 }) },
  ),
  rounds: fc.array(round, { minLength: 2, maxLength: 4 }),
});

// What the shops say.

/** One change as a shop tells it, whole. */
export interface Word {
  shop: ShopNumber;
  /** Both shops count from one: ids are unique by shop only. */
  eventId: string;
  product: number;
  /** Null for a deletion. */
  said: { content: ProductContent; price: number; inStock: boolean } | null;
  date: number | null;
  payload: string;
}

// About 200 tokens each, so that two of them are two chunks, and their order can change.
const paragraph = (word: string): string =>
  Array.from({ length: 20 }, (_, line) => `The ${word} of line ${line} is soft and light.`).join(' ');
const [SOLES, LACES] = [paragraph('sole'), paragraph('lace')];
const TEXTS = ['', 'Soft.', `${SOLES}\n${LACES}`, `${LACES}\n${SOLES}`];

const contentOf = (shop: ShopNumber, title: number, text: number): ProductContent => ({
  title: `Shoe ${title} of shop ${shop}`,
  sku: null,
  brand: null,
  categories: [],
  tags: [],
  attributes: [],
  variations: [],
  shortDescription: '',
  description: TEXTS[text]!,
});

/** The words of both shops in the order in which they are said. */
export function sayAll(changes: readonly Change[], now: number): Word[] {
  const known = new Map<string, { content: ProductContent; price: number; inStock: boolean }>();
  const dates = new Map<string, number>();
  const counts = [0, 0];
  return changes.map(({ shop, product, act, title, text, date: kind }, index) => {
    const key = `${shop} ${product}`;
    const before = known.get(key);
    const fresh = { content: contentOf(shop, title, text), price: 1000 + index, inStock: title > 0 };
    const next = !before || act === 'write' ? fresh : { ...before };
    if (act === 'reprice') next.price = 1000 + index;
    if (act === 'restock') next.inStock = !next.inStock;
    const said = act === 'delete' ? null : next;
    if (said) known.set(key, said);
    const date = {
      next: LONG_AGO + (index + 100) * MINUTE,
      same: dates.get(key) ?? LONG_AGO + (index + 100) * MINUTE,
      old: LONG_AGO + (title + text) * MINUTE,
      none: null,
      ahead: now + 5 * MINUTE + title * 1000,
      wild: now + 60 * MINUTE,
    }[kind];
    if (date !== null) dates.set(key, date);
    const eventId = `word-${++counts[shop]!}`;
    const payload = JSON.stringify({
      event_id: eventId,
      event_type: said ? (before ? 'product.updated' : 'product.created') : 'product.deleted',
      ...(date !== null && { occurred_at: new Date(date).toISOString() }),
      product: said
        ? {
            id: product,
            name: said.content.title,
            description: said.content.description,
            price: said.price,
            stock_status: said.inStock ? 'instock' : 'outofstock',
          }
        : { id: product },
    });
    return { shop, eventId, product, said, date, payload };
  });
}

/** All words and their copies in the order in which they are delivered. */
export function deliveriesOf<T>(changes: readonly Change[], words: readonly T[]): T[] {
  return changes
    .flatMap(({ delay, copies }, index) =>
      [delay, ...copies.map((more) => delay + more)].map((late) => [index + late, words[index]!] as const),
    )
    .sort(([a], [b]) => a - b)
    .map(([, word]) => word);
}

// Which word is the last.

/** A word with its place in the log: who of two that came at once was first, only the log can tell. */
export interface Arrival {
  word: Word;
  /** Id of the log row. */
  sequence: number;
  arrivedAt: number;
}

/**
 * The word that stands in the end, of one product of one shop. Written from the rule as it is documented, apart from
 * the product's code: by date; of equal dates a deletion is the later, then what arrived later. A word without a date
 * (or dated over ten minutes ahead) stands at its arrival, and after all dated ones that arrived before it.
 */
export function lastWord(arrivals: readonly Arrival[]): Arrival {
  const inLog = [...arrivals].sort((a, b) => a.sequence - b.sequence);
  let latestDate = -Infinity;
  const placed = inLog.map((arrival) => {
    const { date, said } = arrival.word;
    const dated = date !== null && date - arrival.arrivedAt <= 10 * MINUTE;
    if (dated) latestDate = Math.max(latestDate, date);
    const time = dated ? date : Math.max(arrival.arrivedAt, latestDate + 1);
    return { arrival, place: [time, dated ? 1 : 0, dated && !said ? 1 : 0, arrival.sequence] };
  });
  const compare = (a: number[], b: number[]): number => {
    const differing = a.findIndex((value, index) => value !== b[index]);
    return differing < 0 ? 0 : a[differing]! - b[differing]!;
  };
  return placed.sort((a, b) => compare(a.place, b.place)).at(-1)!.arrival;
}

// Who works on them.

export const COUNTED = [
  'crashes',
  'cuts',
  'refusals',
  'poisonings',
  'retries',
  'races',
  'lostClaims',
  'duplicates',
  'redeliveries',
  'superseded',
  'deletions',
  'restorations',
  'ties',
  'undated',
  'oneOwner',
  'wholeApp',
] as const;
export type Counts = Record<(typeof COUNTED)[number], number>;
export const noCounts = (): Counts => Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;

/** What a statement of a killed process gets for an answer, so that its calls come to an end. Never transient. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

const silent = (): undefined => undefined;

/** Nothing is added: as if every job were lost, so that what works, and when, is the schedule's choice alone. */
const NO_JOBS = {
  add: () => Promise.resolve(),
  nudge: () => Promise.resolve(),
  hasten: () => undefined,
} as unknown as JobQueue;

const raise = (code: string): string =>
  `DO $$ BEGIN RAISE EXCEPTION 'refused by the schedule' USING ERRCODE = '${code}'; END $$`;
/** The statement that stores vectors of claimed chunks. */
const STORE = /^UPDATE chunks c\s+SET status = 'embedded'/;
const terminate = 'SELECT pg_terminate_backend(pg_backend_pid())';

/**
 * A process with connections of its own and the application's real services. It stands in this one; what makes it a
 * process is that it can be killed: its sockets close, as the kernel would close them, and no statement of it reaches
 * the database any more.
 */
export class Process {
  readonly tokens: TokenAuthenticator;
  readonly intake: EventIntake;
  private readonly processor: EventProcessor;
  private readonly embeddings: EmbeddingJobs;
  /** Events that it has read as due and is at, by store. */
  readonly inHand = new Map<number, string[]>();
  rivals: Process[] = [];

  private fault: Fault | null = null;
  private statements = 0;
  private killed = false;
  private holdsClaims = false;
  private readonly runners = new Set<QueryRunner>();
  private closing: Promise<unknown>[] = [];

  private constructor(
    private readonly dataSource: DataSource,
    private readonly counts: Counts,
    { config, logger, embedders }: { config: Config; logger: PinoLogger; embedders: Embedders },
  ) {
    const metrics = new Metrics(logger);
    const searchable = new SearchableMetrics(metrics, dataSource, logger);
    const embedding = new EmbeddingMetrics(metrics, embedders);
    const stores = new StoresService(dataSource, NO_JOBS);
    const tracing = Tracing.OFF;
    this.tokens = new TokenAuthenticator(dataSource);
    this.intake = new EventIntake(dataSource, stores, NO_JOBS, new IntakeMetrics(metrics), tracing);
    const knowledge = new KnowledgeService();
    const writer = new ProductWriter(knowledge);
    const processing = new ProcessingMetrics(metrics);
    const renewer = new KnowledgeRenewer(dataSource, knowledge, searchable, tracing, NO_JOBS, config, logger);
    this.processor = new EventProcessor(
      dataSource,
      writer,
      renewer,
      NO_JOBS,
      config,
      processing,
      searchable,
      tracing,
      logger,
    );
    this.embeddings = new EmbeddingJobs(
      new EmbeddingQueue(dataSource, searchable),
      new EmbeddingCache(dataSource, searchable, config),
      new EmbeddingRequests(embedding, tracing),
      embedding,
      new EmbeddingUsageCounter(dataSource, logger),
      new Generations(dataSource, embedders),
      NO_JOBS,
      tracing,
      config,
      logger,
    );
    const create = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => this.watch(create(mode));
  }

  static async start(
    url: string,
    counts: Counts,
    parts: { config: Config; logger: PinoLogger; embedders: Embedders },
  ): Promise<Process> {
    return new Process(
      await new DataSource(dataSourceOptions(url, { max: 6, idleTimeoutMillis: 0 })).initialize(),
      counts,
      parts,
    );
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
  }

  /** Does all at once, and has the fault strike. Afterwards the process is there again, if only as its successor. */
  async run<T>(tasks: (() => Promise<T>)[], fault: Fault | null): Promise<PromiseSettledResult<T>[]> {
    // Its own copy: what remains of a poison is counted down.
    this.fault = fault && { ...fault };
    this.statements = 0;
    const results = await Promise.allSettled(tasks.map((task) => task()));
    await Promise.all(this.closing);
    this.closing = [];
    this.runners.clear();
    this.inHand.clear();
    this.fault = null;
    this.killed = this.holdsClaims = false;
    return results;
  }

  async process(store: { user_id: number; store_id: number }): Promise<void> {
    try {
      await this.processor.process(store);
    } finally {
      this.inHand.delete(store.store_id);
    }
  }

  async embed(): Promise<void> {
    await this.embeddings.embedPending({}, new AbortController().signal);
  }

  private watch(runner: QueryRunner): QueryRunner {
    const query = runner.query.bind(runner) as (sql: string, parameters?: unknown[]) => Promise<unknown>;
    const replaced = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
      const fault = this.strikes(sql);
      const opened = this.runners.has(runner);
      if (!runner.isReleased) await runner.connect();
      this.runners.add(runner);
      // Killed while it waited for a connection.
      if (this.killed) throw new Killed();
      if (fault) return this.strike(fault, runner, opened, () => query(sql, parameters), query);
      const result = await query(sql, parameters);
      if (this.killed) throw new Killed();
      this.observe(sql, parameters, result);
      return result;
    };
    runner.query = replaced as QueryRunner['query'];
    return runner;
  }

  /** The fault, if this is the statement that it strikes. */
  private strikes(sql: string): Fault | null {
    if (this.killed) throw new Killed();
    this.statements++;
    const fault = this.fault;
    if (!fault) return null;
    if (fault.kind === 'poison') {
      if (fault.times === 0 || !/ FROM products WHERE /.test(sql)) return null;
      fault.times--;
      return fault;
    }
    if (fault.at === 'store' ? !STORE.test(sql) : this.statements < fault.at) return null;
    // Nothing but the end of the connection keeps a server from rolling back.
    if (fault.kind === 'refusal' && sql === 'ROLLBACK') return null;
    this.fault = null;
    return fault;
  }

  private async strike(
    fault: Fault,
    runner: QueryRunner,
    opened: boolean,
    send: () => Promise<unknown>,
    query: (sql: string) => Promise<unknown>,
  ): Promise<unknown> {
    switch (fault.kind) {
      case 'poison':
        this.counts.poisonings++;
        return query(raise('P0001'));
      case 'refusal':
        this.counts.refusals++;
        return query(fault.code === '57P01' && SERVER_MODE ? terminate : raise(fault.code));
      case 'cut': {
        this.counts.cuts++;
        // A connection of the pool that is found dead never gets as far as a first statement.
        if (fault.moment === 'before' && opened) {
          await this.disconnect(runner);
          return send();
        }
        const sent = send();
        sent.catch(silent);
        if (fault.moment === 'after') await sent;
        await this.disconnect(runner);
        if (fault.moment !== 'after') return sent;
        throw new QueryFailedError('', [], new Error('Connection terminated unexpectedly'));
      }
      case 'crash': {
        const sent = fault.moment === 'before' ? null : send();
        sent?.catch(silent);
        if (fault.moment === 'during') await new Promise(setImmediate);
        if (fault.moment === 'after') await sent?.catch(silent);
        this.kill();
        throw new Killed();
      }
    }
  }

  private kill(): void {
    if (this.killed) return;
    this.killed = true;
    this.counts.crashes++;
    if (this.holdsClaims) this.counts.lostClaims++;
    this.closing.push(...[...this.runners].map((runner) => this.disconnect(runner)));
  }

  private async disconnect(runner: QueryRunner): Promise<void> {
    if (runner.isReleased) return;
    const client = (await runner.connect()) as PoolClient & {
      connection: { stream: NodeJS.WritableStream & { destroy(): void; destroyed: boolean } };
    };
    const { stream } = client.connection;
    if (stream.destroyed) return;
    const closed = new Promise((resolve) => client.once('end', resolve));
    stream.destroy();
    await closed;
  }

  private observe(sql: string, parameters: unknown[] | undefined, result: unknown): void {
    if (/^SELECT id::text AS id, octet_length/.test(sql)) {
      const storeId = parameters![1] as number;
      const ids = (result as { id: string }[]).map(({ id }) => id);
      this.inHand.set(storeId, ids);
      if (this.rivals.some((rival) => rival.inHand.get(storeId)?.some((id) => ids.includes(id))))
        this.counts.races++;
    } else if (/^UPDATE chunks c SET claimed_until = now\(\)[^]*RETURNING/.test(sql)) {
      this.holdsClaims = (result as [unknown[], number])[1] > 0;
    } else if (STORE.test(sql)) {
      this.holdsClaims = false;
    }
  }
}

export const uniqueName = (): string => randomBytes(8).toString('hex');
