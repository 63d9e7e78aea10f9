import { MAX_BATCH } from '../../src/contract/shop-api';
import type { Line, Scenario } from '../scenario';
import { PATH, TOKEN } from '../baselines/web';
import { load, post, type LoadResult } from '../support/load';
import { withDatabase, type Machine } from '../support/machine';
import { eventOf } from '../support/payload';
import { BenchProcess, firstAccess, request, startProduct } from '../support/processes';
import { median, spread } from '../support/statistics';

const CONNECTIONS = 64;
/** Batches on their way at a time: what a few shops in their first sync do. */
const BATCH_CONNECTIONS = 8;
const DIGITS = 9;

interface Contender {
  name: 'product' | 'oneByOne' | 'shared' | 'ordinary';
  server: BenchProcess;
  databaseUrl: string;
  path: string;
  /** Of one shop; of the product also those of many. */
  tokens: string[];
}

const SHOP_PATH = '/api/integrations/woocommerce/webhook/';

/**
 * Requests with events that were never sent before; each is the last one of its connection with other digits.
 * @param tokens of one shop, or one for each connection
 */
export function freshEvents(
  path: string,
  ...tokens: string[]
): (sequence: number, connection: number) => Buffer {
  const mark = '0'.repeat(DIGITS);
  const body = eventOf(1, `wc_bench_${mark}`).replace('"id":1,', `"id":1${mark},`);
  const buffers = new Map<number, Buffer>();
  return (_sequence, connection) => {
    let buffer = buffers.get(connection);
    if (!buffer) {
      buffer = post(path, body, { authorization: `Bearer ${tokens[connection % tokens.length]}` });
      buffers.set(connection, buffer);
    }
    const digits = String(nextEvent++).padStart(DIGITS, '0');
    const eventAt = buffer.indexOf('wc_bench_') + 'wc_bench_'.length;
    buffer.write(digits, eventAt, 'latin1');
    buffer.write(digits, buffer.indexOf('"id":1', eventAt) + '"id":1'.length, 'latin1');
    return buffer;
  };
}
/** Of all that this process has sent. */
let nextEvent = 1;

async function contenders(machine: Machine): Promise<Contender[]> {
  const baseline = async (name: Exclude<Contender['name'], 'product'>, file: string): Promise<Contender> => {
    const store = await machine.store(file.replaceAll('-', '_'));
    const server = await BenchProcess.start(`bench/baselines/${file}.js`, {
      DATABASE_URL: store.databaseUrl,
      REDIS_URL: store.redisUrl,
    });
    return { name, server, databaseUrl: store.databaseUrl, path: PATH, tokens: [TOKEN] };
  };
  const store = await machine.store('product');
  const server = await startProduct('api', store);
  const { token, jwt } = await firstAccess(server);
  const tokens = [token];
  while (tokens.length < CONNECTIONS) {
    const body = { integration_type: 'woocommerce', name: `Shop ${tokens.length}` };
    const made = await request<{ token: string }>(
      server,
      'POST',
      '/api/v1/integrations/tokens/generate/',
      jwt,
      body,
    );
    tokens.push(made.token);
  }
  return [
    { name: 'product', server, databaseUrl: store.databaseUrl, path: SHOP_PATH, tokens },
    await baseline('oneByOne', 'one-by-one'),
    await baseline('shared', 'shared'),
    await baseline('ordinary', 'ordinary'),
  ];
}

async function measure(
  contender: Contender,
  connections: number,
  seconds: number,
  tokens = contender.tokens.slice(0, 1),
): Promise<LoadResult> {
  const { server, path } = contender;
  return stored(contender, 1, () =>
    load({ port: server.port, connections, seconds, request: freshEvents(path, ...tokens) }),
  );
}

/** Batches of 100 events. What is counted are the requests. */
function measureBatches(contender: Contender, seconds: number): Promise<LoadResult> {
  const { server, tokens } = contender;
  const bodies = new Map<number, Buffer>();
  return stored(contender, MAX_BATCH, () =>
    load({
      port: server.port,
      connections: BATCH_CONNECTIONS,
      seconds,
      request: (_sequence, connection) => {
        let buffer = bodies.get(connection);
        if (!buffer) {
          const events = Array.from({ length: MAX_BATCH }, (_, index) =>
            eventOf(index + 1, `wc_batch_${'0'.repeat(DIGITS)}`),
          );
          buffer = post(`${SHOP_PATH}batch/`, `{"events":[${events.join(',')}]}`, {
            authorization: `Bearer ${tokens[0]}`,
          });
          bodies.set(connection, buffer);
        }
        for (let at = buffer.indexOf('wc_batch_'); at >= 0; at = buffer.indexOf('wc_batch_', at + 1))
          buffer.write(String(nextEvent++).padStart(DIGITS, '0'), at + 'wc_batch_'.length, 'latin1');
        return buffer;
      },
    }),
  );
}

/** Empties the log, and afterwards holds what it has against what was answered. */
async function stored(
  { databaseUrl, name }: Contender,
  eventsInRequest: number,
  run: () => Promise<LoadResult>,
): Promise<LoadResult> {
  const table = name === 'ordinary' ? 'event' : 'events';
  await withDatabase(databaseUrl, async (client) => {
    await client.query(`TRUNCATE ${table}`);
    await client.query('CHECKPOINT');
  });
  const result = await run();
  const others = Object.keys(result.statuses).filter((status) => status !== '202');
  if (others.length > 0) throw new Error(`${name} answered ${JSON.stringify(result.statuses)}`);
  const events = result.requests * eventsInRequest;
  const logged = await withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    return rows[0]!.count;
  });
  if (logged !== events) throw new Error(`${name} accepted ${events} and stored ${logged}`);
  return result;
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');

export const intake: Scenario = {
  name: 'intake',
  title: 'Webhook intake',
  about:
    'One event of 3 KB a request, over 64 connections. The product checks token, rate limit and every field, writes a durable ' +
    'log row, queues a job, counts, logs its line, and answers 202 after the commit. **One by one** is bare Fastify with a token ' +
    'from memory, a compiled check of four fields, one `INSERT … ON CONFLICT` and one job a request; **shared** is the same ' +
    'with statements and jobs shared between requests; **ordinary** is Express with TypeORM: find the token, find the event, save it, ' +
    'save the use of the token, queue a job. All use the same pg, BullMQ and servers.',
  async run(machine, { rounds, isQuick, log }) {
    const all = await contenders(machine);
    try {
      const busy: Record<string, LoadResult>[] = [];
      const alone: Record<string, LoadResult>[] = [];
      const seconds = isQuick ? 2 : 6;
      for (const contender of all) await measure(contender, CONNECTIONS, isQuick ? 1 : 4);
      for (let round = 0; round < rounds; round++) {
        const order = [...all.slice(round % all.length), ...all.slice(0, round % all.length)];
        const [many, one]: Record<string, LoadResult>[] = [{}, {}];
        for (const contender of order) {
          many![contender.name] = await measure(contender, CONNECTIONS, seconds);
          if (contender.name === 'product' || contender.name === 'oneByOne')
            one![contender.name] = await measure(contender, 1, seconds / 2);
          if (contender.name === 'product') {
            many!.shops = await measure(contender, CONNECTIONS, seconds, contender.tokens);
            many!.batches = await measureBatches(contender, seconds);
          }
        }
        busy.push(many!);
        alone.push(one!);
        log(
          `intake, round ${round + 1} of ${rounds}: ` +
            all
              .map(
                ({ name }) =>
                  `${name} ${whole(many![name]!.perSecond)}/s p99 ${many![name]!.p99.toFixed(1)} ms`,
              )
              .join(', ') +
            `; 64 shops ${whole(many!.shops!.perSecond)}/s; batches ${whole(many!.batches!.perSecond * MAX_BATCH)} events/s` +
            `; alone ${one!.product!.p50.toFixed(2)} against ${one!.oneByOne!.p50.toFixed(2)} ms`,
        );
      }
      const rate = (
        id: string,
        what: string,
        baseline: Contender['name'],
        goal: number | null,
        own = 'product',
        eventsInRequest = 1,
      ): Line => {
        const rates = busy.map((round) => round[own]!.perSecond * eventsInRequest);
        const bare = busy.map((round) => round[baseline]!.perSecond);
        const ratio = spread(rates.map((each, index) => each / bare[index]!));
        return {
          id,
          what,
          product: `${whole(median(rates))} events/s`,
          baseline: `${whole(median(bare))} events/s`,
          ratio,
          ...(goal !== null && { goal: `at least ${goal}`, isMet: ratio.median >= goal }),
        };
      };
      const milliseconds = (
        id: string,
        what: string,
        from: Record<string, LoadResult>[],
        read: (result: LoadResult) => number,
        goal: number,
      ): Line => {
        const ratio = spread(from.map((round) => read(round.product!) / read(round.oneByOne!)));
        return {
          id,
          what,
          product: `${spread(from.map((round) => read(round.product!))).median.toFixed(2)} ms`,
          baseline: `${spread(from.map((round) => read(round.oneByOne!))).median.toFixed(2)} ms`,
          ratio,
          goal: `at most ${goal}`,
          isMet: ratio.median <= goal,
        };
      };
      return {
        lines: [
          rate('intake.one-by-one', 'against one by one', 'oneByOne', 2),
          rate('intake.shared', 'against shared', 'shared', 0.75),
          rate('intake.ordinary', 'against the ordinary way', 'ordinary', 15),
          rate('intake.shops', 'of 64 shops, against one by one', 'oneByOne', null, 'shops'),
          rate(
            'batch.rate',
            'events in batches of 100, against one by one',
            'oneByOne',
            3,
            'batches',
            MAX_BATCH,
          ),
          milliseconds('intake.p99', '99th percentile, against one by one', busy, ({ p99 }) => p99, 1),
          milliseconds(
            'intake.alone',
            'median over one connection, against one by one',
            alone,
            ({ p50 }) => p50,
            1.25,
          ),
        ],
      };
    } finally {
      for (const { server } of all) await server.stop();
    }
  },
};
