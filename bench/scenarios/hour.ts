import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from '../scenario';
import { markdown } from '../report';
import { eventOf } from '../support/payload';
import { firstAccess, request, startProduct } from '../support/processes';
import { median } from '../support/statistics';
import { takeIn, untilIdle } from './memory';

const MINUTES = 60;
const PRODUCTS = 10_000;
const EVENTS_A_SECOND = 100;
const MEGABYTE = 2 ** 20;
const WEBHOOK = '/api/integrations/woocommerce/webhook/';

export const hour: Scenario = {
  name: 'hour',
  title: 'An hour under load',
  isLong: true,
  about:
    `\`api\` and \`worker\` for ${MINUTES} minutes: ${EVENTS_A_SECOND} events a second (repricings, and every tenth a new text), ten pages of the list ` +
    `and five questions a second, in a shop of ${PRODUCTS.toLocaleString('en')} products. Memory is resident memory once a minute; **flat** is the median of ` +
    'the last ten minutes against that of the minutes 10 to 20, before which pools and caches fill.',
  async run(machine, { isQuick, log }) {
    const minutes = isQuick ? 1 : MINUTES;
    const store = await machine.store('soak');
    const api = await startProduct('api', store);
    const worker = await startProduct('worker', store);
    const samples: { minute: number; api: number; worker: number }[] = [];
    let failures = 0;
    try {
      const { token, jwt } = await firstAccess(api);
      await takeIn(api.port, token, PRODUCTS, 'soak');
      await untilIdle(worker, 'the first sync');
      const startedAt = Date.now();
      const endsAt = startedAt + minutes * 60_000;
      const every = async (
        perSecond: number,
        work: (sequence: number) => Promise<unknown>,
      ): Promise<void> => {
        for (let sequence = 0; Date.now() < endsAt; sequence++) {
          const due = startedAt + (sequence * 1000) / perSecond;
          if (due > Date.now()) await sleep(due - Date.now());
          await work(sequence).catch(() => failures++);
        }
      };
      const event = (sequence: number) => {
        const id = ((sequence * 7919) % PRODUCTS) + 1;
        const body = eventOf(id, `wc_soaking_${sequence}`, sequence + 1);
        return sequence % 10 === 0 ? body.replace('"name":"', `"name":"${sequence % 97} `) : body;
      };
      const sample = async (): Promise<void> => {
        for (let minute = 1; minute <= minutes; minute++) {
          await sleep(startedAt + minute * 60_000 - Date.now());
          samples.push({ minute, api: api.memory().now, worker: worker.memory().now });
          if (minute % 10 === 0 || isQuick) {
            const { api: apiBytes, worker: workerBytes } = samples.at(-1)!;
            log(`minute ${minute}: api ${whole(apiBytes)} MB, worker ${whole(workerBytes)} MB`);
          }
        }
      };
      await Promise.all([
        every(EVENTS_A_SECOND, (sequence) =>
          request(api, 'POST', WEBHOOK, token, JSON.parse(event(sequence))),
        ),
        every(10, (sequence) =>
          request(api, 'GET', `/api/v1/web-knowledge/products/?page=${(sequence % 400) + 1}`, jwt),
        ),
        every(5, (sequence) =>
          request(
            api,
            'GET',
            `/api/v1/web-knowledge/search/?q=${encodeURIComponent(`کیف مدل ${sequence}`)}`,
            jwt,
          ),
        ),
        sample(),
      ]);
      await untilIdle(worker, 'what the hour left');
    } finally {
      await worker.stop();
      await api.stop();
    }
    const lines = (['api', 'worker'] as const).flatMap((role) => {
      const most = Math.max(...samples.map((each) => each[role]));
      const of = (from: number, to: number) =>
        median(samples.filter(({ minute }) => minute > from && minute <= to).map((each) => each[role]));
      const [early, late] = isQuick ? [of(0, 1), of(0, 1)] : [of(10, 20), of(MINUTES - 10, MINUTES)];
      return [
        {
          id: `soak.${role}`,
          what: `\`${role}\`, at most`,
          product: `${whole(most)} MB`,
          goal: 'below 250 MB',
          isMet: most < 250 * MEGABYTE,
        },
        {
          id: `soak.${role}.flat`,
          what: `\`${role}\`, the last ten minutes against the second ten`,
          product: `${whole(late)} MB`,
          baseline: `${whole(early)} MB`,
          ratio: { median: late / early, least: late / early, greatest: late / early },
          goal: 'at most 1.1',
          isMet: late / early <= 1.1,
        },
      ];
    });
    const rows = samples.filter(({ minute }) => minute % 5 === 0);
    return {
      lines: [
        ...lines,
        {
          id: 'soak.failures',
          what: 'requests that failed',
          product: String(failures),
          goal: 'none',
          isMet: failures === 0,
        },
      ],
      notes: [
        markdown(
          ['Minute', 'api, MB', 'worker, MB'],
          rows.map(({ minute, api: apiBytes, worker: workerBytes }) => [
            String(minute),
            whole(apiBytes),
            whole(workerBytes),
          ]),
        ),
      ],
    };
  },
};

const whole = (bytes: number): string => String(Math.round(bytes / MEGABYTE));
