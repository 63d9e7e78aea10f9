import type { Line, Scenario } from '../scenario';
import { PATH, TOKEN } from '../baselines/web';
import { load, post, type LoadResult } from '../support/load';
import { withDatabase, type Machine } from '../support/machine';
import { eventOf } from '../support/payload';
import { BenchProcess, firstAccess, startProduct } from '../support/processes';
import { spread } from '../support/statistics';

const CONNECTIONS = 64;
const DIGITS = 9;

interface Contender {
  name: 'product' | 'oneByOne' | 'shared' | 'ordinary';
  server: BenchProcess;
  databaseUrl: string;
  path: string;
  token: string;
}

const SHOP_PATH = '/api/integrations/woocommerce/webhook/';

/** Requests with events that were never sent before; each is the last one of its connection with other digits. */
export function freshEvents(path: string, token: string): (sequence: number, connection: number) => Buffer {
  const mark = '0'.repeat(DIGITS);
  const body = eventOf(1, `wc_bench_${mark}`).replace('"id":1,', `"id":1${mark},`);
  const template = post(path, body, { authorization: `Bearer ${token}` });
  const [eventAt, productAt] = [template.indexOf(mark), template.indexOf(`1${mark}`) + 1];
  const buffers = new Map<number, Buffer>();
  return (_sequence, connection) => {
    let buffer = buffers.get(connection);
    if (!buffer) buffers.set(connection, (buffer = Buffer.from(template)));
    const digits = String(nextEvent++).padStart(DIGITS, '0');
    buffer.write(digits, eventAt, 'latin1');
    buffer.write(digits, productAt, 'latin1');
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
    return { name, server, databaseUrl: store.databaseUrl, path: PATH, token: TOKEN };
  };
  const store = await machine.store('product');
  const server = await startProduct('api', store);
  const { token } = await firstAccess(server);
  return [
    { name: 'product', server, databaseUrl: store.databaseUrl, path: SHOP_PATH, token },
    await baseline('oneByOne', 'one-by-one'),
    await baseline('shared', 'shared'),
    await baseline('ordinary', 'ordinary'),
  ];
}

async function measure(
  { server, databaseUrl, path, token, name }: Contender,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const table = name === 'ordinary' ? 'event' : 'events';
  await withDatabase(databaseUrl, async (client) => {
    await client.query(`TRUNCATE ${table}`);
    await client.query('CHECKPOINT');
  });
  const result = await load({ port: server.port, connections, seconds, request: freshEvents(path, token) });
  const others = Object.keys(result.statuses).filter((status) => status !== '202');
  if (others.length > 0) throw new Error(`${name} answered ${JSON.stringify(result.statuses)}`);
  const stored = await withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    return rows[0]!.count;
  });
  if (stored !== result.requests) throw new Error(`${name} accepted ${result.requests} and stored ${stored}`);
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
            `; alone ${one!.product!.p50.toFixed(2)} against ${one!.oneByOne!.p50.toFixed(2)} ms`,
        );
      }
      const rate = (id: string, what: string, baseline: Contender['name'], goal: number): Line => {
        const ratio = spread(busy.map((round) => round.product!.perSecond / round[baseline]!.perSecond));
        return {
          id,
          what,
          product: `${whole(spread(busy.map((round) => round.product!.perSecond)).median)} requests/s`,
          baseline: `${whole(spread(busy.map((round) => round[baseline]!.perSecond)).median)} requests/s`,
          ratio,
          goal: `at least ${goal}`,
          isMet: ratio.median >= goal,
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
