import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isLaterThan, type ChangeMoment } from '../contract/change-order';
import type { ProductDigest } from '../contract/product-digest';
import { KnowledgeService } from '../knowledge/documents/knowledge.service';
import type { ExternalSource } from './product.entity';
import { contentHash, contentOf, offerHash, type ProductState } from './product-state';

/** One change of one product, as a shop told it. */
export interface ProductChange {
  externalId: string;
  moment: ChangeMoment;
  /** Null for a deletion. */
  state: ProductState | null;
  /** Of the product as it was sent; null for a deletion. */
  digest: ProductDigest | null;
}

export type ChangeOutcome = 'created' | 'updated' | 'unchanged' | 'deleted' | 'restored' | 'superseded';

/** Where the products belong: every statement names the tenant first. */
export interface ProductScope {
  userId: number;
  storeId: number;
  source: ExternalSource;
}

interface StoredProduct {
  id: number;
  external_id: string;
  content_hash: string;
  offer_hash: string;
  is_active: boolean;
}

interface StoredMoment {
  external_id: string;
  changed_at: Date;
  changed_on_arrival: boolean;
  changed_by_deletion: boolean;
  changed_by_event: number | string;
}

/** What is known of one product while changes are applied to it. */
interface Draft {
  stored: StoredProduct | null;
  moment: ChangeMoment | null;
  isActive: boolean;
  contentHash: string | null;
  offerHash: string | null;
  /** The last state that was applied, where one was. */
  state: ProductState | null;
  digest: ProductDigest | null;
  touched: boolean;
}

/**
 * The one place that writes products. Applies changes in any order so that the latest of each product stands, and
 * asks for its knowledge to be renewed when its text changed.
 */
@Injectable()
export class ProductWriter {
  constructor(private readonly knowledge: KnowledgeService) {}

  /**
   * Applies changes of one store, in a transaction of the caller's that holds the store's lock.
   * @returns an outcome per change, and how many chunks await embedding now
   */
  async apply(
    manager: EntityManager,
    scope: ProductScope,
    changes: readonly ProductChange[],
  ): Promise<{ outcomes: ChangeOutcome[]; pendingChunks: number }> {
    const drafts = await loadDrafts(manager, scope, [
      ...new Set(changes.map(({ externalId }) => externalId)),
    ]);
    const outcomes = changes.map((change) => applyTo(drafts.get(change.externalId)!, change));
    const touched = [...drafts].filter(([, draft]) => draft.touched);

    // Sorted, so that two transactions lock rows in one order.
    touched.sort(([a], [b]) => (a < b ? -1 : 1));
    const ids = await saveProducts(manager, scope, touched);
    await saveTombstones(manager, scope, touched);

    const renewed = touched.filter(
      ([, { stored, isActive, state, contentHash: hash }]) =>
        isActive && state && (!stored || !stored.is_active || stored.content_hash !== hash),
    );
    const pendingChunks = await this.knowledge.renew(
      manager,
      scope.userId,
      renewed.map(([externalId, { state, stored }]) => ({
        productId: ids.get(externalId)!,
        content: contentOf(state!),
        reason: stored?.is_active ? 'changed' : 'created',
      })),
    );
    const gone = touched.filter(([, { stored, isActive }]) => stored?.is_active && !isActive);
    await this.knowledge.remove(
      manager,
      scope.userId,
      gone.map(([, { stored }]) => stored!.id),
    );
    return { outcomes, pendingChunks };
  }
}

function applyTo(draft: Draft, { moment, state, digest }: ProductChange): ChangeOutcome {
  if (draft.moment && !isLaterThan(moment, draft.moment)) return 'superseded';
  draft.moment = moment;
  draft.digest = digest;
  draft.touched = true;
  if (state === null) {
    draft.isActive = false;
    return 'deleted';
  }
  const known = draft.contentHash !== null;
  const wasActive = draft.isActive;
  const [content, offer] = [contentHash(state), offerHash(state)];
  const same = draft.contentHash === content && draft.offerHash === offer;
  Object.assign(draft, { state, isActive: true, contentHash: content, offerHash: offer });
  if (!known) return 'created';
  if (!wasActive) return 'restored';
  return same ? 'unchanged' : 'updated';
}

async function loadDrafts(
  manager: EntityManager,
  scope: ProductScope,
  externalIds: string[],
): Promise<Map<string, Draft>> {
  const where = `user_id = $1 AND store_id = $2 AND external_source = $3 AND external_id = ANY($4)`;
  const values = [scope.userId, scope.storeId, scope.source, externalIds];
  const moment = `external_id, changed_at, changed_on_arrival, changed_by_deletion, changed_by_event`;
  const products = await manager.query<(StoredProduct & StoredMoment)[]>(
    `SELECT id, content_hash, offer_hash, is_active, ${moment} FROM products WHERE ${where}`,
    values,
  );
  const tombstones = await manager.query<StoredMoment[]>(
    `SELECT ${moment} FROM product_tombstones WHERE ${where}`,
    values,
  );
  const drafts = new Map<string, Draft>();
  for (const externalId of externalIds) {
    const stored = products.find((row) => row.external_id === externalId) ?? null;
    const known = stored ?? tombstones.find((row) => row.external_id === externalId);
    drafts.set(externalId, {
      stored,
      moment: known ? toMoment(known) : null,
      isActive: stored?.is_active ?? false,
      contentHash: stored?.content_hash ?? null,
      offerHash: stored?.offer_hash ?? null,
      state: null,
      digest: null,
      touched: false,
    });
  }
  return drafts;
}

const toMoment = (row: StoredMoment): ChangeMoment => ({
  at: row.changed_at.getTime(),
  onArrival: row.changed_on_arrival,
  deletion: row.changed_by_deletion,
  sequence: BigInt(row.changed_by_event),
});

const momentColumns = (moment: ChangeMoment) => ({
  changed_at: new Date(moment.at).toISOString(),
  changed_on_arrival: moment.onArrival,
  changed_by_deletion: moment.deletion,
  changed_by_event: String(moment.sequence),
});
const MOMENT_TYPES = `changed_at timestamptz, changed_on_arrival boolean, changed_by_deletion boolean, changed_by_event bigint`;
const MOMENT_NAMES = `changed_at, changed_on_arrival, changed_by_deletion, changed_by_event`;

const digestColumns = (digest: ProductDigest | null) => ({
  payload_digest: digest?.payload ?? null,
  fingerprint: digest ? String(digest.fingerprint) : null,
});
/** What each change that is applied writes, whatever else it leaves alone. */
const MARK_TYPES = `${MOMENT_TYPES}, payload_digest text, fingerprint bigint`;
const MARK_NAMES = `${MOMENT_NAMES}, payload_digest, fingerprint`;
const markColumns = ({ moment, digest }: Draft) => ({ ...momentColumns(moment!), ...digestColumns(digest) });

type TouchedDraft = [externalId: string, draft: Draft];

/** Writes each product as narrowly as its change allows; returns the ids of all, by external id. */
async function saveProducts(
  manager: EntityManager,
  scope: ProductScope,
  touched: TouchedDraft[],
): Promise<Map<string, number>> {
  const ids = new Map(touched.flatMap(([key, { stored }]) => (stored ? [[key, stored.id] as const] : [])));
  const whole: TouchedDraft[] = [];
  const offers: TouchedDraft[] = [];
  const marks: TouchedDraft[] = [];
  for (const entry of touched) {
    const { stored, state, contentHash: content, offerHash: offer } = entry[1];
    if (!state) {
      if (stored) marks.push(entry);
    } else if (!stored || stored.content_hash !== content) whole.push(entry);
    else if (stored.offer_hash !== offer) offers.push(entry);
    else marks.push(entry);
  }
  for (const row of await upsertProducts(manager, scope, whole)) ids.set(row.external_id, row.id);
  await updateOffers(manager, scope, offers);
  await markProducts(manager, scope, marks);
  return ids;
}

const OFFER_TYPES = `product_type text, variations jsonb, link text, price numeric, original_price numeric,
  currency text, in_stock boolean, stock_status text, stock_quantity numeric, main_image text, images text[],
  offer_hash text`;
const OFFER_NAMES = `product_type, variations, link, price, original_price, currency, in_stock, stock_status,
  stock_quantity, main_image, images, offer_hash`;

const offerColumns = (state: ProductState, hash: string) => ({
  product_type: state.productType,
  variations: state.variations,
  link: state.link,
  price: state.price,
  original_price: state.originalPrice,
  currency: state.currency,
  in_stock: state.inStock,
  stock_status: state.stockStatus,
  stock_quantity: state.stockQuantity,
  main_image: state.mainImage,
  images: state.images,
  offer_hash: hash,
});

const CONTENT_TYPES = `title text, short_description text, description text, category text, categories text[],
  brand text, tags text[], sku text, attributes jsonb, content_hash text`;
const CONTENT_NAMES = `title, short_description, description, category, categories, brand, tags, sku, attributes,
  content_hash`;

const contentColumns = (state: ProductState, hash: string) => ({
  title: state.title,
  short_description: state.shortDescription,
  description: state.description,
  category: state.category,
  categories: state.categories,
  brand: state.brand,
  tags: state.tags,
  sku: state.sku,
  attributes: state.attributes,
  content_hash: hash,
});

const assignments = (names: string, from: string): string =>
  names
    .split(',')
    .map((name) => `${name.trim()} = ${from}.${name.trim()}`)
    .join(', ');

async function upsertProducts(
  manager: EntityManager,
  scope: ProductScope,
  entries: TouchedDraft[],
): Promise<{ id: number; external_id: string }[]> {
  if (entries.length === 0) return [];
  const rows = entries.map(([externalId, draft]) => ({
    external_id: externalId,
    is_active: draft.isActive,
    ...contentColumns(draft.state!, draft.contentHash!),
    ...offerColumns(draft.state!, draft.offerHash!),
    ...markColumns(draft),
  }));
  const names = `is_active, ${CONTENT_NAMES}, ${OFFER_NAMES}, ${MARK_NAMES}`;
  return manager.query<{ id: number; external_id: string }[]>(
    `INSERT INTO products (user_id, store_id, external_source, extraction_method, last_sync_at, external_id, ${names})
     SELECT $1, $2, $3, $3, now(), external_id, ${names}
       FROM jsonb_to_recordset($4::jsonb)
            AS row (external_id text, is_active boolean, ${CONTENT_TYPES}, ${OFFER_TYPES}, ${MARK_TYPES})
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
  entries: TouchedDraft[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(([, draft]) => ({
    id: draft.stored!.id,
    is_active: draft.isActive,
    ...offerColumns(draft.state!, draft.offerHash!),
    ...markColumns(draft),
  }));
  await manager.query(
    `UPDATE products p
        SET ${assignments(`is_active, ${OFFER_NAMES}, ${MARK_NAMES}`, 'row')}, last_sync_at = now(), updated_at = now()
       FROM jsonb_to_recordset($2::jsonb) AS row (id bigint, is_active boolean, ${OFFER_TYPES}, ${MARK_TYPES})
      WHERE p.user_id = $1 AND p.id = row.id`,
    [scope.userId, JSON.stringify(rows)],
  );
}

/** For a deletion, a restoration, and a change that changed nothing. */
async function markProducts(
  manager: EntityManager,
  scope: ProductScope,
  entries: TouchedDraft[],
): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries.map(([, draft]) => ({
    id: draft.stored!.id,
    is_active: draft.isActive,
    ...markColumns(draft),
  }));
  await manager.query(
    `UPDATE products p
        SET ${assignments(`is_active, ${MARK_NAMES}`, 'row')}, last_sync_at = now(),
            updated_at = CASE WHEN p.is_active = row.is_active THEN p.updated_at ELSE now() END
       FROM jsonb_to_recordset($2::jsonb) AS row (id bigint, is_active boolean, ${MARK_TYPES})
      WHERE p.user_id = $1 AND p.id = row.id`,
    [scope.userId, JSON.stringify(rows)],
  );
}

/**
 * Remembers the deletion of a product that was never seen, so that an older change that is still on its way does not
 * create it; forgets it once the product exists and carries its own moment.
 */
async function saveTombstones(
  manager: EntityManager,
  scope: ProductScope,
  touched: TouchedDraft[],
): Promise<void> {
  const buried = touched.filter(([, { stored, state }]) => !stored && !state);
  const created = touched
    .filter(([, { stored, state }]) => !stored && state)
    .map(([externalId]) => externalId);
  if (buried.length > 0) {
    const rows = buried.map(([externalId, { moment }]) => ({
      external_id: externalId,
      ...momentColumns(moment!),
    }));
    await manager.query(
      `INSERT INTO product_tombstones (user_id, store_id, external_source, external_id, ${MOMENT_NAMES})
       SELECT $1, $2, $3, external_id, ${MOMENT_NAMES}
         FROM jsonb_to_recordset($4::jsonb) AS row (external_id text, ${MOMENT_TYPES})
       ON CONFLICT ON CONSTRAINT product_tombstones_pkey DO UPDATE SET ${assignments(MOMENT_NAMES, 'excluded')}`,
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
