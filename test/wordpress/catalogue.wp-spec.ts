import { createHash } from 'node:crypto';
import { FakeBackend } from './backend';
import { TROUBLE } from './front';
import { many, outbox, PLUGIN, startShop, syncNow } from './plugin';
import type { WordPressSite } from './site';

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

const sentIds = () => server.events.map(({ product }) => product.id as number).sort((a, b) => a - b);
const overview = async () => (await site.rest('GET', '/fiko-sync/v1/overview')).body;
const bulk = async (action: string) => (await site.rest('POST', '/fiko-sync/v1/bulk', { action })).body.bulk;

describe('the first sync', () => {
  it('sends all published products, each once, in batches', async () => {
    const ids = await site.createProducts(many(230));
    await site.createProducts(many(5, { status: 'draft' }));
    expect(await bulk('start')).toMatchObject({ state: 'running', total: 230, done: 0 });
    await site.runQueue();
    expect(sentIds()).toEqual(ids);
    const requests = server.requests.filter(({ route }) => route?.startsWith('webhook'));
    expect(requests.map(({ body }) => body.events?.length ?? 1)).toEqual([50, 50, 50, 50, 30]);
    expect((await overview()).bulk).toMatchObject({ state: 'done', total: 230, done: 230, failed: 0 });
    await site.runQueue({ ahead: 60 });
    expect((await overview()).totals).toMatchObject({
      synced: 230,
      waiting: 0,
      failed: 0,
      excluded: 5,
      never: 0,
    });
  });

  it('is held, goes on after the browser was closed, and misses nothing that comes and goes meanwhile', async () => {
    const ids = await site.createProducts(many(200));
    await bulk('start');
    // One step of work at a time: the page's ticks.
    await site.eval('Fiko_Bulk_Sync::work( 0 ); return 1;');
    await bulk('pause');
    expect((await overview()).bulk).toMatchObject({ state: 'paused', done: 50 });
    await site.runQueue({ ahead: 600 });
    expect(sentIds()).toHaveLength(50);
    // By offset, the next would now be passed over.
    await site.eval(
      `foreach ( array( ${ids.slice(0, 20).join(',')} ) as $id ) { $GLOBALS['wpdb']->delete( $GLOBALS['wpdb']->posts, array( 'ID' => $id ) ); } return 1;`,
    );
    const [added] = await site.createProducts(many(1));
    await bulk('resume');
    await site.runQueue();
    expect(sentIds()).toEqual([...ids, added]);
    expect((await overview()).bulk).toMatchObject({ state: 'done', done: 201 });
  });

  it('goes on while the page is open on a host that runs no background work', async () => {
    const ids = await site.createProducts(many(120));
    await bulk('start');
    for (let tick = 0; tick < 20 && (await overview()).bulk.state === 'running'; tick++) {
      const { status, body } = await site.rest('POST', '/fiko-sync/v1/tick', {});
      expect(status).toBe(200);
      expect(body.bulk.done).toBeGreaterThan(0);
    }
    expect(sentIds()).toEqual(ids);
  });

  it('is slowed down by a 429, and sends nothing twice', async () => {
    const ids = await site.createProducts(many(150));
    let answers = 0;
    server.answer(({ route }) =>
      route === 'webhook/batch' && ++answers === 2 ? TROUBLE.busy(120) : 'forward',
    );
    await bulk('start');
    await site.runQueue();
    const before = server.requests.length;
    await site.runQueue({ ahead: 100 });
    expect(server.requests.length).toBe(before);
    for (let minute = 0; minute < 10; minute++) await site.runQueue({ ahead: 60 });
    const taken = server.requests.filter(
      ({ route, status }) => route?.startsWith('webhook') && status === 202,
    );
    expect(
      taken
        .flatMap(({ body }) =>
          (body.events ?? [body]).map((event: { product: { id: number } }) => event.product.id),
        )
        .sort((a: number, b: number) => a - b),
    ).toEqual(ids);
    expect((await overview()).bulk).toMatchObject({ state: 'done', done: 150 });
    expect((await site.option<{ pace: number }>('fiko_wc_bulk_sync')).pace).toBeGreaterThan(0);
  });

  it('survives a process that dies, and an outage of a day', async () => {
    const ids = await site.createProducts(many(120));
    await bulk('start');
    await expect(
      site.eval(
        "add_action( 'http_api_debug', function () { posix_kill( getmypid(), 9 ); } ); Fiko_Bulk_Sync::work( 20 ); return 1;",
      ),
    ).rejects.toThrow();
    await server.stop();
    for (let hour = 0; hour < 24; hour++) await site.runQueue({ ahead: 3600 });
    await server.startAgain();
    for (let hour = 0; hour < 8; hour++) await site.runQueue({ ahead: 3600 });
    expect(new Set(sentIds())).toEqual(new Set(ids));
    const rows = Object.values(await outbox(site));
    expect(rows.every(({ acknowledged, due_at }) => acknowledged === '1' && due_at === '0')).toBe(true);
    expect((await overview()).bulk).toMatchObject({ state: 'done', done: 120 });
  });

  it('stopped, it sends no more; begun anew, it begins with the first product', async () => {
    const ids = await site.createProducts(many(120));
    await bulk('start');
    await site.eval('Fiko_Bulk_Sync::work( 0 ); return 1;');
    expect(await bulk('stop')).toMatchObject({ state: 'idle', finished_at: null });
    await site.runQueue({ ahead: 600 });
    expect(sentIds()).toHaveLength(50);
    await bulk('start');
    await site.runQueue();
    expect(new Set(sentIds())).toEqual(new Set(ids));
    expect(sentIds()).toHaveLength(170);
  });

  it('takes 10,000 products within the memory of a small host', async () => {
    await site.eval(`global $wpdb;
      for ( $part = 0; $part < 20; $part++ ) {
        $posts = array();
        $meta  = array();
        for ( $i = 1; $i <= 500; $i++ ) {
          $id      = 1000 + 500 * $part + $i;
          $posts[] = "($id, 'product', 'publish', 'Product $id', '<p>Text of product $id.</p>', '', '', '', '', 'p$id', '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:00', '2026-01-01 00:00:00')";
          $meta[]  = "($id, '_regular_price', '$id'), ($id, '_price', '$id'), ($id, '_stock_status', 'instock')";
        }
        $wpdb->query( "INSERT INTO $wpdb->posts (ID, post_type, post_status, post_title, post_content, post_excerpt, to_ping, pinged, post_content_filtered, post_name, post_date, post_date_gmt, post_modified, post_modified_gmt) VALUES " . implode( ',', $posts ) );
        $wpdb->query( "INSERT INTO $wpdb->postmeta (post_id, meta_key, meta_value) VALUES " . implode( ',', $meta ) );
      }
      return 1;`);
    await bulk('start');
    const { peak, loaded, done } = await site.eval<{ peak: number; loaded: number; done: number }>(`
      ini_set( 'memory_limit', '128M' );
      $loaded = memory_get_usage();
      while ( Fiko_Bulk_Sync::is_running() ) { Fiko_Bulk_Sync::work( 20 ); }
      return array( 'peak' => memory_get_peak_usage(), 'loaded' => $loaded, 'done' => Fiko_Bulk_Sync::state()['done'] );`);
    expect(done).toBe(10_000);
    expect(new Set(sentIds()).size).toBe(10_000);
    expect(peak - loaded).toBeLessThan(24 * 1024 * 1024);
  }, 300_000);
});

describe('the comparison of catalogues', () => {
  /** A server that has these products, by id, with these digests, and compares as the real one does. */
  const serverHas = (digests: Map<number, string>) => {
    server.answer(({ route, body }) => {
      if (route !== 'manifest') return 'forward';
      const count: number = body.bucket_count;
      if (body.buckets) {
        const ours = Array.from({ length: count }, () => 0n);
        for (const [id, digest] of digests) {
          const hash = createHash('sha256').update(`${id}:${digest}`).digest();
          ours[id % count]! ^= hash.readBigUInt64BE();
        }
        const buckets = ours.flatMap((bits, i) =>
          bits.toString(16).padStart(16, '0') === body.buckets[i] ? [] : [i],
        );
        return {
          status: 200,
          body: {
            in_step: buckets.length === 0,
            bucket_count: count,
            buckets,
            products: digests.size,
            queued_events: 0,
          },
        };
      }
      const answer = {
        in_step: false,
        missing: [] as number[],
        different: [] as number[],
        orphaned: [] as number[],
        pending: [],
      };
      for (const [bucket, entries] of Object.entries(body.entries as Record<string, [number, string][]>)) {
        for (const [id, digest] of entries) {
          if (!digests.has(id)) answer.missing.push(id);
          else if (digests.get(id) !== digest) answer.different.push(id);
        }
        const named = new Set(entries.map(([id]) => id));
        for (const id of digests.keys()) {
          if (id % count === Number(bucket) && !named.has(id)) answer.orphaned.push(id);
        }
      }
      return { status: 200, body: answer };
    });
  };
  const digestsOf = async (): Promise<Map<number, string>> =>
    new Map(
      Object.entries(await outbox(site)).flatMap(([id, row]) =>
        row.event_digest === 'deleted' ? [] : [[Number(id), row.event_digest!] as const],
      ),
    );
  const compare = async () => {
    await site.rest('POST', '/fiko-sync/v1/reconcile', {});
    await site.runQueue();
    return (await overview()).reconcile;
  };

  it('sends what differs, and only that; deletes what the shop no longer has', async () => {
    const ids = await site.createProducts(many(150));
    await syncNow(site, ids);
    const digests = await digestsOf();
    expect(digests.size).toBe(150);
    digests.delete(ids[3]!);
    digests.set(ids[5]!, 'f'.repeat(32));
    digests.set(999_999, 'e'.repeat(32));
    serverHas(digests);
    // Written to the database, by which no hook is fired.
    await site.updateProduct(ids[7]!, { regular_price: '77' }, { silently: true });
    const seen = server.events.length;
    expect(await compare()).toMatchObject({ state: 'done', scanned: 150, sent: 3, deleted: 1, error: '' });
    const sent = server.events.slice(seen);
    expect(sent.map(({ product, event_type }) => [product.id, event_type]).sort()).toEqual(
      [
        [ids[3], 'product.created'],
        [ids[5], 'product.created'],
        [ids[7], 'product.created'],
        [999_999, 'product.deleted'],
      ]
        .map(([id, type]) => [id, id === 999_999 ? type : 'product.updated'])
        .sort(),
    );
    expect(sent.find(({ product }) => product.id === ids[7]).product.price).toBe('77');
  });

  it('asks two questions, however many products there are, and one where nothing differs', async () => {
    const ids = await site.createProducts(many(300));
    await syncNow(site, ids);
    const digests = await digestsOf();
    serverHas(digests);
    const questions = () => server.requests.filter(({ route }) => route === 'manifest').length;
    const events = server.events.length;
    expect(await compare()).toMatchObject({ state: 'done', sent: 0, deleted: 0 });
    expect(questions()).toBe(1);
    digests.set(ids[5]!, 'f'.repeat(32));
    await compare();
    expect(questions()).toBe(3);
    expect(server.events.length - events).toBe(1);
  });

  it('leaves out what is no longer public, so that the server deletes it', async () => {
    const ids = await site.createProducts(many(4));
    await syncNow(site, ids);
    serverHas(await digestsOf());
    await site.updateProduct(ids[0]!, { status: 'draft' }, { silently: true });
    await site.updateProduct(ids[1]!, { catalog_visibility: 'hidden' }, { silently: true });
    const seen = server.events.length;
    expect(await compare()).toMatchObject({ deleted: 2, sent: 0 });
    expect(
      server.events
        .slice(seen)
        .map(({ product, event_type }) => [product.id, event_type])
        .sort(),
    ).toEqual([
      [ids[0], 'product.deleted'],
      [ids[1], 'product.deleted'],
    ]);
  });

  it('is done every day by itself', async () => {
    const ids = await site.createProducts(many(3));
    await syncNow(site, ids);
    serverHas(await digestsOf());
    await site.updateProduct(ids[0]!, { regular_price: '5' }, { silently: true });
    await site.request('/wp-admin/index.php');
    await site.runQueue({ ahead: 26 * 3600 });
    await site.runQueue({ ahead: 60 });
    expect(server.events.at(-1)).toMatchObject({ product: { id: ids[0], price: '5' } });
  });

  it('of a shop of which the server has never heard: sends all', async () => {
    const ids = await site.createProducts(many(60));
    server.answer(({ route }) =>
      route === 'manifest'
        ? { status: 409, body: { error: 'store_unknown', detail: 'No event yet.' } }
        : 'forward',
    );
    expect(await compare()).toMatchObject({ state: 'done', sent: 60 });
    await site.runQueue({ ahead: 60 });
    expect(sentIds()).toEqual(ids);
  });

  it('waits for a server that is away, and says so where it refuses', async () => {
    const ids = await site.createProducts(many(3));
    await syncNow(site, ids);
    const digests = await digestsOf();
    digests.set(ids[0]!, 'f'.repeat(32));
    await server.stop();
    expect(await compare()).toMatchObject({ state: 'running' });
    await server.startAgain();
    serverHas(digests);
    await site.runQueue({ ahead: 3600 });
    expect((await overview()).reconcile).toMatchObject({ state: 'done', sent: 1 });

    server.answer(TROUBLE.unauthorized);
    expect(await compare()).toMatchObject({ state: 'failed', error: expect.stringMatching(/token/i) });
  });

  it('a product that another plugin keeps from being read is not deleted on the server', async () => {
    const ids = await site.createProducts(many(3));
    await syncNow(site, ids);
    serverHas(await digestsOf());
    await site.eval(
      `add_filter( 'fiko_product_payload', function ( $payload ) { if ( ${ids[0]} === $payload['id'] ) { throw new RuntimeException( 'broken' ); } return $payload; } );
       Fiko_Reconcile::start(); Fiko_Reconcile::work( 20 ); Fiko_Delivery::drain( 5 ); return 1;`,
    );
    expect(server.events.filter(({ event_type }) => event_type === 'product.deleted')).toEqual([]);
    expect((await outbox(site))[ids[0]!]).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/perhaps another plugin is in the way: broken$/),
    });
  });
});
