import type { EntityManager } from 'typeorm';

/** The store that holds the products of another, or its own. */
export interface HomeStore {
  id: number;
  epoch: number;
  epoch_at: Date | null;
}

/**
 * Until the end of the transaction no other change of the store is applied, nor of the one that it was merged into, by
 * however many workers.
 * @returns the one that has the products; null where there is no such store
 */
export async function lockHome(
  manager: EntityManager,
  userId: number,
  storeId: number,
): Promise<HomeStore | null> {
  for (;;) {
    const locked = await manager.query<(HomeStore & { merged_into: number | null })[]>(
      `SELECT id, merged_into, epoch, epoch_at FROM stores
        WHERE user_id = $1
          AND id = ANY (SELECT unnest(ARRAY[s.id, s.merged_into]) FROM stores s WHERE s.user_id = $1 AND s.id = $2)
        ORDER BY id FOR NO KEY UPDATE`,
      [userId, storeId],
    );
    const own = locked.find(({ id }) => id === storeId);
    if (!own) return null;
    const home = locked.find(({ id }) => id === (own.merged_into ?? storeId));
    if (home) return home;
    // It was merged while this waited for its lock: the other one is still to be locked.
  }
}
