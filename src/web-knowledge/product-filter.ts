import type { ProductRestriction } from '../knowledge/search/knowledge-search.service';
import { escapeLike } from '../knowledge/search/knowledge-search.service';
import { normalize } from '../knowledge/language/normalizer';
import { facet } from '../knowledge/documents/product-document';
import type { ProductsFilterDto } from './products.dto';

type Filters = ProductsFilterDto & { search?: string | undefined };

/** The filters of list and search as a condition on the alias `p`, in one place for both. `$1` is the user. */
export function restrictionOf(filters: Filters): ProductRestriction {
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
