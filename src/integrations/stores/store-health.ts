import type { EntityManager } from 'typeorm';

/** What became of what a shop sent. */
export interface StoreHealth {
  /** Null where none has arrived. */
  lastEventAt: Date | null;
  eventsQueued: number;
  eventsFailed: number;
  /** Active ones. */
  products: number;
}

/**
 * Events that are not done, by store. Of all stores at once, along events_waiting_idx and events_failed_idx: looked up
 * for one store after another, the planner may read all events of a store instead. What is done the store itself knows.
 */
const undone = (ofUser: string): string => `
  queued AS MATERIALIZED (
    SELECT e.user_id, e.store_id, count(*) AS count, max(e.created_at) AS last FROM events e
     WHERE e.status = 'queued' AND ${ofUser} GROUP BY 1, 2),
  failed AS MATERIALIZED (
    SELECT e.user_id, e.store_id, count(*) AS count, max(e.created_at) AS last FROM events e
     WHERE e.status = 'failed' AND ${ofUser} GROUP BY 1, 2)`;
const WITH_UNDONE = `
  LEFT JOIN queued q ON q.user_id = s.user_id AND q.store_id = s.id
  LEFT JOIN failed f ON f.user_id = s.user_id AND f.store_id = s.id`;
const LAST_EVENT = `greatest(s.last_event_at, q.last, f.last)`;
/** Active products of the store `s`: of WooCommerce along products_manifest_idx, which has no others. */
const PRODUCTS = `CASE s.platform WHEN 'woocommerce' THEN (
    SELECT count(*) FROM products p WHERE p.user_id = s.user_id AND p.store_id = s.id AND p.is_active
                                      AND p.external_source = 'woocommerce')
  ELSE (SELECT count(*) FROM products p WHERE p.user_id = s.user_id AND p.store_id = s.id AND p.is_active) END`;

/** Of these stores, by their ids. */
export async function healthOf(
  manager: EntityManager,
  stores: readonly { userId: number; id: number }[],
): Promise<Map<number, StoreHealth>> {
  if (stores.length === 0) return new Map();
  const rows = await manager.query<(StoreHealth & { id: number })[]>(
    `WITH ${undone('e.user_id = ANY ($1::bigint[])')}
     SELECT s.id, ${LAST_EVENT} AS "lastEventAt", coalesce(q.count, 0) AS "eventsQueued",
            coalesce(f.count, 0) AS "eventsFailed", ${PRODUCTS} AS products
       FROM unnest($1::bigint[], $2::bigint[]) AS wanted (user_id, id)
       JOIN stores s ON s.user_id = wanted.user_id AND s.id = wanted.id
            ${WITH_UNDONE}`,
    [stores.map(({ userId }) => userId), stores.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, ...health }) => [id, health]));
}

export interface StoreToLookAt extends StoreHealth {
  id: number;
  userId: number;
  userEmail: string;
  url: string | null;
  host: string | null;
  comparedAt: Date | null;
  inStepAt: Date | null;
  driftSince: Date | null;
  driftProducts: number | null;
}

/**
 * The stores that most need a look, at most so many: those with failed events, the most first, then those whose
 * catalogue differs, the longest first, then by how long they have been silent.
 * @param userId null for those of all users
 * @returns also how many stores there are
 */
export async function storesToLookAt(
  manager: EntityManager,
  userId: number | null,
  limit: number,
): Promise<{ stores: StoreToLookAt[]; total: number }> {
  const ofUser = (column: string) => (userId === null ? 'true' : `${column} = $2`);
  const rows = await manager.query<(StoreToLookAt & { total: number })[]>(
    `WITH ${undone(ofUser('e.user_id'))}
     SELECT s.id, s.user_id AS "userId", u.email AS "userEmail", s.url, s.host, s.compared_at AS "comparedAt",
            s.in_step_at AS "inStepAt", s.drift_since AS "driftSince", s.drift_products AS "driftProducts",
            s.last AS "lastEventAt", s.queued AS "eventsQueued", s.failed AS "eventsFailed", ${PRODUCTS} AS products,
            s.total
       FROM (SELECT s.*, ${LAST_EVENT} AS last, coalesce(q.count, 0) AS queued, coalesce(f.count, 0) AS failed,
                    count(*) OVER () AS total
               FROM stores s ${WITH_UNDONE}
              WHERE s.merged_into IS NULL AND ${ofUser('s.user_id')}
              ORDER BY failed DESC, s.drift_since, coalesce(${LAST_EVENT}, s.created_at), s.id
              LIMIT $1) s
       JOIN users u ON u.id = s.user_id
      ORDER BY s.failed DESC, s.drift_since, coalesce(s.last, s.created_at), s.id`,
    userId === null ? [limit] : [limit, userId],
  );
  return { stores: rows.map(({ total: _, ...store }) => store), total: rows[0]?.total ?? 0 };
}
