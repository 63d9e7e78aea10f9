import Big from 'big.js';
import type { ProductRestriction } from '../knowledge/search/product-restriction';
import { RIAL_UNITS, type PriceWords } from '../knowledge/language/price-words';
import { normalize } from '../knowledge/language/normalizer';
import { facet } from '../knowledge/documents/product-document';
import type { ProductsFilterDto } from './products.dto';

type Filters = ProductsFilterDto & { search?: string | undefined };

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** A product's price in rial, or in its own currency where that is none of Iran's. */
const COMPARABLE_PRICE = `p.price * CASE p.currency ${Object.entries(RIAL_UNITS)
  .map(([code, rial]) => `WHEN '${code}' THEN ${rial}`)
  .join(' ')} ELSE 1 END`;
const IS_RIAL = `p.currency IN (${Object.keys(RIAL_UNITS)
  .map((code) => `'${code}'`)
  .join(', ')})`;

/**
 * The filters of list and search as a condition on the alias `p`, in one place for both. `$1` is the user.
 * @param price what the question's words say of the price; rial and toman are converted, other currencies must be equal
 */
export function restrictionOf(filters: Filters, price: PriceWords | null = null): ProductRestriction {
  const conditions: ((placeholder: () => string) => string)[] = [];
  const values: unknown[] = [];
  const add = (value: unknown, condition: (placeholder: string) => string) => {
    values.push(value);
    conditions.push((placeholder) => condition(placeholder()));
  };

  if (filters.external_source) add(filters.external_source, (n) => `p.external_source = ${n}`);
  if (filters.product_type) add(filters.product_type, (n) => `p.product_type = ${n}`);
  if (typeof filters.is_active === 'boolean') add(filters.is_active, (n) => `p.is_active = ${n}`);
  if (typeof filters.in_stock === 'boolean') add(filters.in_stock, (n) => `p.in_stock = ${n}`);
  if (typeof filters.has_discount === 'boolean') {
    add(filters.has_discount, (n) => `(p.original_price IS NOT NULL) = ${n}`);
  }
  if (filters.min_price) add(filters.min_price, (n) => `p.price >= ${n}::numeric`);
  if (filters.max_price) add(filters.max_price, (n) => `p.price <= ${n}::numeric`);
  if (filters.currency) add(filters.currency.toUpperCase(), (n) => `p.currency = ${n}`);

  if (price) addPriceWords(price, add);

  const inText: ((placeholder: () => string) => string)[] = [];
  const addInText = (value: unknown, condition: (placeholder: string) => string) => {
    values.push(value);
    inText.push((placeholder) => condition(placeholder()));
  };
  const facets = (['category', 'brand', 'tag'] as const).flatMap((kind) => {
    const name = filters[kind];
    return name ? [facet(kind, name)] : [];
  });
  if (facets.length > 0) addInText(facets, (n) => `f.facets @> ${n}::text[]`);
  for (const word of normalize(filters.search ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 20)) {
    addInText(`%${escapeLike(word)}%`, (n) => `f.text LIKE ${n}`);
  }
  // As an array the ids are found once, by the inverted indexes; as a join, a filter without a match was answered by
  // walking all products in the list's order.
  if (inText.length > 0) {
    conditions.push(
      (placeholder) =>
        `p.id = ANY (ARRAY (SELECT f.product_id FROM documents f WHERE f.user_id = $1
           AND ${inText.map((condition) => condition(placeholder)).join(' AND ')}))`,
    );
  }

  return {
    values,
    sql(firstParameter) {
      let next = firstParameter;
      return conditions.map((condition) => condition(() => `$${next++}`)).join(' AND ') || 'true';
    },
  };
}

function addPriceWords(
  { minPrice, maxPrice, currency }: PriceWords,
  add: (value: unknown, condition: (placeholder: string) => string) => void,
): void {
  const bounds = [[minPrice, '>='] as const, [maxPrice, '<='] as const];
  const rial = RIAL_UNITS[currency ?? 'IRT'];
  for (const [amount, operator] of bounds) {
    if (amount === null) continue;
    const inRial = rial === undefined ? null : new Big(amount).times(rial).toFixed();
    if (currency === null) {
      // Nobody said of what: toman where a shop of Iran is asked, elsewhere the shop's own currency.
      add(
        [amount, inRial],
        (n) => `${COMPARABLE_PRICE} ${operator} (${n}::numeric[])[CASE WHEN ${IS_RIAL} THEN 2 ELSE 1 END]`,
      );
    } else if (inRial === null) {
      add(
        [amount, currency],
        (n) => `p.price ${operator} (${n}::text[])[1]::numeric AND p.currency = (${n}::text[])[2]`,
      );
    } else {
      add(inRial, (n) => `${IS_RIAL} AND ${COMPARABLE_PRICE} ${operator} ${n}::numeric`);
    }
  }
}
