import { restrictionOf } from './product-filter';
import type { ProductsQueryDto } from './products.dto';

const all: ProductsQueryDto = {
  external_source: 'woocommerce',
  product_type: 'simple',
  is_active: true,
  in_stock: false,
  has_discount: true,
  min_price: '0',
  max_price: '1000000',
  currency: 'irt',
  category: 'كفش‌هاي مردانه',
  brand: 'نایک',
  tag: 'ورزشی',
  search: 'كفش ۴۲',
};
/** The placeholders of values; `$1` is the user in every statement. */
const numbersIn = (sql: string) =>
  [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)).filter((number) => number !== 1);

const restrict = (filters: ProductsQueryDto, firstParameter = 2) => {
  const restriction = restrictionOf(filters);
  return { sql: restriction.sql(firstParameter), values: restriction.values };
};

describe('restrictionOf', () => {
  it.each([2, 5, 17])('numbers its placeholders from $%d on, one per value', (first) => {
    const { sql, values } = restrict(all, first);
    const used = [...new Set(numbersIn(sql))].sort((a, b) => a - b);
    expect(used).toEqual(values.map((_, index) => first + index));
  });

  it('numbers anew each time it is asked', () => {
    const restriction = restrictionOf(all);
    expect(restriction.sql(3)).toBe(restriction.sql(3));
    expect(numbersIn(restriction.sql(2))[0]).toBe(2);
  });

  it.each<[string, ProductsQueryDto]>([
    ['nothing', {}],
    ['empty texts', { search: '', category: '', brand: '', tag: '', currency: '', min_price: '' }],
    ['a search for blanks', { search: ' \u200c  ' }],
    ['paging and ordering', { page: 2, page_size: 5, ordering: '-price' }],
  ])('restricts nothing for %s', (_, filters) => {
    expect(restrict(filters)).toEqual({ sql: 'true', values: [] });
  });

  it.each<[ProductsQueryDto, string, unknown]>([
    [{ external_source: 'manual' }, 'p.external_source = $4', 'manual'],
    [{ product_type: 'variable' }, 'p.product_type = $4', 'variable'],
    [{ is_active: false }, 'p.is_active = $4', false],
    [{ is_active: true }, 'p.is_active = $4', true],
    [{ in_stock: false }, 'p.in_stock = $4', false],
    [{ currency: 'irt' }, 'p.currency = $4', 'IRT'],
  ])('restricts for %p', (filters, condition, value) => {
    expect(restrict(filters, 4)).toEqual({ sql: condition, values: [value] });
  });

  it('joins conditions with AND', () => {
    const { sql } = restrict({ is_active: true, in_stock: true });
    expect(sql).toBe('p.is_active = $2 AND p.in_stock = $3');
  });

  it.each<[ProductsQueryDto, string, string]>([
    [
      { min_price: '0' },
      'CASE WHEN p.varies THEN p.price_max ELSE p.price END >= $4::numeric',
      'v.price >= $4::numeric',
    ],
    [{ max_price: '99999999999999999999.99' }, 'p.price <= $4::numeric', 'v.price <= $4::numeric'],
    [
      { has_discount: false },
      '(p.varies OR (p.original_price IS NOT NULL) = $4)',
      '(v.original_price IS NOT NULL) = $4',
    ],
  ])('asks of a product, or of one of its variations, for %p', (filters, ofProduct, ofVariation) => {
    const { sql, values } = restrict(filters, 4);
    expect(sql.startsWith(`${ofProduct} AND (NOT p.varies OR EXISTS (`)).toBe(true);
    expect(sql).toContain(`v.is_member AND v.is_active AND ${ofVariation})`);
    expect(values).toEqual(Object.values(filters));
  });

  it('asks all of one variation: price, discount, stock and attributes', () => {
    const filters = {
      min_price: '1',
      has_discount: true,
      in_stock: true,
      attribute: ['رنگ:مشكي', 'سایز: ۴۲'],
    };
    const { sql, values } = restrict(filters);
    expect(sql.match(/EXISTS/g)).toHaveLength(1);
    expect(sql.match(/v\.facets @> \$\d+::text\[\] OR NOT v\.facets @> \$\d+::text\[\]/g)).toHaveLength(2);
    expect(sql).toMatch(/AND v\.in_stock\)/);
    expect(values).toContainEqual(['attribute:رنگ=مشکی', 'attribute:سایز=42']);
    expect(
      numbersIn(sql)
        .sort((a, b) => a - b)
        .filter((n, i, all) => all.indexOf(n) === i),
    ).toEqual(values.map((_, index) => 2 + index));
  });

  it('looks for names in the facets, spelling variants alike', () => {
    const { sql, values } = restrict({ category: 'كفش‌هاي مردانه', tag: 'نو' });
    expect(values).toEqual([['category:کفشهایمردانه', 'tag:نو']]);
    expect(sql).toContain('f.facets @> $2::text[]');
    expect(restrict({ category: 'کفش های مردانه', tag: 'نو' }).values).toEqual(values);
  });

  it('looks for every word of a search, normalised', () => {
    const { sql, values } = restrict({ search: ' كفش  می‌دهد\n۴۲ Nike ' });
    expect(values).toEqual(['%کفش%', '%میدهد%', '%42%', '%nike%']);
    expect(sql.match(/f\.text LIKE \$\d/g)).toHaveLength(4);
  });

  it('takes the signs of LIKE to the letter', () => {
    expect(restrict({ search: String.raw`50% a_b c\d` }).values).toEqual([
      String.raw`%50\%%`,
      String.raw`%a\_b%`,
      String.raw`%c\\d%`,
    ]);
  });

  it('stays within the rows of the same user', () => {
    for (const filters of [{ search: 'کفش' }, { brand: 'نایک' }]) {
      expect(restrict(filters).sql).toMatch(/\bf\.user_id = \$1/);
    }
    expect(restrict({ min_price: '1' }).sql).toMatch(/\bv\.user_id = \$1/);
  });

  it('looks for twenty words at most', () => {
    const { values } = restrict({ search: Array.from({ length: 100 }, (_, n) => `w${n}`).join(' ') });
    expect(values).toHaveLength(20);
  });

  it('writes no value into the SQL', () => {
    const evil = `x'); DROP TABLE products; --`;
    const filters = {
      attribute: [`${evil}:${evil}`],
      product_type: evil,
      currency: evil,
      category: evil,
      brand: evil,
      tag: evil,
      search: evil,
    };
    expect(restrict(filters).sql).not.toMatch(/drop|;|--|'/i);
  });
});
