import fc from 'fast-check';
import { SAMPLE_PRODUCT as product } from '../../test/support/sample-product';
import { parseJson } from './json';
import { readProductEvent } from './product-event';
import { LIMITS } from './shop-api';

const body = (fields: Record<string, unknown> = {}, envelope: Record<string, unknown> = {}) => ({
  event_id: 'wc_2025_11_10_54321',
  event_type: 'product.updated',
  product: { ...product, ...fields },
  ...envelope,
});
const accepted = (given: unknown) => {
  const { event, errors } = readProductEvent(given);
  expect(errors).toEqual([]);
  return event!;
};
const badFields = (given: unknown) => readProductEvent(given).errors.map(({ field }) => field);

describe('readProductEvent', () => {
  it('reads the whole shape', () => {
    const event = accepted(body());
    expect(event).toMatchObject({
      eventId: 'wc_2025_11_10_54321',
      eventType: 'product.updated',
      occurredAt: new Date('2025-11-10T09:30:00Z'),
      siteUrl: null,
      extra: { brand: null, attributes: [] },
    });
    expect(event.product).toEqual({
      ...product,
      id: '414',
      date_modified: new Date('2025-11-10T09:30:00Z'),
    });
  });

  it('needs no more than an id for a deletion', () => {
    const event = accepted({ event_id: 'e', event_type: 'product.deleted', product: { id: 414 } });
    expect(event.product).toEqual({ id: '414' });
    expect(event.occurredAt).toBeNull();
  });

  it.each(['product.created', 'product.updated'])('needs no more than id and name for %s', (event_type) => {
    expect(accepted({ event_id: 'e', event_type, product: { id: 414, name: 'کفش' } }).product).toEqual({
      id: '414',
      name: 'کفش',
    });
  });

  const optional = Object.keys(product).filter((field) => field !== 'id' && field !== 'name');
  it.each(optional)('takes an absent, null or empty %s', (field) => {
    const without = Object.fromEntries(Object.entries(product).filter(([name]) => name !== field));
    accepted({ event_id: 'e', event_type: 'product.updated', product: without });
    accepted(body({ [field]: null }));
    accepted(body({ [field]: '' }));
  });

  it.each([
    ['name', undefined],
    ['name', null],
    ['name', ''],
    ['name', '  '],
    ['name', 5],
    ['name', 'x'.repeat(LIMITS.name + 1)],
    ['id', undefined],
    ['id', null],
    ['id', ''],
    ['id', 0],
    ['id', -1],
    ['id', 1.5],
    ['id', true],
    ['id', '0414'],
    ['id', '9223372036854775808'],
    ['price', -1],
    ['price', '-1'],
    ['price', 'رایگان'],
    ['price', '850,000'],
    ['price', '1e3'],
    ['price', true],
    ['price', []],
    ['price', NaN],
    ['price', '1'.repeat(121)],
    ['regular_price', '-0.01'],
    ['sale_price', {}],
    ['sku', 12],
    ['sku', 'x'.repeat(LIMITS.sku + 1)],
    ['short_description', ['text']],
    ['description', { html: '' }],
    ['currency', 'x'.repeat(11)],
    ['stock_quantity', 'many'],
    ['stock_quantity', false],
    ['stock_status', 'sold'],
    ['stock_status', ['instock']],
    ['categories', 'کفش'],
    ['categories', [5]],
    ['categories', { 0: 'کفش' }],
    ['tags', [['nested']]],
    ['tags', new Array(LIMITS.tags + 1).fill('x')],
    ['image', 5],
    ['gallery', [{}]],
    ['gallery', ['x'.repeat(LIMITS.url + 1)]],
    ['permalink', 'x'.repeat(LIMITS.url + 1)],
    ['type', 1],
    ['on_sale', 'yes'],
    ['on_sale', 1],
    ['date_modified', 'yesterday'],
    ['date_modified', 1762767000],
    ['date_modified', '2025-02-30T00:00:00Z'],
  ])('names product.%s for %p', (field, value) => {
    expect(badFields(body({ [field]: value }))).toEqual([`product.${field}`]);
  });

  it.each([
    ['event_id', undefined],
    ['event_id', null],
    ['event_id', ''],
    ['event_id', '  '],
    ['event_id', 5],
    ['event_id', 'x'.repeat(101)],
    ['event_id', 'a\nb'],
    ['event_id', 'a\0b'],
    ['event_id', '\ud800'],
    ['event_type', undefined],
    ['event_type', 'product.sold'],
    ['event_type', ['product.updated']],
    ['event_type', 'PRODUCT.UPDATED'],
    ['occurred_at', 'now'],
    ['product', undefined],
    ['product', null],
    ['product', []],
    ['product', 'x'],
  ])('names %s for %p', (field, value) => {
    expect(badFields(body({}, { [field]: value }))).toEqual([field]);
  });

  it.each([[null], [undefined], ['x'], [5], [[]], [[body()]]])('refuses %p as a body', (given) => {
    expect(badFields(given)).toEqual(['body']);
  });

  it('names every bad field of one event', () => {
    const bad = body(
      { id: 'x', price: -1, stock_status: 'sold', date_modified: '?' },
      { event_id: '', event_type: 'sold' },
    );
    expect(badFields(bad).sort()).toEqual([
      'event_id',
      'event_type',
      'product.date_modified',
      'product.id',
      'product.price',
      'product.stock_status',
    ]);
  });

  it('names a missing name beside the other bad fields', () => {
    const { errors } = readProductEvent(body({ name: undefined, price: -1 }));
    expect(errors.map(({ field }) => field).sort()).toEqual(['product.name', 'product.price']);
    expect(badFields(body({ name: '' }, { event_id: '' })).sort()).toEqual(['event_id', 'product.name']);
  });

  it('takes an event_id of 1 and of 100 characters', () => {
    expect(accepted(body({}, { event_id: 'x' })).eventId).toBe('x');
    expect(accepted(body({}, { event_id: 'x'.repeat(100) })).eventId).toBe('x'.repeat(100));
  });

  it.each([
    [414, '414'],
    ['414', '414'],
    ['9223372036854775807', '9223372036854775807'],
  ])('reads the id %p', (id, expected) => {
    expect(accepted(body({ id })).product.id).toBe(expected);
  });

  it('keeps ids and prices beyond 2^53 as they were sent', () => {
    const text = JSON.stringify(body({ id: 0, price: 1 }))
      .replace('"id":0', '"id":9007199254740993')
      .replace('"price":1,', '"price":123456789012345678901234567890.10,');
    const event = accepted(parseJson(text));
    expect(event.product).toMatchObject({
      id: '9007199254740993',
      price: '123456789012345678901234567890.10',
    });
  });

  it.each([[850000], [0], [0.5], [250_000_000], ['850000'], ['850000.50'], ['0'], [' 12 ']])(
    'takes the price %p',
    (price) => {
      expect(accepted(body({ price })).product.price).toBe(price);
    },
  );

  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
  ])('reads on_sale %p', (given, expected) => {
    expect(accepted(body({ on_sale: given })).product.on_sale).toBe(expected);
  });

  it('prefers occurred_at to the date of the product', () => {
    const event = accepted(body({}, { occurred_at: '2025-11-11T00:00:00Z' }));
    expect(event.occurredAt).toEqual(new Date('2025-11-11T00:00:00Z'));
    expect(accepted(body({}, { occurred_at: null })).occurredAt).toEqual(new Date('2025-11-10T09:30:00Z'));
    expect(accepted(body({ date_modified: '' }, { occurred_at: '' })).occurredAt).toBeNull();
  });

  it('passes over fields that it does not know', () => {
    const event = accepted(
      body({ weight: { value: 1 }, meta_data: [1], __v: null, constructor: 'x' }, { plugin_version: 7 }),
    );
    expect(event.product).not.toHaveProperty('weight');
    expect(event.product).not.toHaveProperty('meta_data');
    expect(event.product.constructor).not.toBe('x');
  });

  it('takes no field from a prototype', () => {
    const given = parseJson(
      '{"event_id":"e","event_type":"product.updated","product":{"id":1,"__proto__":{"name":"x"}}}',
    );
    expect(badFields(given)).toEqual(['product.name']);
  });

  describe('fields of newer plugins', () => {
    it('reads brand and attributes', () => {
      const attributes = [
        { name: 'رنگ', options: ['مشکی', 'سفید'] },
        { name: 'جنس', value: 'چرم' },
      ];
      expect(accepted(body({ brand: 'نایک', attributes })).extra).toEqual({
        brand: 'نایک',
        attributes: [
          { name: 'رنگ', options: ['مشکی', 'سفید'] },
          { name: 'جنس', options: ['چرم'] },
        ],
      });
    });

    it.each<[string, unknown]>([
      ['no list', 'رنگ'],
      ['an object', { رنگ: 'مشکی' }],
      ['items that are no objects', [null, 5, 'x', ['x']]],
      ['an attribute without a name', [{ options: ['x'] }]],
      ['an attribute without options', [{ name: 'x' }, { name: 'x', options: [] }]],
      ['options that are no texts', [{ name: 'x', options: [5, null, {}] }]],
      ['a name beyond measure', [{ name: 'x'.repeat(501), options: ['x'] }]],
      ['an option beyond measure', [{ name: 'x', options: ['x'.repeat(501)] }]],
    ])('passes over attributes that are %s', (_, attributes) => {
      expect(accepted(body({ attributes })).extra.attributes).toEqual([]);
    });

    it.each([[5], [null], [{}], ['x'.repeat(501)]])('passes over the brand %p', (brand) => {
      expect(accepted(body({ brand })).extra.brand).toBeNull();
    });

    it.each<[string, Record<string, unknown>, string | null]>([
      ['store.url', { store: { url: 'https://a.example.com' } }, 'https://a.example.com'],
      ['store.site_url', { store: { site_url: 'https://a.example.com' } }, 'https://a.example.com'],
      ['store.home_url', { store: { home_url: 'https://a.example.com' } }, 'https://a.example.com'],
      ['store', { store: 'https://a.example.com' }, 'https://a.example.com'],
      ['store_url', { store_url: 'https://a.example.com' }, 'https://a.example.com'],
      ['site_url', { site_url: 'https://a.example.com' }, 'https://a.example.com'],
      ['an empty one', { store_url: '', site_url: 'https://a.example.com' }, 'https://a.example.com'],
      ['a bare host', { site_url: 'shop.example.com/fa' }, 'shop.example.com/fa'],
      ['a local one', { site_url: 'http://localhost:8080' }, 'http://localhost:8080'],
      [
        'no display name',
        { store: 'فروشگاه من', site_url: 'https://a.example.com' },
        'https://a.example.com',
      ],
      ['no display name alone', { store: 'My shop' }, null],
      ['no text', { store: { url: 5 }, store_url: [] }, null],
      ['one beyond measure', { store_url: `https://${'a'.repeat(2048)}` }, null],
    ])('reads the address of the shop from %s', (_, envelope, expected) => {
      expect(accepted(body({}, envelope)).siteUrl).toBe(expected);
    });
  });

  describe('variations', () => {
    const of = (variations: unknown) => accepted(body({ type: 'variable', variations })).variations;

    it('are read in their order, each with what tells it from the others', () => {
      const found = of([
        { id: 416, price: '123456789012345678901.5', attributes: [{ name: 'سایز', option: '42' }] },
        {
          id: '415',
          sku: 'A',
          attributes: { attribute_pa_color: 'مشکی', 'attribute_%D8%B3%D8%A7%DB%8C%D8%B2': '' },
        },
        417,
      ]);
      expect(found).toMatchObject([
        {
          id: '416',
          payload: { price: '123456789012345678901.5' },
          attributes: [{ name: 'سایز', option: '42' }],
        },
        { id: '415', payload: { sku: 'A' }, attributes: [{ name: 'color', option: 'مشکی' }] },
        { id: '417', payload: null, attributes: [] },
      ]);
    });

    it.each<[string, unknown]>([
      ['are absent', undefined],
      ['are null', null],
      ['are empty text', ''],
    ])('are not spoken of where they %s', (_, variations) => expect(of(variations)).toBeNull());

    it('are none where the list is empty', () => expect(of([])).toEqual([]));

    it.each<[string, unknown, string[]]>([
      ['are no list', { id: 1 }, ['product.variations']],
      [
        'are beyond a thousand',
        Array.from({ length: 1001 }, (_, id) => ({ id: id + 1 })),
        ['product.variations'],
      ],
      ['have no id', [{ id: 1 }, { price: '5' }], ['product.variations.1.id']],
      ['have a negative price', [{ id: 1, price: '-5' }], ['product.variations.0.price']],
      [
        'have a stock status of no shop',
        [{ id: 1, stock_status: 'gone' }],
        ['product.variations.0.stock_status'],
      ],
      ['are null or text', [null, 'x'], ['product.variations.0', 'product.variations.1']],
      ['have the same id twice', [{ id: 1 }, { id: '1' }], ['product.variations.1.id']],
      ['have an id twice, once alone', [{ id: 1 }, 1], ['product.variations.1.id']],
    ])('are refused where they %s', (_, variations, fields) => {
      expect(badFields(body({ type: 'variable', variations }))).toEqual(fields);
    });

    it('of which all are bad are not all told of', () => {
      const variations = Array.from({ length: 1000 }, () => ({ price: -1 }));
      expect(badFields(body({ variations }))).toHaveLength(20);
    });

    it('that come by themselves name their product', () => {
      const attributes = [{ id: 3, name: 'رنگ', slug: 'pa_color', option: 'مشکی' }];
      const event = accepted(body({ id: 416, name: '', type: 'variation', parent_id: 414, attributes }));
      expect(event).toMatchObject({ variationOf: '414', attributes: [{ name: 'رنگ', option: 'مشکی' }] });
    });

    it.each([[undefined], [null], [0], [''], [-1], ['x']])(
      'that come by themselves are refused without a product: %p',
      (parent) => {
        expect(badFields(body({ type: 'variation', parent_id: parent }))).toEqual(['product.parent_id']);
      },
    );

    it('says nothing of the parent of what is no variation: WooCommerce names 0 there', () => {
      expect(accepted(body({ parent_id: 0 })).variationOf).toBeNull();
    });
  });

  it('answers for any JSON, and never throws', () => {
    const anyProduct = fc.record(
      {
        id: fc.oneof(fc.nat(), fc.jsonValue()),
        name: fc.oneof(fc.string(), fc.jsonValue()),
        price: fc.jsonValue(),
        categories: fc.jsonValue(),
        on_sale: fc.jsonValue(),
        date_modified: fc.jsonValue(),
        brand: fc.jsonValue(),
        attributes: fc.jsonValue(),
        type: fc.constantFrom('simple', 'variation'),
        variations: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.nat(), fc.jsonValue()))),
      },
      { requiredKeys: [] },
    );
    const anyBody = fc.oneof(
      fc.jsonValue(),
      fc.record({
        event_id: fc.oneof(fc.string(), fc.jsonValue()),
        event_type: fc.oneof(fc.constantFrom('product.updated', 'product.deleted'), fc.jsonValue()),
        product: fc.oneof(anyProduct, fc.jsonValue()),
        store: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(anyBody, (given) => {
        const { event, errors } = readProductEvent(given);
        expect(event === null).toBe(errors.length > 0);
        for (const { field, message } of errors) {
          expect(field).toMatch(
            /^(body|event_id|event_type|occurred_at|product(\.[a-z_]+(\.\d+(\.[a-z_]+)?)?)?)$/,
          );
          expect(message).toMatch(/^field_/);
        }
      }),
    );
  });
});
