import type { Line, Scenario } from '../scenario';
import { markdown } from '../report';
import { load } from '../support/load';
import { withDatabase, type Machine } from '../support/machine';
import { eventOf } from '../support/payload';
import { firstAccess, request, startEmbeddingService, startProduct } from '../support/processes';
import { Catalogue, FIRST_SHOP } from '../support/catalogue';
import { median } from '../support/statistics';
import { processingSeconds, sendBatches, untilNone, WorkerQueue } from '../support/waiting';
import { freshEvents } from './intake';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const PRODUCTS = 1000;
const WEBHOOK = '/api/integrations/woocommerce/webhook/';

/** What is measured at each size, in milliseconds for one. */
const COSTS = {
  event: 'an event taken in (16 on their way)',
  product: 'a new product of a shop of 1,000, processed',
  repriced: 'the same product, repriced',
  list: 'a page of a shop of 1,000, newest first',
  filtered: 'a page of a category in stock, by price',
  search: 'a question to a shop of 1,000',
} as const;
type Cost = keyof typeof COSTS;
type Stage = { size: number } & Record<Cost, number>;

/** Puts events of the past into the log, for it to be as long as there are products. */
async function lengthenLog(databaseUrl: string, size: number): Promise<void> {
  await withDatabase(databaseUrl, async (client) => {
    await client.query(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, product_name, status, outcome,
                           attempts, created_at, started_at, processed_at)
       SELECT p.user_id, p.store_id, 1, 'past_' || p.id, 'product.updated', p.id, p.title, 'processed', 'updated', 1,
              now() - interval '1 day', now() - interval '1 day', now() - interval '1 day'
         FROM products p LEFT JOIN events e ON e.user_id = p.user_id AND e.store_id = p.store_id AND e.event_id = 'past_' || p.id
        WHERE e.id IS NULL LIMIT $1`,
      [size],
    );
    await client.query('VACUUM (ANALYZE) events');
  });
}

async function measure(
  machine: Machine,
  sizes: readonly number[],
  log: (message: string) => void,
): Promise<Stage[]> {
  const store = await machine.store('growth');
  const { service, environment } = await startEmbeddingService();
  const api = await startProduct('api', store, environment);
  const worker = await startProduct('worker', store, environment);
  const queue = new WorkerQueue(store.redisUrl);
  const stages: Stage[] = [];
  try {
    const { jwt } = await firstAccess(api);
    await withDatabase(store.databaseUrl, async (client) => {
      const catalogue = new Catalogue(client);
      for (const size of sizes) {
        await catalogue.growTo(size / PRODUCTS);
        await lengthenLog(store.databaseUrl, size);
        const { token } = await request<{ token: string }>(
          api,
          'POST',
          '/api/v1/integrations/tokens/generate/',
          jwt,
          { integration_type: 'woocommerce', name: `Shop beside ${size}` },
        );
        await queue.hold();
        const request16 = freshEvents(WEBHOOK, token);
        await load({ port: api.port, connections: 16, requests: 500, request: request16 });
        const { perSecond } = await load({ port: api.port, connections: 16, seconds: 4, request: request16 });
        await client.query(`DELETE FROM events WHERE status = 'queued'`);

        const process = async (revision: number): Promise<number> => {
          const { rows } = await client.query<{ id: string }>(
            `SELECT coalesce(max(id), 0)::text AS id FROM events`,
          );
          await queue.hold();
          await sendBatches(
            api,
            token,
            Array.from({ length: PRODUCTS }, (_, id) =>
              eventOf(id + 1, `wc_grown_${size}_${revision}_${id}`, revision),
            ),
          );
          await queue.letGo();
          const seconds = await processingSeconds(store.databaseUrl, rows[0]!.id);
          await untilNone(store.databaseUrl, 'SELECT 1 FROM due_knowledge');
          return (seconds * 1000) / PRODUCTS;
        };
        const product = await process(0);
        const repriced = median([await process(1), await process(2), await process(3)]);

        const ask = async (path: string): Promise<number> => {
          const times: number[] = [];
          for (let each = 0; each < 30; each++) {
            const startedAt = performance.now();
            await request(api, 'GET', `/api/v1/web-knowledge/${path}`, jwt);
            times.push(performance.now() - startedAt);
          }
          return median(times);
        };
        const { rows } = await client.query<{ category: string; title: string }>(
          `SELECT category, title FROM products WHERE user_id = $1 ORDER BY id LIMIT 1`,
          [FIRST_SHOP],
        );
        const user = `user_id=${FIRST_SHOP}`;
        const category = encodeURIComponent(rows[0]!.category);
        const stage: Stage = {
          size,
          event: 1000 / perSecond,
          product,
          repriced,
          list: await ask(`products/?${user}`),
          filtered: await ask(`products/?${user}&category=${category}&in_stock=true&ordering=price`),
          search: await ask(`search/?${user}&q=${encodeURIComponent(rows[0]!.title)}`),
        };
        log(
          `${size.toLocaleString('en')} products: ${(Object.keys(COSTS) as Cost[]).map((cost) => `${cost} ${stage[cost].toFixed(2)} ms`).join(', ')}`,
        );
        stages.push(stage);
      }
    });
  } finally {
    await queue.close();
    await worker.stop();
    await api.stop();
    await service.stop();
  }
  return stages;
}

/** Relative cost by size, on logarithmic axes: what grows with the logarithm is nearly level, what grows with the size rises with it. */
function picture(stages: readonly Stage[]): string {
  const [width, height, left, bottom] = [720, 360, 60, 40];
  const costs = Object.keys(COSTS) as Cost[];
  const colours = ['#1c7ed6', '#2f9e44', '#e8590c', '#9c36b5', '#c92a2a', '#0b7285'];
  const decades = Math.log10(stages.at(-1)!.size / stages[0]!.size) || 1;
  const x = (size: number) => left + (Math.log10(size / stages[0]!.size) / decades) * (width - left - 260);
  // From a quarter to the whole growth of the size.
  const y = (ratio: number) =>
    height - bottom - ((Math.log10(ratio) + 0.6) / (decades + 0.6)) * (height - bottom - 20);
  const path = (values: [number, number][]) =>
    values
      .map(([size, ratio], index) => `${index ? 'L' : 'M'}${x(size).toFixed(1)} ${y(ratio).toFixed(1)}`)
      .join(' ');
  const first = stages[0]!;
  const lines = costs.map((cost, index) => {
    const values = stages.map((stage): [number, number] => [stage.size, stage[cost] / first[cost]]);
    const label = `<text x="${width - 250}" y="${40 + index * 20}" fill="${colours[index]}">${COSTS[cost]}</text>`;
    return `<path d="${path(values)}" fill="none" stroke="${colours[index]}" stroke-width="2"/>${label}`;
  });
  const linear = path([
    [first.size, 1],
    [stages.at(-1)!.size, stages.at(-1)!.size / first.size],
  ]);
  const marks = stages.map(
    ({ size }) =>
      `<text x="${x(size)}" y="${height - 15}" text-anchor="middle">${size.toLocaleString('en')}</text>`,
  );
  const ratios = [1, 10, 100, 1000].filter((ratio) => Math.log10(ratio) <= decades);
  const steps = ratios.map(
    (ratio) =>
      `<text x="${left - 10}" y="${y(ratio) + 4}" text-anchor="end">${ratio}×</text>` +
      `<line x1="${left}" x2="${width - 260}" y1="${y(ratio)}" y2="${y(ratio)}" stroke="#ddd"/>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${steps.join('')}${marks.join('')}` +
    `<path d="${linear}" fill="none" stroke="#999" stroke-dasharray="4 4"/>` +
    `<text x="${width - 250}" y="${40 + costs.length * 20}" fill="#666">in proportion to the products</text>` +
    `${lines.join('')}</svg>\n`
  );
}

/** Of costs that grow with the logarithm of the size, from 1,000 products on. */
const logarithmic = (size: number): number => Math.log2(size) / Math.log2(SIZES[0]!);

export const growthOf = (
  name: string,
  title: string,
  sizes: readonly number[],
  isLong = false,
): Scenario => ({
  name,
  title,
  ...(isLong && { isLong }),
  about:
    'Milliseconds for one, while so many products of other shops (of 1,000 each), and as many events, are in the database. ' +
    'The last column divides the last by the first; from 1,000 on, the logarithm of the size grows by a third with each ' +
    'factor of ten.',
  async run(machine, { isQuick, log }) {
    const stages = await measure(machine, isQuick ? sizes.slice(0, 2) : sizes, log);
    const [first, last] = [stages[0]!, stages.at(-1)!];
    const allowed = logarithmic(last.size);
    const lines = (Object.keys(COSTS) as Cost[]).map((cost): Line => {
      const ratio = last[cost] / first[cost];
      return {
        id: `${name}.${cost}`,
        what: COSTS[cost],
        product: `${last[cost].toFixed(2)} ms`,
        baseline: `${first[cost].toFixed(2)} ms`,
        ratio: { median: ratio, least: ratio, greatest: ratio },
        goal: `at most ${allowed.toFixed(1)}`,
        isMet: ratio <= allowed,
      };
    });
    const rows = (Object.keys(COSTS) as Cost[]).map((cost) => [
      COSTS[cost],
      ...stages.map((stage) => stage[cost].toFixed(2)),
    ]);
    return {
      lines,
      notes: [
        markdown(['ms', ...stages.map(({ size }) => size.toLocaleString('en'))], rows),
        `![Cost by number of products](benchmarks-${name}.svg)`,
      ],
      files: { [`benchmarks-${name}.svg`]: picture(stages) },
    };
  },
});

export const growth = growthOf('growth', 'Growth', SIZES.slice(0, 3));
export const growthMillion = growthOf('growth-million', 'Growth to a million products', SIZES, true);
