import type { EntityManager } from 'typeorm';
import {
  fromColumns,
  fromStored,
  MOMENT_NAMES,
  MOMENT_TYPES,
  momentColumns,
  toStored,
  type MomentRow,
  type StoredMoment,
} from './moment-columns';
import { ProductDraft, type DraftedProduct, type StoredProduct } from './product-draft';
import type { ExternalSource } from './product.entity';
import type { Offer, ProductState } from './product-state';
import { loadVariations } from './variation-rows';
import { VariationSet } from './variation-set';

/** Where products belong: every statement names the tenant first. */
export interface ProductScope {
  userId: number;
  storeId: number;
  source: ExternalSource;
}

export type NamedDraft = [externalId: string, draft: ProductDraft];

type TombstoneRow = MomentRow & { external_id: string; listed_moment: StoredMoment | null };

type ProductRow = TombstoneRow & {
  id: number;
  content_hash: string;
  offer_hash: string;
  is_active: boolean;
  payload_digest: string | null;
  fingerprint: number | string | null;
};

interface WholeRow extends Omit<ProductState, keyof Offer> {
  id: number;
  offer: Offer;
}

/**
 * Reads what is known of products.
 * @param whole those of which more than hashes is needed, since a change says a part of them only
 */
export async function loadDrafts(
  manager: EntityManager,
  scope: ProductScope,
  externalIds: readonly string[],
  whole: ReadonlySet<string>,
): Promise<Map<string, ProductDraft>> {
  const where = `user_id = $1 AND store_id = $2 AND external_source = $3`;
  const values = [scope.userId, scope.storeId, scope.source, externalIds];
  const products = await manager.query<ProductRow[]>(
    `SELECT id, external_id, content_hash, offer_hash, is_active, listed_moment, payload_digest, fingerprint,
            ${MOMENT_NAMES}
       FROM products WHERE ${where} AND external_id = ANY($4)`,
    values,
  );
  const tombstones = await manager.query<TombstoneRow[]>(
    `SELECT external_id, listed_moment, ${MOMENT_NAMES} FROM product_tombstones WHERE ${where} AND external_id = ANY($4)`,
    values,
  );
  const knownOf = await loadVariations(manager, scope, externalIds);
  const varied = new Set([...whole, ...knownOf.keys()]);
  const wholeRows = await loadWhole(
    manager,
    scope.userId,
    products.filter((row) => varied.has(row.external_id)).map(({ id }) => id),
  );
  const byId = <T extends { external_id: string }>(rows: T[]) =>
    new Map(rows.map((row) => [row.external_id, row]));
  const [productOf, tombstoneOf] = [byId(products), byId(tombstones)];
  return new Map(
    externalIds.map((externalId) => {
      const row = productOf.get(externalId);
      const tombstone = tombstoneOf.get(externalId);
      const stored: StoredProduct | null = row
        ? {
            id: row.id,
            contentHash: row.content_hash,
            offerHash: row.offer_hash,
            isActive: row.is_active,
            moment: fromColumns(row),
            digest:
              row.payload_digest === null
                ? null
                : { payload: row.payload_digest, fingerprint: BigInt(row.fingerprint!) },
            own: wholeRows.get(row.id) ?? null,
          }
        : null;
      const set = new VariationSet(
        fromStored((row ?? tombstone)?.listed_moment ?? null),
        knownOf.get(externalId),
      );
      return [externalId, new ProductDraft(stored, tombstone ? fromColumns(tombstone) : null, set)];
    }),
  );
}

/** Products as their shop said them: their own offers, not what variations made of them. */
async function loadWhole(
  manager: EntityManager,
  userId: number,
  ids: readonly number[],
): Promise<Map<number, ProductState>> {
  if (ids.length === 0) return new Map();
  const rows = await manager.query<WholeRow[]>(
    `SELECT id, title, product_type AS "productType", short_description AS "shortDescription", description,
            category, categories, brand, tags, sku, attributes, currency, main_image AS "mainImage", images,
            coalesce(own_offer, jsonb_build_object(
              'link', link, 'price', price::text, 'originalPrice', original_price::text, 'inStock', in_stock,
              'stockStatus', stock_status, 'stockQuantity', stock_quantity::text)) AS offer
       FROM products WHERE user_id = $1 AND id = ANY($2)`,
    [userId, ids],
  );
  return new Map(rows.map(({ id, offer, ...rest }) => [id, { ...rest, ...offer }]));
}

/**
 * Writes each product as narrowly as its change allows.
 * @returns the ids of all, by external id; and the ids of those whose texts are as before and still await an embedding
 * that an event waits for
 */
export async function saveProducts(
  manager: EntityManager,
  scope: ProductScope,
  touched: readonly NamedDraft[],
): Promise<{ ids: Map<string, number>; awaiting: Set<number> }> {
  const ids = new Map(touched.flatMap(([key, { stored }]) => (stored ? [[key, stored.id] as const] : [])));
  const whole: [string, ProductDraft, DraftedProduct][] = [];
  const offers: [ProductDraft, DraftedProduct][] = [];
  const marks: ProductDraft[] = [];
  for (const [externalId, draft] of touched) {
    const { stored } = draft;
    const drafted = draft.drafted();
    if (!drafted) {
      if (stored) marks.push(draft);
    } else if (!stored || stored.contentHash !== drafted.contentHash)
      whole.push([externalId, draft, drafted]);
    else if (stored.offerHash !== drafted.offerHash) offers.push([draft, drafted]);
    else marks.push(draft);
  }
  for (const row of await upsertProducts(manager, scope, whole)) ids.set(row.external_id, row.id);
  const repriced = await updateOffers(manager, scope, offers);
  const marked = await markProducts(manager, scope, marks);
  const awaiting = [...repriced, ...marked].filter((row) => row.awaiting).map(({ id }) => id);
  return { ids, awaiting: new Set(awaiting) };
}

interface WrittenRow {
  id: number;
  awaiting: boolean;
}

/**
 * What a statement that writes products `p` of the user $1 returns. Asked of each only while any of the user's chunks is
 * pending, which the order has looked up in their index, whatever the planner takes for frequent. And by the product, as
 * its chunk's status is not named: that index may hold thousands.
 */
const WRITTEN = `p.id, CASE WHEN (SELECT true FROM chunks WHERE user_id = $1 AND status = 'pending'
                                 ORDER BY user_id, next_attempt_at LIMIT 1)
  THEN EXISTS (SELECT 1 FROM chunks c WHERE c.user_id = p.user_id AND c.product_id = p.id
                  AND c.accepted_at IS NOT NULL AND c.embedding IS NULL)
  ELSE false END
  OR EXISTS (SELECT 1 FROM due_knowledge d WHERE d.user_id = p.user_id AND d.product_id = p.id) AS awaiting`;

const OFFER_TYPES = `product_type text, link text, price numeric, price_max numeric, varies boolean,
  original_price numeric, currency text, in_stock boolean, stock_status text, stock_quantity numeric, main_image text,
  images text[], offer_hash text, own_offer jsonb`;
const OFFER_NAMES = `product_type, link, price, price_max, varies, original_price, currency, in_stock, stock_status,
  stock_quantity, main_image, images, offer_hash, own_offer`;

const offerColumns = ({ own, offer, offerHash }: DraftedProduct, isVaried: boolean) => ({
  product_type: own.productType,
  link: own.link,
  price: offer.price,
  price_max: offer.priceMax,
  varies: offer.varies,
  original_price: offer.originalPrice,
  currency: own.currency,
  in_stock: offer.inStock,
  stock_status: offer.stockStatus,
  stock_quantity: own.stockQuantity,
  main_image: own.mainImage,
  images: own.images,
  offer_hash: offerHash,
  own_offer: isVaried ? ownOffer(own) : null,
});

/** What the shop says of the product itself, to come back to when its variations go. */
const ownOffer = ({
  link,
  price,
  originalPrice,
  inStock,
  stockStatus,
  stockQuantity,
}: ProductState): Offer => ({
  link,
  price,
  originalPrice,
  inStock,
  stockStatus,
  stockQuantity,
});

const CONTENT_TYPES = `title text, short_description text, description text, category text, categories text[],
  brand text, tags text[], sku text, attributes jsonb, content_hash text`;
const CONTENT_NAMES = `title, short_description, description, category, categories, brand, tags, sku, attributes,
  content_hash`;

const contentColumns = ({ own, contentHash }: DraftedProduct) => ({
  title: own.title,
  short_description: own.shortDescription,
  description: own.description,
  category: own.category,
  categories: own.categories,
  brand: own.brand,
  tags: own.tags,
  sku: own.sku,
  attributes: own.attributes,
  content_hash: contentHash,
});

/** What each change that is applied writes, whatever else it leaves alone. */
const STATE_TYPES = `is_active boolean, listed_moment jsonb, payload_digest text, fingerprint bigint, ${MOMENT_TYPES}`;
const STATE_NAMES = `is_active, listed_moment, payload_digest, fingerprint, ${MOMENT_NAMES}`;

const stateColumns = ({ isActive, variations, digest, moment }: ProductDraft) => ({
  is_active: isActive,
  listed_moment: toStored(variations.listedAt),
  payload_digest: digest?.payload ?? null,
  fingerprint: digest ? String(digest.fingerprint) : null,
  ...momentColumns(moment!),
});

/** `a, b` as `a = from.a, b = from.b`. */
export const assignments = (names: string, from: string): string =>
  names
    .split(',')
    .map((name) => `${name.trim()} = ${from}.${name.trim()}`)
    .join(', ');

async function upsertProducts(
  manager: EntityManager,
  scope: ProductScope,
  entries: readonly [string, ProductDraft, DraftedProduct][],
): Promise<{ id: number; external_id: string }[]> {
  if (entries.length === 0) return [];
  const rows = entries.map(([externalId, draft, drafted]) => ({
    external_id: externalId,
    ...contentColumns(drafted),
    ...offerColumns(drafted, draft.variations.size > 0),
    ...stateColumns(draft),
  }));
  const names = `${CONTENT_NAMES}, ${OFFER_NAMES}, ${STATE_NAMES}`;
  return manager.query<{ id: number; external_id: string }[]>(
    `INSERT INTO products (user_id, store_id, external_source, extraction_method, last_sync_at, external_id, ${names})
     SELECT $1, $2, $3, $3, now(), external_id, ${names}
       FROM jsonb_to_recordset($4::jsonb) AS row (external_id text, ${CONTENT_TYPES}, ${OFFER_TYPES}, ${STATE_TYPES})
     ON CONFLICT ON CONSTRAINT products_external_key DO UPDATE
        SET ${assignments(names, 'excluded')}, last_sync_at = now(), updated_at = now()
     RETURNING id, external_id`,
    [scope.userId, scope.storeId, scope.source, JSON.stringify(rows)],
  );
}

/** A repricing leaves the texts, and their large column values, as they are. */
async function updateOffers(
  manager: EntityManager,
  scope: ProductScope,
  entries: readonly [ProductDraft, DraftedProduct][],
): Promise<WrittenRow[]> {
  if (entries.length === 0) return [];
  const rows = entries.map(([draft, drafted]) => ({
    id: draft.stored!.id,
    ...offerColumns(drafted, draft.variations.size > 0),
    ...stateColumns(draft),
  }));
  const [written] = await manager.query<[WrittenRow[], number]>(
    `UPDATE products p
        SET ${assignments(`${OFFER_NAMES}, ${STATE_NAMES}`, 'row')}, last_sync_at = now(), updated_at = now()
       FROM jsonb_to_recordset($2::jsonb) AS row (id bigint, ${OFFER_TYPES}, ${STATE_TYPES})
      WHERE p.user_id = $1 AND p.id = row.id
      RETURNING ${WRITTEN}`,
    [scope.userId, JSON.stringify(rows)],
  );
  return written;
}

/** For a deletion, a restoration, and a change that changed nothing. */
async function markProducts(
  manager: EntityManager,
  scope: ProductScope,
  drafts: readonly ProductDraft[],
): Promise<WrittenRow[]> {
  if (drafts.length === 0) return [];
  const rows = drafts.map((draft) => ({ id: draft.stored!.id, ...stateColumns(draft) }));
  const [written] = await manager.query<[WrittenRow[], number]>(
    `UPDATE products p
        SET ${assignments(STATE_NAMES, 'row')}, last_sync_at = now(),
            updated_at = CASE WHEN p.is_active = row.is_active THEN p.updated_at ELSE now() END
       FROM jsonb_to_recordset($2::jsonb) AS row (id bigint, ${STATE_TYPES})
      WHERE p.user_id = $1 AND p.id = row.id
      RETURNING ${WRITTEN}`,
    [scope.userId, JSON.stringify(rows)],
  );
  return written;
}

/**
 * Remembers the deletion of a product that was never seen, so that an older change that is still on its way does not
 * create it; forgets it once the product exists and carries its own moment.
 */
export async function saveTombstones(
  manager: EntityManager,
  scope: ProductScope,
  touched: readonly NamedDraft[],
): Promise<void> {
  const unseen = touched.filter(([, { stored, moment }]) => !stored && moment);
  const buried = unseen.filter(([, draft]) => !draft.drafted());
  const created = unseen.filter(([, draft]) => draft.drafted()).map(([externalId]) => externalId);
  if (buried.length > 0) {
    const rows = buried.map(([externalId, { moment, variations }]) => ({
      external_id: externalId,
      listed_moment: toStored(variations.listedAt),
      ...momentColumns(moment!),
    }));
    const names = `listed_moment, ${MOMENT_NAMES}`;
    await manager.query(
      `INSERT INTO product_tombstones (user_id, store_id, external_source, external_id, ${names})
       SELECT $1, $2, $3, external_id, ${names}
         FROM jsonb_to_recordset($4::jsonb) AS row (external_id text, listed_moment jsonb, ${MOMENT_TYPES})
       ON CONFLICT ON CONSTRAINT product_tombstones_pkey DO UPDATE SET ${assignments(names, 'excluded')}`,
      [scope.userId, scope.storeId, scope.source, JSON.stringify(rows)],
    );
  }
  if (created.length > 0) {
    await manager.query(
      `DELETE FROM product_tombstones
        WHERE user_id = $1 AND store_id = $2 AND external_source = $3 AND external_id = ANY($4)`,
      [scope.userId, scope.storeId, scope.source, created],
    );
  }
}
