import { PLUGIN_OPTIONS } from '../../src/contract/shop-plugin';
import { FakeBackend } from './backend';
import { TROUBLE, type SeenRequest } from './front';
import { PLUGIN, connect, outbox, startShop } from './plugin';
import type { WordPressSite } from './site';

describe('wp fiko', () => {
  let fake: FakeBackend;
  let site: WordPressSite;
  /** Three that are published, the middle one with a variation, and a draft. */
  let products: number[];
  let variation: number;
  let draft: number;

  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(null);
    const [lamp, table] = await site.createProducts([{ name: 'Lamp' }, { name: 'Table' }]);
    const chair = await site.createProduct(
      {
        name: 'Chair',
        type: 'variable',
        attributes: [{ name: 'pa_color', options: ['Red'], variation: true }],
        variations: [{ regular_price: '5', attributes: { pa_color: 'red' } }],
      },
      { silently: true },
    );
    products = [lamp!, table!, chair.id];
    variation = chair.variations[0]!;
    ({ id: draft } = await site.createProduct({ name: 'Draft', status: 'draft' }, { silently: true }));
  });
  beforeEach(async () => {
    fake.answer();
    await site.eval(`global $wpdb;
      foreach ( array_diff_key( Fiko_Contract::OPTIONS, array( 'schema' => 0 ) ) as $option ) { delete_option( $option ); }
      $wpdb->query( 'DELETE FROM ' . Fiko_Schema::table() . ' WHERE product_id > 0' );
      Fiko_Schedule::clear();
      return 1;`);
    await connect(site, fake);
    fake.requests.length = 0;
    await site.forget();
  });
  afterEach(async () => {
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
  });
  afterAll(async () => {
    await site.stop();
    await fake.stop();
  });

  const sync = (...args: string[]) => site.cli('fiko', 'sync', ...args);
  const sentIds = () =>
    fake.events.map(({ product }) => product.id as number).sort((one, other) => one - other);
  const reject = (id: number) => (request: SeenRequest) => {
    const verdict = (event: { event_id: string; product: { id: number } }) => ({
      event_id: event.event_id,
      ...(event.product.id === id
        ? { status: 'rejected', errors: [{ field: 'product.name', message: 'Not this one.' }] }
        : { status: 'accepted' }),
    });
    if (request.route === 'webhook/batch')
      return { status: 202, body: { results: request.body.events.map(verdict) } };
    if (request.route === 'webhook') return { status: 202, body: verdict(request.body) };
    return 'forward' as const;
  };

  describe('sync', () => {
    it('sends what waits, and nothing else', async () => {
      await site.updateProduct(products[0]!, { name: 'Lamp 2' });
      expect(await sync()).toMatchObject({ code: 0, bars: [{ total: 0, ticks: 0, finished: true }] });
      expect(fake.events).toEqual([]);
      await site.advance(31);
      const { code, said, bars } = await sync();
      expect(code).toBe(0);
      expect(said).toEqual([['success', '1 products sent, 0 failed, 0 waiting.']]);
      expect(bars).toEqual([{ label: 'Sending products', total: 1, ticks: 1, finished: true }]);
      expect(sentIds()).toEqual([products[0]]);
      expect((await outbox(site))[products[0]!]).toMatchObject({ acknowledged: '1', due_at: '0' });
    });

    it('sends those that are named, whether they changed or not', async () => {
      for (let time = 1; time <= 2; time++) {
        fake.requests.length = 0;
        const { code, said, bars } = await sync(`--ids=${products[0]},${products[2]}`);
        expect(code).toBe(0);
        expect(said).toEqual([['success', '2 products sent, 0 failed, 0 waiting.']]);
        expect(bars).toMatchObject([{ total: 2, ticks: 2, finished: true }]);
        expect(sentIds()).toEqual([products[0], products[2]]);
      }
    });

    it('sends the product of a variation, and leaves out what is no product', async () => {
      const page = await site.eval<number>(
        "return wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'A page' ) );",
      );
      const { code, said } = await sync(`--ids=${variation},${page}`);
      expect(code).toBe(0);
      expect(said).toEqual([
        ['warning', `No products: ${page}.`],
        ['success', '1 products sent, 0 failed, 0 waiting.'],
      ]);
      expect(sentIds()).toEqual([products[2]]);
      expect(Object.keys(await outbox(site))).toEqual([String(products[2])]);
    });

    it('sends the whole catalogue', async () => {
      const { code, said, bars } = await sync('--all');
      expect(code).toBe(0);
      expect(said).toEqual([['success', '3 products sent, 0 failed.']]);
      expect(bars).toEqual([{ label: 'Sending products', total: 3, ticks: 3, finished: true }]);
      expect(sentIds()).toEqual(products);
    });

    it('shows what it would send, and neither sends nor changes anything', async () => {
      await site.updateProduct(draft, { name: 'Draft 2' });
      await site.advance(31);
      // Any command sees to it that the recurring actions are there.
      await site.cli('fiko', 'status');
      const before = await outbox(site);
      const options = "return array_map( 'get_option', Fiko_Contract::OPTIONS );";
      const settings = await site.eval(options);
      const actions = await site.actions();
      await site.forget();
      const one = await sync('--dry-run');
      const two = await sync(`--ids=${products[1]},${draft}`, '--dry-run');
      const three = await sync('--all', '--dry-run');
      expect([one, two, three].map(({ code, said }) => [code, said])).toEqual([
        [0, []],
        [0, []],
        [0, []],
      ]);
      const fields = ['id', 'event', 'changed'];
      expect(one.tables).toEqual([{ format: 'table', fields, rows: [[draft, 'product.deleted', 'yes']] }]);
      expect(two.tables[0]!.rows).toEqual([
        [products[1], 'product.created', 'yes'],
        [draft, 'product.deleted', 'yes'],
      ]);
      expect(three.tables[0]!.rows).toEqual(products.map((id) => [id, 'product.created', 'yes']));
      expect(await site.outbound()).toEqual([]);
      expect(await outbox(site)).toEqual(before);
      expect(await site.eval(options)).toEqual(settings);
      expect(await site.actions()).toEqual(actions);
    });

    it('knows what would be the same again', async () => {
      await sync(`--ids=${products[0]}`);
      expect((await sync(`--ids=${products[0]}`, '--dry-run')).tables[0]!.rows).toEqual([
        [products[0], 'product.updated', 'no'],
      ]);
    });

    it.each([
      ['Either --all or --ids.', ['--all', '--ids=1']],
      ['No product is named. Use --ids=1,2,3.', ['--ids=']],
      ['No product is named. Use --ids=1,2,3.', ['--ids=x']],
      ['No product is named. Use --ids=1,2,3.', ['--ids=', '--dry-run']],
    ])('says «%s» of %j', async (message, args) => {
      const { code, said, bars } = await sync(...args);
      expect({ code, said, bars }).toEqual({ code: 1, said: [['error', message]], bars: [] });
      expect(fake.requests).toEqual([]);
    });

    it('ends with an error where the shop is not connected', async () => {
      await site.eval(`delete_option( '${PLUGIN_OPTIONS.apiToken}' ); return 1;`);
      for (const args of [[], ['--all'], [`--ids=${products[0]}`]]) {
        const { code, said } = await sync(...args);
        expect({ code, said }).toEqual({
          code: 1,
          said: [['error', expect.stringContaining('The shop is not connected yet.')]],
        });
      }
      expect(await outbox(site)).toEqual({});
    });

    it('ends with an error where the server refuses the shop, now and the next time', async () => {
      fake.answer(TROUBLE.unauthorized);
      expect(await sync(`--ids=${products.join(',')}`)).toMatchObject({
        code: 1,
        said: [['error', '0 products sent, 0 failed, 3 waiting. The token is not valid.']],
      });
      expect(fake.requests).toHaveLength(1);
      expect(await sync('--all')).toMatchObject({
        code: 1,
        said: [['error', expect.stringMatching(/^The token is not valid\. /)]],
      });
      expect(fake.requests).toHaveLength(1);
    });

    it('does not wait for ever for a server that refuses the shop meanwhile, and goes on in the background', async () => {
      fake.answer(TROUBLE.unauthorized);
      expect(await sync('--all')).toMatchObject({
        code: 1,
        said: [['error', '0 products sent, 0 failed. The token is not valid.']],
      });
      fake.answer();
      fake.requests.length = 0;
      await site.rest('POST', '/fiko-sync/v1/connection', {});
      await site.runQueue({ ahead: 61 });
      expect(new Set(sentIds())).toEqual(new Set(products));
      expect(fake.events).toHaveLength(3);
      const { body } = await site.rest('GET', '/fiko-sync/v1/overview');
      expect(body.bulk).toMatchObject({ state: 'done', total: 3, done: 3, failed: 0 });
    });

    it('ends with an error where the server is away, and says what waits', async () => {
      fake.answer(TROUBLE.away(60));
      expect(await sync(`--ids=${products.join(',')}`)).toMatchObject({
        code: 1,
        said: [
          ['error', expect.stringMatching(/^0 products sent, 0 failed, 3 waiting\. The server is away/)],
        ],
      });
    });

    it('ends with an error where the server says nothing of the products', async () => {
      fake.answer(({ route }) =>
        route === 'webhook/batch' ? { status: 200, body: { results: [] } } : 'forward',
      );
      expect(await sync(`--ids=${products.join(',')}`)).toMatchObject({
        code: 1,
        said: [['error', '0 products sent, 0 failed, 3 waiting.']],
      });
    });

    it.each([['--all'], ['--ids']])('ends with an error where one failed (%s)', async (which) => {
      fake.answer(reject(products[1]!));
      const result = await sync(which === '--all' ? which : `--ids=${products.join(',')}`);
      expect(result.code).toBe(1);
      expect(result.said).toEqual([['error', expect.stringMatching(/^2 products sent, 1 failed/)]]);
      expect(result.bars).toMatchObject([{ total: 3, ticks: 3, finished: true }]);
      expect((await outbox(site))[products[1]!]).toMatchObject({
        state: 'failed',
        error: 'name: Not this one.',
      });
    });
  });

  describe('status', () => {
    it('tells the connection and the totals', async () => {
      await sync(`--ids=${products[0]}`);
      const { code, said, tables } = await site.cli('fiko', 'status');
      expect({ code, said }).toEqual({ code: 0, said: [] });
      expect(tables).toEqual([
        {
          format: 'table',
          fields: ['name', 'value'],
          rows: [
            ['server', fake.url],
            ['connection', 'ok'],
            ['products', 4],
            ['synced', 0],
            ['waiting', 1],
            ['failed', 0],
            ['excluded', 1],
            ['never', 2],
            ['waiting_deletions', 0],
            ['failed_deletions', 0],
          ],
        },
      ]);
      expect((await site.cli('fiko', 'status', '--format=json')).tables[0]!.format).toBe('json');
      expect(JSON.stringify(tables)).not.toContain('wc_sk_');
    });

    it('warns of what is wrong', async () => {
      fake.answer(TROUBLE.unauthorized);
      await sync(`--ids=${products[0]}`);
      const { code, said, tables } = await site.cli('fiko', 'status');
      expect(code).toBe(0);
      expect(said).toEqual([['warning', expect.stringMatching(/^The token is not valid\. Generate/)]]);
      expect(tables[0]!.rows[1]).toEqual(['connection', 'stopped unauthorized']);
    });
  });

  describe('reconcile', () => {
    it('sends what differs, and removes what the shop does not have', async () => {
      fake.answer(({ route, body }) => {
        if (route !== 'manifest') return 'forward';
        return {
          status: 200,
          body: body.entries
            ? {
                in_step: false,
                missing: [products[0]],
                different: [products[1]],
                orphaned: [9999],
                pending: [],
              }
            : {
                in_step: false,
                bucket_count: 1024,
                buckets: [products[0]! % 1024],
                products: 3,
                queued_events: 0,
              },
        };
      });
      const { code, said, bars } = await site.cli('fiko', 'reconcile');
      expect(said).toEqual([
        [
          'success',
          'Compared: 2 products differed and were sent, 1 that the shop no longer has were removed.',
        ],
      ]);
      expect(code).toBe(0);
      expect(bars).toEqual([
        { label: 'Comparing products', total: 3, ticks: 3, finished: true },
        { label: 'Sending products', total: 3, ticks: 3, finished: true },
      ]);
      expect(fake.events.map(({ event_type, product }) => [event_type, product.id])).toEqual([
        ['product.created', products[0]],
        ['product.created', products[1]],
        ['product.deleted', 9999],
      ]);
    });

    it('ends with an error where what differs could not be sent', async () => {
      fake.answer(({ route, body, ...request }) => {
        if (route !== 'manifest') return reject(products[0]!)({ route, body, ...request });
        return {
          status: 200,
          body: body.entries
            ? { in_step: false, missing: [products[0]], different: [], orphaned: [], pending: [] }
            : {
                in_step: false,
                bucket_count: 1024,
                buckets: [products[0]! % 1024],
                products: 3,
                queued_events: 0,
              },
        };
      });
      const { code, said } = await site.cli('fiko', 'reconcile');
      expect({ code, said }).toEqual({ code: 1, said: [['error', expect.stringContaining('1 failed')]] });
    });

    it.each([
      ['refuses the shop', TROUBLE.unauthorized, 'The token is not valid.'],
      ['refuses the question', { status: 400, body: { error: 'invalid', detail: 'Not so.' } }, 'Not so.'],
    ])('ends with an error where the server %s', async (_, answer, message) => {
      fake.answer(answer);
      const { code, said } = await site.cli('fiko', 'reconcile');
      expect({ code, said }).toEqual({ code: 1, said: [['error', expect.stringContaining(message)]] });
      expect(fake.events).toEqual([]);
    });

    it('ends with an error where the shop is not connected', async () => {
      await site.eval(`delete_option( '${PLUGIN_OPTIONS.apiUrl}' ); return 1;`);
      expect(await site.cli('fiko', 'reconcile')).toMatchObject({
        code: 1,
        said: [['error', expect.stringContaining('The shop is not connected yet.')]],
      });
    });
  });
});
