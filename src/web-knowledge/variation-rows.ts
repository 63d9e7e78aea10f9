import type { EntityManager } from 'typeorm';
import { fromStored, toStored, type StoredMoment } from './moment-columns';
import type { ProductDraft } from './product-draft';
import { assignments, type NamedDraft, type ProductScope } from './product-rows';
import { variationHash, type VariationState } from './product-state';
import { variationFacets } from './variation-facets';
import type { KnownVariation } from './variation-set';

interface VariationRow {
  product_external_id: string;
  external_id: string;
  position: number | null;
  state: VariationState | null;
  moment: StoredMoment | null;
}

/** What is known of the variations of products, by product and by their own ids. */
export async function loadVariations(
  manager: EntityManager,
  { userId, storeId, source }: ProductScope,
  productIds: readonly string[],
): Promise<Map<string, Map<string, KnownVariation>>> {
  const rows = await manager.query<VariationRow[]>(
    `SELECT product_external_id, external_id, "position", state, moment FROM product_variations
      WHERE user_id = $1 AND store_id = $2 AND external_source = $3 AND product_external_id = ANY($4)`,
    [userId, storeId, source, productIds],
  );
  const knownOf = new Map<string, Map<string, KnownVariation>>();
  for (const row of rows) {
    const known = knownOf.get(row.product_external_id) ?? new Map<string, KnownVariation>();
    knownOf.set(row.product_external_id, known);
    known.set(row.external_id, {
      position: row.position,
      state: row.state,
      moment: fromStored(row.moment),
    });
  }
  return knownOf;
}

/** One line for all that is stored of a variation, to tell which rows a change has changed. */
const signatureOf = ({ state, moment, position }: KnownVariation, isMember: boolean): string =>
  JSON.stringify([state && variationHash(state), toStored(moment), position, isMember]);

/** The variations of a draft as they stand, to be compared by `saveVariations` once changes were applied. */
export function variationSignatures({ variations }: ProductDraft): Map<string, string> {
  return new Map(
    [...variations.entries].map(([id, known]) => [id, signatureOf(known, variations.isMember(id))]),
  );
}

const VARIATION_TYPES = `product_external_id text, external_id text, "position" int, is_member boolean,
  is_active boolean, sku text, facets text[], price numeric, original_price numeric, in_stock boolean, state jsonb,
  moment jsonb`;
const VARIATION_NAMES = `product_external_id, external_id, "position", is_member, is_active, sku, facets, price,
  original_price, in_stock, state, moment`;

/** Writes the variations that have changed. @param before by product: what `variationSignatures` said */
export async function saveVariations(
  manager: EntityManager,
  scope: ProductScope,
  drafts: readonly NamedDraft[],
  before: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<void> {
  const rows = drafts.flatMap(([productId, { variations }]) =>
    [...variations.entries].flatMap(([id, known]) => {
      const isMember = variations.isMember(id);
      if (before.get(productId)?.get(id) === signatureOf(known, isMember)) return [];
      const { state } = known;
      return [
        {
          product_external_id: productId,
          external_id: id,
          position: known.position,
          is_member: isMember,
          is_active: state?.isActive ?? false,
          sku: state?.sku ?? null,
          facets: state ? variationFacets(state.attributes) : [],
          price: state?.price ?? null,
          original_price: state?.originalPrice ?? null,
          in_stock: state?.inStock ?? false,
          state,
          moment: toStored(known.moment),
        },
      ];
    }),
  );
  if (rows.length === 0) return;
  await manager.query(
    `INSERT INTO product_variations (user_id, store_id, external_source, ${VARIATION_NAMES})
     SELECT $1, $2, $3, ${VARIATION_NAMES}
       FROM jsonb_to_recordset($4::jsonb) AS row (${VARIATION_TYPES})
     ON CONFLICT ON CONSTRAINT product_variations_pkey DO UPDATE
        SET ${assignments(VARIATION_NAMES, 'excluded')}`,
    [scope.userId, scope.storeId, scope.source, JSON.stringify(rows)],
  );
}
