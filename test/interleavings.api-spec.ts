import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { PinoLogger } from 'nestjs-pino';
import { toSql } from 'pgvector';
import { Config } from '../src/config/config';
import { parseJson } from '../src/contract/json';
import { readProductEvent } from '../src/contract/product-event';
import { isTransient } from '../src/database/faults';
import { incomingEvent } from '../src/integrations/events/incoming-event';
import { hashToken, TOKEN_PREFIX } from '../src/integrations/tokens/token-secret';
import { chunk } from '../src/knowledge/documents/chunker';
import { Embedders } from '../src/knowledge/embedding/embedders';
import { lexicalVector } from '../src/knowledge/embedding/lexical.embedder';
import { toDocument, type ProductContent } from '../src/knowledge/documents/product-document';
import {
  COUNTED,
  deliveriesOf,
  Killed,
  lastWord,
  noCounts,
  Process,
  sayAll,
  schedules,
  uniqueName,
  type Arrival,
  type Counts,
  type Fault,
  type Schedule,
  type ShopNumber,
  type Task,
  type Word,
} from './support/interleaving';
import { SERVER_MODE } from './support/mode';
import { TestApp } from './support/test-app';

const numberFrom = (name: string, otherwise: number): number => {
  const value = Number(process.env[name] || otherwise);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number`);
  return value;
};
const RUNS = numberFrom('FIKO_RUNS', SERVER_MODE ? 2000 : 300);
const SEED = numberFrom('FIKO_SEED', randomInt(2 ** 31 - 100));
/** Of a counterexample, as fast-check prints it: that one is run alone. */
const PATH = process.env.FIKO_PATH || undefined;
const LANES = PATH === undefined ? Math.min(4, RUNS) : 1;
/** Below that, some rare coincidence may be missing by chance. */
const ENOUGH_RUNS = 250;
/** Of one lane: they are deleted together, which takes less time than one by one. */
const SHOPS_KEPT = 40;
/** A drain that takes longer goes in circles. */
const MAX_DRAINS = 25;

interface Shop {
  user: { id: number; email: string; username: string };
  tokenId: number;
  storeId: number;
  host: string;
  secret: string;
}

/** What became of one delivery. `lost`: there was no answer, so that the shop has to deliver again. */
interface Answer {
  round: number;
  status: 'accepted' | 'skipped' | 'lost';
}

interface LogRow {
  user_id: number;
  store_id: number;
  event_id: string;
  id: number;
  created_at: Date;
  status: string;
  outcome: string;
  attempts: number;
}

interface ProductRow {
  store_id: number;
  id: number;
  external_id: string;
  title: string;
  price: string;
  in_stock: boolean;
  is_active: boolean;
  changed_by_event: number;
  words: string;
  chunks: [position: number, text: string, hash: string, status: string, vector: string | null][];
}

/** Runs one after another, beside other lanes: the processes of one API and two workers, and what they met. */
interface Lane {
  api: Process;
  workers: [Process, Process];
  counts: Counts;
  /** Shops of runs that are over, whose rows are still there. */
  closed: Shop[];
}

const keyOf = ({ shop, eventId }: Word): string => `${shop} ${eventId}`;

/**
 * Jobs are only nudges, so the lanes have none: the schedule says who works when, as if each job were lost and
 * found again. Some runs take the whole application in besides, with its queue and its workers; they race with the
 * lane's. Embedding is not the tenants': the workers of a lane take the chunks of all lanes.
 */
describe('two shops under any interleaving of changes, deliveries, workers and faults', () => {
  let app: TestApp;
  const lanes: Lane[] = [];
  const words = new Map<string, ReturnType<typeof readProductEvent>['event']>();
  const contents = new Map<ProductContent, { words: string; chunks: ReturnType<typeof chunk> }>();
  const vectors = new Map<string, string>();

  beforeAll(async () => {
    app = await TestApp.start({
      SWEEP_INTERVAL_MS: '3600000',
      // The schedule has time pass, not the clock; and no event is given up.
      EVENT_BACKOFF_MS: '3600000',
      EVENT_RETRIES: '20',
      WEBHOOK_REQUESTS_PER_MINUTE: '1000000',
    });
    const parts = {
      config: app.nest.get(Config),
      logger: await app.nest.resolve<PinoLogger>(PinoLogger),
      embedders: app.nest.get(Embedders),
    };
    for (let lane = 0; lane < LANES; lane++) {
      const counts = noCounts();
      const start = () => Process.start(app.database.url, counts, parts);
      const workers: [Process, Process] = [await start(), await start()];
      workers[0].rivals = [workers[1]];
      workers[1].rivals = [workers[0]];
      lanes.push({ api: await start(), workers, counts, closed: [] });
    }
  });
  afterAll(async () => {
    for (const { api, workers } of lanes) await Promise.all([api, ...workers].map((one) => one.stop()));
    await app.close();
  });

  async function openShops(oneOwner: boolean): Promise<[Shop, Shop]> {
    const names = oneOwner ? [uniqueName()] : [uniqueName(), uniqueName()];
    const shops = [0, 1].map((shop) => ({
      owner: names[shop] ?? names[0]!,
      host: `shop${shop}.example`,
      secret: `${TOKEN_PREFIX}${uniqueName()}`,
    }));
    const rows = await app.query<{
      user_id: number;
      username: string;
      email: string;
      store_id: number;
      token_id: number;
      host: string;
    }>(
      `WITH owner AS (
         INSERT INTO users (email, username, password_hash)
         SELECT name || '@example.com', name, '-' FROM unnest($1::text[]) AS name RETURNING id, username, email),
       shop AS (
         SELECT o.*, s.* FROM owner o
           JOIN unnest($2::text[], $3::text[], $4::text[]) AS s (owner, host, hash) ON s.owner = o.username),
       store AS (
         INSERT INTO stores (user_id, platform, host) SELECT id, 'woocommerce', host FROM shop
         RETURNING user_id, id, host),
       token AS (
         INSERT INTO integration_tokens (user_id, store_id, integration_type, name, token_hash, token_preview)
         SELECT shop.id, store.id, 'woocommerce', shop.host, shop.hash, '-'
           FROM shop JOIN store ON store.user_id = shop.id AND store.host = shop.host
         RETURNING id, store_id)
       SELECT shop.id AS user_id, shop.username, shop.email, store.id AS store_id, token.id AS token_id, shop.host
         FROM shop JOIN store ON store.user_id = shop.id AND store.host = shop.host
         JOIN token ON token.store_id = store.id ORDER BY shop.host`,
      [
        names,
        shops.map(({ owner }) => owner),
        shops.map(({ host }) => host),
        shops.map(({ secret }) => hashToken(secret)),
      ],
    );
    return rows.map((row, shop) => ({
      user: { id: row.user_id, email: row.email, username: row.username },
      tokenId: row.token_id,
      storeId: row.store_id,
      host: row.host,
      secret: shops[shop]!.secret,
    })) as [Shop, Shop];
  }

  const usersOf = (shops: Shop[]): number[] => [...new Set(shops.map(({ user }) => user.id))];

  /** Keeps the tables small, however many runs there are. */
  async function closeShops(lane: Lane, shops: Shop[]): Promise<void> {
    lane.closed.push(...shops);
    if (lane.closed.length < SHOPS_KEPT) return;
    const users = usersOf(lane.closed).join(', ');
    lane.closed = [];
    const tables = ['events', 'chunks', 'products', 'product_tombstones', 'integration_tokens', 'stores'];
    const deletions = tables.map((table) => `DELETE FROM ${table} WHERE user_id IN (${users})`);
    await insist(() => app.query([...deletions, `DELETE FROM users WHERE id IN (${users})`].join('; ')));
  }

  /** Until no other lane's embedding, which takes chunks of all tenants, is in the way. */
  async function insist<T>(task: () => Promise<T>): Promise<T> {
    for (let left = 10; ; left--) {
      try {
        return await task();
      } catch (error) {
        if (left === 0 || !isTransient(error)) throw error;
      }
    }
  }

  async function accept(api: Process, shop: Shop, word: Word): Promise<'accepted' | 'skipped'> {
    let event = words.get(word.payload);
    if (!event) {
      ({ event } = readProductEvent(parseJson(word.payload)));
      // Only the parsing is saved; the processor parses again what it finds in the log.
      if (words.size < 10_000) words.set(word.payload, event);
    }
    const { tokens, intake } = api;
    const confirm = () => tokens.authenticate(shop.secret, '127.0.0.1');
    const { verdicts } = await intake.accept(
      tokens.recall(shop.secret, '127.0.0.1') ?? (await confirm()),
      [incomingEvent(event!, word.payload)],
      { address: '127.0.0.1', userAgent: undefined, requestId: 'interleaving', sentAt: null },
      confirm,
    );
    return verdicts[0]!;
  }

  async function post(shop: Shop, word: Word): Promise<'accepted' | 'skipped'> {
    const { status, text } = await app.webhook(shop.secret, word.payload);
    if (status !== 202 && status !== 200) throw new Error(`answered ${status}: ${text}`);
    return status === 202 ? 'accepted' : 'skipped';
  }

  /** Of a fault that was made, or of a transaction in another's way, nothing is left but to try again. */
  function rejectSurprises(results: PromiseSettledResult<unknown>[]): void {
    for (const result of results) {
      if (result.status === 'fulfilled' || result.reason instanceof Killed) continue;
      if (!isTransient(result.reason)) throw result.reason;
    }
  }

  /** Delivers at once; answers come in the order of the words. */
  async function deliver(
    lane: Lane,
    shops: [Shop, Shop],
    batch: Word[],
    wholeApp: boolean,
    fault: Fault | null,
  ): Promise<Answer['status'][]> {
    if (wholeApp) return Promise.all(batch.map((word) => post(shops[word.shop], word)));
    const tasks = batch.map((word) => () => accept(lane.api, shops[word.shop], word));
    const results = await lane.api.run(tasks, fault);
    rejectSurprises(results);
    return results.map((result) => (result.status === 'fulfilled' ? result.value : 'lost'));
  }

  async function work(worker: Process, shops: [Shop, Shop], tasks: Task[], fault: Fault | null) {
    const storeOf = (shop: ShopNumber) => ({ user_id: shops[shop].user.id, store_id: shops[shop].storeId });
    const calls = {
      first: () => worker.process(storeOf(0)),
      second: () => worker.process(storeOf(1)),
      embed: () => worker.embed(),
    };
    rejectSurprises(
      await worker.run(
        tasks.map((task) => calls[task]),
        fault,
      ),
    );
  }

  /** What waits for its time is due, and what a dead worker claimed is free. */
  async function passTime(shops: Shop[]): Promise<void> {
    const users = usersOf(shops);
    await insist(() =>
      app.query(
        `WITH due AS (UPDATE events SET next_attempt_at = now() WHERE user_id = ANY($1) AND status = 'queued')
         UPDATE chunks SET claimed_until = now() - interval '1 s'
          WHERE user_id = ANY($1) AND status = 'pending' AND claimed_until IS NOT NULL`,
        [users],
      ),
    );
  }

  async function drain(lane: Lane, shops: [Shop, Shop]): Promise<void> {
    for (let left = MAX_DRAINS; left > 0; left--) {
      await passTime(shops);
      await work(lane.workers[0], shops, ['first', 'second'], null);
      await work(lane.workers[1], shops, ['embed'], null);
      const [row] = await app.query<{ busy: boolean }>(
        `SELECT EXISTS (SELECT 1 FROM events WHERE user_id = ANY($1) AND status = 'queued')
             OR EXISTS (SELECT 1 FROM chunks WHERE user_id = ANY($1) AND status = 'pending') AS busy`,
        [usersOf(shops)],
      );
      if (!row!.busy) return;
    }
    throw new Error('events stay queued, or chunks pending');
  }

  async function run(lane: Lane, schedule: Schedule): Promise<void> {
    const shops = await openShops(schedule.oneOwner);
    const poisonings = lane.counts.poisonings;
    const said = sayAll(schedule.changes, Date.now());
    const coming = deliveriesOf(schedule.changes, said);
    const answers = new Map<string, Answer[]>(said.map((word) => [keyOf(word), []]));
    const deliverNext = async (count: number, round: number, fault: Fault | null): Promise<void> => {
      const batch = coming.splice(0, count);
      const statuses = await deliver(lane, shops, batch, schedule.wholeApp, fault);
      for (const [index, status] of statuses.entries()) {
        answers.get(keyOf(batch[index]!))!.push({ round, status });
        if (status === 'lost') coming.push(batch[index]!);
      }
    };

    for (const [index, { take, intakeFault, workers, together, timePasses }] of schedule.rounds.entries()) {
      const delivering = () => deliverNext(take, index, intakeFault);
      const working = () =>
        Promise.all(
          workers.map(async (plan, number) => {
            if (plan) await work(lane.workers[number]!, shops, plan.tasks, plan.fault);
          }),
        );
      if (together) await Promise.all([delivering(), working()]);
      else {
        await delivering();
        await working();
      }
      if (timePasses) await passTime(shops);
    }
    for (let round = schedule.rounds.length; coming.length > 0; round++) await deliverNext(5, round, null);
    await drain(lane, shops);

    await check(lane, schedule, shops, said, answers, lane.counts.poisonings - poisonings);
    await closeShops(lane, shops);
  }

  async function check(
    lane: Lane,
    schedule: Schedule,
    shops: [Shop, Shop],
    said: Word[],
    answers: Map<string, Answer[]>,
    poisonings: number,
  ): Promise<void> {
    const users = usersOf(shops);
    const [log, products, tombstones] = await Promise.all([
      app.query<LogRow>(
        `SELECT user_id, store_id, event_id, id, created_at, status, outcome, attempts FROM events
          WHERE user_id = ANY($1)`,
        [users],
      ),
      app.query<ProductRow>(
        `SELECT store_id, id, external_id, title, price::text, in_stock, is_active, changed_by_event,
                (SELECT text FROM documents d WHERE d.user_id = p.user_id AND d.product_id = p.id) AS words,
                (SELECT coalesce(jsonb_agg(jsonb_build_array("position", text, text_hash, status,
                          md5(halfvec_send(embedding))) ORDER BY "position"), '[]')
                   FROM chunks c WHERE c.user_id = p.user_id AND c.product_id = p.id) AS chunks
           FROM products p WHERE user_id = ANY($1)`,
        [users],
      ),
      app.query<{ store_id: number; external_id: string; changed_by_event: number }>(
        `SELECT store_id, external_id, changed_by_event FROM product_tombstones WHERE user_id = ANY($1)`,
        [users],
      ),
    ]);

    // Each word once in the log, and processed.
    const shopOf = (storeId: number): ShopNumber => (storeId === shops[0].storeId ? 0 : 1);
    const rows = new Map(log.map((row) => [`${shopOf(row.store_id)} ${row.event_id}`, row]));
    const logged = log.map(
      (row) => `${row.user_id} ${shopOf(row.store_id)} ${row.event_id} ${row.status} ${row.attempts > 0}`,
    );
    expect(logged.sort()).toEqual(
      said.map((word) => `${shops[word.shop].user.id} ${keyOf(word)} processed true`).sort(),
    );
    checkAnswers(answers, rows);

    // Only what was refused for its own sake used an attempt.
    const retries = log.reduce((sum, { attempts }) => sum + attempts - 1, 0);
    expect(retries).toBeLessThanOrEqual(poisonings);

    // Each shop's products are its last words.
    const expected: unknown[] = [];
    const found: unknown[] = [];
    const texts = new Set<string>();
    for (const [shop, { storeId }] of shops.entries()) {
      for (const id of new Set(said.filter((word) => word.shop === shop).map(({ product }) => product))) {
        const arrivals = said
          .filter((word) => word.shop === shop && word.product === id)
          .map((word): Arrival => {
            const row = rows.get(keyOf(word))!;
            return { word, sequence: row.id, arrivedAt: row.created_at.getTime() };
          });
        const last = lastWord(arrivals);
        checkOracle(arrivals, last);
        countWords(lane.counts, arrivals, last);
        const { said: state } = last.word;
        const here = (row: { store_id: number; external_id: string }) =>
          row.store_id === storeId && row.external_id === `woo_${id}`;
        const row = products.find(here);
        const tombstone = tombstones.find(here);
        const outcomes = arrivals.map(({ word }) => rows.get(keyOf(word))!.outcome);
        const renewed = state && knowledgeOf(state.content);
        for (const { text } of renewed?.chunks ?? []) texts.add(text);
        expected.push({
          shop,
          id,
          active: state !== null,
          by: last.sequence,
          places: 1,
          created: row ? 1 : 0,
          lastIsSuperseded: false,
          foreign: false,
          ...(state && {
            title: state.content.title,
            price: state.price,
            inStock: state.inStock,
            words: renewed!.words,
          }),
          chunks: (renewed?.chunks ?? []).map(({ position, text, textHash }) => [position, text, textHash]),
        });
        found.push({
          shop,
          id,
          active: row?.is_active ?? false,
          by: (row ?? tombstone)?.changed_by_event,
          places: (row ? 1 : 0) + (tombstone ? 1 : 0),
          created: outcomes.filter((outcome) => outcome === 'created').length,
          lastIsSuperseded: rows.get(keyOf(last.word))!.outcome === 'superseded',
          // A product that is gone may keep its row, but then it is one of this shop.
          foreign: row !== undefined && !row.title.endsWith(`of shop ${shop}`),
          ...(state && {
            title: row?.title,
            price: Number(row?.price),
            inStock: row?.in_stock,
            words: row?.words,
          }),
          chunks: row?.chunks.map(([position, text, hash]) => [position, text, hash]) ?? [],
        });
      }
    }
    expect(found).toEqual(expected);
    expect(products.length + tombstones.length).toBe(expected.length);
    await learnVectors(texts);
    const wrong = products
      .flatMap((row) => row.chunks)
      .filter(([, text, , status, vector]) => status !== 'embedded' || vector !== vectors.get(text));
    expect(wrong).toEqual([]);

    lane.counts.retries += retries;
    lane.counts.superseded += log.filter(({ outcome }) => outcome === 'superseded').length;
    lane.counts.restorations += log.filter(({ outcome }) => outcome === 'restored').length;
    lane.counts.oneOwner += schedule.oneOwner ? 1 : 0;
    lane.counts.wholeApp += schedule.wholeApp ? 1 : 0;
    const all = [...answers.values()].flat();
    lane.counts.duplicates += all.filter(({ status }) => status === 'skipped').length;
    lane.counts.redeliveries += all.filter(({ status }) => status === 'lost').length;
  }

  /** One copy of each word was accepted, no other; and the log has them in the order of their arrival. */
  function checkAnswers(answers: Map<string, Answer[]>, rows: Map<string, LogRow>): void {
    const arrived: { first: number; known: number; id: number }[] = [];
    for (const [key, given] of answers) {
      const of = (status: Answer['status']) => given.filter((answer) => answer.status === status);
      const accepted = of('accepted').length;
      // The answer to the copy that was taken in may be among the lost.
      const answered = given.filter(({ status }) => status !== 'lost').map(({ round }) => round);
      const first = of('accepted').every(({ round }) => round === Math.min(...answered));
      if (!(accepted === 1 || (accepted === 0 && of('lost').length > 0)) || !first) {
        throw new Error(`${key} was answered ${JSON.stringify(given)}`);
      }
      arrived.push({ first: given[0]!.round, known: Math.min(...answered), id: rows.get(key)!.id });
    }
    const disorder = arrived.filter((one) =>
      arrived.some((other) => other.known < one.first && other.id > one.id),
    );
    expect(disorder).toEqual([]);
  }

  /** The oracle itself must agree where nothing is to be decided: dates that grow with what is said. */
  function checkOracle(arrivals: Arrival[], last: Arrival): void {
    const dates = arrivals.map(({ word }) => word.date);
    const grow = dates.every((date, index) => date !== null && (index === 0 || date > dates[index - 1]!));
    if (grow && dates.every((date) => date! < last.arrivedAt)) expect(last).toBe(arrivals.at(-1));
  }

  function countWords(counts: Counts, arrivals: Arrival[], last: Arrival): void {
    const dates = arrivals.map(({ word }) => word.date).filter((date) => date !== null);
    counts.ties += dates.length - new Set(dates).size;
    counts.undated += arrivals.length - dates.length;
    counts.deletions += last.word.said ? 0 : 1;
  }

  function knowledgeOf(content: ProductContent) {
    const key = [...contents.keys()].find(
      ({ title, description }) => title === content.title && description === content.description,
    );
    const known = key && contents.get(key);
    if (known) return known;
    const document = toDocument(content);
    const made = { words: document.search.text, chunks: chunk(document) };
    contents.set(content, made);
    return made;
  }

  /** Asks the database how it keeps the vectors of texts: there are few texts, and vectors are long. */
  async function learnVectors(texts: Set<string>): Promise<void> {
    for (const text of texts) {
      if (vectors.has(text)) continue;
      const [row] = await app.query<{ hash: string }>(`SELECT md5(halfvec_send($1::halfvec)) AS hash`, [
        toSql(lexicalVector(text)),
      ]);
      vectors.set(text, row!.hash);
    }
  }

  it(
    'end at the last word of each shop',
    async () => {
      process.stdout.write(
        `interleavings: ${PATH === undefined ? `${RUNS} runs` : `path ${PATH}`}, seed ${SEED} (FIKO_RUNS, FIKO_SEED)\n`,
      );
      const startedAt = performance.now();
      let failed = false;
      let done = 0;
      const assertions = lanes.map((lane, number) =>
        fc.assert(
          fc.asyncProperty(schedules, async (schedule) => {
            // Once a lane has a counterexample, that is what to look at.
            if (failed && !failing.has(lane)) return;
            try {
              await run(lane, schedule);
              done++;
            } catch (error) {
              failed = true;
              failing.add(lane);
              throw error;
            }
          }),
          {
            seed: SEED + number,
            ...(PATH === undefined
              ? { numRuns: Math.floor((RUNS + number) / LANES) }
              : { path: PATH, numRuns: 1 }),
          },
        ),
      );
      const failing = new Set<Lane>();
      const results = await Promise.allSettled(assertions);
      const failure = results.find((result) => result.status === 'rejected');
      if (failure) {
        (failure.reason as Error).message +=
          '\nThe seed and path above are those of one lane: repeat with FIKO_SEED and FIKO_PATH, ' +
          `or all lanes with FIKO_SEED=${SEED} FIKO_RUNS=${RUNS}.`;
        throw failure.reason;
      }

      const totals = noCounts();
      for (const name of COUNTED) totals[name] = lanes.reduce((sum, { counts }) => sum + counts[name], 0);
      const seconds = (performance.now() - startedAt) / 1000;
      process.stdout.write(
        `interleavings: ${done} runs in ${seconds.toFixed(1)} s (${(done / seconds).toFixed(1)}/s): ` +
          `${COUNTED.map((name) => `${name} ${totals[name]}`).join(', ')}\n`,
      );
      if (PATH !== undefined) return;
      expect(done).toBe(RUNS);
      // Otherwise the test would say less than its name.
      if (RUNS >= ENOUGH_RUNS) expect(COUNTED.filter((name) => totals[name] === 0)).toEqual([]);
    },
    120_000 + RUNS * 2000,
  );
});
