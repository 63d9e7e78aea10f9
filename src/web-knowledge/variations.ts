import { In, type EntityManager } from 'typeorm';
import type { Product } from './product.entity';
import { ProductVariation } from './product-variation.entity';

/** The variations that each of a user's products has, in the shop's order; those that come by themselves after, by id. */
export async function variationsOf(
  manager: EntityManager,
  userId: number,
  products: readonly Pick<Product, 'id' | 'storeId' | 'externalSource' | 'externalId'>[],
): Promise<Map<number, ProductVariation[]>> {
  const byProduct = new Map<number, ProductVariation[]>(products.map(({ id }) => [id, []]));
  if (products.length === 0) return byProduct;
  const keyOf = (product: Pick<Product, 'storeId' | 'externalSource'>, externalId: string) =>
    `${product.storeId} ${product.externalSource} ${externalId}`;
  const ids = new Map(products.map((product) => [keyOf(product, product.externalId), product.id]));
  const rows = await manager.find(ProductVariation, {
    where: {
      userId,
      storeId: In([...new Set(products.map(({ storeId }) => storeId))]),
      productExternalId: In(products.map(({ externalId }) => externalId)),
      isMember: true,
    },
  });
  for (const row of rows) {
    const id = ids.get(keyOf(row, row.productExternalId));
    if (id !== undefined) byProduct.get(id)!.push(row);
  }
  for (const variations of byProduct.values()) variations.sort(byPlace);
  return byProduct;
}

const place = ({ position }: ProductVariation): number => position ?? Number.MAX_SAFE_INTEGER;
const byPlace = (a: ProductVariation, b: ProductVariation): number =>
  place(a) - place(b) || a.externalId.length - b.externalId.length || (a.externalId < b.externalId ? -1 : 1);
