import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Line, Scenario } from '../scenario';
import { load, post } from '../support/load';
import { withDatabase } from '../support/machine';
import { eventOf } from '../support/payload';
import { BenchProcess, firstAccess, PRODUCT_ENVIRONMENT, request, startProduct } from '../support/processes';
import { median, spread } from '../support/statistics';
import { freshEvents } from './intake';

const MEGABYTE = 2 ** 20;
const PRODUCTS = 10_000;
const BATCH = 100;
const WEBHOOK = '/api/integrations/woocommerce/webhook/';

/** Takes products 1 to `count` in, by batches. */
export async function takeIn(port: number, token: string, count: number, mark: string): Promise<void> {
  await load({
    port,
    connections: 4,
    requests: Math.ceil(count / BATCH),
    request: (sequence) => {
      const events = Array.from({ length: BATCH }, (_, index) => {
        const id = sequence * BATCH + index + 1;
        return eventOf(id, `wc_${mark}_${id}`);
      });
      return post(`${WEBHOOK}batch/`, `{"events":[${events.join(',')}]}`, {
        authorization: `Bearer ${token}`,
      });
    },
  });
}

/** Waits until the server has nothing left to do. */
export async function untilIdle(server: BenchProcess, what: string, timeoutMs = 900_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { queued_events: events, pending_chunks: chunks } = await request<{
      queued_events: number;
      pending_chunks: number;
    }>(server, 'GET', '/health/ready');
    if (events === 0 && chunks === 0) return;
    if (Date.now() > deadline) throw new Error(`${what}: ${events} events and ${chunks} chunks still wait`);
    await sleep(100);
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / MEGABYTE)} MB`;

const line = (id: string, what: string, bytes: number, most: number): Line => ({
  id,
  what,
  product: megabytes(bytes),
  goal: `below ${most} MB`,
  isMet: bytes < most * MEGABYTE,
});

export const memory: Scenario = {
  name: 'memory',
  title: 'Memory and start',
  about:
    `The most memory (resident, VmHWM) that a process had, from its start on: \`api\` while 64 connections send events as fast ` +
    `as they can and then ${PRODUCTS.toLocaleString('en')} products come by batches, \`worker\` while it works all of that off and embeds it with the local ` +
    `embedder; embedded mode with ${PRODUCTS.toLocaleString('en')} products taken in, embedded, searched and listed. **Start** is from the start of the ` +
    'process on those data to its first `200` of `/health/ready`.',
  async run(machine, { rounds, isQuick, log }) {
    const lines: Line[] = [];
    const count = isQuick ? 500 : PRODUCTS;
    const store = await machine.store('memory');
    const api = await startProduct('api', store);
    try {
      const { token } = await firstAccess(api);
      const seconds = isQuick ? 2 : 20;
      await load({ port: api.port, connections: 64, seconds, request: freshEvents(WEBHOOK, token) });
      // Each of those is a product of its own: the worker is given the catalogue that the goals name.
      await withDatabase(store.databaseUrl, (client) => client.query('TRUNCATE events'));
      await takeIn(api.port, token, count, 'memory');
      const worker = await startProduct('worker', store);
      try {
        await untilIdle(api, 'the worker');
        lines.push(line('memory.api', '`api`', api.memory().most, 250));
        lines.push(line('memory.worker', '`worker`', worker.memory().most, 250));
      } finally {
        await worker.stop();
      }
    } finally {
      await api.stop();
    }
    log(`server mode: ${lines.map(({ what, product }) => `${what} ${product}`).join(', ')}`);

    const folder = await mkdtemp(join(tmpdir(), 'fiko-bench-'));
    const environment = { MODE: 'embedded', DATA_DIR: join(folder, 'data'), ...PRODUCT_ENVIRONMENT };
    try {
      let server = await BenchProcess.start('src/main.js', environment, { folder });
      try {
        const { token, jwt } = await firstAccess(server);
        await takeIn(server.port, token, count, 'embedded');
        await untilIdle(server, 'embedded mode');
        for (let page = 1; page <= 20; page++) {
          await request(server, 'GET', `/api/v1/web-knowledge/products/?page=${page}`, jwt);
          await request(
            server,
            'GET',
            `/api/v1/web-knowledge/search/?q=${encodeURIComponent(`کفش مدل ${page}`)}`,
            jwt,
          );
        }
        lines.push(line('memory.embedded', 'embedded mode', server.memory().most, 500));
      } finally {
        await server.stop();
      }
      const starts: number[] = [];
      for (let round = 0; round < Math.max(3, rounds); round++) {
        const startedAt = performance.now();
        server = await BenchProcess.start('src/main.js', environment, { folder });
        starts.push((performance.now() - startedAt) / 1000);
        lines[3] = line(
          'memory.reopened',
          'embedded mode, started on existing data',
          server.memory().now,
          500,
        );
        await server.stop();
      }
      const { least, greatest } = spread(starts);
      lines.push({
        id: 'memory.start',
        what: 'start of embedded mode on existing data',
        product: `${median(starts).toFixed(2)} s (${least.toFixed(2)} to ${greatest.toFixed(2)})`,
        goal: 'within 3 s',
        isMet: median(starts) <= 3,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return { lines };
  },
};
