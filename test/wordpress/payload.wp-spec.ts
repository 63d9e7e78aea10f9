import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { productDigest } from '../../src/contract/product-digest';
import { readProductEvent } from '../../src/contract/product-event';
import { verify } from '../../src/contract/signature';
import signatures from '../../src/contract/vectors/signature.json';
import digests from '../../src/contract/vectors/product-digest.json';
import { parseJson } from '../../src/contract/json';
import { FakeBackend } from './backend';
import { PLUGIN, startShop } from './plugin';
import { type WordPressSite } from './site';

let site: WordPressSite;
let server: FakeBackend;
beforeAll(async () => {
  server = await FakeBackend.start();
  site = await startShop(server);
});
afterAll(async () => {
  expect(await site.noticesOf(PLUGIN, 'class-fiko')).toEqual([]);
  await site.stop();
  await server.stop();
});

const lastRequest = () =>
  server.requests.filter(({ route }) => route === 'webhook' || route === 'webhook/batch').at(-1)!;
/** The event of a product, as it was posted and as the server reads it. */
async function sent(id: number) {
  await site.runQueue({ ahead: 31 });
  const { text, body, headers } = lastRequest();
  expect(body.product.id).toBe(id);
  const { event, errors } = readProductEvent(parseJson(text));
  expect(errors).toEqual([]);
  return { text, body, headers, event: event! };
}

describe('what is posted', () => {
  it('of a simple product: all fields, as the contract has them', async () => {
    const { id } = await site.createProduct({
      name: 'کفش «اسپرت» & راحت',
      sku: 'PROD-001',
      description: '<p>رویهٔ تنفسی</p>\n[vc_row]و[/vc_row]',
      short_description: 'سبک',
      regular_price: '950000',
      sale_price: '850000',
      manage_stock: true,
      stock_quantity: 12,
      categories: ['کفش & کیف', 'مردانه'],
      tags: ['ورزشی'],
      brands: ['نایک'],
      image: 'shoe.jpg',
      gallery: ['shoe-2.jpg', 'shoe-3.jpg'],
      attributes: [
        { name: 'pa_color', options: ['آبی', 'سرخ'], visible: true },
        { name: 'جنس', options: ['چرم'], visible: true },
        { name: 'کد انبار', options: ['A7'], visible: false },
      ],
    });
    const { body, text, headers } = await sent(id);
    expect(body).toEqual({
      event_id: expect.stringMatching(new RegExp(`^wc_${id}_[0-9a-z]+_[0-9a-f]{10}$`)),
      event_type: 'product.created',
      occurred_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      store: {
        url: site.url,
        name: expect.any(String),
        plugin: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        wordpress: site.wordpressVersion,
        woocommerce: expect.any(String),
        php: expect.any(String),
      },
      product: {
        id,
        sku: 'PROD-001',
        name: 'کفش «اسپرت» & راحت',
        type: 'simple',
        short_description: 'سبک',
        description: '<p>رویهٔ تنفسی</p>\n[vc_row]و[/vc_row]',
        price: '850000',
        regular_price: '950000',
        sale_price: '850000',
        on_sale: true,
        currency: 'IRT',
        stock_quantity: 12,
        stock_status: 'instock',
        categories: ['مردانه', 'کفش & کیف'],
        tags: ['ورزشی'],
        brand: 'نایک',
        image: expect.stringContaining('/shoe.jpg'),
        gallery: [expect.stringContaining('/shoe-2.jpg'), expect.stringContaining('/shoe-3.jpg')],
        permalink: expect.stringContaining(`${site.url}/product/`),
        attributes: [
          { name: expect.any(String), options: ['آبی', 'سرخ'] },
          { name: 'جنس', options: ['چرم'] },
        ],
        date_modified: expect.stringMatching(/Z$/),
      },
    });
    // As it is written: letters and slashes for themselves, no float.
    expect(text).toContain('کفش');
    expect(text).not.toMatch(/\\u|\\\//);
    expect(headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer wc_sk_live_/),
      'content-type': 'application/json; charset=utf-8',
      'user-agent': `WordPress/${site.wordpressVersion}; ${site.url}`,
      'x-fiko-sent-at': expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    });
    expect(Math.abs(Date.parse(headers['x-fiko-sent-at']!) / 1000 - (await site.now()))).toBeLessThan(30);
  });

  it('of a variable product: its variations, each with what it costs and what tells it from the others', async () => {
    const { id, variations } = await site.createProduct({
      type: 'variable',
      name: 'کفش نایک',
      attributes: [
        { name: 'pa_color', options: ['آبی', 'سرخ'], variation: true },
        { name: 'سایز', options: ['41', '42'], variation: true },
      ],
      variations: [
        {
          sku: 'B-41',
          regular_price: '900000',
          sale_price: '850000',
          manage_stock: true,
          stock_quantity: 3,
          attributes: { pa_color: 'آبی', سایز: '41' },
        },
        { regular_price: '990000', stock_status: 'outofstock', attributes: { pa_color: 'سرخ', سایز: '' } },
        { regular_price: '100', status: 'private', attributes: { pa_color: 'سرخ', سایز: '42' } },
      ],
    });
    const { body, event } = await sent(id);
    expect(body.product.variations).toEqual([
      expect.objectContaining({
        id: variations[0],
        sku: 'B-41',
        status: 'publish',
        price: '850000',
        regular_price: '900000',
        sale_price: '850000',
        on_sale: true,
        stock_quantity: 3,
        stock_status: 'instock',
      }),
      expect.objectContaining({
        id: variations[1],
        price: '990000',
        sale_price: null,
        // Not counted, and not none.
        stock_quantity: null,
        stock_status: 'outofstock',
      }),
      expect.objectContaining({ id: variations[2], status: 'private', price: '100' }),
    ]);
    expect(event.variations!.map(({ attributes }) => attributes.map(({ option }) => option))).toEqual([
      ['آبی', '41'],
      // Any size: said as an empty option, which the server reads as «any».
      ['سرخ'],
      ['سرخ', '42'],
    ]);
    expect(event.variations![0]!.attributes.map(({ name }) => name)[1]).toBe('سایز');
  });

  it('of a deletion: its id', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    await site.runQueue({ ahead: 31 });
    await site.trash(id);
    await site.runQueue();
    expect(lastRequest().body).toMatchObject({ event_type: 'product.deleted', product: { id } });
    expect(lastRequest().body.product).toEqual({ id });
  });

  it.each([
    [
      'of a price with more digits than a float has',
      { regular_price: '123456789012345678.99' },
      '123456789012345678.99',
    ],
    ['of a rial price above 100 million', { regular_price: '1250000000' }, '1250000000'],
    ['of a price with decimals', { regular_price: '19.90' }, '19.90'],
    ['of a product without a price', { regular_price: '' }, null],
    ['of a product that costs nothing', { regular_price: '0' }, '0'],
    ['of one that costs nothing on sale', { regular_price: '5', sale_price: '0' }, '0'],
  ])('%s: the very digits', async (_, prices, price) => {
    const { id } = await site.createProduct({ name: 'کفش', ...prices });
    const { body } = await sent(id);
    expect(body.product.price).toBe(price);
  });

  it('of a sale that has not begun: the price that a buyer pays now', async () => {
    const { id } = await site.createProduct({
      name: 'کفش',
      regular_price: '900',
      sale_price: '700',
      date_on_sale_from: Math.floor(Date.now() / 1000) + 86_400,
    });
    expect((await sent(id)).body.product).toMatchObject({ price: '900', sale_price: null, on_sale: false });
  });

  it('of a product with more variations than an event may have: its own price and stock, an empty list', async () => {
    const { id } = await site.createProduct(
      { type: 'variable', name: 'Many', attributes: [{ name: 'n', options: ['1'], variation: true }] },
      { silently: true },
    );
    await site.eval(
      `for ( $i = 0; $i < 1001; $i++ ) { wp_insert_post( array( 'post_type' => 'product_variation', 'post_parent' => ${id}, 'post_status' => 'publish', 'post_title' => "v$i" ) ); } return 1;`,
    );
    await site.runQueue({ ahead: 31 });
    expect(lastRequest().body.product.variations).toEqual([]);
  });

  it('of variations by an attribute with a Persian name: the names, and not the keys they are kept under', async () => {
    const { id } = await site.createProduct({
      type: 'variable',
      name: 'پیراهن',
      attributes: [{ name: 'رنگ', options: ['مشکی'], variation: true }],
      variations: [{ regular_price: '10' }],
    });
    const [{ id: variation }] = (await sent(id)).body.product.variations;
    await site.eval(
      `register_taxonomy( 'pa_رنگ', 'product' );
       wp_insert_term( 'مشکی', 'pa_رنگ', array( 'slug' => 'مشکی' ) );
       update_post_meta( ${variation}, 'attribute_' . sanitize_title( 'pa_رنگ' ), get_term_by( 'name', 'مشکی', 'pa_رنگ' )->slug );
       $variation = wc_get_product( ${variation} );
       add_filter( 'woocommerce_product_variation_get_attributes', function () { return array( sanitize_title( 'pa_رنگ' ) => get_term_by( 'name', 'مشکی', 'pa_رنگ' )->slug ); } );
       Fiko_Outbox::note_many( array( ${id} ), true ); Fiko_Delivery::drain( 5 ); return 1;`,
    );
    const [{ attributes }] = lastRequest().body.product.variations;
    expect(attributes).toEqual([{ name: expect.stringContaining('رنگ'), option: 'مشکی' }]);
  });

  it('of a stock status that another plugin has made: whether it can be bought', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' }, { silently: true });
    await site.eval(
      `add_filter( 'woocommerce_product_get_stock_status', function () { return 'preorder'; } );
       Fiko_Outbox::note_many( array( ${id} ), true ); Fiko_Delivery::drain( 5 ); return 1;`,
    );
    expect(['instock', 'outofstock']).toContain(lastRequest().body.product.stock_status);
  });

  it('what filters add goes along: floats as text, and never another id', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' }, { silently: true });
    await site.eval(
      `add_filter( 'fiko_product_payload', function ( $payload, $product ) {
         return array( 'id' => 7, 'weight' => 0.1, 'nested' => array( 'big' => 1e20, 'b' => 2, 'a' => true ), 'options' => array() ) + $payload;
       }, 10, 2 );
       Fiko_Outbox::note_many( array( ${id} ), true ); Fiko_Delivery::drain( 5 ); return 1;`,
    );
    const { body, text } = lastRequest();
    expect(body.product).toMatchObject({
      id,
      weight: '0.1',
      nested: { big: '100000000000000000000', b: 2, a: true },
    });
    const read = parseJson(text) as { product: Record<string, unknown> };
    expect(
      await site.eval(`return Fiko_Json::digest( json_decode( ${phpJson(body.product)}, true ) );`),
    ).toBe(productDigest(read.product));
  });

  it('broken text of an old import is mended and not refused', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' }, { silently: true });
    await site.eval(
      `add_filter( 'fiko_product_payload', function ( $payload ) { $payload['description'] = "a\\xC3\\x28b\\x00c\\u{2028}"; return $payload; } );
       Fiko_Outbox::note_many( array( ${id} ), true ); Fiko_Delivery::drain( 5 ); return 1;`,
    );
    const { body, text } = lastRequest();
    expect(body.product.id).toBe(id);
    expect(readProductEvent(parseJson(text)).errors).toEqual([]);
    expect(body.product.description).toBe('a\ufffd(b\u0000c\u2028');
  });

  it('with taxes: the price that the shop shows', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1000' });
    expect((await sent(id)).body.product.price).toBe('1000');
    await writeFile(
      join(site.wpContent, 'mu-plugins', 'tax.php'),
      "<?php add_filter( 'woocommerce_get_price_to_display', function ( $price ) { return 1.1 * $price; } );",
    );
    const saveTaxes = async (enabled: 'yes' | 'no') => {
      await site.eval(
        `update_option( 'woocommerce_prices_include_tax', 'no' ); update_option( 'woocommerce_tax_display_shop', 'incl' );
         update_option( 'woocommerce_calc_taxes', '${enabled}' ); return 1;`,
      );
      // All products are sent anew, as all prices mean something else now.
      await site.runQueue();
      return server.events.filter(({ product }) => product.id === id).at(-1).product;
    };
    expect(await saveTaxes('yes')).toMatchObject({ price: '1100.00', regular_price: '1100.00' });
    expect(await saveTaxes('no')).toMatchObject({ price: '1000' });
    await rm(join(site.wpContent, 'mu-plugins', 'tax.php'));
  });
});

describe('what is read', () => {
  const muPlugin = () => join(site.wpContent, 'mu-plugins', 'reading.php');
  afterEach(() => rm(muPlugin(), { force: true }));
  const syncNow = async (id: number) => {
    await site.rest('POST', '/fiko-sync/v1/products/sync', { ids: [id] });
    return lastRequest().body.product;
  };

  it('is what a visitor sees, whoever is logged in', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1000' });
    await writeFile(
      muPlugin(),
      `<?php foreach ( array( 'price', 'regular_price' ) as $of ) {
        add_filter( "woocommerce_product_get_$of", function ( $price ) { return is_user_logged_in() ? '1' : $price; }, 99 );
      }
      add_action( 'shutdown', function () { file_put_contents( WP_CONTENT_DIR . '/who.txt', get_current_user_id() ); } );`,
    );
    expect(await syncNow(id)).toMatchObject({ price: '1000', regular_price: '1000' });
    expect(Number(await readFile(join(site.wpContent, 'who.txt'), 'utf8'))).toBeGreaterThan(0);
  });

  it('has addresses by the protocol of the shop', async () => {
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1', image: 'shoe.jpg' });
    await writeFile(muPlugin(), "<?php $_SERVER['HTTPS'] = 'on';");
    const { permalink, image } = await syncNow(id);
    expect([permalink, image]).toEqual([expect.stringMatching(/^http:/), expect.stringMatching(/^http:/)]);
  });

  it('has no quantity where the shop counts no stock', async () => {
    const { id } = await site.createProduct({
      name: 'کفش',
      regular_price: '1',
      manage_stock: true,
      stock_quantity: 2,
    });
    expect((await sent(id)).body.product.stock_quantity).toBe(2);
    await site.eval("update_option( 'woocommerce_manage_stock', 'no' ); return 1;");
    await site.runQueue();
    expect(server.events.filter(({ product }) => product.id === id).at(-1).product.stock_quantity).toBeNull();
    await site.eval("update_option( 'woocommerce_manage_stock', 'yes' ); return 1;");
    await site.runQueue();
  });

  it('is not sent where a variation cannot be read, which would be taken for gone', async () => {
    const { id, variations } = await site.createProduct({
      type: 'variable',
      name: 'کفش',
      attributes: [{ name: 'سایز', options: ['41', '42'], variation: true }],
      variations: [
        { regular_price: '5', attributes: { سایز: '41' } },
        { regular_price: '6', attributes: { سایز: '42' } },
      ],
    });
    expect((await sent(id)).body.product.variations).toHaveLength(2);
    await writeFile(
      muPlugin(),
      `<?php class Broken_Product { function __construct() { throw new Exception( 'broken' ); } }
      add_filter( 'woocommerce_product_class', function ( $class, $type, $kind, $id ) { return ${variations[1]} === (int) $id ? 'Broken_Product' : $class; }, 10, 4 );`,
    );
    const seen = server.events.length;
    await site.rest('POST', '/fiko-sync/v1/products/sync', { ids: [id] });
    expect(server.events.slice(seen)).toEqual([]);
    expect(
      (await site.rest('POST', '/fiko-sync/v1/products/status', { ids: [id] })).body.products,
    ).toMatchObject([{ state: 'failed', text: expect.stringContaining('WooCommerce cannot read it') }]);
    await rm(muPlugin());
    expect((await syncNow(id)).variations).toHaveLength(2);
  });
});

const phpJson = (value: unknown): string =>
  `base64_decode( '${Buffer.from(JSON.stringify(value)).toString('base64')}' )`;

describe('the digest', () => {
  it('of what was posted is the one that the server makes of it', async () => {
    const { id } = await site.createProduct({
      type: 'variable',
      name: 'کفش / «نو» \u2028 😀',
      description: '<p style="x">a\\b\t</p>',
      attributes: [{ name: 'سایز', options: ['41'], variation: true }],
      variations: [{ regular_price: '12.50', attributes: { سایز: '41' } }],
    });
    const { text } = await sent(id);
    const [row] = await site.eval<{ event_digest: string }[]>(
      `global $wpdb; return $wpdb->get_results( 'SELECT event_digest FROM ' . Fiko_Schema::table() . ' WHERE product_id = ${id}' );`,
    );
    const { product } = parseJson(text) as { product: Record<string, unknown> };
    expect(row!.event_digest).toBe(productDigest(product));
  });

  it('agrees with the vectors', async () => {
    // A float has no place in what the plugin sends.
    const cases = digests.products.filter(({ product }) => !hasFloat(JSON.parse(product)));
    expect(cases.length).toBeGreaterThan(3);
    const made = await site.eval<string[]>(
      `return array_map( function ( $json ) { return Fiko_Json::digest( (array) json_decode( $json, false, 512, JSON_BIGINT_AS_STRING ) ); }, json_decode( ${phpJson(
        cases.map(({ product }) => product),
      )}, true ) );`,
    );
    for (const [index, { digest, what }] of cases.entries()) {
      expect({ what, digest: made[index] }).toEqual({ what, digest });
    }
  });

  it('agrees with the server for any payload', async () => {
    const key = fc.oneof(
      fc.constantFrom('id', 'name', 'attributes', 'الف', 'z', 'a-b', '😀', '\u{ffff}k', '10', '9x'),
      fc.string({ minLength: 1, maxLength: 6 }),
    );
    const { value } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom('', 'کفش', '<p>"/\\\u2028', '850000.00', null, true, false),
        fc.integer(),
      ),
      value: fc.oneof(
        { maxDepth: 3 },
        tie('leaf'),
        fc.array(tie('value'), { maxLength: 4 }),
        // PHP knows no difference between an empty list and an empty map, nor keys that are numbers.
        fc.dictionary(
          key.filter((k) => !/^-?\d+$/.test(k)),
          tie('value'),
          { minKeys: 1, maxKeys: 5 },
        ),
      ),
    }));
    const payload = fc.dictionary(
      key.filter((k) => !/^-?\d+$/.test(k)),
      value,
      { minKeys: 1, maxKeys: 8 },
    );
    const samples: Record<string, unknown>[] = fc.sample(payload, 500);
    const made = await site.eval<string[]>(
      `return array_map( function ( $json ) { return Fiko_Json::digest( json_decode( $json, true ) ); }, json_decode( ${phpJson(
        samples.map((sample) => JSON.stringify(sample)),
      )}, true ) );`,
    );
    for (const [index, sample] of samples.entries()) {
      expect({ sample, digest: made[index] }).toEqual({
        sample,
        digest: productDigest(parseJson(JSON.stringify(sample)) as Record<string, unknown>),
      });
    }
  }, 60_000);
});

function hasFloat(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasFloat);
}

describe('the signature', () => {
  it('agrees with the vectors', async () => {
    const valid = signatures.vectors.filter(
      ({ expected, secrets, headers }) =>
        expected === 'valid' && secrets.length === 1 && !headers['webhook-signature']!.includes(' '),
    );
    expect(valid.length).toBeGreaterThan(3);
    const made = await site.eval<string[]>(
      `return array_map( function ( $one ) {
         return Fiko_Client::sign( $one['secrets'][0], $one['headers']['webhook-id'], $one['headers']['webhook-timestamp'], $one['body'] );
       }, json_decode( ${phpJson(valid)}, true ) );`,
    );
    expect(made).toEqual(valid.map(({ headers }) => headers['webhook-signature']));
  });

  it('stands on each request once there is a key; two while keys are changed', async () => {
    const keys = [
      'whsec_' + Buffer.alloc(24, 1).toString('base64'),
      'whsec_' + Buffer.alloc(32, 2).toString('base64'),
    ];
    for (const secret of [keys[0]!, keys.join(' ')]) {
      const saved = await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: secret });
      expect(saved.body.settings.has_signing_secret).toBe(true);
      const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
      const { headers, text } = await sent(id);
      const used = secret.split(' ');
      for (const key of used) {
        expect(verify([key], headers, text, Math.floor(Date.now() / 1000))).toMatchObject({
          verdict: 'valid',
        });
      }
      expect(headers['webhook-signature']!.split(' ')).toHaveLength(used.length);
      await site.rest('POST', '/fiko-sync/v1/connection', {});
      const health = server.requests.filter(({ route }) => route === 'health').at(-1)!;
      expect(verify(used, health.headers, '', Math.floor(Date.now() / 1000))).toMatchObject({
        verdict: 'valid',
      });
    }
    await site.rest('POST', '/fiko-sync/v1/settings', { remove_signing_secret: true });
    const { id } = await site.createProduct({ name: 'کفش', regular_price: '1' });
    expect((await sent(id)).headers).not.toHaveProperty('webhook-signature');
  });
});
