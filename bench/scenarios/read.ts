import type { Line, Scenario } from '../scenario';
import {
  kindsOf,
  LARGE,
  ReadingBench,
  SMALL,
  type Reading,
  type Recall,
  type Tenant,
} from '../support/reading';
import type { Machine } from '../support/machine';
import { spread } from '../support/statistics';

/** What questions cost while so many products are in the database. */
export interface Stage {
  products: number;
  readings: Reading[];
  recalls: Recall[];
}

/**
 * Measures a shop of 1,000 among 1,000, 10,000, 100,000 and 1,000,000 products of others, and one of 100,000 in the
 * last two.
 */
export async function readStages(
  machine: Machine,
  {
    shops,
    rounds,
    count,
    log,
  }: { shops: readonly number[]; rounds: number; count: number; log: (message: string) => void },
): Promise<Stage[]> {
  const bench = await ReadingBench.start(await machine.store('read'), log);
  const stages: Stage[] = [];
  try {
    let isLargeThere = false;
    for (const number of shops) {
      const startedAt = performance.now();
      await bench.catalogue.growTo(number);
      if (number >= 100 && !isLargeThere) {
        await bench.catalogue.addLargeShop();
        await bench.buildVectorIndexes();
        isLargeThere = true;
      }
      log(`${number} shops after ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
      const stage: Stage = { products: number * 1000, readings: [], recalls: [] };
      for (const tenant of isLargeThere ? [SMALL, LARGE] : [SMALL]) {
        stage.readings.push(
          ...(await bench.measure(tenant, { kinds: kindsOf(tenant, count), count, rounds })),
        );
        stage.recalls.push(...(await bench.recall(tenant, count)));
      }
      for (const { tenant, kind, p50, p95, rawP95 } of stage.readings)
        log(
          `${number * 1000} products, ${tenant}, ${kind}: p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} ms, raw p95 ${rawP95.toFixed(1)} ms`,
        );
      for (const { tenant, kind, vectors, answers } of stage.recalls)
        log(
          `${number * 1000} products, ${tenant}, ${kind}: recall@10 ${vectors.toFixed(3)}, of the answer ${answers.toFixed(3)}`,
        );
      stages.push(stage);
    }
    return stages;
  } finally {
    await bench.stop();
  }
}

/** The kind whose ratio is the greatest stands for all: a goal that one kind misses is missed. */
function ratioLine(stage: Stage, tenant: Tenant, isSearch: boolean, goal: number): Line {
  const readings = stage.readings.filter((each) => each.tenant === tenant.name && each.isSearch === isSearch);
  const worst = readings.reduce((one, other) =>
    spread(other.ratios).median > spread(one.ratios).median ? other : one,
  );
  const ratio = spread(worst.ratios);
  return {
    id: `read.${isSearch ? 'search' : 'list'}.${tenant.products}.${stage.products}`,
    what: `${isSearch ? 'search' : 'list'}, ${tenant.name} beside ${stage.products.toLocaleString('en')} products, 95th percentile; the worst of ${readings.length} kinds: ${worst.kind}`,
    product: `${worst.p95.toFixed(1)} ms`,
    baseline: `${worst.rawP95.toFixed(1)} ms`,
    ratio,
    goal: `at most ${goal}`,
    isMet: ratio.median <= goal,
  };
}

function slowestLine(stage: Stage, tenant: Tenant): Line {
  const readings = stage.readings.filter((each) => each.tenant === tenant.name && each.isSearch);
  const slowest = readings.reduce((one, other) => (other.p95 > one.p95 ? other : one));
  return {
    id: `read.search-ms.${tenant.products}.${stage.products}`,
    what: `search, ${tenant.name} beside ${stage.products.toLocaleString('en')} products, 95th percentile of the slowest kind, without a call of the embedding service: ${slowest.kind}`,
    product: `${slowest.p95.toFixed(1)} ms`,
    goal: 'below 20 ms',
    isMet: slowest.p95 < 20,
  };
}

function recallLine(stage: Stage, tenant: Tenant): Line {
  const recalls = stage.recalls.filter((each) => each.tenant === tenant.name);
  const least = recalls.reduce((one, other) => (other.vectors < one.vectors ? other : one));
  return {
    id: `read.recall.${tenant.products}.${stage.products}`,
    what: `recall@10 of the nearest, ${tenant.name} beside ${stage.products.toLocaleString('en')} products; the least of ${recalls.length} kinds: ${least.kind}`,
    product: least.vectors.toFixed(3),
    goal: 'at least 0.98',
    isMet: least.vectors >= 0.98,
  };
}

const readOf = (name: string, title: string, shops: readonly number[], isLong = false): Scenario => ({
  name,
  title,
  ...(isLong && { isLong }),
  about:
    'Generated shops of 1,000 products each and one of 100,000, Persian titles with words of skewed frequency, vectors of 1,536 ' +
    'dimensions in clusters by topic and brand. One request at a time over HTTP, and right after each the statements that it ' +
    'sent to the database, recorded on the wire beforehand, by bare `pg` clients with the same concurrency. Each question was ' +
    'asked before, so that its vector and counts are remembered. Recall is against a scan of all vectors of the shop under ' +
    'the same filters.',
  async run(machine, { rounds, isQuick, log }) {
    const stages = await readStages(machine, {
      shops: isQuick ? shops.slice(0, 2) : shops,
      rounds: isQuick ? 1 : rounds,
      count: isQuick ? 12 : 60,
      log,
    });
    const lines: Line[] = [];
    for (const stage of isQuick ? stages : stages.slice(-1)) {
      for (const tenant of [SMALL, LARGE]) {
        if (!stage.readings.some((each) => each.tenant === tenant.name)) continue;
        lines.push(
          ratioLine(stage, tenant, false, 2),
          ratioLine(stage, tenant, true, 1.5),
          slowestLine(stage, tenant),
          recallLine(stage, tenant),
        );
      }
    }
    return { lines, notes: [growthTable(stages)] };
  },
});

export const read = readOf('read', 'List and search', [1, 10, 100]);
export const readMillion = readOf(
  'read-million',
  'List and search among a million products',
  [100, 1000],
  true,
);

/** What the same question of the same shop costs as the database around it grows. */
export function growthTable(stages: readonly Stage[]): string {
  const kinds = stages[0]!.readings.filter(({ tenant }) => tenant === SMALL.name).map(({ kind }) => kind);
  const rows = kinds.map((kind) => {
    const cells = stages.map(({ readings }) => {
      const reading = readings.find((each) => each.kind === kind && each.tenant === SMALL.name);
      return reading ? `${reading.p50.toFixed(1)} / ${reading.p95.toFixed(1)}` : '';
    });
    return `| ${kind} | ${cells.join(' | ')} |`;
  });
  return [
    'Milliseconds (median / 95th percentile) of a shop of 1,000 products, by the number of products in the database:',
    '',
    `| | ${stages.map(({ products }) => products.toLocaleString('en')).join(' | ')} |`,
    `| --- | ${stages.map(() => '---').join(' | ')} |`,
    ...rows,
  ].join('\n');
}
