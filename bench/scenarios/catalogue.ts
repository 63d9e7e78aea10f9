import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario';
import { eventOf } from '../support/payload';
import { firstAccess, request, startEmbeddingService, startProduct } from '../support/processes';
import { spread } from '../support/statistics';
import { sendBatches, untilNone } from '../support/waiting';

const PRODUCTS = 10_000;

export const catalogue: Scenario = {
  name: 'catalogue',
  title: 'First sync of a catalogue',
  about:
    `A shop of ${PRODUCTS.toLocaleString('en')} products sends them all, in batches of 100 and four at a time, to a new installation of one api ` +
    'and one worker: until the list of products has them all, and until each is found by its words.',
  async run(machine, { rounds, isQuick, log }) {
    const products = isQuick ? 1000 : PRODUCTS;
    const { service, environment } = await startEmbeddingService();
    const measured: { taken: number; listed: number; found: number }[] = [];
    try {
      for (let round = 0; round < rounds; round++) {
        const store = await machine.store('catalogue');
        const api = await startProduct('api', store, environment);
        const worker = await startProduct('worker', store, environment);
        try {
          const { token, jwt } = await firstAccess(api);
          const events = Array.from({ length: products }, (_, index) =>
            eventOf(index + 1, `wc_catalogue_${round}_${index}`),
          );
          const startedAt = performance.now();
          const since = () => (performance.now() - startedAt) / 1000;
          await sendBatches(api, token, events);
          const taken = since();
          const count = async () =>
            (await request<{ count: number }>(api, 'GET', '/api/v1/web-knowledge/products/?page_size=1', jwt))
              .count;
          while ((await count()) < products) await sleep(100);
          const listed = since();
          await untilNone(store.databaseUrl, 'SELECT 1 FROM due_knowledge');
          measured.push({ taken, listed, found: since() });
          log(
            `catalogue, round ${round + 1} of ${rounds}: taken in ${taken.toFixed(1)} s, listed ${listed.toFixed(1)} s, ` +
              `found by words ${since().toFixed(1)} s`,
          );
        } finally {
          await worker.stop();
          await api.stop();
        }
      }
    } finally {
      await service.stop();
    }
    const of = (name: 'taken' | 'listed' | 'found') => spread(measured.map((each) => each[name]));
    const seconds = (value: number) => `${value.toFixed(1)} s`;
    return {
      lines: [
        { id: 'catalogue.taken', what: 'all taken in', product: seconds(of('taken').median) },
        {
          id: 'catalogue.listed',
          what: 'all in the list of products',
          product: seconds(of('listed').median),
          ratio: of('listed'),
          goal: 'below 10 s',
          isMet: of('listed').median < 10,
        },
        { id: 'catalogue.found', what: 'all found by their words', product: seconds(of('found').median) },
      ],
    };
  },
};
