import type { DataSource, EntityManager } from 'typeorm';
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
        SET store_id = excluded.store_id, attempts = 0, error_message = NULL,
            next_attempt_at = least(d.next_attempt_at, excluded.next_attempt_at),
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

/**
 * Takes what was put off of products, in a transaction that holds their store's lock, and that renews or removes them.
 */
export async function takeDue(
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

/** Of products that were deleted before they were renewed only words are still to be made, which no buyer awaits. */
export async function leaveWords(
  manager: EntityManager,
  userId: number,
  productIds: readonly number[],
): Promise<void> {
  if (productIds.length === 0) return;
  await manager.query(
    `UPDATE due_knowledge
        SET accepted_at = NULL, traceparent = NULL, attempts = 0, error_message = NULL,
            next_attempt_at = least(next_attempt_at, now())
      WHERE user_id = $1 AND product_id = ANY($2)`,
    [userId, productIds],
  );
}

/** How long a product whose texts could not be made waits at most for the next attempt: there is always another. */
const LONGEST_WAIT_SECONDS = 3600;

/**
 * Remembers that an attempt failed for a reason of the product's own. One that was deleted meanwhile is not tried again.
 * @returns how many have failed; null where it is not due any more
 */
export async function postponeDue(
  dataSource: DataSource,
  userId: number,
  productId: number,
  reason: string,
  backoffMs: number,
): Promise<number | null> {
  await dataSource.query(
    `DELETE FROM due_knowledge d
      WHERE d.user_id = $1 AND d.product_id = $2
        AND EXISTS (SELECT 1 FROM products p WHERE p.user_id = $1 AND p.id = $2 AND NOT p.is_active)`,
    [userId, productId],
  );
  const [rows] = await dataSource.query<[{ attempts: number }[], number]>(
    `UPDATE due_knowledge
        SET attempts = attempts + 1, error_message = $3,
            next_attempt_at = now() + make_interval(secs => least($4 * power(2, least(attempts, 20)), $5))
      WHERE user_id = $1 AND product_id = $2
     RETURNING attempts`,
    [userId, productId, reason, backoffMs / 1000, LONGEST_WAIT_SECONDS],
  );
  return rows[0]?.attempts ?? null;
}

/** Those of the products whose texts could not be made. */
export async function failedDue(
  manager: EntityManager,
  userId: number,
  productIds: readonly number[],
): Promise<Set<number>> {
  const rows = await manager.query<{ id: number }[]>(
    `SELECT product_id AS id FROM due_knowledge WHERE user_id = $1 AND product_id = ANY($2) AND attempts > 0`,
    [userId, productIds],
  );
  return new Set(rows.map(({ id }) => id));
}
