import type { EntityManager } from 'typeorm';

/** A moment as `contract/change-order.ts` orders them within an epoch; two shops count their epochs apart. */
const order = (alias: string): string =>
  `(${alias}.changed_at, NOT ${alias}.changed_on_arrival,
    NOT ${alias}.changed_on_arrival AND ${alias}.changed_by_deletion, ${alias}.changed_by_event)`;

const SAME = `a.user_id = $1 AND b.user_id = $1 AND a.external_source = b.external_source
              AND a.external_id = b.external_id`;

/**
 * Gives the products of one store to another of the same user, in a transaction of the caller's that holds both locks.
 * Of a product that both have, what was said later stands; a deletion is a word too.
 */
export async function mergeProducts(
  manager: EntityManager,
  userId: number,
  from: number,
  into: number,
): Promise<void> {
  const run = (sql: string) => manager.query(sql, [userId, from, into]);
  // What the later word replaces, on either side, with its variations.
  await run(`
    DELETE FROM product_variations v USING products a, products b
     WHERE ${SAME} AND a.store_id = $2 AND b.store_id = $3
       AND v.user_id = $1 AND v.external_source = a.external_source AND v.product_external_id = a.external_id
       AND v.store_id = CASE WHEN ${order('a')} > ${order('b')} THEN $3::bigint ELSE $2::bigint END`);
  await run(`
    DELETE FROM products p USING products a, products b
     WHERE ${SAME} AND a.store_id = $2 AND b.store_id = $3
       AND p.user_id = $1 AND p.id = CASE WHEN ${order('a')} > ${order('b')} THEN b.id ELSE a.id END`);
  await run(`
    DELETE FROM product_variations a USING product_variations b
     WHERE ${SAME} AND a.product_external_id = b.product_external_id AND a.store_id = $2 AND b.store_id = $3`);
  await run(`UPDATE product_variations SET store_id = $3 WHERE user_id = $1 AND store_id = $2`);
  await run(`UPDATE products SET store_id = $3 WHERE user_id = $1 AND store_id = $2`);
  await run(`
    DELETE FROM product_tombstones t USING product_tombstones a, product_tombstones b
     WHERE ${SAME} AND a.store_id = $2 AND b.store_id = $3
       AND t.user_id = $1 AND t.external_source = a.external_source AND t.external_id = a.external_id
       AND t.store_id = CASE WHEN ${order('a')} > ${order('b')} THEN $3::bigint ELSE $2::bigint END`);
  await run(`UPDATE product_tombstones SET store_id = $3 WHERE user_id = $1 AND store_id = $2`);
  const [gone] = await manager.query<[{ id: number }[], number]>(
    `UPDATE products p
        SET is_active = false, updated_at = now(), changed_at = t.changed_at, changed_by_deletion = true,
            changed_on_arrival = t.changed_on_arrival, changed_by_event = t.changed_by_event
       FROM product_tombstones t
      WHERE p.user_id = $1 AND p.store_id = $2 AND t.user_id = $1 AND t.store_id = $2
        AND t.external_source = p.external_source AND t.external_id = p.external_id AND ${order('t')} > ${order('p')}
      RETURNING p.id`,
    [userId, into],
  );
  await manager.query(`DELETE FROM chunks WHERE user_id = $1 AND product_id = ANY($2)`, [
    userId,
    gone.map(({ id }) => id),
  ]);
  await manager.query(
    `DELETE FROM product_tombstones t USING products p
      WHERE t.user_id = $1 AND t.store_id = $2 AND p.user_id = $1 AND p.store_id = $2
        AND t.external_source = p.external_source AND t.external_id = p.external_id`,
    [userId, into],
  );
}
