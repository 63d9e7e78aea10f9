import { filtersOf, orderingOf, readAttributes, readId, readPrice } from './filters';

describe('filters of products', () => {
  it.each([
    ['۸۵۰٬۰۰۰', '850000'],
    ['٨٥٠٠٠٠', '850000'],
    ['1,250,000', '1250000'],
    ['12345678901234567890', '12345678901234567890'],
    ['۱۲٫۵', '12.5'],
    ['ارزان', null],
    ['-5', null],
    ['', null],
  ])('the price %s is %s', (typed, read) => {
    expect(readPrice(typed)).toBe(read);
  });

  it('attributes stand beside each other', () => {
    expect(readAttributes('رنگ:مشکی، سایز: 42')).toEqual(['رنگ:مشکی', 'سایز: 42']);
    expect(readAttributes('رنگ')).toEqual([]);
    expect(readAttributes(': مشکی, رنگ:')).toEqual([]);
  });

  it('asks for nothing that is not set, or makes no sense', () => {
    expect(JSON.parse(JSON.stringify(filtersOf({})))).toEqual({});
    expect(
      JSON.parse(
        JSON.stringify(
          filtersOf({
            in_stock: 'maybe',
            store_id: 'x',
            min_price: 'y',
            attribute: 'z',
            external_source: 'ebay',
          }),
        ),
      ),
    ).toEqual({});
    expect(orderingOf('rank')).toBeUndefined();
    expect(readId('1.5')).toBeUndefined();
  });

  it('asks for what is set', () => {
    expect(
      filtersOf({
        in_stock: 'false',
        is_active: 'true',
        store_id: '3',
        max_price: '۹۰۰',
        attribute: 'رنگ:مشکی',
      }),
    ).toMatchObject({
      in_stock: false,
      is_active: true,
      store_id: 3,
      max_price: '900',
      attribute: ['رنگ:مشکی'],
    });
    expect(orderingOf('-price')).toBe('-price');
  });
});
