import type { VariationState } from './product-state';
import { fittingVariation, readAskedWords } from './variation-fit';

const shoe = (id: string, size: string, colour: string | null, changes: Partial<VariationState> = {}) => ({
  id,
  state: {
    sku: `NK-${size}-${id}`,
    attributes: [
      { name: 'سایز', option: size },
      ...(colour === null ? [] : [{ name: 'رنگ', option: colour }]),
    ],
    isActive: true,
    link: null,
    price: '100',
    originalPrice: null,
    inStock: true,
    stockStatus: 'instock' as const,
    stockQuantity: null,
    image: null,
    ...changes,
  },
});
const sold = { inStock: false, stockStatus: 'outofstock' as const };
const shoes = [
  shoe('a', '۴۰', 'مشکی'),
  shoe('b', '۴۱', 'مشکی', sold),
  shoe('c', '۴۲', 'مشکی', sold),
  shoe('d', '۴۲', 'سفید', { price: '120' }),
  shoe('e', '۴۲', 'آبی روشن', { price: '110' }),
  shoe('f', '۴۴', 'مشکی', { isActive: false }),
];
const fit = (question: string, variations = shoes, title = 'کفش دویدن نایک پگاسوس 40') => {
  const { variation, asked } = fittingVariation(readAskedWords(question), title, variations);
  return [variation?.id ?? null, ...asked.map(({ option }) => option)];
};

describe('fittingVariation', () => {
  it.each<[string, (string | null)[]]>([
    ['کفش نایک سایز ۴۲ موجود دارید؟', ['e', '۴۲']],
    ['کفش نایک سایز 42 مشکی', ['c', '۴۲', 'مشکی']],
    ['کفش نایک سایز 42 سیاه', ['c', '۴۲', 'مشکی']],
    ['نایک سفید', ['d', 'سفید']],
    ['کفش نایک رنگ آبی روشن', ['e', 'آبی روشن']],
    ['41 داری؟', ['b', '۴۱']],
    ['سایز ۴۷ پگاسوس', [null, '47']],
    ['سایز ۴۴ پگاسوس', [null, '44']],
    ['سایز ۴۱ سفید', [null, '۴۱', 'سفید']],
    ['پگاسوس 40', [null]],
    ['پگاسوس 40 سایز 42', ['e', '۴۲']],
    ['پگاسوس 40 سایز 40', ['a', '۴۰']],
    ['کفش دویدن', [null]],
    ['nk-42-d', ['d', '۴۲', 'سفید']],
    ['', [null]],
  ])('%s', (question, expected) => {
    expect(fit(question)).toEqual(expected);
  });

  it('takes a variation without the attribute for any value of it', () => {
    const any = [shoe('any', '۴۲', null), shoe('white', '۴۳', 'سفید')];
    expect(fit('سایز 42 سفید', any)).toEqual(['any', '۴۲', 'سفید']);
  });

  it('names none of variations that are known by their ids alone', () => {
    expect(fittingVariation(readAskedWords('سایز 42'), 'کفش', [{ state: null }])).toEqual({
      variation: null,
      asked: [],
    });
  });

  it('prefers the cheapest of those in stock, by exact prices', () => {
    const prices = ['9007199254740993', '9007199254740992', null];
    const same = prices.map((price, index) => shoe(String(index), '۴۲', null, { price }));
    expect(fit('سایز ۴۲', same)[0]).toBe('1');
  });

  it("takes the first of those that are alike, in the shop's order", () => {
    const alike = ['z', 'a', 'm'].map((id) => shoe(id, '۴۲', null));
    expect(fit('سایز ۴۲', alike)[0]).toBe('z');
  });

  it('knows a code with its dashes or without', () => {
    expect(fit('nk42d')[0]).toBe('d');
  });
});
