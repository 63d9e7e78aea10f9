import Big from 'big.js';
import fc from 'fast-check';
import { SAMPLE_PRODUCT as payload } from '../../../test/support/sample-product';
import { parseJson } from '../../contract/json';
import { readProductEvent } from '../../contract/product-event';
import { prices, toProductState } from './product.mapper';

/** The way of every payload: checked first, mapped then. */
function stateOf(fields: Record<string, unknown> = {}, base: Record<string, unknown> = payload) {
  const { event, errors } = readProductEvent({
    event_id: 'e',
    event_type: 'product.updated',
    product: { ...base, ...fields },
  });
  expect(errors).toEqual([]);
  return toProductState(event!);
}
const bare = { id: 414, name: 'کفش' };

describe('toProductState', () => {
  it('maps the whole shape', () => {
    expect(stateOf()).toEqual({
      title: 'کفش اسپرت مردانه',
      productType: 'simple',
      shortDescription: 'کفش سبک',
      description: '<p>رویهٔ تنفسی</p>',
      category: 'کفش',
      categories: ['کفش', 'مردانه'],
      brand: null,
      tags: ['ورزشی'],
      sku: 'PROD-001',
      attributes: [],
      link: 'https://shop.example.com/product/shoe/',
      price: '850000',
      originalPrice: '950000',
      currency: 'IRT',
      inStock: true,
      stockStatus: 'instock',
      stockQuantity: '12',
      mainImage: 'https://shop.example.com/shoe.jpg',
      images: ['https://shop.example.com/shoe.jpg', 'https://shop.example.com/shoe-2.jpg'],
    });
  });

  const nothing = {
    title: 'کفش',
    productType: 'simple',
    shortDescription: '',
    description: '',
    category: null,
    categories: [],
    brand: null,
    tags: [],
    sku: null,
    attributes: [],
    link: null,
    price: null,
    originalPrice: null,
    currency: null,
    inStock: true,
    stockStatus: 'instock',
    stockQuantity: null,
    mainImage: null,
    images: [],
  };

  it.each<[string, Record<string, unknown>]>([
    ['absent', bare],
    ['null', { ...Object.fromEntries(Object.keys(payload).map((key) => [key, null])), ...bare }],
    ['empty', { ...Object.fromEntries(Object.keys(payload).map((key) => [key, ''])), ...bare }],
  ])('sets nothing where fields are %s', (_, product) => {
    expect(stateOf({}, product)).toEqual(nothing);
  });

  it('is the same for the same payload, whatever the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(payload).reverse());
    expect(stateOf({}, turned)).toEqual(stateOf());
    expect(JSON.stringify(stateOf({}, turned))).toBe(JSON.stringify(stateOf()));
  });

  it('does not change with the date of the change', () => {
    expect(stateOf({ date_modified: '2026-01-01T00:00:00Z' })).toEqual(stateOf());
  });

  it.each<[unknown, unknown, boolean, string, string | null]>([
    ['instock', 12, true, 'instock', '12'],
    ['instock', null, true, 'instock', null],
    ['instock', 0, true, 'instock', '0'],
    ['outofstock', 5, false, 'outofstock', '5'],
    ['outofstock', null, false, 'outofstock', null],
    ['onbackorder', 0, true, 'onbackorder', '0'],
    [null, 0, false, 'outofstock', '0'],
    [null, -2, false, 'outofstock', '-2'],
    ['', '0.0', false, 'outofstock', '0'],
    [null, 3, true, 'instock', '3'],
    [null, null, true, 'instock', null],
    [undefined, '', true, 'instock', null],
    ['instock', '12', true, 'instock', '12'],
    ['instock', 2.5, true, 'instock', '2.5'],
    ['instock', 1e-7, true, 'instock', '0.0000001'],
    ['instock', -0, true, 'instock', '0'],
    ['instock', '-0', true, 'instock', '0'],
  ])('reads stock %j with %j pieces', (stock_status, stock_quantity, inStock, stockStatus, stockQuantity) => {
    expect(stateOf({ stock_status, stock_quantity })).toMatchObject({ inStock, stockStatus, stockQuantity });
  });

  const A = 'https://shop.example.com/a.jpg';
  const B = 'https://shop.example.com/b.jpg';
  it.each<[string, unknown, unknown, string | null, string[]]>([
    ['the image first', A, [B], A, [A, B]],
    ['the image once', A, [B, A], A, [B, A]],
    ['no image', null, [B], null, [B]],
    ['no gallery', A, null, A, [A]],
    ['holes in the gallery', A, [null, '', ' ', B], A, [A, B]],
    ['no pictures', '', [], null, []],
    ['what no browser should run', 'javascript:alert(1)', ['data:text/html,x', 'JAVASCRIPT:x', B], null, [B]],
    ['addresses of the shop alone', '/a.jpg', ['//cdn.example.com/a.jpg'], null, []],
    ['blanks around an address', ` ${A} `, [` ${A}`], A, [A]],
  ])('shows images: %s', (_, image, gallery, mainImage, images) => {
    expect(stateOf({ image, gallery })).toMatchObject({ mainImage, images });
  });

  it.each<[unknown, string | null]>([
    ['https://shop.example.com/?p=414', 'https://shop.example.com/?p=414'],
    ['HTTP://shop.example.com/کفش', 'HTTP://shop.example.com/کفش'],
    [' https://shop.example.com/shoe ', 'https://shop.example.com/shoe'],
    ['javascript:alert(1)', null],
    [' javascript:alert(1)//https://x', null],
    ['data:text/html,<script>', null],
    ['vbscript:x', null],
    ['/product/shoe', null],
    ['shop.example.com', null],
    ['', null],
    [null, null],
  ])('links to %j as %j', (permalink, link) => {
    expect(stateOf({ permalink }).link).toBe(link);
  });

  it('cleans every text of what the database cannot hold', () => {
    const dirty = 'ک\0ف\ud83dش';
    const state = stateOf({
      sku: dirty,
      name: dirty,
      short_description: dirty,
      description: dirty,
      currency: 'ir\0t',
      categories: [dirty],
      tags: [dirty],
      image: `https://x.example.com/${dirty}`,
      gallery: [`https://y.example.com/${dirty}`],
      permalink: `https://z.example.com/${dirty}`,
      type: `a${dirty}`,
      brand: dirty,
      attributes: [{ name: dirty, options: [dirty] }],
    });
    const json = JSON.stringify(state);
    expect(json).not.toMatch(/\\u0000|\\ud83d/i);
    expect(state.title).toBe('کف\ufffdش');
    expect(state.currency).toBe('IRT');
    expect(state.attributes).toEqual([{ name: 'کف\ufffdش', options: ['کف\ufffdش'] }]);
  });

  it('trims, and passes over what is empty then', () => {
    expect(
      stateOf({
        name: ' کفش ',
        sku: '  ',
        categories: [null, ' ', ' کفش '],
        tags: ['', 'نو'],
        brand: ' نایک ',
      }),
    ).toMatchObject({
      title: 'کفش',
      sku: null,
      category: 'کفش',
      categories: ['کفش'],
      tags: ['نو'],
      brand: 'نایک',
    });
  });

  it.each([
    ['irt', 'IRT'],
    [' usd ', 'USD'],
    ['IRHT', 'IRHT'],
  ])('writes the currency %j as %s', (currency, expected) => {
    expect(stateOf({ currency }).currency).toBe(expected);
  });

  it.each(['variable', 'grouped', 'external', 'subscription'])('keeps the type %s', (type) => {
    expect(stateOf({ type }).productType).toBe(type);
  });

  it('keeps a price of many digits from the body to the product', () => {
    const text = JSON.stringify({ ...bare, price: 0 }).replace(
      '"price":0',
      '"price":123456789012345678901.25',
    );
    expect(stateOf({}, parseJson(text) as Record<string, unknown>).price).toBe('123456789012345678901.25');
  });
});

describe('prices', () => {
  type Amount = number | string | null;
  it.each<[string, Amount, Amount, Amount, boolean | null, string | null, string | null]>([
    // what, price, regular, sale, on_sale → price, original
    ['on sale', 850000, 950000, 850000, true, '850000', '950000'],
    ['on sale, as texts', '850000', '950000', '850000', true, '850000', '950000'],
    ['on sale, nobody says so', 850000, 950000, 850000, null, '850000', '950000'],
    ['not on sale', 950000, 950000, null, false, '950000', null],
    ['a sale that is over', 950000, 950000, 850000, false, '950000', null],
    ['a sale to come', 950000, 950000, 850000, null, '950000', null],
    ['regular price only', null, 950000, null, null, '950000', null],
    ['no price of now, on sale', '', 950000, 850000, true, '850000', '950000'],
    ['no price of now, nobody says', null, 950000, 850000, null, '850000', '950000'],
    ['no price of now, not on sale', null, 950000, 850000, false, '950000', null],
    ['a sale price alone', null, null, 850000, true, '850000', null],
    ['a price alone', 850000, null, null, null, '850000', null],
    ['a price alone, on sale', 850000, '', '', true, '850000', null],
    ['a sale dearer than the regular price', null, 850000, 950000, true, '850000', null],
    ['a sale at the regular price', null, 850000, 850000, true, '850000', null],
    ['a price above the regular one', 950000, 850000, null, null, '950000', null],
    ['for free', 0, null, null, false, '0', null],
    ['for free on sale', 0, 950000, 0, true, '0', '950000'],
    ['for free on sale, no price of now', null, 950000, 0, true, '0', '950000'],
    ['a regular price of nothing', 0, 0, 0, true, '0', null],
    ['nothing', null, null, null, null, null, null],
    ['empty texts', '', '', '', false, null, null],
    [
      'a toman price above 100 million',
      250_000_000,
      300_000_000,
      250_000_000,
      true,
      '250000000',
      '300000000',
    ],
    ['cents', '19.90', '24.99', '19.90', true, '19.9', '24.99'],
    ['zeros that say nothing', '0850000.00', '00950000.0', null, true, '850000', '950000'],
    ['equal prices written otherwise', '850000.00', 850000, null, true, '850000', null],
    ['half-written decimals', '.5', '1.', null, true, '0.5', '1'],
    ['blanks', ' 850000 ', ' ', null, null, '850000', null],
    [
      'digits beyond a double',
      '9007199254740993',
      '9007199254740994',
      null,
      true,
      '9007199254740993',
      '9007199254740994',
    ],
    ['many decimals', '0.1234567890123456789', null, null, null, '0.1234567890123456789', null],
  ])('%s', (_, price, regular_price, sale_price, on_sale, expected, original) => {
    expect(prices({ price, regular_price, sale_price, on_sale })).toEqual({
      price: expected,
      originalPrice: original,
    });
  });

  const digits = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 60n }), fc.stringMatching(/^(\.[0-9]{0,20})?$/))
    .map(([whole, fraction]) => `${whole}${fraction}`);
  const amount = fc.option(
    fc.oneof(digits, fc.constant(''), fc.nat(), fc.double({ min: 0, max: 1e12, noNaN: true })),
  );
  const product = fc.record({
    price: amount,
    regular_price: amount,
    sale_price: amount,
    on_sale: fc.option(fc.boolean()),
  });

  it('never round, cap or invent a price', () => {
    fc.assert(
      fc.property(product, (given) => {
        const { price, originalPrice } = prices(given);
        const sent = [given.price, given.regular_price, given.sale_price].filter(
          (value) => value !== null && value !== '',
        );
        for (const found of [price, originalPrice]) {
          if (found === null) continue;
          expect(found).toMatch(/^\d+(\.\d+)?$/);
          expect(sent.some((value) => new Big(String(value).replace(/\.$/, '')).eq(found))).toBe(true);
        }
        if (given.price !== null && given.price !== '') {
          expect(new Big(price!).eq(String(given.price).replace(/\.$/, ''))).toBe(true);
        }
      }),
    );
  });

  it('have a regular price beside them only while it is more', () => {
    fc.assert(
      fc.property(product, (given) => {
        const { price, originalPrice } = prices(given);
        if (originalPrice === null) return;
        expect(given.on_sale).not.toBe(false);
        expect(new Big(originalPrice).gt(price!)).toBe(true);
      }),
    );
  });

  it('are written one way, so that equal prices are equal texts', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 30n }),
        fc.constantFrom('', '.', '.0', '.00'),
        fc.constantFrom('', '0', '00', ' '),
        (whole, tail, head) => {
          expect(prices({ price: `${head}${whole}${tail}` }).price).toBe(String(whole));
        },
      ),
    );
  });
});
