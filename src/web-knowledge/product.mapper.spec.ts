import Big from 'big.js';
import fc from 'fast-check';
import type { Product } from './product.entity';
import { discountOf, formatMoney, toProductDetailDto, toProductDto } from './product.mapper';

const wholes = fc.bigInt({ min: 0n, max: 10n ** 60n });
const amounts = fc
  .tuple(wholes, fc.stringMatching(/^(\.[0-9]{1,20})?$/))
  .map(([whole, fraction]) => `${whole}${fraction}`);

describe('formatMoney', () => {
  it.each([
    ['850000', '850000.00'],
    ['850000.5', '850000.50'],
    ['850000.50', '850000.50'],
    ['19.99', '19.99'],
    ['0.125', '0.125'],
    ['0.1250000', '0.125'],
    ['0', '0.00'],
    ['0.000', '0.00'],
    ['250000000', '250000000.00'],
    ['9007199254740993', '9007199254740993.00'],
    ['123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
  ])('writes %s as %s', (amount, expected) => {
    expect(formatMoney(amount)).toBe(expected);
  });

  it('neither rounds nor caps, and is the same when done twice', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const written = formatMoney(amount);
        expect(written).toMatch(/^\d+\.\d{2,}$/);
        expect(new Big(written).eq(amount)).toBe(true);
        expect(formatMoney(written)).toBe(written);
      }),
    );
  });
});

describe('discountOf', () => {
  it.each([
    ['850000', '950000', '100000.00', 10.53],
    ['0', '950000', '950000.00', 100],
    ['1', '3', '2.00', 66.67],
    ['999999', '1000000', '1.00', 0],
    ['19.90', '24.99', '5.09', 20.37],
    ['0.001', '0.002', '0.001', 50],
    ['250000000', '500000000', '250000000.00', 50],
    [
      '123456789012345678901234567890',
      '246913578024691357802469135780',
      '123456789012345678901234567890.00',
      50,
    ],
    ['9007199254740992', '9007199254740993', '1.00', 0],
  ])('of %s instead of %s is %s, %d %%', (price, original, amount, percentage) => {
    expect(discountOf(price, original)).toEqual({ amount, percentage });
  });

  it.each([
    [null, null],
    ['850000', null],
    [null, '950000'],
    ['0', '0'],
    ['0', '0.00'],
  ])('of %p instead of %p is none', (price, original) => {
    expect(discountOf(price, original)).toBeNull();
  });

  it('is exact: price and amount make the regular price', () => {
    fc.assert(
      fc.property(amounts, amounts, (a, b) => {
        fc.pre(!new Big(a).eq(b));
        const [price, original] = new Big(a).lt(b) ? [a, b] : [b, a];
        const { amount, percentage } = discountOf(price, original)!;
        expect(new Big(price).plus(amount).eq(original)).toBe(true);
        expect(percentage).toBeGreaterThanOrEqual(0);
        expect(percentage).toBeLessThanOrEqual(100);
        expect(Math.abs(percentage * 100 - Math.round(percentage * 100))).toBeLessThan(1e-6);
      }),
    );
  });
});

const product: Product = {
  userId: 1,
  id: 7,
  storeId: 3,
  externalSource: 'woocommerce',
  externalId: 'woo_414',
  title: 'کفش',
  productType: 'simple',
  shortDescription: 'سبک',
  description: '<p>نرم</p>',
  link: 'https://shop.example.com/shoe',
  price: '850000',
  originalPrice: '950000',
  currency: 'IRT',
  category: 'کفش',
  categories: ['کفش', 'مردانه'],
  brand: 'نایک',
  tags: ['ورزشی', 'نو'],
  sku: 'PROD-001',
  attributes: [{ name: 'رنگ', options: ['مشکی', 'سفید'] }],
  priceMax: '850000',
  varies: false,
  ownOffer: null,
  listedMoment: null,
  formerVariations: [],
  isActive: true,
  inStock: true,
  stockStatus: 'instock',
  stockQuantity: '12',
  mainImage: 'https://shop.example.com/a.jpg',
  images: ['https://shop.example.com/a.jpg'],
  extractionMethod: 'woocommerce',
  contentHash: 'c',
  payloadDigest: null,
  fingerprint: null,
  offerHash: 'o',
  changedAt: new Date(0),
  changedOnArrival: false,
  changedByDeletion: false,
  changedByEvent: 1,
  changedEpoch: 0,
  lastSyncAt: new Date(2),
  createdAt: new Date(0),
  updatedAt: new Date(1),
};

describe('toProductDto', () => {
  it('shows a sale as the contract says', () => {
    expect(toProductDto(product, 'en')).toMatchObject({
      price: '850000.00',
      original_price: '950000.00',
      sale_price: '850000.00',
      final_price: '850000.00',
      has_discount: true,
      discount_percentage: 10.53,
      discount_amount: '100000.00',
      discount_info: {
        original_price: '950000.00',
        final_price: '850000.00',
        amount: '100000.00',
        percentage: 10.53,
        text: '10.53% off (100000.00 Toman)',
      },
      currency: 'IRT',
      currency_display: 'Toman',
    });
  });

  it('shows a product that is not on sale without any discount', () => {
    expect(toProductDto({ ...product, originalPrice: null }, 'en')).toMatchObject({
      price: '850000.00',
      original_price: null,
      sale_price: null,
      final_price: '850000.00',
      has_discount: false,
      discount_percentage: null,
      discount_amount: null,
      discount_info: null,
    });
  });

  it('shows a product without a price', () => {
    expect(
      toProductDto({ ...product, price: null, originalPrice: null, currency: null }, 'fa'),
    ).toMatchObject({
      price: null,
      final_price: null,
      sale_price: null,
      has_discount: false,
      currency: null,
      currency_display: null,
    });
  });

  it('has every field of the contract', () => {
    const fields =
      'id, title, product_type, product_type_display, short_description, description, link, has_link, price, ' +
      'original_price, sale_price, final_price, currency, currency_display, has_discount, discount_percentage, ' +
      'discount_amount, discount_info, category, brand, tags, tags_display, features, specifications, is_active, ' +
      'in_stock, stock_quantity, main_image, images, external_id, external_source, extraction_method, ' +
      'is_auto_extracted, created_at, updated_at';
    expect(Object.keys(toProductDto(product, 'fa'))).toEqual(expect.arrayContaining(fields.split(', ')));
    expect(Object.values(toProductDto(product, 'fa'))).not.toContain(undefined);
  });

  it('says displays in the language asked for', () => {
    expect(toProductDto(product, 'fa')).toMatchObject({
      product_type_display: 'ساده',
      currency_display: 'تومان',
      tags_display: 'ورزشی، نو',
    });
    expect(toProductDto(product, 'en')).toMatchObject({
      product_type_display: 'Simple',
      tags_display: 'ورزشی, نو',
    });
  });

  it('lists attributes as features and specifications', () => {
    expect(toProductDto(product, 'fa')).toMatchObject({
      features: ['رنگ: مشکی، سفید'],
      specifications: { رنگ: 'مشکی، سفید' },
    });
  });

  it('takes no prototype from the name of an attribute', () => {
    const { specifications } = toProductDto(
      { ...product, attributes: [{ name: '__proto__', options: ['x'] }] },
      'fa',
    );
    expect(Object.getPrototypeOf(specifications)).toBe(Object.prototype);
    expect(Object.keys(specifications)).toEqual(['__proto__']);
  });

  it.each<[string | null, number | null]>([
    ['12', 12],
    ['-3', -3],
    ['2.5', 2.5],
    ['0', 0],
    [null, null],
  ])('shows the stock %p as a number', (stockQuantity, expected) => {
    expect(toProductDto({ ...product, stockQuantity }, 'fa').stock_quantity).toBe(expected);
  });

  it('tells a link from none, and a shop from a person', () => {
    expect(toProductDto({ ...product, link: null }, 'fa')).toMatchObject({ link: null, has_link: false });
    expect(toProductDto(product, 'fa')).toMatchObject({ has_link: true, is_auto_extracted: true });
    expect(toProductDto({ ...product, externalSource: 'manual' }, 'fa').is_auto_extracted).toBe(false);
  });
});

describe('toProductDetailDto', () => {
  it.each<[string, number | string]>([
    ['woo_414', 414],
    ['woo_9007199254740991', 9007199254740991],
    ['woo_9007199254740993', '9007199254740993'],
    ['woo_9223372036854775807', '9223372036854775807'],
  ])('shows the shop its own id of %s', (externalId, expected) => {
    expect(toProductDetailDto({ ...product, externalId }, [], 'fa').extraction_metadata.woo_product_id).toBe(
      expected,
    );
  });

  it('adds what lists leave out', () => {
    expect(toProductDetailDto(product, [], 'fa')).toMatchObject({
      ...toProductDto(product, 'fa'),
      extraction_metadata: { sku: 'PROD-001', content_hash: 'c', last_sync_at: new Date(2) },
      attributes: product.attributes,
      variations: [],
    });
  });
});
