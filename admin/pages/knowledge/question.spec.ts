import { questionOf } from './question';

describe('the question in the address', () => {
  it('is none without words', () => {
    expect(questionOf({})).toBeNull();
    expect(questionOf({ q: '  ', in_stock: 'true' })).toBeNull();
  });

  it('is asked with an explanation, and with what narrows it', () => {
    expect(
      questionOf({ q: ' کفش ', max_price: '۹۰۰٬۰۰۰', in_stock: 'true', store_id: '2', limit: '20' }),
    ).toEqual({
      q: 'کفش',
      limit: 20,
      in_stock: true,
      min_price: undefined,
      max_price: '900000',
      store_id: 2,
      interpret: undefined,
      explain: true,
    });
  });

  it('takes what it cannot read as not there', () => {
    expect(questionOf({ q: 'کفش', limit: '1000', interpret: 'x', max_price: 'y' })).toMatchObject({
      limit: 10,
      interpret: undefined,
      max_price: undefined,
    });
    expect(questionOf({ q: 'کفش', interpret: 'false' })).toMatchObject({ interpret: false });
  });
});
