import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeBackend } from './backend';
import { many, outbox, PLUGIN, startShop, syncNow } from './plugin';
import type { WordPressSite } from './site';

/** What no `catch` sees: memory that is used up, exit() in another plugin, a process that the host ends. */

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

const EXIT = 'exit( 1 );';
const KILL = 'posix_kill( getmypid(), 9 );';
const MEMORY = "ini_set( 'memory_limit', '96M' ); $x = str_repeat( 'x', 200 * 1024 * 1024 );";
const UNREAD =
  'Reading this product was cut short several times; perhaps PHP has too little memory, or another plugin stops it.';

const events = (id: number) => server.events.filter(({ product }) => product.id === id);
const row = async (id: number) => (await outbox(site))[id]!;
const overview = async () => (await site.rest('GET', '/fiko-sync/v1/overview')).body;
const fatal = () => join(site.wpContent, 'mu-plugins', 'fatal.php');
const reading = () => join(site.wpContent, 'reading.txt');

/** Whoever reads one of these products comes to this end, and leaves its id in a file. */
const diesOf = (ids: number[], end: string) =>
  writeFile(
    fatal(),
    `<?php add_filter( 'fiko_product_payload', function ( $payload ) {
      if ( in_array( $payload['id'], array( ${ids.join(',')} ), true ) ) {
        file_put_contents( '${reading()}', $payload['id'] . ' ', FILE_APPEND );
        ${end}
      }
      return $payload;
    } );`,
  );
const deaths = async (): Promise<number[]> =>
  (
    await site.eval<string>(
      `return file_exists( '${reading()}' ) ? file_get_contents( '${reading()}' ) : '';`,
    )
  )
    .trim()
    .split(' ')
    .filter((id) => id !== '')
    .map(Number);
/** As a process of its own; whether it came to an end. */
const survives = (code: string): Promise<boolean> =>
  site.eval(`${code} return 1;`).then(
    () => true,
    () => false,
  );
/** The background for so many minutes, whatever dies in it, with somebody in wp-admin now and then. */
const background = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) {
    await site.runQueue({ ahead: 60 }).catch(() => undefined);
    if (minute % 6 === 0) {
      // Transients go by the real clock.
      await site.eval("delete_transient( 'fiko_wc_actions_ensured' ); return 1;");
      await site.request('/wp-admin/index.php');
    }
  }
};

describe('a product over which the process dies', () => {
  it.each([
    ['exit() in another plugin', EXIT],
    ['a host that ends it', KILL],
    ['memory that is used up', MEMORY],
  ])('%s: is read alone, then no more, and says so', async (_, end) => {
    const ids = await site.createProducts(many(60));
    const bad = ids[20]!;
    await diesOf([bad], end);
    await site.eval(`Fiko_Outbox::note_many( array( ${ids.join(',')} ), true ); return 1;`);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(false);
    // What it had in hand comes back, and each goes alone: the next death leaves nothing behind.
    await site.advance(181);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(false);
    const { id: fresh } = await site.createProduct({ name: 'New', regular_price: '1' });
    await site.advance(31);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(true);
    expect(ids.filter((id) => events(id).length !== 1)).toEqual([bad]);
    expect(events(fresh)).toHaveLength(1);
    await site.advance(181);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(false);
    await site.advance(181);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(true);
    expect(await deaths()).toEqual([bad, bad, bad]);
    expect(await row(bad)).toMatchObject({
      state: 'failed',
      error_code: 'unreadable',
      error: UNREAD,
      due_at: '0',
    });
    const others = Object.entries(await outbox(site)).filter(([id]) => Number(id) !== bad);
    expect(others.map(([, { stalls }]) => stalls)).toEqual(others.map(() => '0'));
    await site.forget();
  });

  it('is tried once more when it is edited, alone; and is well once it can be read', async () => {
    const ids = await site.createProducts(many(3));
    const [bad, one, two] = ids as [number, number, number];
    await diesOf([bad], EXIT);
    await site.eval(`Fiko_Outbox::note_many( array( ${bad} ), true ); return 1;`);
    for (let time = 0; time < 4; time++) {
      await survives('Fiko_Delivery::drain( 20 );');
      await site.advance(181);
    }
    expect(await row(bad)).toMatchObject({ state: 'failed' });
    for (const id of [bad, one, two]) await site.updateProduct(id, { regular_price: '2' });
    await site.advance(31);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(false);
    expect([events(one).length, events(two).length]).toEqual([1, 1]);
    await site.advance(181);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(true);
    expect(await deaths()).toHaveLength(4);
    expect(await row(bad)).toMatchObject({ state: 'failed', error: UNREAD });

    await rm(fatal());
    await site.updateProduct(bad, { regular_price: '3' });
    await site.advance(31);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(true);
    expect(events(bad).map(({ product }) => product.price)).toEqual(['3']);
    expect(await row(bad)).toMatchObject({ acknowledged: '1', stalls: '0', error: '' });
  });

  it('that was taken out of the shop meanwhile is deleted on the server', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    await diesOf([id], EXIT);
    await site.updateProduct(id, { regular_price: '2' });
    await site.advance(31);
    for (let time = 0; time < 3; time++) {
      expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(false);
      await site.advance(181);
    }
    await site.trash(id);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(true);
    expect(events(id).at(-1)?.event_type).toBe('product.deleted');
    expect(await row(id)).toMatchObject({ state: 'excluded', stalls: '0' });
  });

  it('does not take along whoever sends another now', async () => {
    const [bad, good] = (await site.createProducts(many(2))) as [number, number];
    await diesOf([bad], EXIT);
    await site.eval(`Fiko_Outbox::note_many( array( ${bad} ), true ); return 1;`);
    expect(await survives('Fiko_Delivery::drain( 20 );')).toBe(false);
    await site.advance(181);
    const { status } = await site.rest('POST', '/fiko-sync/v1/products/sync', { ids: [good] });
    expect(status).toBe(200);
    expect(events(good)).toHaveLength(1);
  });
});

describe('long work', () => {
  it('the first sync goes on past such products, and counts them', async () => {
    const ids = await site.createProducts(many(120));
    const bad = [ids[10]!, ids[11]!, ids[70]!];
    await diesOf(bad, EXIT);
    await site.rest('POST', '/fiko-sync/v1/bulk', { action: 'start' });
    await background(100);
    expect((await overview()).bulk).toMatchObject({ state: 'done', done: 120, failed: 3 });
    for (const id of ids) expect([id, events(id).length]).toEqual([id, bad.includes(id) ? 0 : 1]);
    for (const id of bad) expect(await row(id)).toMatchObject({ state: 'failed', error: UNREAD });
    // The comparison that follows dies of none of them again.
    expect((await overview()).reconcile.state).toBe('done');
  }, 300_000);

  it('the comparison goes on past such products, and has none of them deleted', async () => {
    const ids = await site.createProducts(many(130));
    await syncNow(site, ids);
    const bad = [ids[3]!, ids[4]!, ids[110]!];
    await diesOf(bad, EXIT);
    const asked: Record<string, [number, string][]>[] = [];
    server.answer(({ route, body }) => {
      if (route !== 'manifest') return 'forward';
      if (body.buckets) return { status: 200, body: { buckets: bad.map((id) => id % body.bucket_count) } };
      asked.push(body.entries);
      return { status: 200, body: { missing: [], different: bad, orphaned: [] } };
    });
    await site.rest('POST', '/fiko-sync/v1/reconcile', {});
    await background(120);
    expect((await overview()).reconcile).toMatchObject({ state: 'done', scanned: 130, error: '' });
    // Twice while it was read, of which once alone; and then as one that is to be sent.
    expect((await deaths()).filter((id) => id === bad[0]).length).toBeLessThanOrEqual(2 + 3);
    const entries = Object.values(asked[0]!).flat();
    for (const id of bad) expect(entries).toContainEqual([id, '0'.repeat(32)]);
    expect(entries.filter(([, digest]) => digest === '0'.repeat(32))).toHaveLength(bad.length);
    for (const id of bad) expect(await row(id)).toMatchObject({ state: 'failed', error: UNREAD });
    expect(server.events.filter(({ event_type }) => event_type === 'product.deleted')).toEqual([]);

    // The next one knows them.
    const before = (await deaths()).length;
    expect(
      await survives('Fiko_Reconcile::start(); Fiko_Reconcile::work( 60 ); Fiko_Delivery::drain( 20 );'),
    ).toBe(true);
    expect(await deaths()).toHaveLength(before);
    for (const id of bad) expect(await row(id)).toMatchObject({ state: 'failed', error: UNREAD });
  }, 300_000);

  it('the comparison reads no longer than a few seconds, or than there is memory, at a time', async () => {
    const ids = await site.createProducts(many(40));
    const parts = (code: string) =>
      site.eval<number[]>(`${code}
        $parts = array();
        Fiko_Reconcile::start();
        for ( $i = 0; $i < 60 && 'scan' === Fiko_Reconcile::state()['phase']; $i++ ) {
          Fiko_Reconcile::work( 0 );
          $parts[] = Fiko_Reconcile::state()['scanned'];
        }
        delete_option( 'fiko_wc_reconcile' );
        return $parts;`);
    expect(await parts('')).toEqual([40, 40]);
    const slow = await parts(
      `add_filter( 'fiko_product_payload', function ( $payload ) { usleep( 250000 ); return $payload; } );`,
    );
    expect(slow.length).toBeGreaterThan(2);
    expect(slow.at(-1)).toBe(40);
    const full = await parts(
      `ini_set( 'memory_limit', '256M' ); $full = str_repeat( 'x', 200 * 1024 * 1024 );`,
    );
    expect(full.slice(0, 3)).toEqual([1, 2, 3]);
    expect(full.at(-1)).toBe(ids.length);
  });

  it('keeps its lock for as long as it works, and ends where another has it', async () => {
    const ids = await site.createProducts(many(230));
    await site.rest('POST', '/fiko-sync/v1/bulk', { action: 'start' });
    const seen = await site.eval<{ others: string[]; done: number[] }>(`
      global $wpdb;
      $seen = array( 'others' => array(), 'done' => array() );
      $ahead = 0;
      add_filter( 'fiko_clock_offset', function ( $seconds ) use ( &$ahead ) { return $seconds + $ahead; } );
      // Each step takes two minutes; the fourth finds that somebody else has taken over.
      Fiko_Bulk_Sync::work( 3600, function ( $state ) use ( &$seen, &$ahead, $wpdb ) {
        $seen['done'][] = $state['done'];
        $seen['others'][] = Fiko_Lock::take( 180 );
        $ahead += 120;
        if ( 4 === count( $seen['done'] ) ) {
          $wpdb->query( 'UPDATE ' . Fiko_Schema::table() . " SET claimed_by = 'other' WHERE product_id = 0" );
        }
      } );
      $seen['holder'] = $wpdb->get_var( 'SELECT claimed_by FROM ' . Fiko_Schema::table() . ' WHERE product_id = 0' );
      return $seen;`);
    expect(seen).toMatchObject({ others: ['', '', '', ''], holder: 'other' });
    expect(seen.done).toHaveLength(4);
    expect(seen.done.at(-1)).toBeLessThan(ids.length);
  });
});

describe('the recurring sweep', () => {
  const sweeps = async () =>
    (await site.actions('fiko_sweep')).filter(
      ({ every, status }) => every > 0 && ['pending', 'in-progress'].includes(status),
    );

  it('is there again within minutes of a death', async () => {
    await site.request('/wp-admin/index.php');
    expect(await sweeps()).toHaveLength(1);
    const wait = await site.eval<number>(
      "return get_option( '_transient_timeout_fiko_wc_actions_ensured' ) - time();",
    );
    expect(wait).toBeLessThanOrEqual(300);
    await site.runQueue();
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await diesOf([id], EXIT);
    await site.eval("as_unschedule_all_actions( 'fiko_send_product' ); return 1;");
    await expect(site.runQueue({ ahead: 300 })).rejects.toThrow();
    await rm(fatal());
    // Action Scheduler takes it for a running one for a while.
    await site.runQueue({ ahead: 301 });
    expect(await sweeps()).toHaveLength(0);
    await site.eval("update_option( '_transient_timeout_fiko_wc_actions_ensured', time() - 1 ); return 1;");
    await site.request('/wp-admin/index.php');
    expect(await sweeps()).toHaveLength(1);
  });

  it('has long work go on, though it dies itself', async () => {
    await site.request('/wp-admin/index.php');
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await diesOf([id], EXIT);
    await site.eval(
      "Fiko_Bulk_Sync::start(); foreach ( array( 'fiko_send_product', 'fiko_bulk_sync' ) as $hook ) { as_unschedule_all_actions( $hook ); } return 1;",
    );
    await expect(site.runQueue({ ahead: 300 })).rejects.toThrow();
    expect((await site.actions('fiko_bulk_sync')).filter(({ status }) => status === 'pending')).toHaveLength(
      1,
    );
  });

  it('is one, though several processes miss it at the same time', async () => {
    await site.eval('Fiko_Schedule::clear(); return 1;');
    const ensure = `
      add_filter( 'query', function ( $sql ) { if ( false !== strpos( $sql, 'stand_in_actions' ) ) { usleep( 100000 ); } return $sql; } );
      delete_transient( 'fiko_wc_actions_ensured' );
      Fiko_Schedule::ensure();`;
    const before = (await site.actions('fiko_sweep')).length;
    await Promise.all([1, 2, 3].map(() => survives(ensure)));
    expect(await sweeps()).toHaveLength(1);
    // Canceled ones among them: no surplus was made.
    expect((await site.actions('fiko_sweep')).length - before).toBe(1);
    // Action Scheduler has ended one and not yet planned the next.
    await site.eval(
      `as_schedule_recurring_action( time() + 60, 300, 'fiko_sweep', array(), Fiko_Contract::ACTION_GROUP );
       as_schedule_recurring_action( time() + 90, 300, 'fiko_sweep', array(), Fiko_Contract::ACTION_GROUP );
       delete_transient( 'fiko_wc_actions_ensured' ); Fiko_Schedule::ensure(); return 1;`,
    );
    expect(await sweeps()).toHaveLength(1);
  });
});

describe('a database that refuses to write', () => {
  const refusing = (what: string) => `
    $GLOBALS['wpdb']->suppress_errors();
    $refuse = function ( $sql ) { return false !== strpos( $sql, ${what} ) ? 'UPDATE no_such_table SET x = 1' : $sql; };
    add_filter( 'query', $refuse );`;

  it('an event that is not written down is not sent', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await site.advance(31);
    await site.eval(`${refusing("'SET event_id'")} Fiko_Delivery::drain( 2 ); return 1;`);
    expect(events(id)).toEqual([]);
    expect(await row(id)).toMatchObject({ event_id: '', claimed_by: '', attempts: '0', stalls: '0' });
    await site.runQueue({ ahead: 90 });
    expect(events(id)).toHaveLength(1);
    await site.forget();
  });

  it("a server's words that it does not take do not keep a product from waiting", async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    server.answer(({ route }) =>
      route === 'webhook'
        ? { status: 500, body: { error: 'internal', detail: 'Overheated \u{1f525}' } }
        : 'forward',
    );
    await site.advance(31);
    await site.eval(`${refusing("'Overheated'")} Fiko_Delivery::drain( 2 ); return 1;`);
    const { due_at, error, error_code, claimed_by } = await row(id);
    expect({ error, error_code, claimed_by }).toEqual({
      error: '',
      error_code: 'server_error',
      claimed_by: '',
    });
    expect(Number(due_at)).toBeGreaterThan((await site.now()) + 30);
    await site.forget();
  });
});

describe('a comparison that failed', () => {
  it.each([
    ['an answer without what was asked for', { status: 200, body: { hello: 'world' } }, /could not be read/],
    ['a refusal without a word', { status: 400, body: { error: 'invalid' } }, /refused it without a reason/],
    ['a refusal', { status: 400, body: { error: 'invalid', detail: 'Too many buckets.' } }, /^Too many/],
  ])('after %s says why in words', async (_, answer, why) => {
    await site.createProducts(many(2));
    server.answer(({ route }) => (route === 'manifest' ? answer : 'forward'));
    await site.rest('POST', '/fiko-sync/v1/reconcile', {});
    await site.runQueue();
    expect((await overview()).reconcile).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(why),
    });
  });
});
