import type { paths } from '../../api/schema';
import { latinDigits } from '../../parts/digits';

export type ProductsQuery = NonNullable<
  paths['/api/v1/web-knowledge/products/']['get']['parameters']['query']
>;

/** Filters that come first, and those that are rarely needed. */
export const MAIN = ['search', 'store_id', 'in_stock', 'has_discount', 'is_active', 'category'] as const;
export const RARE = [
  'brand',
  'tag',
  'attribute',
  'min_price',
  'max_price',
  'currency',
  'product_type',
  'external_source',
] as const;
export type ProductFilter = (typeof MAIN)[number] | (typeof RARE)[number];

export const SOURCES = ['woocommerce', 'shopify', 'manual'] as const;
export const ORDERINGS = [
  '-created_at',
  'created_at',
  '-updated_at',
  'updated_at',
  'price',
  '-price',
  'title',
  '-title',
] as const;

/** "۸۵۰٬۰۰۰" → "850000"; null for what is no price. */
export function readPrice(typed: string): string | null {
  const plain = latinDigits(typed)
    .replace(/[\s,٬،_]/g, '')
    .replace('٫', '.');
  return /^\d+(\.\d+)?$/.test(plain) ? plain : null;
}

/** "رنگ:مشکی، سایز:42" → each of them; what names no value is left out. */
export const readAttributes = (typed: string): string[] =>
  typed
    .split(/[,،;؛\n]/)
    .map((pair) => pair.trim())
    .filter((pair) => /^[^:]*[^\s:]\s*:\s*\S/.test(pair));

export const readFlag = (value: string | undefined): boolean | undefined =>
  value === 'true' ? true : value === 'false' ? false : undefined;

/** A number of the address: none where somebody has mistyped it. */
export const readId = (value: string | null | undefined): number | undefined => {
  const id = Number(value);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
};

const oneOf = <T extends string>(choices: readonly T[], value: string | undefined): T | undefined =>
  choices.find((choice) => choice === value);

const price = (typed: string | undefined) => (typed && readPrice(typed)) || undefined;

/** What the address says, as the API takes it. */
export function filtersOf(values: Partial<Record<ProductFilter, string>>) {
  const attributes = readAttributes(values.attribute ?? '');
  return {
    search: values.search,
    store_id: readId(values.store_id),
    in_stock: readFlag(values.in_stock),
    has_discount: readFlag(values.has_discount),
    is_active: readFlag(values.is_active),
    category: values.category,
    brand: values.brand,
    tag: values.tag,
    attribute: attributes.length > 0 ? attributes : undefined,
    min_price: price(values.min_price),
    max_price: price(values.max_price),
    currency: values.currency,
    product_type: values.product_type,
    external_source: oneOf(SOURCES, values.external_source),
  } satisfies ProductsQuery;
}

export const orderingOf = (value: string | undefined): ProductsQuery['ordering'] => oneOf(ORDERINGS, value);
