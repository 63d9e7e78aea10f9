import Big from 'big.js';
import { containing } from '../database/like-pattern';
import type { ProductRestriction } from '../knowledge/search/product-restriction';
import { RIAL_UNITS, type PriceWords } from '../knowledge/language/price-words';
import { normalize } from '../knowledge/language/normalizer';
import { attributeFacet, attributeName, facet } from '../knowledge/documents/product-document';
import type { ProductsFilterDto } from './products.dto';

type Filters = ProductsFilterDto & { search?: string | undefined };

/** A price in rial, or in the product's own currency where that is none of Iran's. */
const inComparableUnits = (price: string): string =>
  `(${price}) * CASE p.currency ${Object.entries(RIAL_UNITS)
    .map(([code, rial]) => `WHEN '${code}' THEN ${rial}`)
    .join(' ')} ELSE 1 END`;
const IS_RIAL = `p.currency IN (${Object.keys(RIAL_UNITS)
  .map((code) => `'${code}'`)
  .join(', ')})`;

/** The price of a bound: of a product with variations, at least one may be within it; of one variation, its own. */
type Bound = 'lowest' | 'highest';
const OF_PRODUCT: Record<Bound, string> = {
  lowest: 'p.price',
  highest: 'CASE WHEN p.varies THEN p.price_max ELSE p.price END',
};
const OF_VARIATION: Record<Bound, string> = { lowest: 'v.price', highest: 'v.price' };

/** Writes a condition for the placeholder of its value. */
type Condition = (placeholder: string) => string;

/** Conditions with one value each, numbered when they are written out. */
class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: ((first: number) => string)[] = [];

  /** Adds a value; returns its placeholder for conditions that are added by `when`. */
  value(value: unknown): (first: number) => string {
    const place = this.values.push(value) - 1;
    return (first) => `$${first + place}`;
  }

  add(value: unknown, condition: Condition): void {
    const placeholder = this.value(value);
    this.when((first) => condition(placeholder(first)));
  }

  when(condition: (first: number) => string): void {
    this.parts.push(condition);
  }

  sql(first: number, otherwise = 'true'): string {
    return this.parts.map((part) => part(first)).join(' AND ') || otherwise;
  }
}

/**
 * The filters of list and search as a condition on the alias `p`, in one place for both. `$1` is the user.
 * Price, discount, stock and attributes are met by a product whose variations decide when one of them meets them all.
 * @param price what the question's words say of the price; rial and toman are converted, other currencies must be equal
 */
export function restrictionOf(filters: Filters, price: PriceWords | null = null): ProductRestriction {
  const conditions = new Conditions();
  /** What one variation must meet, by the same values. */
  const ofVariation: ((first: number) => string)[] = [];

  if (filters.store_id) conditions.add(filters.store_id, (n) => `p.store_id = ${n}`);
  if (filters.external_source) conditions.add(filters.external_source, (n) => `p.external_source = ${n}`);
  if (filters.product_type) conditions.add(filters.product_type, (n) => `p.product_type = ${n}`);
  if (typeof filters.is_active === 'boolean') conditions.add(filters.is_active, (n) => `p.is_active = ${n}`);
  if (typeof filters.in_stock === 'boolean') conditions.add(filters.in_stock, (n) => `p.in_stock = ${n}`);
  if (filters.currency) conditions.add(filters.currency.toUpperCase(), (n) => `p.currency = ${n}`);
  if (typeof filters.has_discount === 'boolean') {
    const wanted = conditions.value(filters.has_discount);
    conditions.when((first) => `(p.varies OR (p.original_price IS NOT NULL) = ${wanted(first)})`);
    ofVariation.push((first) => `(v.original_price IS NOT NULL) = ${wanted(first)}`);
  }

  const addPrice = (value: unknown, bound: Bound, condition: (price: string, n: string) => string) => {
    const placeholder = conditions.value(value);
    conditions.when((first) => condition(OF_PRODUCT[bound], placeholder(first)));
    ofVariation.push((first) => condition(OF_VARIATION[bound], placeholder(first)));
  };
  if (filters.min_price) addPrice(filters.min_price, 'highest', (of, n) => `${of} >= ${n}::numeric`);
  if (filters.max_price) addPrice(filters.max_price, 'lowest', (of, n) => `${of} <= ${n}::numeric`);
  if (price) addPriceWords(price, addPrice);

  const attributes = (filters.attribute ?? []).map((each) => {
    const [name = '', ...option] = each.split(':');
    return { facet: attributeFacet(name, option.join(':')), name: attributeName(name) };
  });
  for (const attribute of attributes) {
    const [facetValue, nameValue] = [conditions.value([attribute.facet]), conditions.value([attribute.name])];
    // A variation without the attribute stands for any value of it.
    ofVariation.push(
      (first) => `(v.facets @> ${facetValue(first)}::text[] OR NOT v.facets @> ${nameValue(first)}::text[])`,
    );
  }

  const inText = textConditions(
    conditions,
    filters,
    attributes.map((attribute) => attribute.facet),
  );

  // Whether it has one in stock the product says itself.
  if (ofVariation.length > 0) {
    conditions.when((first) => {
      const met = ofVariation.map((condition) => condition(first));
      if (filters.in_stock === true) met.push('v.in_stock');
      return `(NOT p.varies OR EXISTS (SELECT 1 FROM product_variations v
         WHERE v.user_id = $1 AND v.store_id = p.store_id AND v.external_source = p.external_source
           AND v.product_external_id = p.external_id AND v.is_member AND v.is_active AND ${met.join(' AND ')}))`;
    });
  }
  const ofDocument = (first: number, alias: string) =>
    inText.map((condition) => condition(first, alias)).join(' AND ') || 'true';
  return {
    values: conditions.values,
    ofProduct: (first) => conditions.sql(first),
    ofDocument,
    sql: (first) =>
      inText.length === 0
        ? conditions.sql(first)
        : // As an array the ids are found once, by the inverted indexes; as a join, a filter without a match was answered
          // by walking all products in the list's order.
          `${conditions.sql(first)} AND p.id = ANY (ARRAY (
             SELECT f.product_id FROM documents f WHERE f.user_id = $1 AND ${ofDocument(first, 'f')}))`,
  };
}

/** Names and words, in the document of a product. */
function textConditions(
  conditions: Conditions,
  filters: Filters,
  attributes: readonly string[],
): ((first: number, alias: string) => string)[] {
  const inText: ((first: number, alias: string) => string)[] = [];
  const add = (value: unknown, condition: (placeholder: string, alias: string) => string) => {
    const placeholder = conditions.value(value);
    inText.push((first, alias) => condition(placeholder(first), alias));
  };
  const facets = (['category', 'brand', 'tag'] as const).flatMap((kind) => {
    const name = filters[kind];
    return name ? [facet(kind, name)] : [];
  });
  if (facets.length + attributes.length > 0)
    add([...facets, ...attributes], (n, alias) => `${alias}.facets @> ${n}::text[]`);
  for (const word of normalize(filters.search ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 20)) {
    add(containing(word), (n, alias) => `${alias}.text LIKE ${n}`);
  }
  return inText;
}

function addPriceWords(
  { minPrice, maxPrice, currency }: PriceWords,
  add: (value: unknown, bound: Bound, condition: (price: string, n: string) => string) => void,
): void {
  const bounds = [
    [minPrice, 'highest', '>='],
    [maxPrice, 'lowest', '<='],
  ] as const;
  const rial = RIAL_UNITS[currency ?? 'IRT'];
  for (const [amount, bound, operator] of bounds) {
    if (amount === null) continue;
    const inRial = rial === undefined ? null : new Big(amount).times(rial).toFixed();
    if (currency === null) {
      // Nobody said of what: toman where a shop of Iran is asked, elsewhere the shop's own currency.
      add(
        [amount, inRial],
        bound,
        (price, n) =>
          `${inComparableUnits(price)} ${operator} (${n}::numeric[])[CASE WHEN ${IS_RIAL} THEN 2 ELSE 1 END]`,
      );
    } else if (inRial === null) {
      add(
        [amount, currency],
        bound,
        (price, n) => `${price} ${operator} (${n}::text[])[1]::numeric AND p.currency = (${n}::text[])[2]`,
      );
    } else {
      add(
        inRial,
        bound,
        (price, n) => `${IS_RIAL} AND ${inComparableUnits(price)} ${operator} ${n}::numeric`,
      );
    }
  }
}
