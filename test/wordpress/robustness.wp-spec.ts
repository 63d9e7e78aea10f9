import { readFileSync, readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeBackend } from './backend';
import { TROUBLE } from './front';
import { connect, many, outbox, PLUGIN, startShop, syncNow } from './plugin';
import type { WordPressSite } from './site';

/** What goes wrong between processes, between shop and server, and in the database. */

let site: WordPressSite;
let server: FakeBackend;
beforeEach(async () => {
  server = await FakeBackend.start();
  site = await startShop(server);
});
afterEach(async () => {
  expect(await site.noticesOf(PLUGIN, 'class-fiko')).toEqual([]);
  await site.stop();
  await server.stop();
});

const events = (id: number) => server.events.filter(({ product }) => product.id === id);
const row = async (id: number) => (await outbox(site))[id]!;
const accepted = (event_id: string) => ({ status: 'accepted', message: '', event_id });
const overview = async () => (await site.rest('GET', '/fiko-sync/v1/overview')).body;

/** Answers the next send only after something else has happened in the shop. */
const duringNextSend = (what: () => Promise<unknown>): { done: () => Promise<unknown> } => {
  let happening: Promise<unknown> | null = null;
  server.answer(({ route, body }) => {
    if (!route?.startsWith('webhook') || happening) return 'forward';
    happening = what();
    return { status: 202, body: accepted(body.event_id), delayMs: 2000 };
  });
  return { done: () => happening! };
};

describe('while a product is being sent', () => {
  it.each([
    ['it is asked for', (id: number) => `Fiko_Outbox::note_many( array( ${id} ), true );`],
    [
      'its category is renamed',
      () =>
        `wp_update_term( get_term_by( 'name', 'Old', 'product_cat' )->term_id, 'product_cat', array( 'name' => 'New' ) );`,
    ],
    [
      'the shop changes its currency',
      () => `update_option( 'woocommerce_currency', 'IRR' ); Fiko_Bulk_Sync::work( 0 );`,
    ],
  ])('and %s: what has changed is sent too', async (_, what) => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1', categories: ['Old'] });
    const other = duringNextSend(async () => {
      await site.updateProduct(id, { regular_price: '2' }, { silently: true });
      await site.eval(`${what(id)} return 1;`);
    });
    await site.runQueue({ ahead: 31 });
    await other.done();
    server.answer();
    for (let minute = 0; minute < 5; minute++) await site.runQueue({ ahead: 60 });
    expect(events(id).at(-1)?.product.price).toBe('2');
    expect(await row(id)).toMatchObject({ acknowledged: '1', due_at: '0' });
  });

  it('and its claim runs out: who sent it last has the word', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await site.advance(31);
    const result = await site.eval<Record<string, string>>(`
      global $wpdb;
      $slow = Fiko_Outbox::claim( array( ${id} ), 1 )[ ${id} ];
      Fiko_Outbox::begin_event( $slow, 'a' );
      $wpdb->query( 'UPDATE ' . Fiko_Schema::table() . ' SET claimed_until = 0' );
      $fast = Fiko_Outbox::claim_suspect( array( ${id} ) );
      Fiko_Outbox::begin_event( $fast, 'b' );
      Fiko_Outbox::acknowledge( $slow, false );
      Fiko_Outbox::retry( $fast, 60, 'unreachable', 'no answer' );
      return Fiko_Outbox::row( ${id} );`);
    expect(result).toMatchObject({ event_digest: 'b', acknowledged: '0' });
    expect(Number(result.due_at)).toBeGreaterThan(0);
  });

  it('and a new token is saved: the late refusal of the old one closes nothing', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    const saving: Promise<unknown>[] = [];
    server.answer(({ route, headers }) => {
      if (!headers.authorization?.includes('0123456789abc')) return 'forward';
      if (route !== 'webhook') return 'forward';
      if (saving.length === 0) {
        const token = 'wc_sk_live_newnewnewnewnewnewnewnewnewnewnewnewnewnew';
        saving.push(connect(site, { url: server.url, token }));
      }
      return { ...TROUBLE.unauthorized, delayMs: 2500 };
    });
    await site.runQueue({ ahead: 31 });
    await Promise.all(saving);
    expect(saving).toHaveLength(1);
    expect((await overview()).connection.state).toBe('ok');
    await site.runQueue({ ahead: 300 });
    expect(await row(id)).toMatchObject({ acknowledged: '1' });
  });
});

describe('a database that lost the table', () => {
  it('and refuses to make it: that is said, and once it is made the catalogues are compared', async () => {
    const [known] = await site.createProducts(many(1));
    await syncNow(site, [known!]);
    const refuse = join(site.wpContent, 'mu-plugins', 'refuse.php');
    await writeFile(
      refuse,
      `<?php add_filter( 'query', function ( $sql ) { return false === stripos( $sql, 'CREATE TABLE wp_fiko_products' ) ? $sql : 'SELECT 1'; } );`,
    );
    await site.eval("$GLOBALS['wpdb']->query( 'DROP TABLE ' . Fiko_Schema::table() ); return 1;");
    await site.updateProduct(known!, { regular_price: '7' });
    await site.forget();
    const told = await overview();
    expect(told.connection).toMatchObject({
      state: 'stopped',
      code: 'no_table',
      hint: expect.stringContaining('CREATE'),
    });
    expect(told.totals).toMatchObject({ products: 1, synced: 0 });
    expect((await site.request('/wp-admin/index.php')).text).toContain('id="fiko-sync-stopped"');
    for (const page of ['edit.php?post_type=product', 'edit.php?post_type=product&fiko_state=failed'])
      expect((await site.request(`/wp-admin/${page}`)).status).toBe(200);
    await site.runQueue({ ahead: 31 });
    expect(events(known!)).toHaveLength(1);
    expect(await site.noticesOf('wp_fiko_products')).toEqual([]);

    await rm(refuse);
    await site.eval("delete_transient( 'fiko_wc_table_refused' ); return 1;");
    expect((await overview()).connection.state).toBe('ok');
    server.answer(({ route, body }) =>
      route !== 'manifest'
        ? 'forward'
        : {
            status: 200,
            body: body.entries
              ? { in_step: false, missing: [], different: [known], orphaned: [], pending: [] }
              : { in_step: false, bucket_count: 1024, buckets: [known], products: 1, queued_events: 0 },
          },
    );
    await site.runQueue({ ahead: 130 });
    await site.runQueue({ ahead: 31 });
    expect(events(known!).at(-1)?.product.price).toBe('7');
    expect((await overview()).totals).toMatchObject({ products: 1, synced: 1 });
  });

  it('gets it again with the next change, which is sent', async () => {
    const [known] = await site.createProducts(many(1));
    await syncNow(site, [known!]);
    await site.eval("$GLOBALS['wpdb']->query( 'DROP TABLE ' . Fiko_Schema::table() ); return 1;");
    await site.updateProduct(known!, { regular_price: '7' });
    await site.runQueue({ ahead: 31 });
    expect(events(known!).at(-1)?.product.price).toBe('7');
    await site.eval(
      "$GLOBALS['wpdb']->query( 'DELETE FROM ' . Fiko_Schema::table() . ' WHERE product_id = 0' ); return 1;",
    );
    await site.rest('POST', '/fiko-sync/v1/bulk', { action: 'start' });
    await site.runQueue();
    expect((await overview()).bulk.state).toBe('done');
    // The database's own complaint of the missing table.
    await site.forget();
  });

  it('takes a reason whatever bytes are in it', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await site.advance(31);
    await site.eval(
      `add_filter( 'fiko_product_payload', function () { throw new RuntimeException( "bad \\xC3\\x28 bytes " . str_repeat( 'x', 5000 ) ); } );
       Fiko_Delivery::drain( 5 ); return 1;`,
    );
    expect(await row(id)).toMatchObject({
      state: 'failed',
      due_at: '0',
      error: expect.stringMatching(/another plugin is in the way: bad .*bytes/),
    });
  });

  it('a product that WooCommerce cannot read is not deleted on the server', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await syncNow(site, [id]);
    const before = events(id).length;
    await site.eval(`Fiko_Outbox::note_many( array( ${id} ), true );
      add_filter( 'woocommerce_product_type_query', function () { throw new Exception( 'x' ); } );
      $GLOBALS['wpdb']->update( $GLOBALS['wpdb']->posts, array( 'post_type' => 'gone' ), array( 'ID' => ${id} ) );
      clean_post_cache( ${id} );
      return 1;`);
    await site.eval(
      `$GLOBALS['wpdb']->update( $GLOBALS['wpdb']->posts, array( 'post_type' => 'product' ), array( 'ID' => ${id} ) ); return 1;`,
    );
    await site.runQueue({ ahead: 60 });
    expect(
      events(id)
        .slice(before)
        .map(({ event_type }) => event_type),
    ).toEqual(['product.updated']);
  });
});

describe('background actions', () => {
  it('are never asked to be unique, which ignores their arguments in Action Scheduler 3.5 to 3.9', () => {
    const folder = join(__dirname, '..', '..', 'plugin', PLUGIN, 'includes');
    const calls = readdirSync(folder).flatMap((file) =>
      [
        ...readFileSync(join(folder, file), 'utf8').matchAll(
          /as_(?:schedule_\w+|enqueue_async)_action\(([^;]*)\);/g,
        ),
      ].map(([, args]) => args!),
    );
    expect(calls.length).toBeGreaterThan(2);
    for (const args of calls) expect(args).not.toMatch(/,\s*true\s*$/);
  });

  it('are moved forward when the server is back before it said', async () => {
    await site.createProducts(many(120));
    server.answer(({ route }) => (route?.startsWith('webhook') ? TROUBLE.away(7200) : 'forward'));
    await site.rest('POST', '/fiko-sync/v1/bulk', { action: 'start' });
    await site.runQueue();
    server.answer();
    // The owner tests the connection.
    expect((await site.rest('POST', '/fiko-sync/v1/connection', {})).body.ok).toBe(true);
    await site.runQueue({ ahead: 60 });
    await site.runQueue({ ahead: 90 });
    expect((await overview()).bulk).toMatchObject({ state: 'done', done: 120, failed: 0 });
  });

  it('a 429 makes no failures and no single requests', async () => {
    const ids = await site.createProducts(many(150));
    let asked = 0;
    server.answer(({ route }) =>
      route?.startsWith('webhook') && ++asked === 1 ? TROUBLE.busy(60) : 'forward',
    );
    await site.rest('POST', '/fiko-sync/v1/bulk', { action: 'start' });
    for (let minute = 0; minute < 6; minute++) await site.runQueue({ ahead: 61 });
    expect((await overview()).bulk).toMatchObject({ state: 'done', done: 150, failed: 0 });
    // The refused batch, the one that finds out, and those of all.
    expect(server.requests.filter(({ route }) => route?.startsWith('webhook')).length).toBeLessThanOrEqual(7);
    expect(new Set(server.events.map(({ product }) => product.id))).toEqual(new Set(ids));
  });

  it('a product that a firewall blocks is tried less and less often', async () => {
    const { id: blocked } = await site.createProduct({ name: 'Blocked', regular_price: '1' });
    server.answer(({ route, text }) =>
      route?.startsWith('webhook') && text.includes('Blocked')
        ? { status: 403, text: '<html>Forbidden</html>' }
        : 'forward',
    );
    for (let minute = 0; minute < 60; minute++) {
      if (minute % 2 === 0) await site.createProduct({ name: `Other ${minute}`, regular_price: '1' });
      await site.runQueue({ ahead: 60 });
    }
    expect(events(blocked).length).toBeGreaterThanOrEqual(3);
    expect(events(blocked).length).toBeLessThanOrEqual(9);
    const others = Object.values(await outbox(site)).filter(
      ({ product_id }) => Number(product_id) !== blocked,
    );
    expect(others.filter(({ acknowledged }) => acknowledged === '1').length).toBeGreaterThanOrEqual(25);
  });

  it('a comparison follows when the plugin comes back', async () => {
    const ids = await site.createProducts(many(3));
    await syncNow(site, ids);
    await site.deactivate(PLUGIN);
    await site.updateProduct(ids[0]!, { regular_price: '5' });
    await site.activate(PLUGIN);
    await site.request('/wp-admin/index.php');
    await site.runQueue({ ahead: 180 });
    expect(server.requests.filter(({ route }) => route === 'manifest').length).toBeGreaterThan(0);
  });

  it('the name of an attribute reaches its products', async () => {
    const { id } = await site.createProduct({
      name: 'کفش',
      regular_price: '1',
      attributes: [{ name: 'pa_color', options: ['آبی'], visible: true }],
    });
    await syncNow(site, [id]);
    const before = await row(id);
    await site.eval(
      "do_action( 'woocommerce_attribute_updated', 1, array( 'attribute_name' => 'color', 'attribute_label' => 'رنگ' ), 'color' ); return 1;",
    );
    expect(Number((await row(id)).revision)).toBeGreaterThan(Number(before.revision));
  });
});

describe('settings that change whom the shop speaks to', () => {
  it('another shop address, once it is confirmed: all products are sent anew', async () => {
    const ids = await site.createProducts(many(3));
    await syncNow(site, ids);
    await site.eval(
      "update_option( 'fiko_wc_site_url', base64_encode( 'https://old.example.com' ) ); return 1;",
    );
    const before = server.events.length;
    await site.updateProduct(ids[0]!, { regular_price: '5' });
    await site.runQueue({ ahead: 31 });
    expect(server.events.length).toBe(before);
    const confirm = await site.rest('POST', '/fiko-sync/v1/settings', { confirm_site: true });
    expect(confirm.body.connection.state).toBe('ok');
    await site.runQueue({ ahead: 60 });
    expect(new Set(server.events.slice(before).map(({ product }) => product.id))).toEqual(new Set(ids));
  });

  it('a token of another account: what the one before knows counts for nothing', async () => {
    const accountOf = (id: number) => ({
      status: 200,
      body: {
        status: 'ok',
        user: { id, email: `${id}@example.com`, username: `u${id}` },
        token: { id, name: 'Shop' },
      },
    });
    server.answer(({ route, headers }) =>
      route === 'health' ? accountOf(headers.authorization!.includes('second') ? 2 : 1) : 'forward',
    );
    await connect(site, { url: server.url, token: 'wc_sk_live_first0000000000000000000000000000000000' });
    const ids = await site.createProducts(many(3));
    await syncNow(site, ids);
    const before = server.events.length;
    await connect(site, { url: server.url, token: 'wc_sk_live_rotated000000000000000000000000000000' });
    await site.runQueue({ ahead: 60 });
    expect(server.events.length).toBe(before);
    await connect(site, { url: server.url, token: 'wc_sk_live_second00000000000000000000000000000000' });
    await site.runQueue({ ahead: 60 });
    expect(new Set(server.events.slice(before).map(({ product }) => product.id))).toEqual(new Set(ids));
    expect(server.events.slice(before).every(({ event_type }) => event_type === 'product.created')).toBe(
      true,
    );
  });

  it('another server does not get the saved token: it has to be entered', async () => {
    const foreign = await FakeBackend.start();
    try {
      const url = foreign.url.replace('127.0.0.1', 'localhost');
      const tested = await site.rest('POST', '/fiko-sync/v1/connection', { api_url: url });
      expect(tested.body).toMatchObject({ ok: false, code: 'invalid' });
      const saved = await site.rest('POST', '/fiko-sync/v1/settings', { api_url: url });
      expect(saved.status).toBe(400);
      expect(Object.keys(saved.body.data.params)).toEqual(['api_token']);
      expect(foreign.requests).toEqual([]);
    } finally {
      await foreign.stop();
    }
  });

  it('the address of a shop in several languages is one', async () => {
    await site.eval(
      `file_put_contents( WPMU_PLUGIN_DIR . '/language.php', '<?php add_filter( "home_url", function ( $url ) { return $url . "/en"; } );' ); return 1;`,
    );
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    expect(events(id)[0].store.url).toBe(site.url);
  });
});

describe('what one process wrote', () => {
  it('is seen by another that has read it before, from a cache that outlives both too', async () => {
    const seen = await site.eval<string[]>(`
      global $wpdb;
      $first = Fiko_Gate::state()['code'];
      // As another process would, past this one's caches.
      $wpdb->insert( $wpdb->options, array( 'option_name' => 'fiko_wc_gate', 'option_value' => serialize( array( 'code' => 'unauthorized' ) ), 'autoload' => 'no' ) );
      $second = Fiko_Gate::state()['code'];
      $wpdb->update( $wpdb->options, array( 'option_value' => serialize( array( 'code' => 'forbidden' ) ) ), array( 'option_name' => 'fiko_wc_gate' ) );
      $third = Fiko_Gate::state()['code'];
      $wpdb->delete( $wpdb->options, array( 'option_name' => 'fiko_wc_gate' ) );
      return array( $first, $second, $third, Fiko_Gate::state()['code'] );`);
    expect(seen).toEqual(['', 'unauthorized', 'forbidden', '']);
  });

  it('a draft that is published within the same second is not left deleted', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1', status: 'draft' });
    await expect(
      site.eval(
        `wp_update_post( array( 'ID' => ${id}, 'post_status' => 'private' ) ); wp_update_post( array( 'ID' => ${id}, 'post_status' => 'publish' ) ); posix_kill( getmypid(), 9 );`,
      ),
    ).rejects.toThrow();
    for (let i = 0; i < 3; i++) await site.runQueue({ ahead: 31 });
    expect(events(id).at(-1)?.event_type).toBe('product.created');
  });
});
