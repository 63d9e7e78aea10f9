import { createHash } from 'node:crypto';
import type { ProductAttribute } from '../contract/product-event';
import type { StockStatus } from '../contract/product-event.dto';
import type { ProductContent } from '../knowledge/documents/product-document';

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

export const contentOf = (state: ProductState): ProductContent => ({
  title: state.title,
  sku: state.sku,
  brand: state.brand,
  categories: state.categories,
  tags: state.tags,
  attributes: state.attributes,
  shortDescription: state.shortDescription,
  description: state.description,
});

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
