import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Line, Scenario } from '../scenario';
import { eventOf } from '../support/payload';
import {
  type Access,
  BenchProcess,
  firstAccess,
  PRODUCT_ENVIRONMENT,
  request,
  startEmbeddingService,
  startProduct,
} from '../support/processes';
import { percentile } from '../support/statistics';

const PRODUCTS = 100;
const POLL_MS = 10;

interface Place {
  name: 'server' | 'embedded';
  api: BenchProcess;
  access: Access;
}

/** Milliseconds from the answer to an event until a question for its product's own code finds it with its vector. */
async function waitOf({ api, access }: Place, id: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${api.port}/api/integrations/woocommerce/webhook/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${access.token}` },
    body: eventOf(id, `wc_search_${id}`),
  });
  await response.arrayBuffer();
  if (response.status !== 202) throw new Error(`answered ${response.status}`);
  const acceptedAt = performance.now();
  for (;;) {
    const [found, chunks] = await Promise.all([
      request<{ count: number }>(
        api,
        'GET',
        `/api/v1/web-knowledge/search/?q=${encodeURIComponent(`SKU-${id}`)}`,
        access.jwt,
      ),
      request<{ pending_chunks: number }>(api, 'GET', '/health/ready'),
    ]);
    if (found.count > 0 && chunks.pending_chunks === 0) return performance.now() - acceptedAt;
    if (performance.now() - acceptedAt > 60_000) throw new Error(`product ${id} was not found in a minute`);
    await sleep(POLL_MS);
  }
}

const ms = (value: number): string => `${Math.round(value)} ms`;

export const searchable: Scenario = {
  name: 'searchable',
  title: 'From acceptance to searchable',
  about:
    'One event of a new product at a time, on a system that does nothing else: from its `202` until a search finds the product and ' +
    'all its texts have their vectors, as seen by a client that asks every 10 ms. Server mode with api and worker in processes of their ' +
    'own and the stand-in for the embedding service (50 ms and 0.2 ms a text); embedded mode with the local embedder.',
  async run(machine, { isQuick, log }) {
    const { service, environment } = await startEmbeddingService();
    const store = await machine.store('searchable');
    const api = await startProduct('api', store, environment);
    const worker = await startProduct('worker', store, environment);
    const folder = await mkdtemp(join(tmpdir(), 'fiko-bench-embedded-'));
    const embedded = await BenchProcess.start('src/main.js', { ...PRODUCT_ENVIRONMENT, DATA_DIR: folder });
    try {
      const places: Place[] = [
        { name: 'server', api, access: await firstAccess(api) },
        { name: 'embedded', api: embedded, access: await firstAccess(embedded) },
      ];
      const lines: Line[] = [];
      for (const place of places) {
        const waits: number[] = [];
        const count = isQuick ? 20 : PRODUCTS;
        for (let i = 0; i < count + 5; i++) {
          const wait = await waitOf(place, i + 1);
          // The first are for warming up.
          if (i >= 5) waits.push(wait);
          await sleep(50);
        }
        const [p50, p95] = [percentile(waits, 0.5), percentile(waits, 0.95)];
        log(`searchable, ${place.name}: p50 ${ms(p50)}, p95 ${ms(p95)}`);
        for (const [name, value, goal] of [
          ['p50', p50, 500],
          ['p95', p95, 2000],
        ] as const) {
          lines.push({
            id: `searchable.${place.name}.${name}`,
            what: `${place.name} mode, ${name}`,
            product: ms(value),
            goal: `below ${goal} ms`,
            isMet: value < goal,
          });
        }
      }
      return { lines };
    } finally {
      await embedded.stop();
      await worker.stop();
      await api.stop();
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};
