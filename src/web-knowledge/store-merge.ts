import type { EntityManager } from 'typeorm';
import type { ChangeMoment } from '../contract/change-order';
import type { ProductChange, ProductDraft } from './product-draft';
import { loadDrafts, type ProductScope } from './product-rows';
import type { ProductWriter } from './product-writer.service';

/** Products in one transaction: changes of both stores wait for it. */
const BATCH = 100;

/** What is known of a product stands in these, by the product's external id. */
const TABLES = {
  products: 'external_id',
  product_tombstones: 'external_id',
  product_variations: 'product_external_id',
} as const;

/**
 * Gives the next products of one store to another of the same user, in a transaction of the caller's that holds both
 * locks. Of a product that both have, what was said later stands, of each of its variations too, as if the changes of the
 * first had come to the second.
 *
 * @param epochOf the epoch of the second store that a change of the first belongs to
 * @returns whether there are more, how many chunks await embedding now; and the store of which knowledge is due
 */
export async function mergeNextProducts(
  manager: EntityManager,
  writer: ProductWriter,
  from: ProductScope,
  into: ProductScope,
  epochOf: (moment: ChangeMoment) => number,
): Promise<{ more: boolean; pendingChunks: number; deferredTo: number | null }> {
  const ids = await knownIds(manager, from, `ORDER BY id LIMIT ${BATCH}`);
  if (ids.length === 0) return { more: false, pendingChunks: 0, deferredTo: null };
  const shared = new Set(await knownIds(manager, into, `WHERE id = ANY ($4)`, [ids]));
  await move(
    manager,
    from,
    into,
    ids.filter((id) => !shared.has(id)),
  );
  const both = ids.filter((id) => shared.has(id));
  const drafts = await loadDrafts(manager, from, both, new Set(both));
  await remove(manager, from, both);
  const changes = [...drafts].flatMap(([externalId, draft]) => changesOf(externalId, draft, epochOf));
  const { pendingChunks, deferred } = await writer.apply(manager, into, changes);
  return { more: true, pendingChunks, deferredTo: deferred > 0 ? into.storeId : null };
}

/** What was said of a product, as changes. */
function changesOf(
  externalId: string,
  { stored, moment, isActive, variations, digest }: ProductDraft,
  epochOf: (moment: ChangeMoment) => number,
): ProductChange[] {
  const placed = (each: ChangeMoment): ChangeMoment => ({ ...each, epoch: epochOf(each) });
  const changes: ProductChange[] = [];
  if (moment) {
    const state = isActive ? (stored?.own ?? null) : null;
    changes.push({ externalId, moment: placed(moment), state, variations: null, digest });
  }
  const { listedAt, entries } = variations;
  if (listedAt) {
    const list = [...entries]
      .filter(([, { position }]) => position !== null)
      .sort(([, a], [, b]) => a.position! - b.position!)
      .map(([id]) => ({ id, state: null }));
    changes.push({ externalId, moment: placed(listedAt), list });
  }
  for (const [id, { moment: saidAt, state }] of entries) {
    if (saidAt) changes.push({ externalId, moment: placed(saidAt), variation: { id, state } });
  }
  return changes;
}

async function knownIds(
  manager: EntityManager,
  { userId, storeId, source }: ProductScope,
  rest: string,
  values: unknown[] = [],
): Promise<string[]> {
  const selects = Object.entries(TABLES).map(
    ([table, column]) =>
      `SELECT ${column} AS id FROM ${table} WHERE user_id = $1 AND store_id = $2 AND external_source = $3`,
  );
  const rows = await manager.query<{ id: string }[]>(
    `SELECT id FROM (${selects.join(' UNION ')}) known ${rest}`,
    [userId, storeId, source, ...values],
  );
  return rows.map(({ id }) => id);
}

async function move(
  manager: EntityManager,
  from: ProductScope,
  into: ProductScope,
  ids: readonly string[],
): Promise<void> {
  for (const [table, column] of Object.entries(TABLES)) {
    await manager.query(
      `UPDATE ${table} SET store_id = $4
        WHERE user_id = $1 AND store_id = $2 AND external_source = $3 AND ${column} = ANY ($5)`,
      [from.userId, from.storeId, from.source, into.storeId, ids],
    );
  }
}

async function remove(manager: EntityManager, from: ProductScope, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await manager.query(
    `DELETE FROM due_knowledge d USING products p
      WHERE d.user_id = $1 AND d.product_id = p.id AND p.user_id = $1 AND p.store_id = $2
        AND p.external_source = $3 AND p.external_id = ANY ($4)`,
    [from.userId, from.storeId, from.source, ids],
  );
  for (const [table, column] of Object.entries(TABLES)) {
    await manager.query(
      `DELETE FROM ${table}
        WHERE user_id = $1 AND store_id = $2 AND external_source = $3 AND ${column} = ANY ($4)`,
      [from.userId, from.storeId, from.source, ids],
    );
  }
}
