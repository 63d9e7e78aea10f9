import { FakeBackend } from './backend';
import { startShop, syncNow, outbox } from './plugin';
import { SCENARIOS, type WordPressSite } from './site';
import { writeFileSync } from 'node:fs';

let site: WordPressSite;
let fake: FakeBackend;
beforeAll(async () => {
  fake = await FakeBackend.start();
  site = await startShop(fake);
});
it('probe', async () => {
  const out: string[] = [];
  try {
    console.log(JSON.stringify(await site.rest('GET', '/fiko-sync/v1/overview'), null, 1).slice(0, 3000));
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '850000', categories: ['کفش & کیف'] });
    console.log(JSON.stringify(await site.actions()), JSON.stringify(await outbox(site)));
    console.log(await site.runQueue({ ahead: 31, limit: 50 })); writeFileSync('/tmp/q.txt', JSON.stringify(await site.actions(), null, 1));
    console.log(JSON.stringify(fake.requests.map((r) => [r.route, r.body]), null, 1), JSON.stringify(await outbox(site)));
    void id;
    for (const scenario of SCENARIOS) {
      const ids = await site.prepare(scenario);
      const products = Object.entries(ids).filter(([s]) => s.startsWith('P')).map(([, i]) => i);
      if (products.length) await syncNow(site, products);
      const before = fake.events.length;
      const after = await site.replay(scenario, ids);
      await site.runQueue({ ahead: 31, limit: 200 });
      const names = Object.fromEntries(Object.entries(after).map(([s, i]) => [i, s]));
      const line = fake.events.slice(before).map((e) => `${names[e.product.id] ?? e.product.id}:${e.event_type.slice(8)}`).join(' ');
      out.push(`${scenario} | ${line}`);
    }
  } finally {
    writeFileSync('/tmp/scenarios.txt', out.join('\n'));
    writeFileSync('/tmp/debuglog.txt', await site.debugLog());
    writeFileSync('/tmp/actions.txt', JSON.stringify((await site.actions()).filter((a) => a.status === 'failed'), null, 1));
  }
}, 600_000);
afterAll(async () => { await site.stop(); await fake.stop(); });
