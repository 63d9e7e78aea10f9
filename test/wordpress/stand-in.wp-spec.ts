import { RECORDED, SCENARIOS, WordPressSite } from './site';

describe('a site', () => {
  let site: WordPressSite;
  beforeAll(async () => {
    site = await WordPressSite.start();
  });
  afterAll(() => site.stop());

  it('is WordPress, with people who can log in and a page that they see by their rights', async () => {
    expect(site.wordpressVersion).toMatch(/^6\.7/);
    const page = '/wp-admin/admin.php?page=woocommerce';
    expect((await site.request(page)).status).toBe(200);
    expect((await site.request(page, { as: 'manager' })).status).toBe(200);
    expect((await site.request(page, { as: 'customer' })).status).toBe(403);
    expect((await site.request(page, { as: 'anonymous' })).status).toBe(302);
    expect(await site.restNonce()).toMatch(/^[0-9a-f]{10}$/);
  });

  it('answers its REST API by the rights of who asks', async () => {
    expect((await site.rest('GET', '/wp/v2/users/me')).body.name).toBe('admin');
    expect((await site.rest('GET', '/wp/v2/users/me', undefined, { as: 'customer' })).body.name).toBe(
      'customer',
    );
    expect((await site.rest('GET', '/wp/v2/users/me', undefined, { as: 'anonymous' })).status).toBe(401);
  });

  it('runs PHP and tells what it returns, or how it failed', async () => {
    expect(await site.eval('return array( "a" => home_url(), "b" => get_current_user_id() );')).toEqual({
      a: site.url,
      b: 1,
    });
    await expect(site.eval('throw new Exception( "no" );')).rejects.toThrow('Exception: no');
  });

  it('records outbound requests, and lets none out of this machine', async () => {
    await site.forget();
    await site.eval(
      `wp_remote_post( 'http://127.0.0.1:9/x', array( 'headers' => array( 'X-A' => 'b' ), 'body' => 'سلام' ) );
       wp_remote_get( 'https://example.com/' ); return 1;`,
    );
    expect(await site.outbound()).toEqual([
      expect.objectContaining({
        url: 'http://127.0.0.1:9/x',
        method: 'POST',
        headers: { 'X-A': 'b' },
        body: 'سلام',
        status: null,
        durationMs: expect.any(Number),
      }),
      expect.objectContaining({
        url: 'https://example.com/',
        error: expect.stringContaining('http_request_not_executed'),
      }),
    ]);
  });

  it('logs what PHP complains of', async () => {
    await site.forget();
    await site.eval('trigger_error( "of-this-test", E_USER_WARNING ); return 1;');
    expect(await site.noticesOf('of-this-test')).toHaveLength(1);
    await site.forget();
    expect(await site.debugLog()).toBe('');
  });

  it("moves the plugin's clock", async () => {
    const offset = () => site.eval<number>("return apply_filters( 'fiko_clock_offset', 0 );");
    expect(await offset()).toBe(0);
    await site.advance(3600);
    expect(await offset()).toBe(3600);
    await site.advance(-3600);
    expect(await offset()).toBe(0);
  });
});

describe('the recorded hooks of WooCommerce', () => {
  let site: WordPressSite;
  beforeAll(async () => {
    site = await WordPressSite.start();
  });
  afterAll(() => site.stop());

  it('are those of 85 scenarios', () => {
    expect(SCENARIOS).toHaveLength(85);
  });

  it.each(SCENARIOS)('%s', async (scenario) => {
    const ids = await site.replay(scenario);
    /** An argument of the recording with the ids that were given to its symbols; what was not recorded fits anything. */
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON
    const given = (argument: any): unknown => {
      if (argument === null) return expect.anything();
      if (typeof argument !== 'object' || Array.isArray(argument)) return argument;
      const symbol = argument.id ?? argument.post ?? argument.product;
      if (argument.id) return ids[symbol];
      if (argument.post) return { post: ids[symbol], status: argument.status };
      return { product: ids[symbol], type: argument.type };
    };
    expect(await site.hooks(scenario)).toEqual(
      RECORDED.scenarios[scenario]!.map(([hook, when, args]) => ({ hook, when, args: args.map(given) })),
    );
    expect(await site.debugLog()).toBe('');
  });

  it('leave the shop as the real action does', async () => {
    const { P1 } = await site.replay('create simple, published');
    const state = async (id = P1!) => {
      const product = await site.product(id);
      return product && { status: product.get_status, name: product.get_name, price: product.get_price };
    };
    expect(await state()).toEqual({ status: 'publish', name: 'Product P1', price: '250000' });
    await site.replay('price only', { P1: P1! });
    await site.replay('name only', { P1: P1! });
    expect(await state()).toEqual({ status: 'publish', name: 'Renamed product', price: '260000' });
    await site.replay('publish -> draft', { P1: P1! });
    expect((await state()).status).toBe('draft');
    await site.replay('draft -> publish', { P1: P1! });
    await site.replay('trash simple (wp_trash_post)', { P1: P1! });
    expect((await state()).status).toBe('trash');
    await site.replay('untrash simple (wp_untrash_post)', { P1: P1! });
    expect((await state()).status).toBe('publish');
    const { T1 } = await site.replay('rename that category (wp_update_term)', { P1: P1! });
    expect(await site.eval(`return get_term( ${T1!} )->name;`)).toBe('Renamed category');
    await site.replay('delete simple at once ($product->delete(true))', { P1: P1! });
    expect(await state()).toBeNull();
  });

  it('leave variations and their parents as the real action does', async () => {
    const ids = await site.replay('CSV import: new variable + 2 variations');
    const parent = await site.product(ids.P1!);
    expect(parent).toMatchObject({
      get_type: 'variable',
      get_children: [ids.V1, ids.V2],
      get_price: '180000',
      get_stock_status: 'instock',
    });
    await site.replay('variation price', { P1: ids.P1!, V1: ids.V1! });
    expect((await site.product(ids.V1!)).get_price).toBe('190000');
    await site.replay('delete one variation (delete(true))', { P1: ids.V2!, P2: ids.P1! });
    const after = await site.product(ids.P1!);
    expect(after.get_children).not.toContain(ids.V2);
    expect(after.get_price).toBe('180000');
    await site.replay('variable -> simple (type change)', { P1: ids.V1!, P2: ids.P1! });
    expect(await site.product(ids.P1!)).toMatchObject({ get_type: 'simple', get_price: '260000' });
    expect(await site.product(ids.V1!)).toBeNull();
  });

  it.each([
    ['admin: "Add new" opened', { get_status: 'auto-draft', get_price: '' }],
    [
      'admin: autosave (heartbeat) of the new product',
      { get_status: 'draft', get_price: '', get_name: 'New product' },
    ],
    ['admin: publish the new product', { get_status: 'publish', get_price: '250000' }],
    ['scheduled publish (future -> publish by cron)', { get_status: 'publish', get_price: '250000' }],
    ['checkout (Store API, COD, 2 of one product)', { get_stock_quantity: 18 }],
    ['stock to 0 (goes out of stock)', { get_stock_quantity: 0, get_stock_status: 'outofstock' }],
    ['raw wp_update_post(title)', { get_name: 'Renamed product' }],
    [
      'scheduled sale: save with a start date 5 s ahead',
      { get_price: '250000', get_sale_price: '200000', is_on_sale: false },
    ],
  ])('%s: ends in %j', async (scenario, end) => {
    const { P1 } = await site.replay(scenario);
    expect(await site.product(P1!)).toMatchObject(end);
  });
});
