import { hash as digest } from 'node:crypto';
import type { ProductAttribute, VariationAttribute } from '../contract/product-event';
import type { StockStatus } from '../contract/shop-api';
import type { ProductContent } from '../knowledge/documents/product-document';

/** What a buyer is offered. Money is a decimal string. */
export interface Offer {
  link: string | null;
  /** What a buyer pays now. */
  price: string | null;
  /** The regular price while that is more. */
  originalPrice: string | null;
  inStock: boolean;
  stockStatus: StockStatus;
  stockQuantity: string | null;
}

/** One variation of a product as its shop says it is. */
export interface VariationState extends Offer {
  sku: string | null;
  /** One that is missing stands for any. */
  attributes: VariationAttribute[];
  /** Whether its owner sells it. */
  isActive: boolean;
  image: string | null;
}

/** A product as its shop says it is, whole: what a shop leaves out is not set. Money is a decimal string. */
export interface ProductState extends Offer {
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
  currency: string | null;
  mainImage: string | null;
  images: string[];
}

/** What of a product is embedded. */
export type ProductText = Pick<
  ProductState,
  'title' | 'sku' | 'brand' | 'categories' | 'tags' | 'attributes' | 'shortDescription' | 'description'
>;

/** @param variations those for sale or not that the product has, as far as they are known, in their order */
export const contentOf = (
  state: ProductText,
  variations: readonly Pick<VariationState, 'sku' | 'attributes'>[],
): ProductContent => ({
  title: state.title,
  sku: state.sku,
  brand: state.brand,
  categories: state.categories,
  tags: state.tags,
  attributes: state.attributes,
  variations: variations
    .map(({ sku, attributes }) => ({ sku, attributes }))
    .filter(({ sku, attributes }) => sku !== null || attributes.length > 0),
  shortDescription: state.shortDescription,
  description: state.description,
});

const hash = (value: unknown): string => digest('sha256', JSON.stringify(value));

/** Changes when the text does, and only then is anything embedded. */
export const contentHash = (content: ProductContent): string => hash(content);

/** Changes with anything else that is shown: price, stock, link, images, type, and all that of variations. */
export const offerHash = (
  state: ProductState,
  variations: readonly (readonly [id: string, state: VariationState | null])[],
): string =>
  hash([
    state.productType,
    state.link,
    state.price,
    state.originalPrice,
    state.currency,
    state.inStock,
    state.stockStatus,
    state.stockQuantity,
    state.mainImage,
    state.images,
    variations.map(([id, variation]) => [id, variation && variationHash(variation)]),
  ]);

/** Changes with anything that is known of a variation. */
export const variationHash = (state: VariationState): string =>
  hash([
    state.sku,
    state.attributes,
    state.isActive,
    state.link,
    state.price,
    state.originalPrice,
    state.inStock,
    state.stockStatus,
    state.stockQuantity,
    state.image,
  ]);
