import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLUGIN_ACTIONS, SYNC_STATES, type SyncState } from '../../src/contract/shop-plugin';
import { FakeBackend } from './backend';
import { PLUGIN, PLUGIN_ZIP, connect, outbox, rejecting, startShop, syncNow } from './plugin';
import { WordPressSite, type Person, type SiteAnswer, type SiteOptions } from './site';

const TOKEN = 'wc_sk_live_0123456789abcdefghijklmnopqrstuvwxyz0123';

/**
 * What WordPress itself writes meanwhile: its cron and caches, widgets as soon as somebody looks, the session of whoever visits, the dates of people's
 * application passwords, and which plugins were there before.
 */
const OF_WORDPRESS =
  /^(cron|widget_.*|rewrite_rules|recently_activated|uninstall_plugins|auth_.*|fresh_site|can_compress_scripts|dashboard_widget_options|_(site_)?transient_(timeout_)?(doing_cron|update_(core|plugins|themes)|theme_roots|plugin_slugs|feed_.*|dash_.*|browser_.*|php_check_.*|community-events-.*|is_multi_author|wp_core_block_css_files|wp_styles_for_blocks|global_styles.*|poptags_.*|health-check-site-status-result|site_status_.*))$/;
const USER_META_OF_WORDPRESS = ['session_tokens', '_application_passwords', 'community-events-location'];

interface Snapshot {
  options: Record<string, string>;
  network: Record<string, string>;
  tables: string[];
  postMeta: string[];
  userMeta: string[];
  actions: string[];
}

/** All that is in the database, but for what WordPress itself writes. */
async function snapshot(site: WordPressSite, blog?: number): Promise<Snapshot> {
  const found = await site.eval<Snapshot>(
    `global $wpdb;
     $tables = array_filter( $wpdb->get_col( 'SHOW TABLES' ), function ( $name ) use ( $wpdb ) { return 0 === strpos( $name, $wpdb->prefix ); } );
     sort( $tables );
     $actions = fiko_stand_in_actions_table();
     $pairs = function ( $sql ) use ( $wpdb ) { return (object) array_column( $wpdb->get_results( $sql, ARRAY_N ), 1, 0 ); };
     return array(
       'options'  => $pairs( "SELECT option_name, option_value FROM $wpdb->options" ),
       'network'  => is_multisite() ? $pairs( "SELECT meta_key, meta_value FROM $wpdb->sitemeta" ) : (object) array(),
       'tables'   => array_values( $tables ),
       'postMeta' => $wpdb->get_col( "SELECT CONCAT( post_id, ' ', meta_key, ' ', meta_value ) FROM $wpdb->postmeta ORDER BY post_id, meta_key, meta_id" ),
       'userMeta' => $wpdb->get_col( "SELECT CONCAT( user_id, ' ', meta_key, ' ', meta_value ) FROM $wpdb->usermeta ORDER BY user_id, meta_key, umeta_id" ),
       'actions'  => $wpdb->get_col( "SELECT CONCAT( hook, ' ', args ) FROM $actions WHERE status IN ( 'pending', 'in-progress' ) ORDER BY id" ),
     );`,
    blog === undefined ? {} : { blog },
  );
  const withoutWordPress = (pairs: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(pairs)
        .filter(([name]) => !OF_WORDPRESS.test(name))
        // WordPress does not count anew those that stay active.
        .map(([name, value]) => [name, name === 'active_plugins' ? value.replace(/i:\d+;/g, '') : value]),
    );
  return {
    ...found,
    options: withoutWordPress(found.options),
    network: withoutWordPress(found.network),
    userMeta: found.userMeta.filter((row) => !USER_META_OF_WORDPRESS.includes(row.split(' ')[1]!)),
  };
}

const api = (site: WordPressSite, path: string, body: unknown): Promise<SiteAnswer> =>
  site.rest('POST', `/fiko-sync/v1${path}`, body);

describe('the plugin', () => {
  let fake: FakeBackend;
  let site: WordPressSite | undefined;

  beforeEach(async () => {
    fake = await FakeBackend.start();
  });
  afterEach(async () => {
    await site?.stop();
    site = undefined;
    await fake.stop();
  });

  const start = async (options: SiteOptions): Promise<WordPressSite> =>
    (site = await WordPressSite.start(options));

  it('leaves a shop as it found it', async () => {
    const shop = await start({ plugins: [PLUGIN_ZIP], activate: false });
    const [lamp, chair] = await shop.createProducts([{ name: 'Lamp' }, { name: 'Chair' }, { name: 'Table' }]);
    const pages = [
      '/',
      '/wp-admin/index.php',
      '/wp-admin/plugins.php',
      '/wp-admin/edit.php?post_type=product',
    ];
    const visit = async (...more: string[]) => {
      for (const page of [...pages, ...more]) expect((await shop.request(page)).status).toBe(200);
      await shop.runCron();
    };
    // The tables in which the real Action Scheduler keeps its actions, with one of another plugin.
    await shop.eval(`global $wpdb;
      foreach ( array( 'actions' => 'action_id bigint(20) NOT NULL, hook varchar(191) NOT NULL', 'logs' => 'log_id bigint(20) NOT NULL, action_id bigint(20) NOT NULL', 'groups' => 'group_id bigint(20) NOT NULL, slug varchar(255) NOT NULL' ) as $name => $columns ) {
        $wpdb->query( "CREATE TABLE {$wpdb->prefix}actionscheduler_$name ( $columns )" );
      }
      $wpdb->query( "INSERT INTO {$wpdb->prefix}actionscheduler_actions VALUES (1, 'another')" );
      $wpdb->query( "INSERT INTO {$wpdb->prefix}actionscheduler_logs VALUES (1, 1)" );
      $wpdb->query( "INSERT INTO {$wpdb->prefix}actionscheduler_groups VALUES (1, 'another')" );
      as_schedule_single_action( time() + 9999, 'another' );
      return 1;`);
    const real = () =>
      shop.eval(`global $wpdb; return array_map( function ( $name ) use ( $wpdb ) {
        return $wpdb->get_results( "SELECT * FROM {$wpdb->prefix}actionscheduler_$name ORDER BY 1", ARRAY_N );
      }, array( 'actions', 'logs', 'groups' ) );`);
    await visit();
    await visit();
    const before = await snapshot(shop);
    expect(before.actions).toEqual(['another []']);
    const realBefore = await real();

    await shop.activate(PLUGIN);
    expect((await snapshot(shop)).tables).toContain('wp_fiko_products');
    await connect(shop, fake);
    await api(shop, '/settings', { signing_secret: 'whsec_c2VjcmV0', enable_logging: true });
    fake.answer(rejecting(lamp!));
    expect((await api(shop, '/connection', {})).body.ok).toBe(true);
    await api(shop, '/bulk', { action: 'start' });
    await api(shop, '/tick', {});
    expect((await api(shop, '/reconcile', {})).body.errors).toHaveLength(1);
    await shop.runQueue({ ahead: 700 });
    fake.answer({ status: 401, body: { error: 'token_unknown', detail: 'No.' } });
    await api(shop, '/products/sync', { ids: [chair!] });
    await visit('/wp-admin/admin.php?page=fiko-sync', '/wp-admin/site-health.php?tab=debug');
    await shop.eval(`global $wpdb;
      foreach ( array_values( Fiko_Contract::ACTIONS ) as $i => $hook ) {
        $wpdb->query( $wpdb->prepare( "INSERT INTO {$wpdb->prefix}actionscheduler_actions VALUES (%d, %s)", $i + 2, $hook ) );
        $wpdb->query( $wpdb->prepare( "INSERT INTO {$wpdb->prefix}actionscheduler_logs VALUES (%d, %d)", $i + 2, $i + 2 ) );
      }
      $wpdb->query( $wpdb->prepare( "INSERT INTO {$wpdb->prefix}actionscheduler_groups VALUES (2, %s)", Fiko_Contract::ACTION_GROUP ) );
      return 1;`);
    const used = await snapshot(shop);
    expect(
      Object.keys(used.options)
        .filter((name) => name.includes('fiko_wc'))
        .sort(),
    ).toEqual([
      '_transient_fiko_wc_actions_ensured',
      '_transient_timeout_fiko_wc_actions_ensured',
      'fiko_wc_account',
      'fiko_wc_api_token',
      'fiko_wc_api_url',
      'fiko_wc_bulk_sync',
      'fiko_wc_enable_logging',
      'fiko_wc_gate',
      'fiko_wc_reconcile',
      'fiko_wc_schema_version',
      'fiko_wc_signing_secret',
      'fiko_wc_site_url',
    ]);
    expect(used.actions.length).toBeGreaterThan(before.actions.length);

    await shop.deactivate(PLUGIN);
    const inactive = await snapshot(shop);
    expect(inactive.actions).toEqual(before.actions);
    expect(inactive.options).toMatchObject({ fiko_wc_api_token: TOKEN });
    expect(inactive.tables).toContain('wp_fiko_products');

    await shop.uninstall(PLUGIN);
    expect(await snapshot(shop)).toEqual(before);
    expect(await real()).toEqual(realBefore);
    expect(await shop.noticesOf(PLUGIN)).toEqual([]);
  });

  it('comes back after it was off, with what it knew and its recurring actions', async () => {
    const shop = (site = await startShop(fake));
    const { id } = await shop.createProduct({ name: 'Lamp' });
    await shop.deactivate(PLUGIN);
    expect(await shop.runQueue({ ahead: 31 })).toBe(0);
    await shop.activate(PLUGIN);
    expect((await shop.request('/wp-admin/')).status).toBe(200);
    const waiting = async () =>
      (await shop.actions()).filter(({ status }) => status === 'pending').map(({ hook }) => hook);
    expect((await waiting()).sort()).toEqual([PLUGIN_ACTIONS.daily, PLUGIN_ACTIONS.sweep]);
    await shop.eval("do_action( 'fiko_sweep' ); return 1;");
    expect(fake.events.map(({ product }) => product.id)).toEqual([id]);
    expect(await shop.noticesOf(PLUGIN)).toEqual([]);
  });

  it('only says what it needs where there is no WooCommerce', async () => {
    const blog = await start({ plugins: [PLUGIN_ZIP], woocommerce: false });
    const notices = async (as: Person) =>
      (await blog.request('/wp-admin/index.php', { as })).text.split('needs WooCommerce').length - 1;
    expect(await notices('admin')).toBe(1);
    expect(await notices('customer')).toBe(0);
    expect((await blog.request('/', { as: 'anonymous' })).status).toBe(200);
    expect((await blog.request('/wp-admin/plugins.php')).status).toBe(200);
    expect((await blog.request('/wp-admin/admin.php?page=fiko-sync')).status).toBe(403);
    expect((await blog.rest('GET', '/fiko-sync/v1/overview')).status).toBe(404);
    await blog.eval(
      "return wp_insert_post( array( 'post_title' => 'A post', 'post_status' => 'publish', 'post_type' => 'post' ) );",
    );
    await blog.runCron();
    expect(await blog.debugLog()).toBe('');
    await blog.deactivate(PLUGIN);
    await blog.uninstall(PLUGIN);
    expect(
      await blog.eval(
        `global $wpdb; return array( $wpdb->get_col( "SHOW TABLES LIKE '%fiko%'" ), $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%fiko%'" ) );`,
      ),
    ).toEqual([[], []]);
    expect(await blog.debugLog()).toBe('');
  });

  it('keeps the shops of a network apart, and leaves none of them anything', async () => {
    const network = await start({ plugins: [PLUGIN_ZIP], activate: false, multisite: true });
    await network.deactivate('woocommerce');
    await network.activate('woocommerce', { network: true });
    const second = await network.addSite('second');
    const third = await network.addSite('third');
    const path: Record<number, string> = { 1: '', [second]: '/second', [third]: '/third' };
    const before = [await snapshot(network, 1), await snapshot(network, second)];
    const ours = (blog: number) =>
      network.eval<string[]>(
        `global $wpdb; return $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->get_blog_prefix( ${blog} ) . 'fiko_products' ) ) );`,
      );
    await network.activate(PLUGIN, { network: true });

    const nonce = await network.restNonce();
    const ask = (blog: number, route: string, json?: unknown) =>
      network.request(`${path[blog]}/wp-json/fiko-sync/v1${route}`, {
        headers: { 'x-wp-nonce': nonce },
        ...(json !== undefined && { json }),
      });
    const ids: Record<number, number> = {};
    for (const blog of [1, second, third]) {
      expect((await ask(blog, '/overview')).body).toMatchObject({
        connection: { state: 'unset' },
        settings: { api_url: '' },
        site: network.url + path[blog],
      });
      expect(
        (await ask(blog, '/settings', { api_url: fake.url, api_token: `wc_sk_live_of_shop_${blog}` })).status,
      ).toBe(200);
      // Ids differ from site to site.
      const { id } = await network.eval<{ id: number }>(
        `for ( $i = 0; $i < ${blog}; $i++ ) { $made = fiko_stand_in_create_product( array( 'name' => 'Lamp of ${blog}' ) ); } return $made;`,
        { blog },
      );
      ids[blog] = id;
      expect(await ours(blog)).toHaveLength(1);
    }
    fake.requests.length = 0;
    for (const blog of [1, second, third]) {
      await ask(blog, '/products/sync', { ids: [ids[blog]] });
      const { headers, body } = fake.requests.at(-1)!;
      const events: unknown[] = body.events ?? [body];
      expect(headers.authorization).toBe(`Bearer wc_sk_live_of_shop_${blog}`);
      expect(events).toContainEqual(
        expect.objectContaining({
          store: expect.objectContaining({ url: network.url + path[blog] }),
          product: expect.objectContaining({ id: ids[blog], name: `Lamp of ${blog}` }),
        }),
      );
      expect((await ask(blog, '/overview')).body.totals).toMatchObject({ products: blog });
    }
    for (const blog of [1, second, third])
      expect((await network.request(`${path[blog]}/wp-admin/admin.php?page=fiko-sync`)).status).toBe(200);

    await network.eval(`wp_delete_site( ${third} ); return 1;`);
    expect(await ours(third)).toEqual([]);

    const active = (blog: number) => snapshot(network, blog).then(({ actions }) => actions);
    expect((await active(second)).length).toBeGreaterThan(0);
    await network.deactivate(PLUGIN, { network: true });
    expect([await active(1), await active(second)]).toEqual([[], []]);
    expect(await ours(second)).toHaveLength(1);
    await network.uninstall(PLUGIN);
    const after = [await snapshot(network, 1), await snapshot(network, second)];
    for (const [index, { options, tables, userMeta, network: ofNetwork }] of after.entries()) {
      expect(Object.keys(options).sort()).toEqual(Object.keys(before[index]!.options).sort());
      // One site fewer.
      expect(tables.filter((name) => !name.startsWith(`wp_${third}_`))).toEqual(
        before[index]!.tables.filter((name) => !name.startsWith(`wp_${third}_`)),
      );
      expect(userMeta.join()).not.toContain('fiko_wc');
      expect(Object.keys(ofNetwork).filter((name) => name.includes('fiko'))).toEqual([]);
    }
    expect(await network.noticesOf(PLUGIN)).toEqual([]);
  });

  it.each<SiteOptions>([{}, { database: 'mariadb' }])(
    'makes what an earlier version did not have in its table: %j',
    async (options) => {
      const shop = (site = await startShop(fake, options));
      const { id } = await shop.createProduct({ name: 'Lamp', regular_price: '5' });
      await shop.runQueue({ ahead: 31 });
      await shop.eval(
        `$GLOBALS['wpdb']->query( 'ALTER TABLE ' . Fiko_Schema::table() . ' DROP COLUMN stalls' );
        update_option( 'fiko_wc_schema_version', 1 );
        update_option( 'fiko_wc_site_url', 'https://earlier.example.com' ); return 1;`,
      );
      await shop.request('/wp-admin/');
      expect(
        await shop.eval(
          'return array( Fiko_Settings::has_moved(), get_option( Fiko_Contract::OPTIONS["site"] ) );',
        ),
      ).toEqual([true, btoa('https://earlier.example.com')]);
      await api(shop, '/settings', { confirm_site: true });
      fake.requests.length = 0;
      await shop.updateProduct(id, { name: 'Lamp 2' });
      await shop.runQueue({ ahead: 31 });
      expect(fake.events.map(({ product }) => product.name)).toEqual(['Lamp 2']);
      expect(await shop.debugLog()).toBe('');
    },
  );

  it('notes a change though the database gives it up for another that it is locked with', async () => {
    const shop = (site = await startShop(fake, { database: 'mariadb' }));
    const ids = await shop.createProducts([{ name: 'Chair' }, { name: 'Table' }]);
    await syncNow(shop, ids);
    fake.requests.length = 0;
    // The other has written more, so that it is the product's change which InnoDB rolls back.
    const deadlocked = await shop.eval(
      `global $wpdb;
      list( $changed, $held ) = array( ${ids.join(', ')} );
      $table  = Fiko_Schema::table();
      $other  = ( new wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST ) )->dbh;
      $failed = 0;
      $wpdb->query( 'START TRANSACTION' );
      $wpdb->query( "UPDATE $table SET refreshes = 7 WHERE product_id = $held" );
      $other->query( 'START TRANSACTION' );
      $other->query( "UPDATE $wpdb->posts SET comment_count = comment_count + 1" );
      $other->query( "SELECT 1 FROM $table WHERE product_id = $changed LOCK IN SHARE MODE" );
      $other->query( "UPDATE $table SET refreshes = refreshes + 1 WHERE product_id = $held", MYSQLI_ASYNC );
      add_filter( 'query', function ( $sql ) use ( $wpdb, $other, &$failed ) {
        if ( 1213 === $wpdb->dbh->errno && ! $failed ) {
          $failed = 1;
          $other->reap_async_query();
          $other->query( 'COMMIT' );
        }
        return $sql;
      } );
      Fiko_Outbox::note( $changed );
      $wpdb->query( 'COMMIT' );
      return array( $failed, $wpdb->last_error );`,
    );
    expect(deadlocked).toEqual([1, '']);
    await shop.runQueue({ ahead: 31 });
    expect(await outbox(shop)).toMatchObject({ [ids[0]!]: { revision: '2', pending_since: '0' } });
    expect(await shop.debugLog()).toBe('');
  });

  it.each<SiteOptions>([{ version: 'oldest' }, { database: 'mariadb' }])(
    'works on %j',
    async (options) => {
      const shop = (site = await startShop(fake, options));
      const told = () => {
        const seen = fake.events.map(({ event_type, product }) => [event_type, product.id, product.name]);
        fake.requests.length = 0;
        return seen;
      };
      const { id } = await shop.createProduct({ name: 'Lamp', regular_price: '5' });
      await shop.runQueue({ ahead: 31 });
      expect(told()).toEqual([['product.created', id, 'Lamp']]);
      await shop.updateProduct(id, { name: 'چراغ 💡' });
      await shop.runQueue({ ahead: 31 });
      expect(told()).toEqual([['product.updated', id, 'چراغ 💡']]);
      expect((await api(shop, '/products/status', { ids: [id] })).body.products).toMatchObject([
        { id, state: 'synced', icon: '✅' },
      ]);
      await shop.trash(id);
      await shop.runQueue();
      expect(told()).toEqual([['product.deleted', id, undefined]]);

      const [chair, table] = await shop.createProducts([{ name: 'Chair' }, { name: 'Table' }]);
      await api(shop, '/bulk', { action: 'start' });
      await shop.runQueue();
      expect(told()).toEqual([
        ['product.created', chair, 'Chair'],
        ['product.created', table, 'Table'],
      ]);
      fake.answer(({ route, body }) =>
        route !== 'manifest'
          ? 'forward'
          : {
              status: 200,
              body: body.entries
                ? { in_step: false, missing: [chair], different: [], orphaned: [9999], pending: [] }
                : { in_step: false, bucket_count: 1024, buckets: [chair], products: 2, queued_events: 0 },
            },
      );
      await api(shop, '/reconcile', {});
      await shop.runQueue();
      expect(told()).toEqual([
        ['product.updated', chair, 'Chair'],
        ['product.deleted', 9999, undefined],
      ]);
      const { body } = await shop.rest('GET', '/fiko-sync/v1/overview');
      expect(body).toMatchObject({
        totals: { products: 2, failed: 0, never: 0 },
        bulk: { state: 'done', total: 2, done: 2, failed: 0 },
        reconcile: { state: 'done', scanned: 2, sent: 1, deleted: 1 },
      });
      for (const page of [
        'edit.php?post_type=product&fiko_state=never',
        'admin.php?page=fiko-sync',
        'index.php',
      ])
        expect((await shop.request(`/wp-admin/${page}`)).status).toBe(200);
      await shop.deactivate(PLUGIN);
      await shop.uninstall(PLUGIN);
      expect((await snapshot(shop)).tables.filter((name) => name.includes('fiko_products'))).toEqual([]);
      expect(await shop.noticesOf(PLUGIN, 'Fiko_', 'fiko_products')).toEqual([]);
    },
    240_000,
  );

  it('speaks Persian', async () => {
    const shop = (site = await startShop(null, { locale: 'fa_IR' }));
    const { text } = await shop.request('/wp-admin/admin.php?page=fiko-sync');
    expect(text).toContain('<h1>فیکو Sync</h1>');
    expect(text).toMatch(/<title>فیکو Sync/);
    expect(text).toContain('این صفحه به جاوااسکریپت نیاز دارد');
    // The script has its texts with it.
    const [, script] = /<script[^>]*id="fiko-sync-settings-js-translations"[^>]*>(.*?)<\/script>/s.exec(
      text,
    )!;
    expect(script).toMatch(/"Test connection":\["[^"]*[آ-ی]/);
    const { body } = await shop.rest('GET', '/fiko-sync/v1/overview');
    expect(body.connection.message).toBe('فروشگاه هنوز متصل نشده است.');
    expect((await api(shop, '/settings', { api_url: 'ftp://x' })).body.message).toMatch(/[آ-ی]/);
    await shop.createProduct({ name: 'Lamp' });
    const list = (await shop.request('/wp-admin/edit.php?post_type=product')).text;
    expect(list).toContain('>فیکو: در انتظار</option>');
    expect(list).toContain('>همگام‌سازی</a>');
    await connect(shop, fake);
    await api(shop, '/connection', {});
    expect(fake.requests.at(-1)!.headers['accept-language']).toBe('fa');
    const named = await shop.eval<Record<string, string>>(
      `switch_to_locale( 'fa_IR' );
      $paths = array_map( function ( $field ) { return "product.$field"; }, array_merge( array_keys( Fiko_Contract::PRODUCT_FIELDS ), array( 'attributes.0.options.2' ) ) );
      foreach ( array_keys( Fiko_Contract::VARIATION_FIELDS ) as $field ) { $paths[] = "events.4.product.variations.2.$field"; }
      $paths[] = 'store.url';
      return array_combine( $paths, array_map( array( 'Fiko_Fields', 'label' ), $paths ) );`,
    );
    for (const [path, label] of Object.entries(named))
      expect({ path, label: label.replace('SKU', '') }).toEqual({
        path,
        label: expect.not.stringMatching(/[a-z]/i),
      });
    expect(named['events.4.product.variations.2.sale_price']).toBe('متغیر 3، قیمت فروش ویژه');
    expect(await shop.eval("return Fiko_Clock::shown( strtotime( '2026-11-26T12:00:00Z' ) );")).toMatch(
      /^۵ آذر ۱۴۰۵/,
    );
    expect(await shop.noticesOf(PLUGIN)).toEqual([]);
  });
});

describe('pages', () => {
  let fake: FakeBackend;
  let site: WordPressSite;
  const classes = () => join(site.wpContent, 'classes.jsonl');

  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(fake);
    await writeFile(
      join(site.wpContent, 'mu-plugins', 'pages.php'),
      `<?php
      // After all that is hooked on the end of a request.
      register_shutdown_function( function () {
        $ours = array_values( array_filter( get_declared_classes(), function ( $name ) { return 0 === strpos( $name, 'Fiko_' ) && 0 !== strpos( $name, 'Fiko_Stand_In_' ); } ) );
        sort( $ours );
        file_put_contents( WP_CONTENT_DIR . '/classes.jsonl', json_encode( array( $_SERVER['REQUEST_URI'], $ours ) ) . "\\n", FILE_APPEND );
      } );
      add_action( 'admin_init', function () {
        if ( isset( $_GET['nonce_of'] ) ) { echo wp_create_nonce( $_GET['nonce_of'] ); exit; }
      } );`,
    );
  });
  beforeEach(async () => {
    fake.answer();
    fake.requests.length = 0;
    await site.eval(
      "global $wpdb; $wpdb->query( 'DELETE FROM ' . Fiko_Schema::table() . ' WHERE product_id > 0' ); Fiko_Schedule::clear(); return 1;",
    );
    await site.forget();
  });
  afterEach(async () => {
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
  });
  afterAll(async () => {
    await site.stop();
    await fake.stop();
  });

  const nonceOf = async (action: string, as: Person): Promise<string> =>
    (
      await site.request(`/wp-admin/admin-ajax.php?action=none&nonce_of=${encodeURIComponent(action)}`, {
        as,
      })
    ).text;

  it('of the shop cost its visitors nothing', async () => {
    const { id } = await site.createProduct({ name: 'Lamp' });
    await site.runQueue({ ahead: 31 });
    await site.forget();
    await writeFile(classes(), '');
    const path = new URL(await site.eval<string>(`return get_permalink( ${id} );`)).pathname;
    for (const page of ['/', path]) {
      const { status, text } = await site.request(page, { as: 'anonymous' });
      expect(status).toBe(200);
      expect(text.includes('Lamp')).toBe(page === path);
      expect(text).not.toMatch(/fiko[-_](woocommerce|sync)/i);
      const seen = (await readFile(classes(), 'utf8')).trim().split('\n');
      expect(JSON.parse(seen.at(-1)!)).toEqual([
        page,
        ['Fiko_Capture', 'Fiko_Contract', 'Fiko_Plugin', 'Fiko_Schedule'],
      ]);
    }
    expect(await site.outbound()).toEqual([]);
  });

  it('of others in wp-admin load no script of ours', async () => {
    for (const page of ['index.php', 'edit.php', 'plugins.php', 'admin.php?page=woocommerce'])
      expect((await site.request(`/wp-admin/${page}`)).text).not.toContain(`plugins/${PLUGIN}/assets`);
    expect((await site.request('/wp-admin/admin.php?page=fiko-sync')).text).toContain(
      `plugins/${PLUGIN}/assets/settings.js`,
    );
    expect((await site.request('/wp-admin/edit.php?post_type=product')).text).toContain(
      `plugins/${PLUGIN}/assets/products.js`,
    );
    const asked = (await site.outbound()).map(({ url }) => new URL(url).host);
    expect(asked.filter((host) => host !== 'api.wordpress.org')).toEqual([]);
  });

  it('of settings are for those who keep the shop, under WooCommerce', async () => {
    const page = '/wp-admin/admin.php?page=fiko-sync';
    expect((await site.request(page)).text).toContain('<h1>Fiko Sync</h1>');
    expect((await site.request(page, { as: 'manager' })).status).toBe(200);
    expect((await site.request(page, { as: 'customer' })).status).toBe(403);
    expect((await site.request(page, { as: 'anonymous' })).status).toBe(302);
    const link =
      /<li id="toplevel_page_woocommerce"|<a href='admin\.php\?page=fiko-sync'[^>]*>Fiko Sync<\/a>/;
    expect((await site.request('/wp-admin/index.php', { as: 'manager' })).text).toMatch(link);
    expect((await site.request('/wp-admin/profile.php', { as: 'customer' })).text).not.toContain('fiko-sync');
    expect((await site.request('/wp-admin/plugins.php')).text).toMatch(/page=fiko-sync">Settings<\/a>/);
  });

  it('tell WooCommerce what the plugin gets on with, and owners what to say of privacy', async () => {
    expect(
      await site.eval('return Automattic\\WooCommerce\\Utilities\\FeaturesUtil::declared();'),
    ).toMatchObject({
      [`${PLUGIN}/${PLUGIN}.php`]: { custom_order_tables: true, product_block_editor: true },
    });
    const { status, text } = await site.request('/wp-admin/options-privacy.php?tab=policyguide');
    expect(status).toBe(200);
    expect(text).toContain('No data of customers or orders is sent.');
  });

  describe('of products', () => {
    const list = '/wp-admin/edit.php?post_type=product';
    const rows = (text: string) =>
      [...text.matchAll(/<tr id="post-(\d+)"/g)]
        .map(([, id]) => Number(id))
        .sort((one, other) => one - other);

    it('send one by its link, with a nonce and the right to', async () => {
      const { id } = await site.createProduct({ name: 'Lamp' }, { silently: true });
      const page = (await site.request(list)).text;
      const link = new RegExp(`<a href="([^"]+)" class="fiko-sync-now" data-fiko-id="${id}"`).exec(page)![1]!;
      const path = link.replaceAll('&#038;', '&').replaceAll('&amp;', '&').replace(site.url, '');
      const bare = `/wp-admin/admin-post.php?action=fiko_sync&product=${id}`;
      expect((await site.request(bare)).status).toBe(403);
      expect((await site.request(`${bare}&_wpnonce=0123456789`)).status).toBe(403);
      expect((await site.request(path, { as: 'customer' })).status).toBe(403);
      const nonce = await nonceOf(`fiko_sync${id}`, 'customer');
      expect(nonce).toMatch(/^[0-9a-f]{10}$/);
      expect((await site.request(`${bare}&_wpnonce=${nonce}`, { as: 'customer' })).status).toBe(403);
      const other = `/wp-admin/admin-post.php?action=fiko_sync&product=${id + 1}&_wpnonce=${new URL(link.replaceAll('&#038;', '&').replaceAll('&amp;', '&')).searchParams.get('_wpnonce')!}`;
      expect((await site.request(other)).status).toBe(403);
      expect(await outbox(site)).toEqual({});

      const { status, headers } = await site.request(path);
      expect(status).toBe(302);
      const next = headers.get('location')!.replace(site.url, '');
      expect((await site.request(next)).text).toContain('1 product will be sent to Fiko.');
      await site.runQueue();
      expect(fake.events.map(({ product }) => product.id)).toEqual([id]);
    });

    it('send several by the bulk action, with a nonce and the right to', async () => {
      const ids = await site.createProducts([{ name: 'Chair' }, { name: 'Table' }]);
      const page = (await site.request(list)).text;
      expect(page).toContain('<option value="fiko_sync">Sync with Fiko now</option>');
      const nonce = /name="_wpnonce" value="([0-9a-f]+)"/.exec(page)![1]!;
      const bulk = (wpnonce: string, as: Person = 'admin') =>
        site.request(
          `${list}&action=fiko_sync&action2=-1&_wpnonce=${wpnonce}${ids.map((id) => `&post[]=${id}`).join('')}`,
          { as },
        );
      expect((await bulk('')).status).toBe(403);
      expect((await bulk('0123456789')).status).toBe(403);
      expect((await bulk(await nonceOf('bulk-posts', 'customer'), 'customer')).status).toBe(403);
      expect(await outbox(site)).toEqual({});

      const { status, headers } = await bulk(nonce);
      expect(status).toBe(302);
      expect(headers.get('location')).toContain('fiko_queued=2');
      expect((await site.request(headers.get('location')!.replace(site.url, ''))).text).toContain(
        '2 products will be sent to Fiko.',
      );
      await site.runQueue();
      expect(new Set(fake.events.map(({ product }) => product.id))).toEqual(new Set(ids));
      expect(fake.events).toHaveLength(2);
    });

    it('say why they send nothing, and say it once', async () => {
      const { id } = await site.createProduct({ name: 'Lamp' }, { silently: true });
      const after = async (from = list) => {
        const page = (await site.request(list)).text;
        const nonce = /name="_wpnonce" value="([0-9a-f]+)"/.exec(page)![1]!;
        const { headers } = await site.request(
          `${from}&action=fiko_sync&action2=-1&_wpnonce=${nonce}&post[]=${id}&_wp_http_referer=${encodeURIComponent(from)}`,
        );
        const location = headers.get('location')!.replace(site.url, '');
        return { location, text: (await site.request(location)).text };
      };
      await site.eval("update_option( 'fiko_wc_api_url', '' ); return 1;");
      const unconnected = await after();
      expect(unconnected.text).toContain('Connect the shop first: enter address and token, and save.');
      expect(await outbox(site)).toEqual({});

      await connect(site, fake);
      fake.answer({ status: 503 });
      await syncNow(site, [id]);
      const closed = await after(unconnected.location);
      expect(closed.text).toContain('1 product waits, and is sent once the server can be used again.');
      expect(closed.text).not.toContain('Connect the shop first');
      // Pages of the list, and what its columns sort by, lead on from here without it.
      expect(closed.text).not.toMatch(/<th[^>]*><a href="[^"]*fiko_queued/);
      expect(closed.text).toMatch(/<link id="wp-admin-canonical" rel="canonical" href="(?![^"]*fiko_)[^"]*"/);
      fake.answer();
      await site.eval('Fiko_Gate::open(); return 1;');
      await site.runQueue({ ahead: 400 });
    });

    it('are filtered by their state', async () => {
      const ids = await site.createProducts(
        ['synced', 'waiting', 'failed', 'excluded', 'never', 'of none'].map((name) => ({ name })),
      );
      const [synced, waiting, failed, excluded, never, unsent] = ids as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const { id: draft } = await site.createProduct({ name: 'Draft', status: 'draft' }, { silently: true });
      const states: Record<number, SyncState> = {
        [synced]: 'synced',
        [waiting]: 'waiting',
        [failed]: 'failed',
        [excluded]: 'excluded',
        [never]: 'never',
      };
      await site.eval(`global $wpdb;
        foreach ( array( ${Object.entries(states)
          .map(([id, state]) => `${id} => '${state}'`)
          .join(', ')} ) as $id => $state ) {
          $wpdb->insert( Fiko_Schema::table(), array( 'product_id' => $id, 'state' => $state ) );
        }
        return 1;`);
      const here = [...ids, draft];
      const shown = async (state: string) =>
        rows((await site.request(`${list}&fiko_state=${state}`)).text).filter((id) => here.includes(id));
      expect(await shown('synced')).toEqual([synced]);
      expect(await shown('waiting')).toEqual([waiting]);
      expect(await shown('failed')).toEqual([failed]);
      expect(await shown('excluded')).toEqual([excluded, draft]);
      expect(await shown('never')).toEqual([never, unsent]);
      expect(await shown('')).toEqual(here);
      expect(await shown(encodeURIComponent("x' OR 1=1 --"))).toEqual(here);

      const { text } = await site.request(`${list}&fiko_state=failed`);
      expect(text).toMatch(/<option value="failed"\s+selected='selected'>Fiko: failed<\/option>/);
      expect(text).toContain(`data-fiko-id="${failed}" data-fiko-state="failed"`);
      const all = (await site.request(list)).text;
      for (const [id, state] of [...Object.entries(states), [unsent, 'never'], [draft, 'excluded']] as const)
        expect(all).toContain(
          `<span class="fiko-state fiko-state--${state}" data-fiko-id="${id}" data-fiko-state="${state}"`,
        );
      for (const icon of Object.values(SYNC_STATES))
        expect(all).toContain(`<span class="wp-exclude-emoji" aria-hidden="true">${icon}</span>`);
    });

    it('show what the server says as text', async () => {
      const said = `<script>alert("1")</script> it's & <b>bold</b>`;
      const { id } = await site.createProduct({ name: `<i>"Lamp"</i>` }, { silently: true });
      fake.answer(rejecting(id, said));
      await syncNow(site, [id]);
      expect((await outbox(site))[id]).toMatchObject({ state: 'failed', error: `name: ${said}` });
      const escaped =
        'Failed: name: &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; it&#039;s &amp; &lt;b&gt;bold&lt;/b&gt;';
      const { text } = await site.request(list);
      expect(text).toContain(
        `<span class="fiko-state fiko-state--failed" data-fiko-id="${id}" data-fiko-state="failed" title="${escaped}"><span class="wp-exclude-emoji" aria-hidden="true">❌</span><span class="fiko-state-note">${escaped}</span></span>`,
      );
      expect(text).not.toContain('<script>alert(');
      const { body } = await site.rest('GET', '/fiko-sync/v1/overview');
      expect(body.errors).toMatchObject([{ id, error: `name: ${said}` }]);
      fake.answer({ status: 401, body: { error: 'token_unknown', detail: said } });
      await syncNow(site, [id]);
      const notice = (await site.request('/wp-admin/index.php')).text;
      expect(notice).toContain(escaped.replace('Failed: name: ', ''));
      expect(notice).not.toContain('<script>alert(');
      await site.eval("delete_option( 'fiko_wc_gate' ); return 1;");
      expect(body.errors[0].edit_url).toBe(`${site.url}/wp-admin/post.php?post=${id}&action=edit`);
    });
  });
});
