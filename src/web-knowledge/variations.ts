import { In, type EntityManager } from 'typeorm';
import { inTurns } from '../jobs/turns';
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

interface OfferedRow {
  product_id: number;
  /** JSON of `OfferedTuple[]`. */
  variations: string;
}

type OfferedTuple = [
  externalId: string,
  sku: string | null,
  attributes: Sellable['attributes'],
  inStock: boolean,
  price: string | null,
];

/**
 * The variations for sale of each of a user's products, in the order of `variationsOf`. A product may have a thousand:
 * those of one come as one text, since a row for each would take seconds.
 */
export async function offeredVariations(
  manager: EntityManager,
  userId: number,
  productIds: readonly number[],
): Promise<Map<number, OfferedVariation[]>> {
  const byProduct = new Map<number, OfferedVariation[]>(productIds.map((id) => [id, []]));
  if (productIds.length === 0) return byProduct;
  const rows = await manager.query<OfferedRow[]>(
    `SELECT p.id AS product_id,
            json_agg(json_build_array(v.external_id, v.sku, v.state -> 'attributes', v.in_stock, v.price::text)
                     ORDER BY v."position" NULLS LAST, length(v.external_id), v.external_id COLLATE "C") AS variations
       FROM products p
       JOIN product_variations v ON v.user_id = $1 AND v.store_id = p.store_id
        AND v.external_source = p.external_source AND v.product_external_id = p.external_id
      WHERE p.user_id = $1 AND p.id = ANY($2) AND v.is_member AND v.is_active
      GROUP BY p.id`,
    [userId, productIds],
  );
  await inTurns(rows, ({ product_id: productId, variations }) => {
    const tuples = JSON.parse(variations) as OfferedTuple[];
    byProduct.set(
      productId,
      tuples.map(([externalId, sku, attributes, inStock, price]) => ({
        externalId,
        state: { sku, attributes, isActive: true, inStock, price },
      })),
    );
  });
  return byProduct;
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
