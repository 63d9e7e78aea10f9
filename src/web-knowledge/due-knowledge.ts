import type { EntityManager } from 'typeorm';
import type { ChangeOrigin, KnowledgeChange } from '../knowledge/documents/knowledge.service';
import type { EmbeddingReason } from '../knowledge/embedding/chunk.entity';

/** Remembers, in the transaction that writes the products, that their knowledge is to be renewed soon after it. */
export async function deferKnowledge(
  manager: EntityManager,
  userId: number,
  storeId: number,
  changes: readonly Omit<KnowledgeChange, 'content'>[],
): Promise<void> {
  if (changes.length === 0) return;
  await manager.query(
    `INSERT INTO due_knowledge AS d (user_id, store_id, product_id, reason, accepted_at, traceparent)
     SELECT $1, $2, due.*
       FROM unnest($3::bigint[], $4::text[], $5::timestamptz[], $6::text[])
            AS due (product_id, reason, accepted_at, traceparent)
     ON CONFLICT ON CONSTRAINT due_knowledge_pkey DO UPDATE
        SET store_id = excluded.store_id,
            accepted_at = coalesce(least(d.accepted_at, excluded.accepted_at), excluded.accepted_at, d.accepted_at)`,
    [
      userId,
      storeId,
      changes.map(({ productId }) => productId),
      changes.map(({ reason }) => reason),
      changes.map(({ origin }) => origin?.acceptedAt ?? null),
      changes.map(({ origin }) => origin?.traceparent ?? null),
    ],
  );
}

interface DueRow {
  product_id: number;
  reason: EmbeddingReason;
  accepted_at: Date | null;
  traceparent: string | null;
}

/** What was put off of a product. */
export interface DueRenewal {
  productId: number;
  reason: EmbeddingReason;
  origin: ChangeOrigin | null;
}

const toRenewal = (row: DueRow): DueRenewal => ({
  productId: row.product_id,
  reason: row.reason,
  origin: row.accepted_at && { acceptedAt: row.accepted_at, traceparent: row.traceparent },
});

/** Takes what was put off of a store's products, in a transaction that holds its lock, and that renews it. */
export async function takeDue(
  manager: EntityManager,
  userId: number,
  storeId: number,
  most: number,
): Promise<DueRenewal[]> {
  const [rows] = await manager.query<[DueRow[], number]>(
    `DELETE FROM due_knowledge d
      USING (SELECT product_id FROM due_knowledge
              WHERE user_id = $1 AND store_id = $2 ORDER BY product_id LIMIT $3) mine
      WHERE d.user_id = $1 AND d.product_id = mine.product_id
     RETURNING d.product_id, d.reason, d.accepted_at, d.traceparent`,
    [userId, storeId, most],
  );
  return rows.map(toRenewal);
}

/** As `takeDue`, of products that are renewed now whether or not that was put off. */
export async function takeDueOf(
  manager: EntityManager,
  userId: number,
  productIds: readonly number[],
): Promise<Map<number, DueRenewal>> {
  if (productIds.length === 0) return new Map();
  const [rows] = await manager.query<[DueRow[], number]>(
    `DELETE FROM due_knowledge WHERE user_id = $1 AND product_id = ANY($2)
     RETURNING product_id, reason, accepted_at, traceparent`,
    [userId, productIds],
  );
  return new Map(rows.map((row) => [row.product_id, toRenewal(row)]));
}
