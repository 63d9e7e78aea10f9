import { RECORDED, WordPressSite, type FiredHook } from './site';

describe("the stand-in's products", () => {
  let site: WordPressSite;
  beforeAll(async () => {
    site = await WordPressSite.start();
  });
  afterEach(async () => expect(await site.debugLog()).toBe(''));
  afterAll(() => site.stop());

  /** Names of hooks, with `*` for those at the end of the request. */
  const names = (hooks: FiredHook[]) =>
    hooks.map(({ hook, when }) => (when === 'shutdown' ? `${hook}*` : hook));
  const recorded = (scenario: string) =>
    names(RECORDED.scenarios[scenario]!.map(([hook, when, args]) => ({ hook, when, args })));
  let sequence = 0;
  const heard = async (act: (options: { scenario: string }) => Promise<unknown>) => {
    const scenario = `act ${++sequence}`;
    await act({ scenario });
    return names(await site.hooks(scenario));
  };

  it('have getters that answer as those of a simple product', async () => {
    const { id } = await site.createProduct({
      name: 'کفش «نایک» & more',
      description: '<p>متن\\ بلند</p>',
      short_description: 'کوتاه',
      sku: 'SKU-1',
      regular_price: '123456789012345678.99',
      sale_price: '120000',
      manage_stock: true,
      stock_quantity: 12,
      categories: ['Shoes', 'Men'],
      tags: ['sport'],
      brands: ['Nike'],
      image: 'shoe.jpg',
      gallery: ['a.jpg', 'b.jpg'],
      attributes: [
        { name: 'pa_color', options: ['Red', 'Blue'] },
        { name: 'Material', options: ['Leather', 'Cotton'], visible: false },
      ],
    });
    const product = await site.product(id);
    expect(product).toMatchObject({
      class: 'WC_Product_Simple',
      get_type: 'simple',
      get_status: 'publish',
      get_name: 'کفش «نایک» & more',
      get_description: '<p>متن\\ بلند</p>',
      get_short_description: 'کوتاه',
      get_sku: 'SKU-1',
      get_price: '120000',
      get_regular_price: '123456789012345678.99',
      get_sale_price: '120000',
      is_on_sale: true,
      get_manage_stock: true,
      get_stock_quantity: 12,
      get_stock_status: 'instock',
      get_category_ids: [expect.any(Number), expect.any(Number)],
      get_tag_ids: [expect.any(Number)],
      get_image_id: expect.stringMatching(/^\d+$/),
      get_gallery_image_ids: [expect.any(Number), expect.any(Number)],
      get_parent_id: 0,
      get_children: [],
      get_catalog_visibility: 'visible',
      is_visible: true,
    });
    expect(product.get_permalink).toBe(
      `${site.url}/product/${encodeURIComponent('کفش-نایک-more').toLowerCase()}/`,
    );
    expect(Math.abs(product.get_date_modified - Date.now() / 1000)).toBeLessThan(30);
    expect(product.get_attributes).toEqual({
      pa_color: {
        name: 'pa_color',
        options: [expect.any(Number), expect.any(Number)],
        slugs: ['blue', 'red'],
        taxonomy: 'pa_color',
        variation: false,
        visible: true,
      },
      material: {
        name: 'Material',
        options: ['Leather', 'Cotton'],
        slugs: ['Leather', 'Cotton'],
        taxonomy: '',
        variation: false,
        visible: false,
      },
    });
    expect(
      await site.eval(
        `$p = wc_get_product( ${id} );
         return array( wc_attribute_label( 'pa_color', $p ), wc_attribute_label( 'material', $p ),
           $p->get_attributes()['pa_color']->get_terms()[0]->name, get_class( $p->get_date_modified() ),
           wp_get_post_terms( ${id}, 'product_brand' )[0]->name );`,
      ),
    ).toEqual(['Colour', 'Material', 'Blue', 'WC_DateTime', 'Nike']);
  });

  it('have getters that answer for what was never set', async () => {
    const { id } = await site.createProduct({ name: 'Bare' });
    expect(await site.product(id)).toMatchObject({
      get_sku: '',
      get_price: '',
      get_regular_price: '',
      get_sale_price: '',
      is_on_sale: false,
      get_manage_stock: false,
      get_stock_quantity: null,
      get_stock_status: 'instock',
      get_category_ids: [],
      get_image_id: '',
      get_gallery_image_ids: [],
      get_attributes: {},
    });
    expect(await site.product(id + 1000)).toBeNull();
    expect(await site.eval(`return array( wc_get_product( 99999 ), wc_get_product( 1 ) );`)).toEqual([
      false,
      false,
    ]);
  });

  it('have getters that answer as those of a variable product and its variations', async () => {
    const { id, variations } = await site.createProduct({
      type: 'variable',
      name: 'Shirt',
      sku: 'SHIRT',
      image: 'shirt.jpg',
      attributes: [
        { name: 'pa_color', options: ['Red', 'Blue'], variation: true },
        { name: 'Logo', options: ['Yes', 'No'], variation: true },
      ],
      variations: [
        {
          regular_price: '200',
          sale_price: '150',
          attributes: { pa_color: 'red', Logo: 'Yes' },
          sku: 'SHIRT-R',
        },
        {
          regular_price: '90',
          attributes: { pa_color: 'blue', Logo: '' },
          manage_stock: true,
          stock_quantity: 3,
        },
      ],
    });
    const [red, blue] = variations;
    const parent = await site.product(id);
    expect(parent).toMatchObject({
      class: 'WC_Product_Variable',
      get_type: 'variable',
      get_price: '90',
      get_regular_price: '',
      get_sale_price: '',
      is_on_sale: true,
      get_stock_quantity: null,
      get_stock_status: 'instock',
      get_children: [red, blue],
    });
    expect(await site.product(red!)).toMatchObject({
      class: 'WC_Product_Variation',
      get_type: 'variation',
      get_parent_id: id,
      get_sku: 'SHIRT-R',
      get_price: '150',
      get_regular_price: '200',
      get_sale_price: '150',
      is_on_sale: true,
      get_manage_stock: false,
      get_stock_quantity: 0,
      get_image_id: parent.get_image_id,
      get_attributes: { pa_color: 'red', logo: 'Yes' },
      get_permalink: `${site.url}/product/shirt/?attribute_pa_color=red&attribute_logo=Yes`,
    });
    expect(await site.product(blue!)).toMatchObject({
      get_sku: 'SHIRT',
      get_price: '90',
      get_stock_quantity: 3,
      get_attributes: { pa_color: 'blue', logo: '' },
    });
    expect(
      await site.eval(
        `return array( wc_get_product( ${id} )->get_variation_attributes(), wc_get_product( ${red!} )->get_variation_attributes() );`,
      ),
    ).toEqual([
      { pa_color: ['blue', 'red'], Logo: ['Yes', 'No'] },
      { attribute_pa_color: 'red', attribute_logo: 'Yes' },
    ]);
    await site.updateProduct(blue!, { status: 'private' });
    expect(await site.product(id)).toMatchObject({ get_children: [red, blue], get_price: '150' });
  });

  it('hide what is hidden, and what is of another status from strangers', async () => {
    const { id } = await site.createProduct({ name: 'Hidden', catalog_visibility: 'hidden' });
    expect(await site.product(id)).toMatchObject({ get_catalog_visibility: 'hidden', is_visible: false });
    await site.updateProduct(id, { catalog_visibility: 'search', status: 'draft', password: 'x' });
    expect((await site.product(id)).get_catalog_visibility).toBe('search');
    expect(await site.eval(`return wc_get_product( ${id} )->is_visible();`, { user: 0 })).toBe(false);
  });

  it('fire what the real ones do when they are made, changed, trashed and deleted', async () => {
    let id = 0;
    let variations: number[] = [];
    expect(
      await heard(async (options) => {
        ({ id } = await site.createProduct({ name: 'A', regular_price: '5' }, options));
      }),
    ).toEqual(recorded('create simple, published'));
    expect(await heard((options) => site.updateProduct(id, { regular_price: '6' }, options))).toEqual(
      recorded('price only'),
    );
    expect(await heard((options) => site.updateProduct(id, { name: 'B' }, options))).toEqual(
      recorded('name only'),
    );
    expect(await heard((options) => site.updateProduct(id, { status: 'draft' }, options))).toEqual(
      recorded('publish -> draft'),
    );
    await site.updateProduct(id, { status: 'publish', manage_stock: true, stock_quantity: 5 });
    expect(await heard((options) => site.updateProduct(id, { stock_quantity: 4 }, options))).toEqual(
      recorded('stock: set_stock_quantity + save'),
    );
    expect(await heard((options) => site.trash(id, options))).toEqual(
      recorded('trash simple (wp_trash_post)'),
    );
    expect(await heard((options) => site.untrash(id, options))).toEqual(
      recorded('untrash simple (wp_untrash_post)'),
    );
    expect(await heard((options) => site.trash(id, { by: 'crud', ...options }))).toEqual(
      recorded('trash simple ($product->delete())'),
    );
    expect(await heard((options) => site.delete(id, options))).toEqual(
      recorded('delete trashed simple (wp_delete_post)'),
    );

    const attributes = [{ name: 'pa_size', options: ['S', 'L', 'XL'], variation: true }];
    const shirt = (sizes: string[]) => ({
      type: 'variable' as const,
      name: 'Shirt',
      attributes,
      variations: sizes.map((size) => ({ regular_price: '5', attributes: { pa_size: size } })),
    });
    ({ id, variations } = await site.createProduct(shirt(['s'])));
    expect(
      await heard((options) =>
        site.createProduct({ parent: id, regular_price: '6', attributes: { pa_size: 'l' } }, options),
      ),
    ).toEqual(recorded('add variation 2'));
    expect(
      await heard((options) => site.updateProduct(variations[0]!, { regular_price: '7' }, options)),
    ).toEqual(recorded('variation price'));
    expect((await site.product(id)).get_price).toBe('6');
    expect(await heard((options) => site.trash(id, options))).toEqual(
      recorded('trash variable with 2 variations'),
    );
    expect(await heard((options) => site.untrash(id, options))).toEqual(
      recorded('untrash variable with 2 variations'),
    );
    expect(await heard((options) => site.delete(variations[0]!, options))).toEqual(
      recorded('delete one variation (delete(true))'),
    );
    expect(await heard((options) => site.delete(id, options))).toEqual(
      recorded('delete variable + 1 variation (wp_delete_post)'),
    );
    ({ id } = await site.createProduct(shirt(['s', 'l']), { silently: true }));
    expect((await site.product(id)).get_price).toBe('5');
    expect(await heard((options) => site.delete(id, { by: 'crud', ...options }))).toEqual(
      recorded('delete variable + 2 variations ($product->delete(true))'),
    );
  });

  it('fire what the real ones do in wp-admin: trash, restore, delete for good', async () => {
    const { id } = await site.createProduct({ name: 'Of the list' });
    const link = async (title: string, list = '') => {
      const { text } = await site.request(`/wp-admin/edit.php?post_type=product${list}`);
      const [, url] = new RegExp(`<a href="([^"]*post=${id}&amp;action=[^"]*)"[^>]*>${title}`).exec(text)!;
      return `/wp-admin/${url!.replace(/^.*wp-admin\//, '').replaceAll('&amp;', '&')}`;
    };
    const click = (path: string) =>
      heard(async ({ scenario }) => {
        const { status } = await site.request(path, {
          headers: {
            'x-fiko-scenario': scenario,
            referer: `${site.url}/wp-admin/edit.php?post_type=product`,
          },
        });
        expect(status).toBe(302);
      });
    expect(await click(await link('Trash'))).toEqual(recorded('admin: row link Trash'));
    const trash = '&post_status=trash';
    expect(await click(await link('Restore', trash))).toEqual(recorded('admin: row link Restore'));
    await site.trash(id);
    expect(await click(await link('Delete Permanently', trash))).toEqual(
      recorded('admin: row link Delete permanently'),
    );
  });

  it('rename terms, and log, and know what plugins declare', async () => {
    const { id } = await site.createProduct({ name: 'T', categories: ['Old name'] });
    const term = await site.renameTerm('Old name', 'product_cat', 'New name');
    expect(await site.product(id)).toMatchObject({ get_category_ids: [term] });
    await site.eval("wc_get_logger()->warning( 'hm', array( 'source' => 'x' ) ); return 1;");
    expect(await site.woocommerceLog()).toEqual([
      { level: 'warning', message: 'hm', context: { source: 'x' } },
    ]);
    expect(await site.eval('return Automattic\\WooCommerce\\Utilities\\FeaturesUtil::declared();')).toEqual(
      [],
    );
    expect(
      await site.eval(
        `return array( wc_format_decimal( '1,234.50' ), wc_format_decimal( 1.5 ), wc_format_decimal( '12.5', 2 ),
           wc_format_decimal( '12.500', false, true ), wc_tax_enabled(), get_woocommerce_currency(), WC()->version, WC_VERSION,
           wc_get_price_to_display( wc_get_product( ${id} ) ) );`,
      ),
    ).toEqual(['1234.50', '1.5', '12.50', '12.5', false, 'IRT', '11.0.1', '11.0.1', '']);
  });

  it('are there in numbers before anybody hears of them', async () => {
    const ids = await site.createProducts(
      Array.from({ length: 60 }, (_, index) => ({ name: `Bulk ${index}`, regular_price: String(index) })),
    );
    expect(new Set(ids).size).toBe(60);
    expect(await site.eval("return (int) wp_count_posts( 'product' )->publish;")).toBeGreaterThanOrEqual(60);
    expect(
      await site.eval(
        "return count( wc_get_products( array( 'limit' => -1, 'return' => 'ids', 'status' => 'publish' ) ) );",
      ),
    ).toBeGreaterThanOrEqual(60);
  });
});
