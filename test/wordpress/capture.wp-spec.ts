import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FakeBackend } from './backend';
import { PLUGIN, startShop, syncNow } from './plugin';
import { SCENARIOS, type WordPressSite } from './site';

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
afterEach(async () => {
  expect(await site.noticesOf(PLUGIN, 'class-fiko')).toEqual([]);
  expect((await site.actions()).filter(({ status }) => status === 'failed')).toEqual([]);
});

/** What is sent of an action: at once, and after the products have rested. */
interface Sent {
  atOnce: string[];
  rested: string[];
}

/** Does something, and tells what was sent of it: `P1 updated`. */
async function sentBy(action: () => Promise<Record<string, number>>): Promise<Sent> {
  let seen = server.events.length;
  const symbols = await action();
  const names = new Map(Object.entries(symbols).map(([symbol, id]) => [id, symbol]));
  const take = (): string[] => {
    const events = server.events.slice(seen);
    seen += events.length;
    return events
      .map(
        ({ product, event_type }) =>
          `${names.get(product.id) ?? product.id} ${event_type.replace('product.', '')}`,
      )
      .sort();
  };
  await site.runQueue();
  const atOnce = take();
  await site.runQueue({ ahead: 20 });
  expect(take()).toEqual([]);
  await site.runQueue({ ahead: 11 });
  return { atOnce, rested: take() };
}

const nothing: Sent = { atOnce: [], rested: [] };
const after = (...rested: string[]): Sent => ({ atOnce: [], rested });
const atOnce = (...events: string[]): Sent => ({ atOnce: events, rested: [] });

/**
 * What must be sent for each recorded scenario, where the server knows what was there before. P2 and P3 are products too
 * where a scenario has several; the parent of a variation is the last of them.
 */
const EXPECTED: Record<string, Sent> = {
  'create simple, published': after('P1 created'),
  'create simple, draft': atOnce('P1 deleted'),
  'draft -> publish': after('P1 created'),
  'publish -> draft': atOnce('P1 deleted'),
  'price only': after('P1 updated'),
  'name only': after('P1 updated'),
  'save() with nothing changed': nothing,
  'custom meta only': nothing,
  'categories only': after('P1 updated'),
  // All products of the category, among them those of other tests: checked by itself below.
  'rename that category (wp_update_term)': atOnce('P1 updated'),
  'stock: set_stock_quantity + save': after('P1 updated'),
  'stock: wc_update_product_stock': after('P1 updated'),
  'stock to 0 (goes out of stock)': after('P1 updated'),
  'stock back to 20': after('P1 updated'),
  'raw wp_update_post(title)': after('P1 updated'),
  'create variable, no variations': after('P1 created'),
  'add variation 1': after('P1 updated'),
  'add variation 2': after('P1 updated'),
  'variation price': after('P1 updated'),
  'variation stock: set + save': after('P1 updated'),
  'variation stock: wc_update_product_stock': after('P2 updated'),
  'variable parent: name only': after('P1 updated'),
  'order (simple x2 + variation x1) to processing': after('P1 updated', 'P3 updated'),
  'order cancelled (stock restored)': after('P1 updated', 'P3 updated'),
  'order of 2 simples, both low': after('P1 updated', 'P2 updated'),
  'refund with restock (1 of a simple)': after('P1 updated'),
  'scheduled publish (future -> publish by cron)': after('P1 created'),
  'trash simple (wp_trash_post)': atOnce('P1 deleted'),
  'untrash simple (wp_untrash_post)': after('P1 created'),
  'trash simple ($product->delete())': atOnce('P1 deleted'),
  // It was deleted for the server when it was put into the trash.
  'delete trashed simple (wp_delete_post)': nothing,
  'delete simple at once ($product->delete(true))': atOnce('P1 deleted'),
  'trash variable with 2 variations': atOnce('P1 deleted'),
  'untrash variable with 2 variations': after('P1 created'),
  'delete one variation (delete(true))': after('P2 updated'),
  'delete variable + 1 variation (wp_delete_post)': atOnce('P1 deleted'),
  'delete variable + 2 variations ($product->delete(true))': atOnce('P1 deleted'),
  // WooCommerce makes copies as drafts.
  'duplicate product': atOnce('P1 deleted'),
  'variable -> simple (type change)': after('P2 updated'),
  // Its price is another only once the sale begins.
  'scheduled sale: save with a start date 5 s ahead': nothing,
  'CSV import: 2 new products': after('P1 created', 'P2 created'),
  'CSV import: update of 2 prices': after('P1 updated', 'P2 updated'),
  'CSV import: update, nothing changes': nothing,
  'CSV import: new variable + 2 variations': after('P1 created'),
  'REST: create simple': after('P1 created'),
  'REST: price only': after('P1 updated'),
  'REST: stock only': after('P1 updated'),
  'REST: same values again': nothing,
  'REST: categories + images untouched, name': after('P1 updated'),
  'REST: publish -> draft': atOnce('P1 deleted'),
  'REST: draft -> publish': after('P1 created'),
  'REST: meta_data only': nothing,
  'REST: batch (1 create, 2 updates)': after('P1 created', 'P2 updated', 'P3 updated'),
  'REST: create variable': after('P1 created'),
  'REST: create variation': after('P1 updated'),
  'REST: variation price': after('P1 updated'),
  'REST: variation stock': after('P1 updated'),
  'REST: variations batch (1 create, 1 update)': after('P1 updated'),
  'REST: DELETE (to trash)': atOnce('P1 deleted'),
  'REST: DELETE force (from trash)': nothing,
  'REST: DELETE variation force': after('P2 updated'),
  'REST: DELETE variable force (1 variation)': atOnce('P2 deleted'),
  'admin: "Add new" opened': nothing,
  'admin: autosave (heartbeat) of the new product': atOnce('P1 deleted'),
  'admin: publish the new product': after('P1 created'),
  'admin: edit form, price only': after('P1 updated'),
  'admin: edit form, nothing changed': nothing,
  'admin: edit form, title + stock': after('P1 updated'),
  'admin: quick edit, price': after('P1 updated'),
  'admin: quick edit, stock': after('P1 updated'),
  'admin: bulk edit 2, price to 77': after('P1 updated', 'P2 updated'),
  'admin: bulk edit 2, no change': nothing,
  'admin: featured star': nothing,
  'admin: variations tab "Save changes", 1 of 2 prices changed': after('P1 updated'),
  'admin: variations tab "Save changes", nothing changed': nothing,
  'admin: variations bulk action, set regular prices (2)': after('P1 updated'),
  'admin: remove 1 variation': after('P2 updated'),
  'admin: edit form of a variable, title': after('P1 updated'),
  'admin: row link Trash': atOnce('P1 deleted'),
  'admin: row link Restore': after('P1 created'),
  'admin: row link Trash again': atOnce('P1 deleted'),
  'admin: row link Delete permanently': nothing,
  'admin: bulk action Trash (1 simple + 1 variable with 1 variation)': atOnce('P1 deleted', 'P2 deleted'),
  'admin: Empty Trash (same two)': nothing,
  'checkout (Store API, COD, 2 of one product)': after('P1 updated'),
};

describe('of what the real WooCommerce fires', () => {
  it('every recorded scenario has an expectation', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...SCENARIOS].sort());
    expect(SCENARIOS).toHaveLength(85);
  });

  it.each(SCENARIOS)('%s', async (scenario) => {
    const ids = await site.prepare(scenario);
    const products = Object.entries(ids).flatMap(([symbol, id]) => (symbol.startsWith('P') ? [id] : []));
    if (products.length > 0) await syncNow(site, products);
    const sent = await sentBy(() => site.replay(scenario, ids));
    if (scenario.startsWith('rename that category')) {
      sent.atOnce = sent.atOnce.filter((event) => event.startsWith('P'));
    }
    expect(sent).toEqual(EXPECTED[scenario]);
  });
});

describe('what no hook of WooCommerce tells of', () => {
  const create = async (data = {}): Promise<number> => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '850000', ...data });
    await syncNow(site, [id]);
    return id;
  };
  const latest = (id: number) => server.events.filter(({ product }) => product.id === id).at(-1);

  it.each([
    ['private', { status: 'private' }],
    ['hidden in the catalogue', { catalog_visibility: 'hidden' as const }],
    ['protected by a password', { password: 'geheim' }],
  ])('a product that is %s is deleted for the server, and comes back', async (_, hidden) => {
    const id = await create();
    expect(
      await sentBy(async () => {
        await site.updateProduct(id, hidden);
        return { P1: id };
      }),
    ).toEqual(atOnce('P1 deleted'));
    expect(
      await sentBy(async () => {
        await site.updateProduct(id, { status: 'publish', catalog_visibility: 'visible', password: '' });
        return { P1: id };
      }),
    ).toEqual(after('P1 created'));
  });

  it.each(['catalog', 'search'] as const)('a product that is found by the %s alone stays', async (place) => {
    const id = await create({ catalog_visibility: place });
    expect(latest(id)).toMatchObject({ event_type: 'product.created' });
  });

  it('a product that a filter keeps from the server is deleted there', async () => {
    const id = await create();
    const filter = join(site.wpContent, 'mu-plugins', 'keep.php');
    await writeFile(
      filter,
      `<?php add_filter( 'fiko_should_sync_product', function ( $is_public, $product ) {
        return $is_public && ${id} !== $product->get_id();
      }, 10, 2 );`,
    );
    await site.updateProduct(id, { name: 'کفش نو' });
    await site.runQueue({ ahead: 31 });
    expect(latest(id)).toMatchObject({ event_type: 'product.deleted', product: { id } });
    await rm(filter);
  });

  it('a renamed tag, brand or value of an attribute reaches its products', async () => {
    const id = await create({
      tags: ['ورزشی'],
      brands: ['نایک'],
      attributes: [{ name: 'pa_color', options: ['آبی'], visible: true }],
    });
    await site.renameTerm('ورزشی', 'product_tag', 'روزمره');
    await site.renameTerm('نایک', 'product_brand', 'آدیداس');
    await site.renameTerm('آبی', 'pa_color', 'سرمه‌ای');
    await site.runQueue();
    expect(latest(id).product).toMatchObject({
      tags: ['روزمره'],
      brand: 'آدیداس',
      attributes: [{ options: ['سرمه‌ای'] }],
    });
  });

  it('a category of 1,200 products is renamed: each is sent once, in parts', async () => {
    const ids = await site.createProducts(
      Array.from({ length: 1200 }, (_, i) => ({
        name: `Product ${i}`,
        regular_price: '1000',
        categories: ['Crowd'],
      })),
    );
    const seen = server.events.length;
    const requests = server.requests.length;
    await site.renameTerm('Crowd', 'product_cat', 'Crowded');
    await site.runQueue();
    const events = server.events.slice(seen);
    expect(events.map(({ product }) => product.id).sort((a, b) => a - b)).toEqual(ids);
    expect(events.every(({ product }) => product.categories[0] === 'Crowded')).toBe(true);
    const sends = server.requests.slice(requests).filter(({ route }) => route?.startsWith('webhook'));
    expect(sends.length).toBeLessThanOrEqual(30);
  });

  it.each([
    [
      'price',
      "update_post_meta( $id, '_price', '7' ); update_post_meta( $id, '_regular_price', '7' );",
      { price: '7' },
    ],
    [
      'new stock status',
      "update_post_meta( $id, '_stock_status', 'outofstock' );",
      { stock_status: 'outofstock' },
    ],
    ['SKU that goes', "delete_post_meta( $id, '_sku' );", { sku: '' }],
    ['tag', "wp_set_object_terms( $id, array( 'tagged' ), 'product_tag' );", { tags: ['tagged'] }],
    ['tag that goes', "wp_remove_object_terms( $id, 'first', 'product_tag' );", { tags: [] }],
    ['SKU that goes from all products', "delete_post_meta_by_key( '_sku' );", { sku: '' }],
  ])('a %s that a plugin writes by itself', async (_, statements, told) => {
    const id = await create({ sku: 'A-1', regular_price: '5', tags: ['first'] });
    await site.eval(`$id = ${id}; ${statements} return 1;`);
    await site.runQueue({ ahead: 31 });
    expect(latest(id)).toMatchObject({ event_type: 'product.updated', product: told });
  });

  it('a price of a variation that a plugin writes by itself', async () => {
    const { id, variations } = await site.createProduct({
      type: 'variable',
      name: 'کفش',
      attributes: [{ name: 'سایز', options: ['41'], variation: true }],
      variations: [{ regular_price: '5', attributes: { سایز: '41' } }],
    });
    await site.runQueue({ ahead: 31 });
    await site.eval(`update_post_meta( ${variations[0]}, '_price', '7' ); return 1;`);
    await site.runQueue({ ahead: 31 });
    expect(latest(id).product.variations).toMatchObject([{ price: '7' }]);
  });

  it('meta and terms that are not told, or stay as they are, send nothing', async () => {
    const id = await create({ tags: ['same'] });
    const seen = server.events.length;
    await site.eval(
      `update_post_meta( ${id}, 'total_sales', '7' ); update_post_meta( ${id}, '_price', get_post_meta( ${id}, '_price', true ) );
      wp_set_object_terms( ${id}, array( 'same' ), 'product_tag' ); return 1;`,
    );
    await site.runQueue({ ahead: 31 });
    expect(server.events.slice(seen)).toEqual([]);
    const row = await site.eval<{ revision: string }>(`return Fiko_Outbox::row( ${id} );`);
    await site.eval(`update_post_meta( ${id}, '_price', '99' ); return 1;`);
    expect(await site.eval(`return Fiko_Outbox::row( ${id} )->revision;`)).not.toBe(row.revision);
    await site.runQueue({ ahead: 31 });
  });

  it('an attribute that is renamed with its slug: its products tell the new name', async () => {
    const id = await create({ attributes: [{ name: 'pa_color', options: ['آبی'], visible: true }] });
    // As wc_update_attribute() does it: the hook comes first.
    await site.eval(
      `global $wpdb;
      do_action( 'woocommerce_attribute_updated', 1, array( 'attribute_name' => 'colour', 'attribute_label' => 'رنگ' ), 'color' );
      $wpdb->update( $wpdb->term_taxonomy, array( 'taxonomy' => 'pa_colour' ), array( 'taxonomy' => 'pa_color' ) );
      return 1;`,
    );
    const row = await site.eval<{ state: string }>(`return Fiko_Outbox::row( ${id} );`);
    expect(row.state).toBe('waiting');
    await site.eval(
      `global $wpdb; $wpdb->update( $wpdb->term_taxonomy, array( 'taxonomy' => 'pa_color' ), array( 'taxonomy' => 'pa_colour' ) ); return 1;`,
    );
    await site.runQueue({ ahead: 31 });
  });

  it('an edit in a process that goes on for hours is noted before it ends', async () => {
    const [id, other] = [await create(), await create()];
    const waits = await site.eval<[number, number]>(
      `$revision = function () { return (int) Fiko_Outbox::row( ${id} )->revision; };
      $before = $revision();
      Fiko_Outbox::note( ${id} );
      Fiko_Outbox::note( ${id} );
      $first = $revision();
      usleep( 2100000 );
      Fiko_Outbox::note( ${other} );
      return array( $first - $before, $revision() - $before );`,
    );
    expect(waits).toEqual([1, 2]);
    await site.runQueue({ ahead: 31 });
  });

  it('a term over whose products a process died is taken up by the sweep', async () => {
    const id = await create({ categories: ['Renamed'] });
    await site.eval(
      `global $wpdb;
      $term = get_term_by( 'name', 'Renamed', 'product_cat' );
      $wpdb->update( $wpdb->terms, array( 'name' => 'Named' ), array( 'term_id' => $term->term_id ) );
      update_option( Fiko_Contract::OPTIONS['terms'], array( $term->term_taxonomy_id => true ) );
      Fiko_Schedule::sweep_now(); return 1;`,
    );
    await site.runQueue();
    expect(latest(id).product.categories).toEqual(['Named']);
    expect(await site.option('fiko_wc_edited_terms')).toBeNull();
  });

  it('a category is deleted', async () => {
    const id = await create({ categories: ['Doomed', 'Kept'] });
    await site.eval(
      "$term = get_term_by( 'name', 'Doomed', 'product_cat' ); wp_delete_term( $term->term_id, 'product_cat' ); return 1;",
    );
    await site.runQueue({ ahead: 31 });
    expect(latest(id).product.categories).toEqual(['Kept']);
  });

  it('a sale begins and ends by the clock: WooCommerce saves the product, and the price is sent', async () => {
    const id = await create({ sale_price: '', regular_price: '900000' });
    await site.updateProduct(id, { sale_price: '700000' });
    await site.runQueue({ ahead: 31 });
    expect(latest(id).product).toMatchObject({
      price: '700000',
      regular_price: '900000',
      sale_price: '700000',
      on_sale: true,
    });
    await site.updateProduct(id, { sale_price: '' });
    await site.runQueue({ ahead: 31 });
    expect(latest(id).product).toMatchObject({ price: '900000', sale_price: null, on_sale: false });
  });

  it('the shop changes its currency: all published products are sent anew', async () => {
    const seen = server.events.length;
    const published = await site.eval<number>(
      "global $wpdb; return (int) $wpdb->get_var( \"SELECT COUNT(*) FROM $wpdb->posts WHERE post_type = 'product' AND post_status = 'publish'\" );",
    );
    await site.eval("update_option( 'woocommerce_currency', 'IRR' ); return 1;");
    await site.runQueue();
    const events = server.events.slice(seen).filter(({ event_type }) => event_type !== 'product.deleted');
    expect(events.length).toBeGreaterThanOrEqual(published - 5);
    expect(new Set(events.map(({ product }) => product.currency))).toEqual(new Set(['IRR']));
    await site.eval("update_option( 'woocommerce_currency', 'IRT' ); return 1;");
    await site.runQueue();
  });

  it.each(['woocommerce_permalinks', 'woocommerce_price_num_decimals', 'woocommerce_store_postcode'])(
    '%s changes: so does what is told of all products',
    async (option) => {
      const seen = server.events.length;
      await create();
      await site.eval(`update_option( '${option}', '${Date.now()}' ); return 1;`);
      await site.runQueue();
      expect(server.events.length - seen).toBeGreaterThan(2);
    },
  );

  it('many tax rates in one request: the sync of all begins at most twice, and stays held where it was', async () => {
    const state = await site.eval<{ starts: number; state: string }>(
      `update_option( 'woocommerce_calc_taxes', 'yes' );
      Fiko_Bulk_Sync::pause( true );
      $starts = 0;
      add_action( 'update_option_fiko_wc_bulk_sync', function ( $before, $after ) use ( &$starts ) { $starts += 'running' === $after['state'] ? 1 : 0; }, 10, 2 );
      for ( $i = 0; $i < 50; $i++ ) { do_action( 'woocommerce_tax_rate_added', $i, array() ); }
      do_action( 'shutdown' );
      return array( 'starts' => $starts, 'state' => Fiko_Bulk_Sync::state()['state'] );`,
    );
    expect(state).toEqual({ starts: 1, state: 'paused' });
    await site.eval(
      "Fiko_Bulk_Sync::stop(); update_option( 'woocommerce_calc_taxes', 'no' ); Fiko_Bulk_Sync::stop(); return 1;",
    );
    await site.runQueue();
  });

  it('other post types, drafts that only open, and revisions are none of ours', async () => {
    expect(
      await sentBy(async () => {
        await site.eval(
          "wp_insert_post( array( 'post_title' => 'News', 'post_status' => 'publish' ) ); wp_insert_post( array( 'post_type' => 'product', 'post_status' => 'auto-draft', 'post_title' => 'AUTO-DRAFT' ) ); return 1;",
        );
        return {};
      }),
    ).toEqual(nothing);
  });
});
