import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLUGIN_OPTIONS, PLUGIN_TIMING } from '../../src/contract/shop-plugin';
import { Backend, FakeBackend } from './backend';
import { Front, TROUBLE, type SeenRequest } from './front';
import { PLUGIN, connect, outbox, startShop, syncNow } from './plugin';
import { phpString, type Person, type SiteAnswer, type WordPressSite } from './site';

const TOKEN = 'wc_sk_live_0123456789abcdefghijklmnopqrstuvwxyz0123';
const OTHER_TOKEN = 'wc_sk_live_another0another0another0another0another';
const KEY = Buffer.from('a key of a shop, of 32 bytes /+/+').toString('base64');
const SECRET = `whsec_${KEY}`;

const ROUTES: [method: string, path: string, body?: object][] = [
  ['GET', '/overview'],
  ['POST', '/settings', {}],
  ['POST', '/connection', {}],
  ['POST', '/bulk', { action: 'stop' }],
  ['POST', '/tick', {}],
  ['POST', '/reconcile', {}],
  ['POST', '/errors/retry', {}],
  ['POST', '/products/status', { ids: [1] }],
  ['POST', '/products/sync', { ids: [1] }],
];

describe('settings', () => {
  let fake: FakeBackend;
  let site: WordPressSite;

  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(null);
  });
  beforeEach(async () => {
    fake.answer();
    await site.eval(`global $wpdb;
      foreach ( array_diff_key( Fiko_Contract::OPTIONS, array( 'schema' => 0 ) ) as $option ) { delete_option( $option ); }
      $wpdb->query( 'DELETE FROM ' . Fiko_Schema::table() . ' WHERE product_id > 0' );
      Fiko_Schedule::clear();
      return 1;`);
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

  const api = (
    method: string,
    path: string,
    body?: unknown,
    as: Person = 'admin',
    headers: Record<string, string> = {},
  ): Promise<SiteAnswer> => site.rest(method, `/fiko-sync/v1${path}`, body, { as, headers });
  const save = (body: object): Promise<SiteAnswer> => api('POST', '/settings', body);
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  const overview = async (): Promise<any> => (await api('GET', '/overview')).body;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  const test = async (body: object = {}): Promise<any> => {
    const answer = await api('POST', '/connection', body);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const saved = (): Promise<Record<string, string>> =>
    site.eval(`global $wpdb;
      return (object) array_column( $wpdb->get_results( "SELECT option_name, option_value FROM $wpdb->options WHERE option_name LIKE 'fiko%'", ARRAY_A ), 'option_value', 'option_name' );`);
  const setOption = (name: string, value: string): Promise<unknown> =>
    site.eval(`update_option( ${phpString(name)}, ${phpString(value)} ); return 1;`);
  const notices = async (page = '/wp-admin/index.php', as: Person = 'admin'): Promise<number> =>
    (await site.request(page, { as })).text.split('id="fiko-sync-stopped"').length - 1;

  describe('rights', () => {
    beforeEach(() => connect(site, fake));

    it.each([
      ['anonymous', 401],
      ['customer', 403],
      ['manager', 200],
      ['admin', 200],
    ] as const)('of %s: %i', async (as, status) => {
      for (const [method, path, body] of ROUTES)
        expect({ path, status: (await api(method, path, body, as)).status }).toEqual({ path, status });
    });

    it.each([
      ['without a nonce', 401, () => Promise.resolve({})],
      ['with a wrong nonce', 403, () => Promise.resolve({ 'x-wp-nonce': '0123456789' })],
      ['with a nonce', 200, async () => ({ 'x-wp-nonce': await site.restNonce() })],
    ] as const)('of a session %s: %i', async (_, status, headers) => {
      for (const [method, path, body] of ROUTES) {
        const answer = await site.request(`/wp-json/fiko-sync/v1${path}`, {
          method,
          headers: await headers(),
          ...(body !== undefined && { json: body }),
        });
        expect({ path, status: answer.status }).toEqual({ path, status });
      }
    });

    it('are those of all routes', async () => {
      const { body } = await site.rest('GET', '/fiko-sync/v1');
      expect(Object.keys(body.routes).sort()).toEqual(
        ['', ...ROUTES.map(([, path]) => path)].map((path) => `/fiko-sync/v1${path}`).sort(),
      );
    });

    it('do not reach beyond what the routes know', async () => {
      for (const [path, body] of [
        ['/products/status', { ids: Array.from({ length: 201 }, (_, index) => index + 1) }],
        ['/products/sync', { ids: ['x'] }],
        ['/products/sync', { ids: [0] }],
        ['/products/status', {}],
        ['/bulk', { action: 'destroy' }],
        ['/bulk', {}],
      ] as const) {
        const { status } = await api('POST', path, body);
        expect({ path, body, status }).toEqual({ path, body, status: 400 });
      }
      expect(fake.requests).toEqual([]);
    });

    it('sends no post that is no product', async () => {
      const page = await site.eval<number>(
        "return wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'A page' ) );",
      );
      expect((await api('POST', '/products/sync', { ids: [page, 999999] })).body).toEqual({ products: [] });
      expect(fake.events).toEqual([]);
      expect(await outbox(site)).toEqual({});
    });
  });

  describe('secrets', () => {
    /** Repeats what it was sent, as some proxies do. */
    const echo = ({ headers }: SeenRequest): string =>
      `You sent ${headers.authorization ?? ''} and ${SECRET} and ${JSON.stringify(headers)}.`;

    const everywhere = async (): Promise<string> => {
      const pages = [
        '/wp-admin/index.php',
        '/wp-admin/admin.php?page=fiko-sync',
        '/wp-admin/edit.php?post_type=product',
        '/wp-admin/plugins.php',
        '/wp-admin/site-health.php?tab=debug',
      ];
      const texts: string[] = [];
      for (const page of pages) {
        const { status, text } = await site.request(page);
        expect(status).toBe(200);
        texts.push(text);
      }
      for (const [method, path, body] of ROUTES) texts.push((await api(method, path, body)).text);
      return texts.join('\n');
    };
    const expectNone = (text: string) => {
      for (const secret of [TOKEN, OTHER_TOKEN, KEY, KEY.replaceAll('/', '\\/'), SECRET])
        expect(text).not.toContain(secret);
    };

    it('are in no answer, on no page and not in the log', async () => {
      const { text } = await save({
        api_url: fake.url,
        api_token: TOKEN,
        signing_secret: SECRET,
        enable_logging: true,
      });
      expect(JSON.parse(text).settings).toEqual({
        api_url: fake.url,
        has_token: true,
        token_locked: false,
        has_signing_secret: true,
        logging: true,
      });
      const { id } = await site.createProduct({ name: 'Lamp' });
      await syncNow(site, [id]);
      expectNone(text + (await everywhere()));
      const log = await site.woocommerceLog();
      expect(log.map(({ context }) => context.source)).toContain('fiko-sync');
      expectNone(JSON.stringify(log));
    });

    it.each([
      ['of a 401', (request: SeenRequest) => ({ status: 401, body: { error: 'x', detail: echo(request) } })],
      ['of a 403', (request: SeenRequest) => ({ status: 403, body: { error: 'x', detail: echo(request) } })],
      ['of a 500', (request: SeenRequest) => ({ status: 500, body: { error: 'x', detail: echo(request) } })],
      [
        'of a 400',
        (request: SeenRequest) => ({
          status: 400,
          body: { error: 'x', errors: [{ field: 'product.name', message: echo(request) }] },
        }),
      ],
      [
        'of a redirect',
        ({ headers }: SeenRequest) => ({
          status: 302,
          headers: { location: `/login?${headers.authorization!}` },
        }),
      ],
      ['of a page', (request: SeenRequest) => ({ status: 200, text: `<p>${echo(request)}` })],
    ])('stay hidden where the answer %s repeats them', async (_, answer) => {
      await save({ api_url: fake.url, api_token: TOKEN, signing_secret: SECRET, enable_logging: true });
      fake.answer(answer);
      const { id } = await site.createProduct({ name: 'Lamp' });
      await syncNow(site, [id]);
      expect(fake.requests.length).toBeGreaterThan(0);
      const tried = await test({ api_token: OTHER_TOKEN });
      expect(tried.ok).toBe(false);
      expectNone(JSON.stringify(tried) + (await everywhere()));
      expectNone(JSON.stringify([await outbox(site), await site.woocommerceLog()]));
      expect(JSON.stringify(await site.option(PLUGIN_OPTIONS.gate))).not.toContain(TOKEN);
    });

    it('are not logged while logging is off, and nothing is', async () => {
      await save({ api_url: fake.url, api_token: TOKEN, enable_logging: false });
      const { id } = await site.createProduct({ name: 'Lamp' });
      await syncNow(site, [id]);
      expect(fake.events).toHaveLength(1);
      expect(await site.woocommerceLog()).toEqual([]);
    });

    it('sign requests, and are kept or removed as asked', async () => {
      await save({ api_url: fake.url, api_token: TOKEN, signing_secret: SECRET });
      await test();
      expect(fake.requests.at(-1)!.headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      });
      expect((await save({ api_url: fake.url, signing_secret: '' })).body.settings.has_signing_secret).toBe(
        true,
      );
      expect((await save({ remove_signing_secret: true })).body.settings.has_signing_secret).toBe(false);
      await test();
      expect(fake.requests.at(-1)!.headers).not.toHaveProperty('webhook-signature');
    });
  });

  describe('the address', () => {
    it('is saved without the path of the API and without a slash', async () => {
      const normal = {
        'https://fiko.example.com': 'https://fiko.example.com',
        'https://fiko.example.com/': 'https://fiko.example.com',
        '  https://fiko.example.com//  ': 'https://fiko.example.com',
        'https://fiko.example.com/api/integrations/woocommerce': 'https://fiko.example.com',
        'https://fiko.example.com/api/integrations/woocommerce/': 'https://fiko.example.com',
        'https://fiko.example.com/api/integrations/woocommerce/webhook/': 'https://fiko.example.com',
        'http://127.0.0.1:8000/api/integrations/woocommerce/': 'http://127.0.0.1:8000',
        'https://example.com:8443/fiko/': 'https://example.com:8443/fiko',
        'https://example.com/fiko/api/integrations/woocommerce/webhook': 'https://example.com/fiko',
        'fiko.example.com': 'https://fiko.example.com',
        'fiko.example.com:8443/fiko': 'https://fiko.example.com:8443/fiko',
        'HTTPS://FIKO.Example.COM/Fiko': 'https://fiko.example.com/Fiko',
        'https://فیکو.ایران': 'https://فیکو.ایران',
        'https://[::1]:8000': 'https://[::1]:8000',
        'https://fiko.example.com/?a=b#c': 'https://fiko.example.com',
      };
      const found: Record<string, string> = {};
      for (const entered of Object.keys(normal)) {
        const { body } = await save({ api_url: entered, api_token: TOKEN });
        found[entered] = body.settings.api_url;
      }
      expect(found).toEqual(normal);
      expect((await saved()).fiko_wc_api_url).toBe(Object.values(normal).at(-1));
    });

    it('is refused, and nothing is saved, where it is none of the web', async () => {
      await save({ api_url: 'https://before.example.com', api_token: TOKEN });
      for (const entered of [
        'javascript:alert(1)',
        'javascript://alert(1)',
        'ftp://fiko.example.com',
        'https://user:pass@fiko.example.com',
        'https://user@fiko.example.com',
        'https://',
        'https:///path',
        'http://?x',
        'https://fiko example.com',
        'https://fiko.example.com/a b',
        'fiko example',
        'https://fiko.example.com:99999',
        'https://"><script>alert(1)</script>',
        'https://fiko.example.com/"><script>alert(1)</script>',
      ]) {
        const answer = await save({ api_url: entered, api_token: OTHER_TOKEN, enable_logging: true });
        expect({ entered, ...answer }).toMatchObject({
          entered,
          status: 400,
          body: { data: { params: { api_url: answer.body.message } } },
        });
      }
      expect(await saved()).toMatchObject({
        fiko_wc_api_url: 'https://before.example.com',
        fiko_wc_api_token: TOKEN,
      });
    });

    it('may be emptied, which disconnects', async () => {
      await connect(site, fake);
      const { status, body } = await save({ api_url: '' });
      expect(status).toBe(200);
      expect(body.connection).toMatchObject({ state: 'unset', until: null });
      expect((await api('POST', '/bulk', { action: 'start' })).status).toBe(409);
      expect((await api('POST', '/products/sync', { ids: [1] })).status).toBe(409);
      expect((await api('POST', '/reconcile', {})).status).toBe(409);
    });
  });

  it('refuses what is no token and no signing secret, and saves nothing of the form', async () => {
    await connect(site, fake);
    const wrong = [
      ...['two tokens', 'wc_sk_live_توکن', 'short', `wc_sk_live_\t${'x'.repeat(30)}`, 'x'.repeat(201)].map(
        (api_token) => ({ api_token }),
      ),
      ...['secret', 'whsec_', 'whsec_***', `${SECRET} and more`].map((signing_secret) => ({
        signing_secret,
      })),
    ];
    for (const fields of wrong) {
      const { status, body } = await save({ api_url: `${fake.url}/elsewhere`, ...fields });
      expect({ fields, status, params: Object.keys(body.data?.params ?? {}) }).toEqual({
        fields,
        status: 400,
        params: Object.keys(fields),
      });
    }
    expect(await saved()).toMatchObject({ fiko_wc_api_url: fake.url, fiko_wc_api_token: TOKEN });
    expect(await saved()).not.toHaveProperty(PLUGIN_OPTIONS.signingSecret);
  });

  it('names its options as plugins in the field do', async () => {
    await save({ api_url: fake.url, api_token: ` ${TOKEN} `, enable_logging: true });
    expect(await saved()).toMatchObject({
      fiko_wc_api_url: fake.url,
      fiko_wc_api_token: TOKEN,
      fiko_wc_enable_logging: 'yes',
    });
    await save({ enable_logging: false });
    expect((await saved()).fiko_wc_enable_logging).toBe('no');
    expect((await overview()).settings).toMatchObject({ api_url: fake.url, has_token: true, logging: false });
  });

  it.each(['yes', '1'])('works with what an older plugin saved (logging %j)', async (logging) => {
    await setOption('fiko_wc_api_url', `${fake.url}/api/integrations/woocommerce/`);
    await setOption('fiko_wc_api_token', TOKEN);
    await setOption('fiko_wc_enable_logging', logging);
    expect(await overview()).toMatchObject({
      settings: { api_url: fake.url, has_token: true, logging: true },
      connection: { state: 'ok' },
    });
    expect(await test()).toMatchObject({ ok: true });
    const { id } = await site.createProduct({ name: 'Lamp' });
    await site.runQueue({ ahead: 31 });
    expect(fake.events.map(({ product }) => product.id)).toEqual([id]);
    expect(fake.requests[0]!.path).toBe('/api/integrations/woocommerce/health/');
    expect(fake.requests[1]!.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('keeps the token where it is left blank', async () => {
    await connect(site, fake);
    await save({ api_url: fake.url });
    await save({ api_url: fake.url, api_token: '' });
    expect((await saved()).fiko_wc_api_token).toBe(TOKEN);
  });

  describe('the token', () => {
    let foreign: FakeBackend;
    beforeAll(async () => {
      foreign = await FakeBackend.start();
    });
    afterAll(() => foreign.stop());

    it.each<[what: string, prepare: () => Promise<unknown>, url: () => string]>([
      ['once the address was emptied', () => save({ api_url: '' }), () => foreign.url],
      ['on another port', () => Promise.resolve(), () => foreign.url],
      ['by another name', () => Promise.resolve(), () => fake.url.replace('127.0.0.1', 'localhost')],
    ])('does not go to another server %s', async (_, prepare, url) => {
      await connect(site, fake);
      await prepare();
      expect(await test({ api_url: url() })).toMatchObject({ ok: false, code: 'invalid' });
      const answer = await api('POST', '/settings', { api_url: url() }, 'manager');
      expect(answer.status).toBe(400);
      expect(Object.keys(answer.body.data.params)).toEqual(['api_token']);
      await site.createProduct({ name: 'Lamp' });
      await site.runQueue({ ahead: 31 });
      expect(foreign.requests).toEqual([]);
      expect((await save({ api_url: url(), api_token: OTHER_TOKEN })).status).toBe(200);
      foreign.requests.length = 0;
    });

    it('is written before the address of its server, and the address not without it', async () => {
      await connect(site, fake);
      const seen = await site.eval<[string[], Record<string, string>, string]>(
        `$order = array();
        add_action( 'update_option', function ( $option ) use ( &$order ) { $order[] = $option; } );
        add_filter( 'pre_update_option_${PLUGIN_OPTIONS.apiToken}', function ( $new, $old ) { return $old; }, 10, 2 );
        $wrong = Fiko_Settings::save( array( 'api_url' => 'https://other.example.com', 'api_token' => '${OTHER_TOKEN}' ) );
        remove_all_filters( 'pre_update_option_${PLUGIN_OPTIONS.apiToken}' );
        $url = Fiko_Settings::api_url();
        Fiko_Settings::save( array( 'api_url' => 'https://other.example.com', 'api_token' => '${OTHER_TOKEN}' ) );
        return array( array_values( array_intersect( $order, array( '${PLUGIN_OPTIONS.apiUrl}', '${PLUGIN_OPTIONS.apiToken}' ) ) ), $wrong, $url );`,
      );
      expect(seen).toEqual([
        [PLUGIN_OPTIONS.apiToken, PLUGIN_OPTIONS.apiUrl],
        { api_token: expect.stringContaining('did not take the token') },
        fake.url,
      ]);
    });

    it('stays where the same server is reached over https from now on', async () => {
      await setOption(PLUGIN_OPTIONS.apiUrl, 'http://fiko.example.com');
      await setOption(PLUGIN_OPTIONS.apiToken, TOKEN);
      expect((await save({ api_url: 'https://fiko.example.com/' })).status).toBe(200);
      expect((await save({ api_url: 'https://fiko.example.com:443' })).status).toBe(200);
      expect((await save({ api_url: 'http://fiko.example.com' })).status).toBe(400);
    });

    it('of an earlier plugin is no longer loaded with every page, and a copy of the shop is one', async () => {
      await site.eval(`
        add_option( '${PLUGIN_OPTIONS.apiUrl}', ${phpString(fake.url)} );
        add_option( '${PLUGIN_OPTIONS.apiToken}', '${TOKEN}' );
        delete_option( Fiko_Contract::OPTIONS['schema'] ); return 1;`);
      await site.request('/wp-admin/');
      expect(
        await site.eval(
          `return array( isset( wp_load_alloptions()['${PLUGIN_OPTIONS.apiToken}'] ), Fiko_Settings::token(), Fiko_Settings::known_site() );`,
        ),
      ).toEqual([false, TOKEN, site.url]);
    });
  });

  describe('the connection test', () => {
    beforeEach(() => connect(site, fake));

    it('names account and shop', async () => {
      const account = {
        email: 'owner@example.com',
        username: 'owner',
        token_name: 'Test shop',
        shop: site.url,
      };
      expect(await test()).toEqual({ ok: true, code: 'ok', message: 'Connected.', hint: '', account });
      expect((await overview()).account).toEqual(account);
    });

    it('tries what is in the form, and does not save it', async () => {
      const before = await saved();
      const other = await FakeBackend.start();
      try {
        expect(
          await test({ api_url: `${other.url}/`, api_token: OTHER_TOKEN, signing_secret: SECRET }),
        ).toMatchObject({ ok: true });
        expect(other.requests).toHaveLength(1);
        expect(other.requests[0]!.headers).toMatchObject({
          authorization: `Bearer ${OTHER_TOKEN}`,
          'webhook-signature': expect.stringMatching(/^v1,/),
        });
        expect(fake.requests).toEqual([]);
        other.answer(TROUBLE.unauthorized);
        expect(await test({ api_url: other.url, api_token: OTHER_TOKEN })).toMatchObject({
          ok: false,
          code: 'unauthorized',
        });
        expect(await saved()).toEqual(before);
        expect((await overview()).connection.state).toBe('ok');
        expect((await overview()).account).toBeNull();
      } finally {
        await other.stop();
      }
    });

    it('says of a form what is wrong with it', async () => {
      expect(await test({ api_url: 'ftp://x' })).toMatchObject({
        ok: false,
        code: 'invalid',
        message: expect.stringContaining('https://fiko.example.com'),
      });
      expect(await test({ api_token: 'a b' })).toMatchObject({ ok: false, code: 'invalid' });
      expect(fake.requests).toEqual([]);
      await save({ api_url: '' });
      expect(await test()).toMatchObject({ ok: false, code: 'unset', hint: expect.stringMatching(/\w/) });
    });

    it.each([
      ['unauthorized', { status: 401, body: { error: 'token_unknown', detail: 'No such token.' } }],
      ['unauthorized', { status: 401, body: { error: 'token_inactive', detail: 'It was switched off.' } }],
      ['unauthorized', { status: 401, body: { error: 'token_expired', detail: 'It has expired.' } }],
      ['signature', { status: 401, body: { error: 'signature_missing', detail: 'It is not signed.' } }],
      ['signature', { status: 401, body: { error: 'signature_invalid', detail: 'Not by this key.' } }],
      ['signature', { status: 401, body: { error: 'signature_expired', detail: 'The clock is wrong.' } }],
      ['forbidden', { status: 403, body: { error: 'address_not_allowed', detail: 'Not from here.' } }],
    ])('%s: %j', async (code, answer) => {
      fake.answer(answer);
      expect(await test()).toEqual({
        ok: false,
        code,
        message: answer.body.detail,
        hint: expect.stringMatching(/\w{3}/),
        account: null,
      });
    });

    it.each([
      ['not_fiko', 'a 404 of the server', { status: 404, body: { error: 'not_found', detail: 'No.' } }],
      ['not_fiko', 'a 404 of another', { status: 404, text: '<h1>Not found' }],
      ['not_fiko', "a firewall's 403", { status: 403, text: '<h1>Forbidden' }],
      ['not_fiko', "a proxy's 401", { status: 401, text: '' }],
      ['not_fiko', 'a page', TROUBLE.page],
      ['not_fiko', 'JSON of another', { status: 200, body: { hello: 'world' } }],
      ['not_fiko', 'no body', { status: 200, text: '' }],
      ['redirect', 'a redirect', TROUBLE.redirect('https://www.fiko.example.com/x')],
      ['rate_limited', 'too much', TROUBLE.busy(30)],
      ['server_error', 'a fault', TROUBLE.broken],
      ['unreachable', 'maintenance', TROUBLE.away(30)],
      ['unreachable', 'a hang-up', () => 'hang-up' as const],
    ])('says %s of %s', async (code, _, answer) => {
      fake.answer(answer);
      const result = await test();
      expect(result).toMatchObject({ ok: false, code, account: null });
      expect(result.message).toMatch(/\w{3}/);
      expect(result.hint).toMatch(/\w{3}/);
      if (code === 'redirect') expect(result.hint).toContain('https://www.fiko.example.com/x');
      // It was a question of the owner; sending is not held up by it.
      expect((await overview()).connection.state).toBe('ok');
    });

    it('says so where nobody answers', async () => {
      const nobody = await FakeBackend.start();
      await nobody.stop();
      expect(await test({ api_url: nobody.url, api_token: TOKEN })).toMatchObject({
        ok: false,
        code: 'unreachable',
        message: expect.stringMatching(/did not accept the connection \(cURL error 7/),
        hint: expect.stringMatching(/\w/),
      });
    });

    it('does not wait for long', async () => {
      fake.answer(() => 'hang');
      const began = Date.now();
      expect(await test()).toMatchObject({ ok: false, code: 'unreachable' });
      expect(Date.now() - began).toBeLessThan((PLUGIN_TIMING.connectionTimeout + 5) * 1000);
      expect(await site.outbound()).toMatchObject([{ timeout: PLUGIN_TIMING.connectionTimeout }]);
    });

    it.each([
      ['token', { api_token: OTHER_TOKEN }, TROUBLE.unauthorized],
      ['key', { signing_secret: SECRET }, { status: 401, body: { error: 'signature_invalid' } }],
    ])('of a saved %s that is wrong: nobody says that it is connected', async (_, wrong, refusal) => {
      await connect(site, fake);
      await test();
      fake.answer(refusal);
      await save(wrong);
      expect(await test()).toMatchObject({ ok: false });
      expect((await overview()).connection).toMatchObject({ state: 'stopped' });
      if ('api_token' in wrong) expect((await overview()).account).toBeNull();
    });

    it('signs with no secret that is to be removed', async () => {
      await connect(site, fake);
      await save({ signing_secret: SECRET });
      fake.requests.length = 0;
      await test({ remove_signing_secret: true });
      await test();
      expect(fake.requests.map(({ headers }) => 'webhook-signature' in headers)).toEqual([false, true]);
    });

    it('opens what was closed, where it is of what is saved', async () => {
      fake.answer(TROUBLE.unauthorized);
      const { id } = await site.createProduct({ name: 'Lamp' });
      await site.runQueue({ ahead: 31 });
      expect((await overview()).connection).toMatchObject({ state: 'stopped', code: 'unauthorized' });
      fake.answer();
      expect(await test({ api_token: OTHER_TOKEN })).toMatchObject({ ok: true });
      expect((await overview()).connection.state).toBe('stopped');
      fake.requests.length = 0;
      expect(await test()).toMatchObject({ ok: true });
      expect((await overview()).connection).toMatchObject({
        state: 'ok',
        code: '',
        since: null,
        until: null,
      });
      await site.runQueue();
      expect(fake.events.map(({ product }) => product.id)).toEqual([id]);
    });
  });

  describe('what was sent', () => {
    let id: number;

    beforeEach(async () => {
      await connect(site, fake);
      ({ id } = await site.createProduct({ name: 'Lamp' }));
      await site.runQueue({ ahead: 31 });
      await test();
      expect((await outbox(site))[id]).toMatchObject({ acknowledged: '1', known: '1' });
      fake.requests.length = 0;
    });

    it('is forgotten with another server', async () => {
      const other = await FakeBackend.start();
      try {
        expect((await save({ api_url: other.url, api_token: TOKEN })).body).toMatchObject({ account: null });
        expect((await outbox(site))[id]).toMatchObject({ acknowledged: '0', known: '0', state: 'never' });
        await syncNow(site, [id]);
        expect(other.events).toMatchObject([{ event_type: 'product.created', product: { id } }]);
        expect(fake.events).toEqual([]);
      } finally {
        await other.stop();
      }
    });

    it('is forgotten with another account', async () => {
      await save({ api_token: OTHER_TOKEN });
      expect((await outbox(site))[id]).toMatchObject({ acknowledged: '1' });
      fake.answer(({ route }) =>
        route === 'health'
          ? {
              status: 200,
              body: { user: { id: 2, email: 'b@example.com', username: 'b' }, token: { id: 9, name: 'B' } },
            }
          : 'forward',
      );
      expect((await test()).account).toMatchObject({ email: 'b@example.com', token_name: 'B' });
      expect((await outbox(site))[id]).toMatchObject({ acknowledged: '0', known: '0', state: 'never' });
    });

    it('is kept with another token of the same account, and with the same address written otherwise', async () => {
      await save({ api_url: `${fake.url}/api/integrations/woocommerce/`, api_token: OTHER_TOKEN });
      await test();
      expect((await outbox(site))[id]).toMatchObject({ acknowledged: '1', known: '1' });
    });
  });

  it('sends what waited once a new token is saved', async () => {
    await connect(site, fake);
    fake.answer(({ headers }) =>
      headers.authorization === `Bearer ${OTHER_TOKEN}` ? 'forward' : TROUBLE.unauthorized,
    );
    const ids = [];
    for (const name of ['Lamp', 'Chair', 'Table']) ids.push((await site.createProduct({ name })).id);
    await site.runQueue({ ahead: 31 });
    expect((await overview()).connection).toMatchObject({
      state: 'stopped',
      message: 'The token is not valid.',
    });
    expect(await notices()).toBe(1);
    expect(await notices('/wp-admin/index.php', 'customer')).toBe(0);
    // Of three products one request was enough to find out.
    expect(fake.requests).toHaveLength(1);
    await site.runQueue({ ahead: 3600 });
    // A comparison may ask whether the server still refuses; nothing is sent.
    expect(fake.requests.slice(1).filter(({ route }) => route !== 'health')).toEqual([]);

    expect((await save({ api_token: OTHER_TOKEN })).body.connection).toMatchObject({ state: 'ok' });
    fake.requests.length = 0;
    await site.runQueue();
    expect(fake.events).toHaveLength(ids.length);
    expect(new Set(fake.events.map(({ product }) => product.id))).toEqual(new Set(ids));
    expect(await notices()).toBe(0);
  });

  describe('a copy of the shop at another address', () => {
    it('sends nothing, says so, and goes on once saved', async () => {
      await connect(site, fake);
      const { id } = await site.createProduct({ name: 'Lamp' });
      await setOption(PLUGIN_OPTIONS.site, btoa('https://original.example.com'));
      await site.updateProduct(id, { name: 'Lamp 2' });
      await site.eval('Fiko_Schedule::sweep_now(); return 1;');
      await site.runQueue({ ahead: 3600 });
      await api('POST', '/products/status', { ids: [id] });
      await api('POST', '/products/sync', { ids: [id] });
      await api('POST', '/bulk', { action: 'start' });
      await api('POST', '/tick', {});
      await api('POST', '/bulk', { action: 'stop' });
      await api('POST', '/reconcile', {});
      await site.eval('Fiko_Reconcile::run_daily(); return 1;');
      await site.runQueue({ ahead: 3600 });
      expect(await site.outbound()).toEqual([]);

      const { connection } = await overview();
      expect(connection).toMatchObject({ state: 'stopped', code: 'moved', until: null });
      expect(connection.message).toContain('https://original.example.com');
      expect(connection.message).toContain(site.url);
      expect(await notices()).toBe(1);
      expect(await notices('/wp-admin/edit.php?post_type=product', 'manager')).toBe(1);
      expect(await notices('/wp-admin/admin.php?page=fiko-sync')).toBe(0);
      expect(await notices('/wp-admin/index.php', 'customer')).toBe(0);

      const stopped = { state: 'stopped', code: 'moved' };
      expect((await save({ api_url: fake.url, enable_logging: true })).body.connection).toMatchObject(
        stopped,
      );
      expect((await save({ api_url: fake.url, api_token: TOKEN })).body.connection).toMatchObject(stopped);
      await site.runQueue();
      expect(fake.events).toEqual([]);
      expect((await save({ confirm_site: true })).body.connection).toMatchObject({ state: 'ok' });
      await site.runQueue();
      expect(fake.events).toMatchObject([{ product: { id, name: 'Lamp 2' }, store: { url: site.url } }]);
      expect(await notices()).toBe(0);
    });

    it('is known for one though its address was replaced wherever the database had it', async () => {
      await connect(site, fake);
      const changed = await site.eval<string>(
        `global $wpdb;
        $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = REPLACE( option_value, %s, 'https://copy.example.com' ) WHERE option_name LIKE 'fiko%%'", Fiko_Settings::site() ) );
        wp_cache_flush();
        add_filter( 'option_home', function () { return 'https://copy.example.com'; }, 99 );
        return Fiko_Connection::state()['code'];`,
      );
      expect(changed).toBe('moved');
    });

    it.each([['https:'], ['https://www.'], ['HTTP://']])(
      'is none where it now begins with %s',
      async (start) => {
        await connect(site, fake);
        const host = site.url.replace('http://', '');
        await setOption(
          PLUGIN_OPTIONS.site,
          btoa(`${start.replace(/\/*$/, start.includes('www') ? '' : '//')}${host}/`),
        );
        expect((await overview()).connection.state).toBe('ok');
      },
    );

    it('is none where a plugin gives pages of another language another address', async () => {
      await connect(site, fake);
      const plugin = join(site.wpContent, 'mu-plugins', 'languages.php');
      await writeFile(plugin, "<?php add_filter( 'home_url', function ( $url ) { return $url . '/en'; } );");
      try {
        expect(await overview()).toMatchObject({ site: site.url, connection: { state: 'ok' } });
      } finally {
        await writeFile(plugin, '<?php');
      }
    });
  });
});

describe('a token in wp-config.php', () => {
  let fake: FakeBackend;
  let site: WordPressSite;

  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(null, { constants: { FIKO_WC_API_TOKEN: TOKEN } });
  });
  afterAll(async () => {
    await site.stop();
    await fake.stop();
  });

  it('goes to a server that an administrator has chosen, and to no other', async () => {
    const answer = await site.rest(
      'POST',
      '/fiko-sync/v1/settings',
      { api_url: fake.url, api_token: OTHER_TOKEN },
      { as: 'manager' },
    );
    expect(answer.status).toBe(400);
    expect(answer.body.data.params).toMatchObject({ api_url: expect.stringContaining('wp-config.php') });
    const tried = await site.rest(
      'POST',
      '/fiko-sync/v1/connection',
      { api_url: fake.url, api_token: OTHER_TOKEN },
      { as: 'manager' },
    );
    expect(tried.body).toMatchObject({ ok: false, code: 'invalid' });
    expect(fake.requests).toEqual([]);
    await site.rest('POST', '/fiko-sync/v1/settings', { api_url: fake.url });
    const emptied = await site.rest('POST', '/fiko-sync/v1/settings', { api_url: '' }, { as: 'manager' });
    expect(emptied.status).toBe(400);
    expect(
      (await site.rest('POST', '/fiko-sync/v1/settings', { api_url: fake.url }, { as: 'manager' })).status,
    ).toBe(200);
  });

  it('is the one that is used, and no other is saved or tried', async () => {
    const { body } = await site.rest('POST', '/fiko-sync/v1/settings', {
      api_url: fake.url,
      api_token: OTHER_TOKEN,
    });
    expect(body.settings).toMatchObject({ has_token: true, token_locked: true });
    expect(await site.option(PLUGIN_OPTIONS.apiToken)).toBeNull();
    const tried = await site.rest('POST', '/fiko-sync/v1/connection', { api_token: OTHER_TOKEN });
    expect(tried.body).toMatchObject({ ok: true });
    const { id } = await site.createProduct({ name: 'Lamp' });
    await syncNow(site, [id]);
    expect(fake.events).toHaveLength(1);
    expect(new Set(fake.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Bearer ${TOKEN}`]),
    );
    expect(JSON.stringify([body, tried.body])).not.toContain(TOKEN);
  });

  it('that was refused is forgotten once there is another: sending goes on by itself', async () => {
    await site.request('/wp-admin/index.php');
    await site.runQueue({ ahead: 120 });
    fake.requests.length = 0;
    fake.answer(({ headers }) =>
      headers.authorization === `Bearer ${TOKEN}` ? TROUBLE.unauthorized : 'forward',
    );
    const { id } = await site.createProduct({ name: 'Chair' });
    await site.runQueue({ ahead: 31 });
    expect(fake.events.map(({ product }) => product.id)).toEqual([id]);
    expect((await site.rest('GET', '/fiko-sync/v1/overview')).body.connection.code).toBe('unauthorized');
    await site.eval(
      `$file = FIKO_TEST_DIR . '/site.json';
      return file_put_contents( $file, str_replace( '${TOKEN}', '${OTHER_TOKEN}', file_get_contents( $file ) ) );`,
    );
    expect((await site.rest('GET', '/fiko-sync/v1/overview')).body.connection.state).toBe('ok');
    await site.runQueue({ ahead: 400 });
    expect(fake.events.map(({ product }) => product.id)).toEqual([id, id]);
    expect(fake.requests.at(-1)!.headers.authorization).toBe(`Bearer ${OTHER_TOKEN}`);
  });
});

describe('the connection with the real server', () => {
  let backend: Backend;
  let site: WordPressSite;

  beforeAll(async () => {
    backend = await Backend.start();
    site = await startShop(backend);
  });
  afterAll(async () => {
    await site.stop();
    await backend.close();
  });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  const test = async (body: object = {}): Promise<any> =>
    (await site.rest('POST', '/fiko-sync/v1/connection', body)).body;

  it('works, is refused with a wrong token, and says which signature it needs', async () => {
    expect(await test()).toMatchObject({
      ok: true,
      account: { email: expect.stringContaining('@example.com'), token_name: 'Test shop', shop: site.url },
    });
    const unknown = await test({ api_token: OTHER_TOKEN });
    expect(unknown).toMatchObject({ ok: false, code: 'unauthorized' });
    expect(unknown.message).toMatch(/token/i);

    const secret = await backend.createSigningKey();
    await backend.api('PATCH', `/api/v1/integrations/tokens/${backend.tokenId}/`, {
      require_signature: true,
    });
    const unsigned = await test();
    expect(unsigned).toMatchObject({ ok: false, code: 'signature', hint: expect.stringMatching(/secret/) });
    expect(await test({ signing_secret: SECRET })).toMatchObject({ ok: false, code: 'signature' });
    expect(await test({ signing_secret: secret })).toMatchObject({ ok: true });
    expect((await test()).ok).toBe(false);

    const { id } = await site.createProduct({ name: 'Lamp', regular_price: '5' });
    await site.runQueue({ ahead: 31 });
    const { body } = await site.rest('GET', '/fiko-sync/v1/overview');
    expect(body.connection).toMatchObject({ state: 'stopped', code: 'signature' });
    await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: secret });
    await site.runQueue();
    await backend.idle();
    expect((await backend.products()).map(({ external_id }) => external_id)).toEqual([`woo_${id}`]);
  });

  it.each([
    ['/nothing/here', 'not_fiko'],
    ['', 'ok'],
  ])('at %j is %s', async (path, code) => {
    const secret = await site.option<string>(PLUGIN_OPTIONS.signingSecret);
    expect(secret).toMatch(/^whsec_/);
    expect(await test({ api_url: backend.url + path })).toMatchObject({ code });
  });

  it('says so where another server is at the address', async () => {
    const parked = await Front.start();
    parked.answer(TROUBLE.page);
    try {
      expect(await test({ api_url: parked.url, api_token: TOKEN })).toMatchObject({
        ok: false,
        code: 'not_fiko',
      });
    } finally {
      await parked.close();
    }
  });
});
