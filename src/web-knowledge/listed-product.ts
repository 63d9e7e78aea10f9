import type { Product } from './product.entity';

/** What is read of a product where many are listed or found. */
export const LISTED_PROPERTIES = [
  'id',
  'storeId',
  'externalSource',
  'externalId',
  'title',
  'productType',
  'shortDescription',
  'description',
  'link',
  'price',
  'priceMax',
  'varies',
  'originalPrice',
  'currency',
  'category',
  'categories',
  'brand',
  'tags',
  'attributes',
  'isActive',
  'inStock',
  'stockQuantity',
  'mainImage',
  'images',
  'extractionMethod',
  'lastSyncAt',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof Product)[];

export type ListedProduct = Pick<Product, (typeof LISTED_PROPERTIES)[number]>;
