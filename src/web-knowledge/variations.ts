import { In, type EntityManager } from 'typeorm';
import type { Product } from './product.entity';
import { ProductVariation } from './product-variation.entity';
import type { Sellable } from './variation-fit';

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

/** A variation that is for sale, as far as it takes to tell whether it is asked for. */
export interface OfferedVariation {
  externalId: string;
  state: Sellable;
}

type OfferedTuple = [
  externalId: string,
  sku: string | null,
  attributes: Sellable['attributes'],
  inStock: boolean,
  price: string | null,
];

/**
 * A column with the variations for sale of each product `p` of the user `$1`, in the order of `variationsOf`; for
 * `readOffered`. A product may have a thousand: those of one come as one text, since a row for each would take seconds.
 */
export const OFFERED_VARIATIONS = `(
  SELECT json_agg(json_build_array(v.external_id, v.sku, v.state -> 'attributes', v.in_stock, v.price::text)
                  ORDER BY v."position" NULLS LAST, length(v.external_id), v.external_id COLLATE "C")
    FROM product_variations v
   WHERE v.user_id = $1 AND v.store_id = p.store_id AND v.external_source = p.external_source
     AND v.product_external_id = p.external_id AND v.is_member AND v.is_active) AS "offeredVariations"`;

/** @param text as the database wrote it; null where there is none */
export function readOffered(text: string | null): OfferedVariation[] {
  const tuples = JSON.parse(text ?? '[]') as OfferedTuple[];
  return tuples.map(([externalId, sku, attributes, inStock, price]) => ({
    externalId,
    state: { sku, attributes, isActive: true, inStock, price },
  }));
}

/** Variations whole, each by the id of its product. One that is not for sale any more is left out. */
export async function wholeVariations(
  manager: EntityManager,
  userId: number,
  chosen: readonly {
    product: Pick<Product, 'id' | 'storeId' | 'externalSource' | 'externalId'>;
    externalId: string;
  }[],
): Promise<Map<number, ProductVariation>> {
  if (chosen.length === 0) return new Map();
  const found = await manager.find(ProductVariation, {
    where: chosen.map(({ product, externalId }) => ({
      userId,
      storeId: product.storeId,
      externalSource: product.externalSource,
      productExternalId: product.externalId,
      externalId,
      isMember: true,
      isActive: true,
    })),
  });
  const byKey = new Map(
    found.map((each) => [JSON.stringify([each.storeId, each.externalSource, each.productExternalId]), each]),
  );
  return new Map(
    chosen.flatMap(({ product: { id, storeId, externalSource, externalId } }) => {
      const variation = byKey.get(JSON.stringify([storeId, externalSource, externalId]));
      return variation ? [[id, variation] as const] : [];
    }),
  );
}
