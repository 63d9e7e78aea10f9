import fc from 'fast-check';
import { Backend } from './backend';
import { outbox, PLUGIN, startShop } from './plugin';
import { type ProductData, type WordPressSite } from './site';

const HOUR = 3600;

let site: WordPressSite;
let backend: Backend;
beforeEach(async () => {
  backend = await Backend.start();
  site = await startShop(backend);
});
afterEach(async () => {
  expect(await site.noticesOf(PLUGIN, 'class-fiko')).toEqual([]);
  await site.stop();
  await backend.close();
});

/**
 * What buyers find in the shop, by the product's id. Of a variable product that is what its variations have: its own price
 * and stock are kept from when it was saved last, which may have been while they were in the trash.
 */
const shop = async (): Promise<Record<string, unknown>> => {
  const products = await site.eval<
    { id: number; title: string; price: string; in_stock: boolean; categories: string[] }[]
  >(`
    $all = array();
    foreach ( get_posts( array( 'post_type' => 'product', 'post_status' => 'publish', 'numberposts' => -1, 'fields' => 'ids' ) ) as $id ) {
      $product = wc_get_product( $id );
      if ( 'hidden' === $product->get_catalog_visibility() || '' !== get_post( $id )->post_password ) { continue; }
      $variations = $product->is_type( 'variable' ) ? array_map( 'wc_get_product', $product->get_visible_children() ) : array();
      $all[] = array(
        'id' => $id,
        'title' => $product->get_name(),
        'price' => $variations ? $product->get_variation_price() : $product->get_price(),
        'in_stock' => (bool) array_filter( $variations ? $variations : array( $product ), function ( $one ) { return $one->is_in_stock(); } ),
        'categories' => wp_list_pluck( get_the_terms( $id, 'product_cat' ) ?: array(), 'name' ),
      );
    }
    return $all;`);
  return Object.fromEntries(
    products.map(({ id, title, price, in_stock, categories }) => [
      `woo_${id}`,
      { title, price: Number(price), in_stock, category: categories.length > 0 },
    ]),
  );
};

/** What the assistant knows, in the same words. */
const knowledge = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    (await backend.products())
      .filter(({ is_active }) => is_active)
      .map(({ external_id, title, price, in_stock, category }) => [
        external_id,
        { title, price: Number(price), in_stock, category: Boolean(category) },
      ]),
  );

/**
 * Lets the background run until nothing waits in the shop, not even a comparison for the server's return, and the server
 * has processed all.
 */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 40; round++) {
    await site.runQueue({ ahead: round < 10 ? 31 : HOUR });
    const rows = Object.values(await outbox(site));
    const isComparing = await site.eval<boolean>('return Fiko_Reconcile::is_running();');
    if (!isComparing && rows.every(({ due_at }) => due_at === '0')) break;
  }
  await backend.idle();
};

const compareBoth = async () => {
  expect(await knowledge()).toEqual(await shop());
  // By the digests of everything that is sent, too.
  await site.rest('POST', '/fiko-sync/v1/reconcile', {});
  await settle();
  const { reconcile } = (await site.rest('GET', '/fiko-sync/v1/overview')).body;
  expect(reconcile).toMatchObject({ state: 'done', sent: 0, deleted: 0 });
};

describe('a shop and the knowledge of its assistant', () => {
  it('are equal after a first sync, edits, an outage and deletions; the assistant answers with the new price', async () => {
    const [shoe, bag, hat] = await site.createProducts([
      {
        name: 'کفش اسپرت مردانه',
        regular_price: '850000',
        categories: ['کفش'],
        description: '<p>سبک و راحت</p>',
      },
      { name: 'کیف چرمی زنانه', regular_price: '1200000', categories: ['کیف'] },
      { name: 'کلاه پشمی', regular_price: '300000', status: 'draft' },
    ]);
    const { id: shirt, variations } = await site.createProduct({
      type: 'variable',
      name: 'پیراهن نخی',
      categories: ['پوشاک'],
      attributes: [{ name: 'سایز', options: ['M', 'L'], variation: true }],
      variations: [
        { regular_price: '400000', attributes: { سایز: 'M' } },
        { regular_price: '450000', attributes: { سایز: 'L' } },
      ],
    });
    const tested = await site.rest('POST', '/fiko-sync/v1/connection', {});
    expect(tested.body).toMatchObject({ ok: true, account: { shop: site.url } });
    await site.rest('POST', '/fiko-sync/v1/bulk', { action: 'start' });
    await settle();
    await compareBoth();
    expect(Object.keys(await knowledge())).toHaveLength(3);

    await backend.stop();
    await site.updateProduct(shoe!, { regular_price: '920000' });
    await site.updateProduct(variations[1]!, { regular_price: '475000' });
    await site.updateProduct(hat!, { status: 'publish' });
    await site.trash(bag!);
    await site.runQueue({ ahead: 31 });
    await site.runQueue({ ahead: HOUR });
    await backend.startAgain();
    await site.runQueue({ ahead: 3 * HOUR });
    await settle();
    await compareBoth();

    const found = await backend.search('کفش مردانه');
    expect(found.results[0].product ?? found.results[0]).toMatchObject({
      external_id: `woo_${shoe}`,
      price: '920000.00',
    });
    const gone = await backend.search('کیف چرمی');
    expect(JSON.stringify(gone)).not.toContain(`"woo_${bag}"`);
    const known = (await backend.products()).find(({ external_id }) => external_id === `woo_${shirt}`);
    expect(known).toMatchObject({ price: '400000.00', price_max: '475000.00', has_variations: true });

    await site.untrash(bag!);
    await site.updateProduct(bag!, { status: 'publish' });
    await site.delete(hat!);
    await settle();
    await compareBoth();
    expect(Object.keys(await knowledge()).sort()).toEqual([shoe, bag, shirt].map((id) => `woo_${id}`).sort());
  });

  it('every state in the products list is what the server says', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    const state = async () =>
      (await site.rest('POST', '/fiko-sync/v1/products/status', { ids: [id] })).body.products[0].state;
    expect(await state()).toBe('waiting');
    await settle();
    expect(await state()).toBe('synced');
    await site.updateProduct(id, { status: 'draft' });
    await site.runQueue();
    await backend.idle();
    expect(await state()).toBe('excluded');
  });

  it('signed requests are believed, unsigned ones are refused once the owner requires it; the key is changed without a gap', async () => {
    const [id] = await site.createProducts([{ name: 'کفش', regular_price: '1' }]);
    const secret = await backend.createSigningKey();
    await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: secret });
    await backend.api('PATCH', `/api/v1/integrations/tokens/${backend.tokenId}/`, {
      require_signature: true,
    });
    await site.updateProduct(id!, { regular_price: '2' });
    await settle();
    expect((await backend.products())[0]).toMatchObject({ price: '2.00' });

    const next = await backend.createSigningKey();
    await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: `${secret} ${next}` });
    await site.updateProduct(id!, { regular_price: '3' });
    await settle();
    await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: next });
    await site.updateProduct(id!, { regular_price: '4' });
    await settle();
    expect((await backend.products())[0]).toMatchObject({ price: '4.00' });

    await site.rest('POST', '/fiko-sync/v1/settings', { remove_signing_secret: true });
    await site.updateProduct(id!, { regular_price: '5' });
    await site.runQueue({ ahead: 31 });
    expect((await site.rest('GET', '/fiko-sync/v1/overview')).body.connection).toMatchObject({
      state: 'stopped',
      code: 'signature',
    });
    await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: next });
    await settle();
    expect((await backend.products())[0]).toMatchObject({ price: '5.00' });
  });

  it('are equal in the end, whatever happens in between', async () => {
    type Step = { do: string; product: number; number: number };
    const step = fc.record<Step>({
      do: fc.constantFrom(
        'create',
        'create variable',
        'price',
        'name',
        'stock',
        'draft',
        'publish',
        'hide',
        'show',
        'trash',
        'untrash',
        'delete',
        'variation',
        'silent price',
        'wait',
        'run',
        'run',
        'kill',
        'outage',
        'back',
        'lose answers',
        'errors',
        'well',
      ),
      product: fc.nat(7),
      number: fc.integer({ min: 1, max: 900_000 }),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 45 }), async (steps) => {
        run++;
        const ids: number[] = await site.createProducts([{ name: `First of ${run}`, regular_price: '1000' }]);
        const variations = new Map<number, number>();
        let silently = false;
        let isAway = false;
        const change = (id: number, data: ProductData) => site.updateProduct(id, data).catch(() => undefined);
        for (const { do: what, product, number } of steps) {
          const id = ids[product % ids.length]!;
          switch (what) {
            case 'create':
              ids.push(
                (
                  await site.createProduct({
                    name: `Product ${run}-${number}`,
                    regular_price: String(number),
                  })
                ).id,
              );
              break;
            case 'create variable': {
              const made = await site.createProduct({
                type: 'variable',
                name: `Variable ${run}-${number}`,
                attributes: [{ name: 'size', options: ['S', 'L'], variation: true }],
                variations: [
                  { regular_price: String(number), attributes: { size: 'S' } },
                  { regular_price: String(number + 5), attributes: { size: 'L' } },
                ],
              });
              ids.push(made.id);
              variations.set(made.id, made.variations[0]!);
              break;
            }
            case 'price':
              if (!variations.has(id)) await change(id, { regular_price: String(number) });
              break;
            case 'silent price':
              if (!variations.has(id)) {
                await site
                  .updateProduct(id, { regular_price: String(number) }, { silently: true })
                  .catch(() => undefined);
                silently = true;
              }
              break;
            case 'variation':
              if (variations.has(id)) await change(variations.get(id)!, { regular_price: String(number) });
              break;
            case 'name':
              await change(id, { name: `Renamed ${number}` });
              break;
            case 'stock':
              if (!variations.has(id)) await change(id, { manage_stock: true, stock_quantity: number % 3 });
              break;
            case 'draft':
            case 'publish':
              await change(id, { status: what });
              break;
            case 'hide':
            case 'show':
              await change(id, { catalog_visibility: what === 'hide' ? 'hidden' : 'visible' });
              break;
            case 'trash':
              await site.trash(id).catch(() => undefined);
              break;
            case 'untrash':
              await site.untrash(id).catch(() => undefined);
              break;
            case 'delete':
              if (ids.length > 2) await site.delete(id).catch(() => undefined);
              break;
            case 'wait':
              await site.advance(number % 400);
              break;
            case 'run':
              await site.runQueue({ ahead: 31, limit: number % 12 });
              break;
            case 'kill':
              // In the middle of its work, at a request or before an answer was heeded.
              await site
                .eval(
                  `$left = ${number % 3}; add_action( '${number % 2 ? 'http_api_debug' : 'http_request_args'}', function ( $x ) use ( &$left ) { if ( 0 === $left-- ) { posix_kill( getmypid(), 9 ); } return $x; } );
                   Fiko_Delivery::drain( 5 ); return 1;`,
                )
                .catch(() => undefined);
              break;
            case 'outage':
              if (!isAway) await backend.stop();
              isAway = true;
              break;
            case 'back':
              if (isAway) await backend.startAgain();
              isAway = false;
              break;
            case 'lose answers':
              backend.answer(({ number: n }) => (n % 2 ? 'lost' : 'forward'));
              break;
            case 'errors':
              backend.answer(({ number: n }) =>
                n % 3 ? 'forward' : { status: 500, body: { error: 'server_error', detail: 'No.' } },
              );
              break;
            case 'well':
              backend.answer();
          }
        }
        if (isAway) await backend.startAgain();
        backend.answer();
        await settle();
        if (silently) {
          await site.rest('POST', '/fiko-sync/v1/reconcile', {});
          await settle();
        }
        await compareBoth();
      }),
      { numRuns: Number(process.env.FIKO_END_TO_END_RUNS ?? 4), endOnFailure: true },
    );
  }, 600_000);
});
