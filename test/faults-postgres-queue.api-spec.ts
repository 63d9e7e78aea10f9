import { Cluster, type Member } from './support/cluster';
import { describeIn } from './support/mode';

const CASE_TIMEOUT_MS = 180_000;

describeIn(
  'own servers',
  'it kills processes and stops servers',
  'an installation whose queue is in PostgreSQL',
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await Cluster.start({ apis: 1, workers: 2, redis: false });
    }, CASE_TIMEOUT_MS);
    afterAll(() => cluster?.remove(), CASE_TIMEOUT_MS);

    it(
      'keeps its promises when the server is restarted and a worker killed',
      async () => {
        const shop = await cluster.openShop();
        const [worker] = cluster.workers as [Member];
        try {
          await shop.sells(60);
          for (const how of ['fast', 'immediate'] as const) {
            await cluster.postgres.stop(how);
            await shop.sees('503', ({ status }) => status === 503);
            await cluster.postgres.resume();
            await shop.sells(40);
          }
          await worker.kill();
          await shop.sells(40);
          await worker.start();
        } finally {
          await shop.close();
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );

    it(
      'has a worker that works in the end when the server is restarted just as it starts',
      async () => {
        await cluster.heal();
        const shop = await cluster.openShop();
        const [worker, other] = cluster.workers as [Member, Member];
        try {
          await shop.sells(20);
          await other.kill();
          await worker.kill();
          await worker.start();
          await cluster.postgres.stop('fast');
          await cluster.postgres.resume();
          await shop.sells(20);
          expect(worker.running ? '' : worker.lastWords).toBe('');
          await shop.close();
          await cluster.idle(shop);
          await other.start();
        } finally {
          await shop.close();
        }
        await cluster.proof(shop);
      },
      CASE_TIMEOUT_MS,
    );
  },
);
