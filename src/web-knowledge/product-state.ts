import { createHash } from 'node:crypto';
import type { ProductAttribute } from '../contract/product-event';
import type { StockStatus } from '../contract/product-event.dto';
import type { ProductContent, ProductVariation } from '../knowledge/documents/product-document';

/** A product as its shop says it is, whole: what a shop leaves out is not set. Money is a decimal string. */
export interface ProductState {
  title: string;
  productType: string;
  shortDescription: string;
  description: string;
  category: string | null;
  categories: string[];
  brand: string | null;
  tags: string[];
  sku: string | null;
  attributes: ProductAttribute[];
  variations: unknown[];
  link: string | null;
  price: string | null;
  originalPrice: string | null;
  currency: string | null;
  inStock: boolean;
  stockStatus: StockStatus;
  stockQuantity: string | null;
  mainImage: string | null;
  images: string[];
}

/** What of a product is embedded. */
export type ProductText = Pick<
  ProductState,
  | 'title'
  | 'sku'
  | 'brand'
  | 'categories'
  | 'tags'
  | 'attributes'
  | 'variations'
  | 'shortDescription'
  | 'description'
>;

export const contentOf = (state: ProductText): ProductContent => ({
  title: state.title,
  sku: state.sku,
  brand: state.brand,
  categories: state.categories,
  tags: state.tags,
  attributes: state.attributes,
  variations: state.variations
    .map(toVariation)
    .filter(({ sku, attributes }) => sku !== null || attributes.length > 0),
  shortDescription: state.shortDescription,
  description: state.description,
});

/** What of a variation is said in words; shops send attributes as a list or as WooCommerce's own map. */
function toVariation(variation: unknown): ProductVariation {
  const { sku, attributes } = (variation ?? {}) as Record<string, unknown>;
  const named: ProductVariation['attributes'] = [];
  const add = (name: unknown, option: unknown) => {
    if (typeof option !== 'string' || option === '') return;
    named.push({ name: typeof name === 'string' ? name : '', option });
  };
  if (Array.isArray(attributes)) {
    for (const item of attributes as unknown[]) {
      const { name, option, value } = (item ?? {}) as Record<string, unknown>;
      add(name, option ?? value);
    }
  } else if (typeof attributes === 'object' && attributes !== null) {
    for (const [key, option] of Object.entries(attributes))
      add(decoded(key).replace(/^attribute_(pa_)?/, ''), option);
  }
  return { sku: typeof sku === 'string' && sku !== '' ? sku : null, attributes: named };
}

/** WooCommerce's keys of attributes with Persian names are percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

/** Changes when the text does, and only then is anything embedded. */
export const contentHash = (state: ProductState): string => hash(contentOf(state));

/** Changes with anything else that is shown: price, stock, link, images, type. */
export const offerHash = (state: ProductState): string =>
  hash([
    state.productType,
    state.variations,
    state.link,
    state.price,
    state.originalPrice,
    state.currency,
    state.inStock,
    state.stockStatus,
    state.stockQuantity,
    state.mainImage,
    state.images,
  ]);
