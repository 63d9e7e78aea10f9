import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { inTurns } from '../../jobs/turns';
import type { EmbeddingReason } from '../embedding/chunk.entity';
import { liveGenerations } from '../embedding/generations.service';
import { NORMALIZER_VERSION } from '../language/normalizer';
import { soundOf } from '../language/spelling';
import { chunk, type TextChunk } from './chunker';
import { toDocument, type ProductContent, type ProductDocument } from './product-document';

/** The event that a change stands in. */
export interface ChangeOrigin {
  acceptedAt: Date;
  /** Of its processing; null while traces are off. */
  traceparent: string | null;
}

export interface KnowledgeChange {
  productId: number;
  content: ProductContent;
  /** Why its new chunks are to be embedded. */
  reason: EmbeddingReason;
  /** Where an event asks for it. */
  origin?: ChangeOrigin;
}

interface ChunkRow {
  id: number;
  product_id: number;
  generation: number;
  position: number;
  text_hash: string;
  status: string;
  accepted_at: Date | null;
}

type NewChunk = TextChunk & {
  productId: number;
  generation: number;
  reason: EmbeddingReason;
  /** Null for one of a generation that does not answer questions yet. */
  origin: ChangeOrigin | null;
};

/** Keeps documents and chunks equal to what products say. Embeddings follow: see `EmbeddingJobs`. */
@Injectable()
export class KnowledgeService {
  /**
   * Renews documents and chunks within the caller's transaction, which holds the store's lock. A chunk whose text is
   * unchanged keeps its embedding.
   * @param generations whose chunks are renewed; by default all that live
   * @returns how many chunks await embedding now, and the products whose chunks an event awaits
   */
  async renew(
    manager: EntityManager,
    userId: number,
    changes: readonly KnowledgeChange[],
    generations?: readonly number[],
  ): Promise<{ added: number; awaited: Set<number> }> {
    const awaited = new Set<number>();
    if (changes.length === 0) return { added: 0, awaited };
    // A long text takes half a second: requests, and the database in this process, have their turn in between.
    const documents = await inTurns(changes, (change) => ({
      ...change,
      document: toDocument(change.content),
    }));
    await saveDocuments(manager, userId, documents);
    const live = generations ?? (await liveGenerations(manager));
    const answering = generations ? null : live[0];
    const existing = await manager.query<ChunkRow[]>(
      `SELECT id, product_id, generation, "position", text_hash, status, accepted_at FROM chunks
        WHERE user_id = $1 AND product_id = ANY($2) AND generation = ANY($3)`,
      [userId, changes.map(({ productId }) => productId), live],
    );
    const kept = new Map(
      existing
        // One that was refused is made anew, and so tried again.
        .filter(({ status }) => status !== 'failed')
        .map((row) => [`${row.generation} ${row.product_id} ${row.text_hash}`, row]),
    );
    const added: NewChunk[] = [];
    const moved: { id: number; position: number }[] = [];
    const removed = new Set(existing.map(({ id }) => id));
    const cut = await inTurns(documents, ({ document }) => chunk(document));
    for (const [index, { productId, reason, origin }] of documents.entries()) {
      const rows = existing.filter((row) => row.product_id === productId && row.generation === answering);
      const oldest = oldestOf(origin ?? null, rows);
      for (const piece of cut[index]!) {
        for (const generation of live) {
          const same = kept.get(`${generation} ${productId} ${piece.textHash}`);
          const isAnswering = generation === answering;
          if (!same || !removed.delete(same.id)) {
            added.push({ ...piece, productId, generation, reason, origin: isAnswering ? oldest : null });
            if (isAnswering) awaited.add(productId);
          } else {
            if (same.status === 'pending' && same.accepted_at) awaited.add(productId);
            if (same.position !== piece.position) moved.push({ id: same.id, position: piece.position });
          }
        }
      }
    }
    await deleteChunks(manager, userId, [...removed]);
    await moveChunks(manager, userId, moved);
    await insertChunks(manager, userId, added);
    return { added: added.length, awaited };
  }

  /** Gives chunks of a new generation the vectors that equal texts of the same products have from its embedder. */
  async takeOverVectors(
    manager: EntityManager,
    userId: number,
    products: readonly { id: number }[],
    { id, embedder }: { id: number; embedder: string },
  ): Promise<void> {
    await manager.query(
      `UPDATE chunks c
          SET status = 'embedded', embedding = old.embedding, embedding_model = $4, embedded_at = old.embedded_at
         FROM chunks old
        WHERE c.user_id = $1 AND c.product_id = ANY($2) AND c.generation = $3 AND c.status = 'pending'
          AND old.user_id = $1 AND old.product_id = c.product_id AND old.generation <> $3
          AND old.text_hash = c.text_hash AND old.status = 'embedded' AND old.embedding_model = $4`,
      [userId, products.map((product) => product.id), id, embedder],
    );
  }

  /** Removes the chunks of products that are gone. Their words stay, so that a list still finds what was deleted. */
  async remove(manager: EntityManager, userId: number, productIds: readonly number[]): Promise<void> {
    if (productIds.length === 0) return;
    await manager.query(`DELETE FROM chunks WHERE user_id = $1 AND product_id = ANY($2)`, [
      userId,
      productIds,
    ]);
  }
}

/**
 * Since when a product's new chunks are awaited: since the event before, where that one's chunks never had their vectors.
 */
function oldestOf(origin: ChangeOrigin | null, rows: readonly ChunkRow[]): ChangeOrigin | null {
  const since = rows
    .filter(({ status }) => status === 'pending')
    .flatMap(({ accepted_at: at }) => at ?? [])
    .concat(origin?.acceptedAt ?? [])
    .map((at) => at.getTime());
  return since.length > 0
    ? { traceparent: origin?.traceparent ?? null, acceptedAt: new Date(Math.min(...since)) }
    : null;
}

async function saveDocuments(
  manager: EntityManager,
  userId: number,
  documents: { productId: number; document: ProductDocument }[],
): Promise<void> {
  const rows = documents.map(({ productId, document: { search } }) => ({
    product_id: productId,
    title: search.title,
    text: search.text,
    facets: search.facets,
    terms: search.terms,
  }));
  await manager.query(
    `INSERT INTO documents (user_id, product_id, title, text, facets, terms, version)
     SELECT $1, d.product_id, d.title, d.text, d.facets, d.terms::tsvector, $3
       FROM jsonb_to_recordset($2::jsonb) AS d (product_id bigint, title text, text text, facets text[], terms text)
     ON CONFLICT ON CONSTRAINT documents_pkey
     DO UPDATE SET title = excluded.title, text = excluded.text, facets = excluded.facets, terms = excluded.terms,
                   version = excluded.version`,
    [userId, JSON.stringify(rows), NORMALIZER_VERSION],
  );
  // In order, so that two transactions that bring the same new words wait for one another rather than deadlock.
  const words = [...new Set(documents.flatMap(({ document: { search } }) => search.vocabulary))].sort();
  await manager.query(
    `INSERT INTO vocabulary (user_id, word, sound)
     SELECT $1, w.word, w.sound FROM unnest($2::text[], $3::text[]) AS w (word, sound)
      WHERE NOT EXISTS (SELECT 1 FROM vocabulary v WHERE v.user_id = $1 AND v.word = w.word)
     ON CONFLICT ON CONSTRAINT vocabulary_pkey DO NOTHING`,
    [userId, words, words.map(soundOf)],
  );
}

async function deleteChunks(manager: EntityManager, userId: number, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  await manager.query(`DELETE FROM chunks WHERE user_id = $1 AND id = ANY($2)`, [userId, ids]);
}

async function moveChunks(
  manager: EntityManager,
  userId: number,
  moved: { id: number; position: number }[],
): Promise<void> {
  if (moved.length === 0) return;
  await manager.query(
    `UPDATE chunks c SET "position" = m."position"
       FROM unnest($2::bigint[], $3::int[]) AS m (id, "position")
      WHERE c.user_id = $1 AND c.id = m.id`,
    [userId, moved.map(({ id }) => id), moved.map(({ position }) => position)],
  );
}

async function insertChunks(manager: EntityManager, userId: number, chunks: NewChunk[]): Promise<void> {
  if (chunks.length === 0) return;
  await manager.query(
    `INSERT INTO chunks (user_id, product_id, generation, reason, "position", text, tldr, text_hash, token_count,
                         accepted_at, traceparent)
     SELECT $1, c.*
       FROM unnest($2::bigint[], $3::int[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::int[],
                   $10::timestamptz[], $11::text[]) AS c`,
    [
      userId,
      chunks.map(({ productId }) => productId),
      chunks.map(({ generation }) => generation),
      chunks.map(({ reason }) => reason),
      chunks.map(({ position }) => position),
      chunks.map(({ text }) => text),
      chunks.map(({ tldr }) => tldr),
      chunks.map(({ textHash }) => textHash),
      chunks.map(({ tokenCount }) => tokenCount),
      chunks.map(({ origin }) => origin?.acceptedAt ?? null),
      chunks.map(({ origin }) => origin?.traceparent ?? null),
    ],
  );
}
