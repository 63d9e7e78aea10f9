import { facet, toDocument, type ProductContent } from './product-document';

const content: ProductContent = {
  title: ' کفش اسپرت ',
  sku: 'PROD-001',
  brand: 'نایک',
  categories: ['کفش', 'مردانه'],
  tags: ['ورزشی'],
  attributes: [{ name: 'رنگ', options: ['مشکی', 'سفید'] }],
  variations: [],
  shortDescription: '<p>سبک</p>',
  description: '<p>رویهٔ <b>تنفسی</b></p>',
};
const empty: ProductContent = {
  title: 'کفش',
  sku: null,
  brand: null,
  categories: [],
  tags: [],
  attributes: [],
  variations: [],
  shortDescription: '',
  description: '',
};

describe('toDocument', () => {
  it('states the facts, then the short text, then the long one', () => {
    expect(toDocument(content)).toMatchObject({
      title: 'کفش اسپرت',
      body: [
        'SKU: PROD-001\nبرند: نایک\nدسته‌بندی: کفش، مردانه\nبرچسب: ورزشی\nرنگ: مشکی، سفید',
        'سبک',
        'رویهٔ تنفسی',
      ].join('\n\n'),
    });
  });

  it('has no body where there is no more than a title', () => {
    expect(toDocument(empty)).toEqual({
      title: 'کفش',
      body: '',
      search: { title: 'کفش', text: 'کفش', facets: [], terms: "'کفش':1A", vocabulary: ['کفش'] },
    });
  });

  it('says what each variation is, never what it costs', () => {
    const variations = [
      {
        sku: 'A-42',
        attributes: [
          { name: 'رنگ', option: 'مشکی' },
          { name: 'سایز', option: '42' },
        ],
        price: 9,
      },
      { sku: null, attributes: [{ name: '', option: 'سفید' }] },
      { sku: 'B-43', attributes: [] },
    ];
    const { body, search } = toDocument({ ...empty, variations });
    expect(body).toBe('رنگ: مشکی، سایز: 42 (SKU: A-42)\nسفید\n(SKU: B-43)');
    expect(search.terms).toContain("'a42'");
  });

  it('says no more variations than a reader takes in, and finds the SKUs of all', () => {
    const variations = Array.from({ length: 500 }, (_, index) => ({ sku: `V${index}`, attributes: [] }));
    const { body, search } = toDocument({ ...empty, variations });
    expect(body.split('\n')).toHaveLength(50);
    expect(search.terms).toContain("'v499'");
  });

  it('says a text once that stands in both descriptions', () => {
    const { body } = toDocument({ ...empty, shortDescription: '<p>سبک</p>', description: 'سبک' });
    expect(body).toBe('سبک');
  });

  it('has neither link nor image of the description', () => {
    const description =
      '<a href="https://shop.example.com/buy">خرید</a><img src="https://shop.example.com/a.jpg" alt="x">';
    const { body, search } = toDocument({ ...empty, description });
    expect(body).toBe('خرید');
    expect(search.text).not.toContain('example');
  });

  it('never holds price, stock, link or images, even where it is handed a whole product', () => {
    const product = {
      ...content,
      price: '111222',
      originalPrice: '333444',
      stockQuantity: '555666',
      stockStatus: 'instock',
      link: 'https://shop.example.com/product/shoe',
      mainImage: 'https://shop.example.com/shoe.jpg',
      images: ['https://shop.example.com/shoe.jpg'],
    };
    expect(toDocument(product)).toEqual(toDocument(content));
    expect(JSON.stringify(toDocument(product))).not.toMatch(/111222|333444|555666|instock|example\.com/);
  });

  it('is searched by text whose spelling variants have met', () => {
    const arabic = { ...content, title: 'كفش‌ اسپرت', description: 'رويه تنفسي ۴۲' };
    const persian = { ...content, title: 'کفش اسپرت', description: 'رویه تنفسی 42' };
    expect(toDocument(arabic).search.text).toBe(toDocument(persian).search.text);
    expect(toDocument(persian).search.text).toContain('prod-001');
  });

  it('lists what it can be filtered by', () => {
    expect(toDocument(content).search.facets).toEqual(
      expect.arrayContaining(['category:کفش', 'category:مردانه', 'tag:ورزشی', 'brand:نایک']),
    );
    expect(toDocument(empty).search.facets).toEqual([]);
  });
});

describe('facet', () => {
  it('meets spelling variants, and keeps kinds apart', () => {
    expect(facet('category', 'كفش‌هاي مردانه')).toBe(facet('category', 'کفش های مردانه'));
    expect(facet('tag', 'کفش')).not.toBe(facet('brand', 'کفش'));
  });
});
