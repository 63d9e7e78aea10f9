import { SENT_AT_HEADER, SHOP_API } from '../../src/contract/shop-api';
import { productEvent } from '../support/test-app';
import { Backend, FakeBackend } from './backend';
import { TROUBLE } from './front';

const address = (url: string, route: string) => `${url}/${SHOP_API.base}/${route}/`;
const post = (url: string, body: unknown, token = 'x') =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });

describe('the backend of these tests', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await Backend.start();
  });
  afterAll(() => backend.close());

  const send = (id: number, name: string) =>
    post(address(backend.url, SHOP_API.webhook), productEvent({ id, name }), backend.token);

  it('is the real one: takes events in and knows their products', async () => {
    expect((await send(1, 'کفش دویدن')).status).toBe(202);
    await backend.idle();
    expect(await backend.products()).toEqual([expect.objectContaining({ title: 'کفش دویدن' })]);
    expect((await backend.search('کفش')).results).toHaveLength(1);
    expect(backend.requests.at(-1)).toMatchObject({ method: 'POST', route: 'webhook', status: 202 });
    expect(await backend.createSigningKey((await backend.createToken('Signed')).id)).toMatch(/^whsec_/);
  });

  it('fails as it is told', async () => {
    backend.answer(TROUBLE.busy(7));
    const busy = await send(2, 'A');
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '7']);
    backend.answer('hang-up');
    await expect(send(2, 'A')).rejects.toThrow();
    await backend.idle();
    expect(await backend.products()).toHaveLength(1);
    // Taken in, though the shop does not hear of it.
    backend.answer(({ number }) => (number > 0 ? 'lost' : 'forward'));
    await expect(send(2, 'A')).rejects.toThrow();
    backend.answer();
    await backend.idle();
    expect(await backend.products()).toHaveLength(2);
  });

  it('goes away and comes back with its data at its address', async () => {
    const { url } = backend;
    await backend.stop();
    await expect(send(3, 'B')).rejects.toThrow();
    await backend.startAgain();
    expect(backend.url).toBe(url);
    expect(await backend.products()).toHaveLength(2);
    expect((await send(3, 'B')).status).toBe(202);
    await backend.idle();
    expect(await backend.products()).toHaveLength(3);
  });
});

describe('the scripted server', () => {
  let fake: FakeBackend;
  beforeAll(async () => {
    fake = await FakeBackend.start();
  });
  afterAll(() => fake.stop());

  it('answers the API of shops', async () => {
    const health = await fetch(address(fake.url, SHOP_API.health), { headers: { [SENT_AT_HEADER]: '1' } });
    expect(await health.json()).toMatchObject({ status: 'ok', user: { email: 'owner@example.com' } });
    const [one, two] = [productEvent({ id: 1 }), productEvent({ id: 2 })];
    expect((await post(address(fake.url, SHOP_API.webhook), one)).status).toBe(202);
    const batch = await post(address(fake.url, SHOP_API.batch), { events: [two] });
    expect(await batch.json()).toEqual({ results: [{ event_id: two.event_id, status: 'accepted' }] });
    const status = await post(address(fake.url, SHOP_API.status), { ids: [5] });
    expect(await status.json()).toMatchObject({ results: [{ id: 5, state: 'synced' }] });
    const manifest = await post(address(fake.url, SHOP_API.manifest), { bucket_count: 1, buckets: ['0'] });
    expect(await manifest.json()).toMatchObject({ in_step: true });
    expect(fake.events.map(({ event_id }) => event_id)).toEqual([one.event_id, two.event_id]);
    expect(fake.requests[0]!.headers[SENT_AT_HEADER]).toBe('1');
  });

  it('answers as it is told', async () => {
    fake.answer(TROUBLE.page);
    expect(await (await post(address(fake.url, SHOP_API.webhook), {})).text()).toContain('Parked');
    fake.answer(({ route }) => (route === SHOP_API.health ? TROUBLE.unauthorized : 'forward'));
    expect((await fetch(address(fake.url, SHOP_API.health))).status).toBe(401);
    fake.answer();
    expect((await fetch(address(fake.url, SHOP_API.health))).status).toBe(200);
    fake.answer('hang');
    const hanging = fetch(address(fake.url, SHOP_API.health), { signal: AbortSignal.timeout(300) });
    await expect(hanging).rejects.toThrow();
  });
});
