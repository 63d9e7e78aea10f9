import { contentHash, contentOf, offerHash, type ProductState, type VariationState } from './product-state';

const state: ProductState = {
  title: 'کفش اسپرت',
  productType: 'simple',
  shortDescription: 'سبک',
  description: '<p>نرم</p>',
  category: 'کفش',
  categories: ['کفش', 'مردانه'],
  brand: 'نایک',
  tags: ['ورزشی'],
  sku: 'PROD-001',
  attributes: [{ name: 'رنگ', options: ['مشکی', 'سفید'] }],
  link: 'https://shop.example.com/shoe',
  price: '850000',
  originalPrice: '950000',
  currency: 'IRT',
  inStock: true,
  stockStatus: 'instock',
  stockQuantity: '12',
  mainImage: 'https://shop.example.com/a.jpg',
  images: ['https://shop.example.com/a.jpg', 'https://shop.example.com/b.jpg'],
};

/** Every field with other values for it. */
const OFFER: Partial<{ [K in keyof ProductState]: ProductState[K][] }> = {
  productType: ['variable'],
  link: [null, 'https://shop.example.com/other'],
  price: [null, '850001', '0'],
  originalPrice: [null, '950001'],
  currency: [null, 'IRR'],
  inStock: [false],
  stockStatus: ['onbackorder', 'outofstock'],
  stockQuantity: [null, '11', '0'],
  mainImage: [null, 'https://shop.example.com/b.jpg'],
  images: [[], ['https://shop.example.com/b.jpg', 'https://shop.example.com/a.jpg']],
};
const CONTENT: Partial<{ [K in keyof ProductState]: ProductState[K][] }> = {
  title: ['کفش اسپرت نو', ''],
  shortDescription: ['سبک‌تر', ''],
  description: ['<p>نرم‌تر</p>', ''],
  categories: [['کفش'], ['مردانه', 'کفش'], []],
  brand: [null, 'آدیداس'],
  tags: [[], ['ورزشی', 'نو']],
  sku: [null, 'PROD-002'],
  attributes: [[], [{ name: 'رنگ', options: ['مشکی'] }], [{ name: 'مدل', options: ['مشکی', 'سفید'] }]],
};
const contentHashOf = (product: ProductState) => contentHash(contentOf(product, []));
const offerHashOf = (product: ProductState) => offerHash(product, []);

const casesOf = (table: object) =>
  Object.entries(table).flatMap(([field, values]) =>
    (values as unknown[]).map((value) => [field, value] as const),
  );

it('knows every field, except the category that is the first of the categories', () => {
  expect([...Object.keys(OFFER), ...Object.keys(CONTENT), 'category'].sort()).toEqual(
    Object.keys(state).sort(),
  );
});

describe.each(casesOf(OFFER))('a change of %s to %j', (field, value) => {
  const changed = { ...state, [field]: value };
  it('leaves the content hash', () => expect(contentHashOf(changed)).toBe(contentHashOf(state)));
  it('changes the offer hash', () => expect(offerHashOf(changed)).not.toBe(offerHashOf(state)));
});

describe.each(casesOf(CONTENT))('a change of %s to %j', (field, value) => {
  const changed = { ...state, [field]: value };
  it('changes the content hash', () => expect(contentHashOf(changed)).not.toBe(contentHashOf(state)));
  it('leaves the offer hash', () => expect(offerHashOf(changed)).toBe(offerHashOf(state)));
});

describe('hashes', () => {
  it('are the same for the same product, whatever the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(state).reverse()) as unknown as ProductState;
    expect([contentHashOf(turned), offerHashOf(turned)]).toEqual([contentHashOf(state), offerHashOf(state)]);
  });

  it('tell apart where a text stands', () => {
    const moved = { ...state, shortDescription: state.description, description: state.shortDescription };
    expect(contentHashOf(moved)).not.toBe(contentHashOf(state));
    expect(contentHashOf({ ...state, tags: ['الف', 'ب'] })).not.toBe(
      contentHashOf({ ...state, tags: ['الف،ب'] }),
    );
    expect(offerHashOf({ ...state, price: null, originalPrice: '850000' })).not.toBe(
      offerHashOf({ ...state, price: '850000', originalPrice: null }),
    );
  });

  it('are SHA-256', () => {
    expect(contentHashOf(state)).toMatch(/^[0-9a-f]{64}$/);
    expect(offerHashOf(state)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('contentOf', () => {
  it('has neither price nor stock nor link nor image', () => {
    expect(JSON.stringify(contentOf(state, []))).not.toMatch(/850000|950000|instock|example\.com|IRT/);
  });
});

describe('variations', () => {
  const variation: VariationState = {
    sku: 'PROD-001-42',
    attributes: [{ name: 'سایز', option: '42' }],
    isActive: true,
    link: null,
    price: '850000',
    originalPrice: null,
    inStock: true,
    stockStatus: 'instock',
    stockQuantity: '3',
    image: null,
  };
  const hashes = (changed: Partial<VariationState>) => ({
    content: contentHash(contentOf(state, [{ ...variation, ...changed }])),
    offer: offerHash(state, [['415', { ...variation, ...changed }]]),
  });

  it.each<[keyof VariationState, unknown]>([
    ['price', '850001'],
    ['originalPrice', '950000'],
    ['inStock', false],
    ['stockStatus', 'onbackorder'],
    ['stockQuantity', '2'],
    ['image', 'https://shop.example.com/42.jpg'],
    ['link', 'https://shop.example.com/shoe?size=42'],
  ])('whose %s becomes %j are offered otherwise, and embedded as before', (field, value) => {
    const changed = hashes({ [field]: value });
    expect(changed.content).toBe(hashes({}).content);
    expect(changed.offer).not.toBe(hashes({}).offer);
  });

  it.each<[keyof VariationState, unknown]>([
    ['sku', 'PROD-001-43'],
    ['attributes', [{ name: 'سایز', option: '43' }]],
  ])('whose %s becomes %j are embedded anew', (field, value) => {
    expect(hashes({ [field]: value }).content).not.toBe(hashes({}).content);
  });

  it('of which only the id is known are not those that are known', () => {
    expect(offerHash(state, [['415', null]])).not.toBe(offerHash(state, [['415', variation]]));
    expect(offerHash(state, [['415', null]])).not.toBe(offerHash(state, []));
  });
});
