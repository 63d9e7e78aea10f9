import { FakeBackend } from './backend';
import { TROUBLE, type ShopAnswer } from './front';
import { connect, outbox, PLUGIN, startShop } from './plugin';
import { type WordPressSite } from './site';

const HOUR = 3600;

let site: WordPressSite;
let server: FakeBackend;
beforeAll(async () => {
  server = await FakeBackend.start();
  site = await startShop(server);
});
afterAll(async () => {
  await site.stop();
  await server.stop();
});
beforeEach(() => server.answer());
afterEach(async () => {
  expect(await site.noticesOf(PLUGIN, 'class-fiko')).toEqual([]);
  // Each test leaves a shop that is connected and has nothing to send.
  server.answer();
  await server.startAgain();
  await connect(site, server);
  await site.eval("Fiko_Gate::open(); delete_option( 'fiko_wc_gate' ); return 1;");
  await site.runQueue({ ahead: 12 * HOUR });
});

const events = (id: number) => server.events.filter(({ product }) => product.id === id);
const row = async (id: number) => (await outbox(site))[id]!;
const create = async (data = {}): Promise<number> =>
  (await site.createProduct({ name: 'کفش', regular_price: '850000', ...data })).id;
/** Made, sent, and known to the server. */
const known = async (data = {}): Promise<number> => {
  const id = await create(data);
  await site.runQueue({ ahead: 31 });
  expect(events(id)).toHaveLength(1);
  return id;
};
const overview = async () => (await site.rest('GET', '/fiko-sync/v1/overview')).body;

describe('the debounce', () => {
  it('sends 50 edits within ten seconds as one event, with the last state', async () => {
    const id = await known();
    for (let edit = 1; edit <= 50; edit++) {
      await site.updateProduct(id, { regular_price: String(900_000 + edit) });
      // The background runs all the while.
      if (edit % 5 === 0) await site.runQueue({ ahead: 1 });
    }
    await site.runQueue({ ahead: 31 });
    expect(events(id).slice(1)).toEqual([
      expect.objectContaining({
        event_type: 'product.updated',
        product: expect.objectContaining({ price: '900050' }),
      }),
    ]);
  });

  it('has one action pending for a product, however often it is edited', async () => {
    const id = await known();
    for (let edit = 1; edit <= 5; edit++) await site.updateProduct(id, { regular_price: String(edit) });
    const pending = (await site.actions('fiko_send_product')).filter(({ status }) => status === 'pending');
    expect(pending.map(({ args }) => args)).toEqual([[id]]);
  });

  it('begins anew with each edit', async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    await site.runQueue({ ahead: 20 });
    await site.updateProduct(id, { regular_price: '2' });
    await site.runQueue({ ahead: 20 });
    expect(events(id)).toHaveLength(1);
    await site.runQueue({ ahead: 11 });
    expect(events(id).at(-1)?.product.price).toBe('2');
  });

  it('sends a product that is edited all the time every five minutes', async () => {
    const id = await known();
    for (let edit = 1; edit <= 40; edit++) {
      await site.updateProduct(id, { regular_price: String(edit) });
      await site.runQueue({ ahead: 20 });
    }
    const sent = events(id).length - 1;
    expect(sent).toBeGreaterThanOrEqual(2);
    expect(sent).toBeLessThanOrEqual(4);
  });

  it('does not hold up a deletion, which takes the place of a pending edit', async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    await site.trash(id);
    await site.runQueue();
    expect(
      events(id)
        .slice(1)
        .map(({ event_type }) => event_type),
    ).toEqual(['product.deleted']);
    await site.runQueue({ ahead: 60 });
    expect(events(id)).toHaveLength(2);
  });

  it('reads the product when it is sent', async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    await site.updateProduct(id, { regular_price: '2' }, { silently: true });
    await site.runQueue({ ahead: 31 });
    expect(events(id).at(-1)?.product.price).toBe('2');
  });

  it('loses no edit that is made while the product is being sent', async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    let edit: Promise<void> | null = null;
    server.answer(({ route }) => {
      if (route === 'webhook' && !edit) {
        edit = site.updateProduct(id, { regular_price: '2' });
        return { status: 202, body: accepted(server.requests.at(-1)!.body.event_id), delayMs: 1500 };
      }
      return 'forward';
    });
    await site.runQueue({ ahead: 31 });
    await edit!;
    expect(events(id).at(-1)?.product.price).toBe('1');
    expect(Number((await row(id)).due_at)).toBeGreaterThan(0);
    await site.runQueue({ ahead: 31 });
    expect(events(id).at(-1)?.product.price).toBe('2');
    expect(new Set(events(id).map(({ event_id }) => event_id)).size).toBe(3);
  });

  it('says an edit that is taken back and was never known to have arrived', async () => {
    const id = await known({ regular_price: '100' });
    server.answer(({ route }) => (route === 'webhook' ? 'hang-up' : 'forward'));
    await site.updateProduct(id, { regular_price: '200' });
    await site.runQueue({ ahead: 31 });
    server.answer();
    await site.updateProduct(id, { regular_price: '100' });
    await site.runQueue({ ahead: HOUR });
    // The server may have 200: that it had 100 before says nothing.
    expect(events(id).at(-1)?.product.price).toBe('100');
    expect(events(id)).toHaveLength(3);
  });
});

const accepted = (event_id: string) => ({ status: 'accepted', message: '', event_id });

describe('a server that does not take it in', () => {
  const troubles: [string, ShopAnswer][] = [
    ['a 500', TROUBLE.broken],
    ['a 502 of a proxy', { status: 502, text: '<html>Bad gateway</html>' }],
    ['a 503', TROUBLE.away(0)],
    ['a connection that is cut', 'hang-up'],
    ['a page instead of an answer', TROUBLE.page],
    ['JSON that is not ours', { status: 200, body: { ok: true } }],
    ['a redirect', TROUBLE.redirect('https://elsewhere.example.com/')],
    ['an empty answer', { status: 200, text: '' }],
    ['a 404 of another server', { status: 404, text: '<html>Not found</html>' }],
  ];
  it.each(troubles)('%s: tried again, with the same event id and later each time', async (_, trouble) => {
    const id = await known();
    server.answer(({ route }) => (route === 'webhook' ? trouble : 'forward'));
    await site.updateProduct(id, { regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    const tries = [(await site.now()) - 0];
    for (let minute = 0; minute < 240 && events(id).length < 6; minute++) {
      const before = events(id).length;
      await site.runQueue({ ahead: 60 });
      if (events(id).length > before) tries.push(await site.now());
    }
    const waits = tries.slice(1).map((time, i) => time - tries[i]!);
    expect(waits).toHaveLength(4);
    for (const [i, wait] of waits.entries()) {
      if (i > 0) expect(wait).toBeGreaterThanOrEqual(waits[i - 1]!);
    }
    expect(waits.at(-1)).toBeGreaterThan(2 * waits[0]!);
    expect(
      new Set(
        events(id)
          .slice(1)
          .map(({ event_id }) => event_id),
      ).size,
    ).toBe(1);
    expect((await row(id)).state).toBe('waiting');
    server.answer();
    await site.runQueue({ ahead: 4 * HOUR });
    expect(events(id).at(-1)?.event_id).toBe(events(id).at(-2)?.event_id);
    expect(await row(id)).toMatchObject({ acknowledged: '1', due_at: '0' });
  });

  it('an answer that is lost: the same event comes once more, and is not made anew', async () => {
    const id = await known();
    server.answer(({ route }) => (route === 'webhook' ? 'hang-up' : 'forward'));
    await site.updateProduct(id, { regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    server.answer(({ route, body }) =>
      route === 'webhook'
        ? { status: 200, body: { status: 'skipped', message: '', event_id: body.event_id } }
        : 'forward',
    );
    await site.runQueue({ ahead: 90 });
    expect(events(id)).toHaveLength(3);
    expect(events(id)[2].event_id).toBe(events(id)[1].event_id);
    expect(await row(id)).toMatchObject({ acknowledged: '1', due_at: '0' });
  });

  it('waits as long as a 429 says, with all products', async () => {
    const [one, two] = [await known(), await known()];
    server.answer(({ route }) => (route?.startsWith('webhook') ? TROUBLE.busy(600) : 'forward'));
    await site.updateProduct(one, { regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    await site.updateProduct(two, { regular_price: '2' });
    const asked = server.requests.length;
    await site.runQueue({ ahead: 540 });
    expect(server.requests.length).toBe(asked);
    server.answer();
    await site.runQueue({ ahead: 120 });
    expect(events(one).at(-1)?.product.price).toBe('1');
    expect(events(two).at(-1)?.product.price).toBe('2');
  });

  it('gives up after three days, and takes it up again when the server is back', async () => {
    const id = await known();
    await server.stop();
    await site.updateProduct(id, { regular_price: '1' });
    for (let hour = 0; hour < 80; hour++) await site.runQueue({ ahead: HOUR });
    expect(await row(id)).toMatchObject({ state: 'failed', error_code: 'gave_up' });
    expect((await overview()).errors).toEqual([expect.objectContaining({ id })]);
    await server.startAgain();
    // Somebody edits another product.
    const other = await create();
    await site.runQueue({ ahead: 31 });
    await site.runQueue({ ahead: 4 * HOUR });
    expect(events(other)).toHaveLength(1);
    expect(events(id).at(-1)?.product.price).toBe('1');
    expect((await overview()).totals.failed).toBe(0);
  });

  it('is not asked by every product that waits: one finds out', async () => {
    await server.stop();
    const ids: number[] = [];
    for (let i = 0; i < 20; i++) ids.push(await create());
    await site.forget();
    await site.runQueue({ ahead: 31 });
    expect((await site.outbound()).length).toBeLessThanOrEqual(2);
    await site.forget();
    for (let minute = 0; minute < 60; minute++) await site.runQueue({ ahead: 60 });
    expect((await site.outbound()).length).toBeLessThanOrEqual(8);
    await server.startAgain();
    await site.runQueue({ ahead: 2 * HOUR });
    for (const id of ids) expect(events(id)).toHaveLength(1);
  });

  it('one product that it cannot digest holds up no other', async () => {
    const bad = await known({ name: 'Poison' });
    server.answer(({ route, text }) =>
      route?.startsWith('webhook') && text.includes('Poison') ? TROUBLE.broken : 'forward',
    );
    const good: number[] = [];
    await site.updateProduct(bad, { regular_price: '1' });
    for (let i = 0; i < 5; i++) good.push(await create());
    for (let minute = 0; minute < 10; minute++) await site.runQueue({ ahead: 60 });
    for (const id of good) expect(events(id).length).toBeGreaterThanOrEqual(1);
    expect((await outbox(site))[good[0]!]).toMatchObject({ acknowledged: '1', due_at: '0' });
    const later = await create();
    for (let minute = 0; minute < 5; minute++) await site.runQueue({ ahead: 60 });
    expect(await row(later)).toMatchObject({ acknowledged: '1' });
    expect(await row(bad)).toMatchObject({ state: 'waiting', acknowledged: '0' });
  });
});

describe('a server that refuses', () => {
  it.each([
    ['401', TROUBLE.unauthorized],
    ['403', TROUBLE.forbidden],
  ])('%s: nothing more is sent until a new token is saved; then all that waited', async (_, refusal) => {
    const [one, two] = [await known(), await known()];
    server.answer(refusal);
    await site.updateProduct(one, { regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    await site.updateProduct(two, { regular_price: '2' });
    const asked = server.requests.length;
    for (let hour = 0; hour < 5; hour++) await site.runQueue({ ahead: HOUR });
    expect(server.requests.length).toBe(asked);

    const dashboard = await site.request('/wp-admin/index.php');
    expect(dashboard.text.match(/id="fiko-sync-stopped"/g)).toHaveLength(1);
    expect(dashboard.text).toContain('page=fiko-sync');
    expect((await overview()).connection).toMatchObject({ state: 'stopped' });

    server.answer();
    await connect(site, { url: server.url, token: 'wc_sk_live_anothertoken0000000000000000000000000000' });
    await site.runQueue();
    expect(events(one).at(-1)?.product.price).toBe('1');
    // Within its rest it would have been sent then too.
    expect(events(two).at(-1)?.product.price).toBe('2');
    expect((await site.request('/wp-admin/index.php')).text).not.toContain('fiko-sync-stopped');
  });

  it('the daily action finds out that a token is believed again', async () => {
    const id = await known();
    server.answer(TROUBLE.unauthorized);
    await site.updateProduct(id, { regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    server.answer();
    await site.runQueue({ ahead: 25 * HOUR });
    await site.runQueue({ ahead: 60 });
    expect(events(id).at(-1)?.product.price).toBe('1');
  });

  it('a 400 is recorded on the product, which is not tried again until it changes', async () => {
    const id = await known();
    server.answer(({ route }) =>
      route === 'webhook'
        ? {
            status: 400,
            body: {
              error: 'invalid_fields',
              detail: 'Some fields are not valid.',
              errors: [{ field: 'product.price', message: 'Must be a number <b>≥ 0</b>' }],
            },
          }
        : 'forward',
    );
    await site.updateProduct(id, { regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    for (let hour = 0; hour < 5; hour++) await site.runQueue({ ahead: HOUR });
    expect(events(id)).toHaveLength(2);
    expect(await row(id)).toMatchObject({ state: 'failed', error: 'price: Must be a number <b>≥ 0</b>' });
    expect((await overview()).errors).toEqual([
      expect.objectContaining({ id, error: 'price: Must be a number <b>≥ 0</b>' }),
    ]);
    server.answer();
    await site.updateProduct(id, { regular_price: '2' });
    await site.runQueue({ ahead: 31 });
    expect(await row(id)).toMatchObject({ error: '', acknowledged: '1' });
  });

  it('a batch has a verdict for each product', async () => {
    const ids = await site.createProducts(
      Array.from({ length: 5 }, (_, i) => ({ name: `P${i}`, regular_price: '1' })),
    );
    server.answer(({ route, body }) =>
      route === 'webhook/batch'
        ? {
            status: 202,
            body: {
              results: body.events.map(
                ({ event_id, product }: { event_id: string; product: { id: number } }) =>
                  product.id === ids[2]
                    ? { event_id, status: 'rejected', errors: [{ field: 'product.name', message: 'Bad.' }] }
                    : { event_id, status: 'accepted' },
              ),
            },
          }
        : 'forward',
    );
    await site.rest('POST', '/fiko-sync/v1/products/sync', { ids });
    const rows = await outbox(site);
    expect(ids.map((id) => rows[id]!.acknowledged)).toEqual(['1', '1', '0', '1', '1']);
    expect(rows[ids[2]!]).toMatchObject({ state: 'failed', error: 'name: Bad.' });
  });

  it('a batch that is refused as a whole is sent one by one', async () => {
    const ids = await site.createProducts(
      Array.from({ length: 4 }, (_, i) => ({ name: `P${i}`, regular_price: '1' })),
    );
    server.answer(({ route }) =>
      route === 'webhook/batch'
        ? { status: 413, body: { error: 'too_large', detail: 'Too large.' } }
        : 'forward',
    );
    await site.rest('POST', '/fiko-sync/v1/products/sync', { ids });
    for (let minute = 0; minute < 5; minute++) await site.runQueue({ ahead: 60 });
    const rows = await outbox(site);
    expect(ids.map((id) => rows[id]!.acknowledged)).toEqual(['1', '1', '1', '1']);
  });

  it('a product whose texts are too long is not sent, and says so', async () => {
    const id = await create({ description: 'ب'.repeat(600_000) });
    await site.runQueue({ ahead: 31 });
    expect(events(id)).toEqual([]);
    expect(await row(id)).toMatchObject({ state: 'failed', error_code: 'too_large' });
    expect((await row(id)).error).toMatch(/1\.\d MB.*1 MB/);
  });
});

describe('what waits survives', () => {
  it("a process that dies while it sends: the product is sent by another, under the event's id", async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    await site.advance(31);
    await expect(
      site.eval(
        `add_action( 'http_api_debug', function () { posix_kill( getmypid(), 9 ); } );
         Fiko_Schedule::run_send( ${id} ); return 1;`,
      ),
    ).rejects.toThrow();
    expect(events(id)).toHaveLength(2);
    expect((await row(id)).acknowledged).toBe('0');
    await site.runQueue({ ahead: 60 });
    expect(events(id)).toHaveLength(2);
    for (let minute = 0; minute < 10; minute++) await site.runQueue({ ahead: 60 });
    expect(
      events(id)
        .map(({ event_id }) => event_id)
        .slice(1),
    ).toEqual([events(id)[1].event_id, events(id)[1].event_id]);
    expect(await row(id)).toMatchObject({ acknowledged: '1', due_at: '0' });
  });

  it('the loss of all actions', async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    await site.eval(
      "foreach ( Fiko_Contract::ACTIONS as $hook ) { as_unschedule_all_actions( $hook ); } delete_transient( 'fiko_wc_actions_ensured' ); return 1;",
    );
    await site.runQueue({ ahead: 60 });
    expect(events(id)).toHaveLength(1);
    // Anybody opens wp-admin, or WordPress's clock runs.
    await site.request('/wp-admin/index.php');
    await site.runQueue({ ahead: 600 });
    expect(events(id).at(-1)?.product.price).toBe('1');
  });

  it('that the plugin is off for a while', async () => {
    const id = await known();
    await site.updateProduct(id, { regular_price: '1' });
    await site.deactivate(PLUGIN);
    await site.runQueue({ ahead: HOUR });
    expect((await site.actions()).filter(({ status }) => status === 'pending')).toEqual([]);
    await site.activate(PLUGIN);
    await site.request('/wp-admin/index.php');
    await site.runQueue({ ahead: 600 });
    expect(events(id).at(-1)?.product.price).toBe('1');
  });

  it('two processes that send at the same time: each product goes once', async () => {
    const ids = await site.createProducts(
      Array.from({ length: 40 }, (_, i) => ({ name: `Race ${i}`, regular_price: '1' })),
    );
    await site.eval(`Fiko_Outbox::note_many( array( ${ids.join(',')} ), true ); return 1;`);
    server.answer(({ route, body }) =>
      route === 'webhook/batch'
        ? {
            status: 202,
            body: {
              results: body.events.map(({ event_id }: { event_id: string }) => ({
                event_id,
                status: 'accepted',
              })),
            },
            delayMs: 500,
          }
        : 'forward',
    );
    await Promise.all([1, 2, 3].map(() => site.eval('Fiko_Delivery::drain( 10 ); return 1;')));
    for (const id of ids) expect(events(id)).toHaveLength(1);
  });

  it('an exception of another plugin while a product is read', async () => {
    const [bad, good] = [await known(), await known()];
    await site.eval(
      `add_filter( 'fiko_product_payload', function ( $payload ) { if ( ${bad} === $payload['id'] ) { throw new RuntimeException( 'broken filter' ); } return $payload; } );
       Fiko_Outbox::note_many( array( ${bad}, ${good} ), true ); Fiko_Delivery::drain( 10 ); return 1;`,
    );
    expect(await row(bad)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/: broken filter$/),
    });
    expect(await row(good)).toMatchObject({ acknowledged: '1' });
  });
});

describe('the products list', () => {
  it('is told what the server says, and asks again until a product is searchable', async () => {
    const id = await create();
    let searchable = false;
    server.answer(({ route, body }) =>
      route === 'products/status'
        ? {
            status: 200,
            body: {
              results: body.ids.map((asked: number) => ({
                id: asked,
                state: 'synced',
                searchable,
                synced_at: '2026-11-01T10:00:00Z',
                error: null,
                last_event_id: null,
                digest: null,
              })),
            },
          }
        : 'forward',
    );
    await site.runQueue({ ahead: 31 });
    await site.runQueue({ ahead: 60 });
    expect((await row(id)).state).toBe('waiting');
    searchable = true;
    await site.runQueue({ ahead: HOUR });
    expect(await row(id)).toMatchObject({
      state: 'synced',
      state_at: String(Date.UTC(2026, 10, 1, 10) / 1000),
    });
    const { body } = await site.rest('POST', '/fiko-sync/v1/products/status', { ids: [id] });
    expect(body.products).toEqual([
      expect.objectContaining({ id, state: 'synced', icon: '✅', text: expect.stringContaining('2026') }),
    ]);
  });

  it('is told why the server could not process a product', async () => {
    const id = await create();
    server.answer(({ route, body }) =>
      route === 'products/status'
        ? {
            status: 200,
            body: {
              results: body.ids.map((asked: number) => ({
                id: asked,
                state: 'failed',
                searchable: false,
                synced_at: null,
                error: 'No embedding.',
                last_event_id: null,
                digest: null,
              })),
            },
          }
        : 'forward',
    );
    await site.runQueue({ ahead: 31 });
    await site.runQueue({ ahead: 60 });
    expect(await row(id)).toMatchObject({ state: 'failed', error: 'No embedding.' });
    server.answer();
    await site.rest('POST', '/fiko-sync/v1/errors/retry', { ids: [id] });
    await site.runQueue({ ahead: 1 });
    await site.runQueue({ ahead: 60 });
    // A new event, as the one before was received and failed.
    expect(new Set(events(id).map(({ event_id }) => event_id)).size).toBe(2);
    expect((await row(id)).state).toBe('synced');
  });
});
