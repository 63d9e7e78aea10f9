import { contentHash, contentOf, offerHash, type ProductState } from './product-state';

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
  variations: [],
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
  variations: [[{ id: 1 }]],
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
  it('leaves the content hash', () => expect(contentHash(changed)).toBe(contentHash(state)));
  it('changes the offer hash', () => expect(offerHash(changed)).not.toBe(offerHash(state)));
});

describe.each(casesOf(CONTENT))('a change of %s to %j', (field, value) => {
  const changed = { ...state, [field]: value };
  it('changes the content hash', () => expect(contentHash(changed)).not.toBe(contentHash(state)));
  it('leaves the offer hash', () => expect(offerHash(changed)).toBe(offerHash(state)));
});

describe('hashes', () => {
  it('are the same for the same product, whatever the order of its keys', () => {
    const turned = Object.fromEntries(Object.entries(state).reverse()) as unknown as ProductState;
    expect([contentHash(turned), offerHash(turned)]).toEqual([contentHash(state), offerHash(state)]);
  });

  it('tell apart where a text stands', () => {
    const moved = { ...state, shortDescription: state.description, description: state.shortDescription };
    expect(contentHash(moved)).not.toBe(contentHash(state));
    expect(contentHash({ ...state, tags: ['الف', 'ب'] })).not.toBe(
      contentHash({ ...state, tags: ['الف،ب'] }),
    );
    expect(offerHash({ ...state, price: null, originalPrice: '850000' })).not.toBe(
      offerHash({ ...state, price: '850000', originalPrice: null }),
    );
  });

  it('are SHA-256', () => {
    expect(contentHash(state)).toMatch(/^[0-9a-f]{64}$/);
    expect(offerHash(state)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('contentOf', () => {
  it('has neither price nor stock nor link nor image', () => {
    expect(JSON.stringify(contentOf(state))).not.toMatch(/850000|950000|instock|example\.com|IRT/);
  });
});
