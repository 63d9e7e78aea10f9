import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { toSql } from 'pgvector';
import { DataSource } from 'typeorm';
import { AppError } from '../../validation/errors';
import { EmbeddingError } from '../embedding/embedder';
import { Generations, type ActiveGeneration } from '../embedding/generations.service';
import { normalize, squeeze, STOP_WORDS } from '../language/normalizer';

/** A condition on products, written by whoever knows them: SQL on the alias `p` with its parameters from `$n` on. */
export interface ProductRestriction {
  /** The condition, with placeholders that begin at `$${firstParameter}`; `$1` is the user in every statement. */
  sql(firstParameter: number): string;
  values: unknown[];
}

export interface KnowledgeHit {
  productId: number;
  chunkId: number;
  chunkText: string;
  scores: {
    /** By which the hits are ordered. */
    combined: number;
    /** Cosine similarity, -1 to 1; null where no chunk has an embedding. */
    vector: number | null;
    /** Share of the question's words found, those in the title counting twice: 0 to 1. */
    lexical: number;
  };
}

/** Candidates of either method that are considered. */
const CANDIDATES = 100;
/** Reciprocal rank fusion's constant; source: Cormack, Clarke, Büttcher 2009. */
const RRF_K = 60;
const MAX_WORDS = 32;
/** A buyer waits; without the vector, words still answer. */
const QUESTION_TIMEOUT_MS = 5000;

interface VectorRow {
  product_id: number;
  chunk_id: number;
  text: string;
  similarity: number;
}

interface LexicalRow {
  product_id: number;
  chunk_id: number;
  text: string;
  score: number;
}

/** Finds the chunks of a user's products that answer a question: by vector and by words, fused by rank. */
@Injectable()
export class KnowledgeSearch {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly generations: Generations,
  ) {}

  /**
   * The best products, one hit each, within the restriction. Empty where nothing has to do with the question.
   * @throws AppError 503 when the embedding service does not answer and no word matches either
   */
  async search(
    userId: number,
    question: string,
    limit: number,
    restriction: ProductRestriction,
  ): Promise<KnowledgeHit[]> {
    const generation = await this.generations.active();
    const [byVector, byWords] = await Promise.all([
      this.byVector(userId, generation, question, restriction).catch((error: unknown) => {
        if (error instanceof EmbeddingError) return null;
        throw error;
      }),
      this.byWords(userId, generation, question, restriction),
    ]);
    if (byVector === null && byWords.length === 0) throw new AppError(503, 'embedding_unavailable');
    return fuse(byVector ?? [], byWords, generation?.embedder?.floor ?? 0).slice(0, limit);
  }

  /**
   * Exact distances over the tenant's chunks, by b-tree on user_id: complete, whatever the restriction leaves, and
   * for an ordinary shop faster than a shared approximate index.
   */
  private async byVector(
    userId: number,
    generation: ActiveGeneration | null,
    question: string,
    restriction: ProductRestriction,
  ): Promise<VectorRow[]> {
    if (!generation?.embedder) return [];
    const [vector] = await generation.embedder.embed([question], { timeoutMs: QUESTION_TIMEOUT_MS });
    return this.dataSource.query<VectorRow[]>(
      `SELECT best.product_id, best.chunk_id, c.text, 1 - best.distance AS similarity
         FROM (SELECT DISTINCT ON (product_id) product_id, chunk_id, distance
                 FROM (SELECT c.product_id, c.id AS chunk_id, c.embedding <=> $2::halfvec AS distance
                         FROM chunks c
                         JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
                        WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3
                          AND p.user_id = $1 AND p.is_active AND ${restriction.sql(5)}
                        ORDER BY distance LIMIT $4 * 4) nearest
                ORDER BY product_id, distance) best
         JOIN chunks c ON c.user_id = $1 AND c.id = best.chunk_id
        ORDER BY best.distance, best.product_id LIMIT $4`,
      [userId, toSql(vector!), generation.id, CANDIDATES, ...restriction.values],
    );
  }

  /** Any word of the question, anywhere in the product's text. One condition a word, since each can use the index. */
  private async byWords(
    userId: number,
    generation: ActiveGeneration | null,
    question: string,
    restriction: ProductRestriction,
  ): Promise<LexicalRow[]> {
    const patterns = [...new Set(normalize(question).split(/[^\p{L}\p{N}_.-]+/u))]
      .filter((word) => word.length > 1 && !STOP_WORDS.has(word))
      .slice(0, MAX_WORDS)
      .map((word) => `%${escapeLike(word)}%`);
    if (patterns.length === 0) return [];
    const anyWord = patterns.map((_, index) => `d.text LIKE $${index + 6}`).join(' OR ');
    return this.dataSource.query<LexicalRow[]>(
      `SELECT found.product_id, c.id AS chunk_id, c.text, found.score
         FROM (SELECT d.product_id,
                      (SELECT sum(CASE WHEN replace(d.title, ' ', '') LIKE pattern THEN 2 ELSE 1 END)
                         FROM unnest($2::text[]) AS pattern WHERE d.text LIKE pattern)::float8
                        / (2 * cardinality($2::text[]))
                        + CASE WHEN replace(d.title, ' ', '') = $3 OR d.facets @> ARRAY['sku:' || $3] THEN 1 ELSE 0 END AS score
                 FROM documents d
                 JOIN products p ON p.user_id = d.user_id AND p.id = d.product_id
                WHERE d.user_id = $1 AND (${anyWord})
                  AND p.user_id = $1 AND p.is_active AND ${restriction.sql(6 + patterns.length)}
                ORDER BY score DESC, d.product_id LIMIT $4) found
         JOIN LATERAL (SELECT id, text FROM chunks
                        WHERE user_id = $1 AND product_id = found.product_id AND generation = $5
                        ORDER BY "position" LIMIT 1) c ON true
        ORDER BY found.score DESC, found.product_id`,
      [
        userId,
        patterns,
        squeeze(question),
        CANDIDATES,
        generation?.id ?? 0,
        ...patterns,
        ...restriction.values,
      ],
    );
  }
}

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

function fuse(byVector: VectorRow[], byWords: LexicalRow[], floor: number): KnowledgeHit[] {
  const hits = new Map<number, KnowledgeHit>();
  for (const [rank, row] of byVector.entries()) {
    if (row.similarity < floor) continue;
    hits.set(row.product_id, {
      productId: row.product_id,
      chunkId: row.chunk_id,
      chunkText: row.text,
      scores: { combined: 1 / (RRF_K + rank + 1), vector: row.similarity, lexical: 0 },
    });
  }
  for (const [rank, row] of byWords.entries()) {
    const combined = 1 / (RRF_K + rank + 1) + (row.score > 1 ? 1 : 0);
    const hit = hits.get(row.product_id);
    const lexical = Math.min(row.score, 1);
    if (hit) {
      hit.scores.combined += combined;
      hit.scores.lexical = lexical;
    } else {
      const { similarity = null } = byVector.find(({ product_id: id }) => id === row.product_id) ?? {};
      hits.set(row.product_id, {
        productId: row.product_id,
        chunkId: row.chunk_id,
        chunkText: row.text,
        scores: { combined, vector: similarity, lexical },
      });
    }
  }
  return [...hits.values()].sort(
    (a, b) =>
      b.scores.combined - a.scores.combined ||
      (b.scores.vector ?? 0) - (a.scores.vector ?? 0) ||
      a.productId - b.productId,
  );
}
