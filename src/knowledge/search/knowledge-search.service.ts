import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { toSql } from 'pgvector';
import { DataSource } from 'typeorm';
import { AppError } from '../../validation/errors';
import { breakRuns, tokensOf } from '../documents/chunker';
import { EmbeddingUsageCounter } from '../embedding/embedding-usage.service';
import { EmbeddingError, type Embedder } from '../embedding/embedder';
import { EmbeddingRequests } from '../embedding/embedding-requests.service';
import { Generations, type LiveGeneration } from '../embedding/generations.service';
import { VectorIndexes } from '../embedding/vector-indexes';
import { readQuestion, type Question } from '../language/question';
import type { ProductRestriction } from './product-restriction';
import { EXACTNESS, type HitExplanation, type SearchExplanation } from './search-explanation';
import { SearchMetrics, type SearchWay } from './search.metrics';
import { WordSearch, type WordAnswer, type WordHit } from './word-search.service';

export interface KnowledgeHit {
  productId: number;
  chunkId: number;
  chunkText: string;
  chunkTldr: string;
  scores: {
    /** By which the hits are ordered. */
    combined: number;
    /** Cosine similarity, -1 to 1; null where no chunk of the product was compared. */
    vector: number | null;
    /** Share of the question that the product's words answer, by how rare they are in the shop: 0 to 1. */
    lexical: number;
  };
  explanation: HitExplanation;
}

export interface KnowledgeAnswer {
  hits: KnowledgeHit[];
  explanation: SearchExplanation;
}

/** Which methods answer; both, save where they are measured one by one. */
export type SearchMethod = 'hybrid' | 'lexical' | 'vector';

/** Candidates of either method that are considered. */
const CANDIDATES = 100;
/** Some products have several near chunks. */
const NEAREST_CHUNKS = 4 * CANDIDATES;
/** Of a graph each costs: so many chunks are taken from it, and looked for at a time. Source: pgvector's README. */
const NEAREST_OF_GRAPH = 120;
/** The same, where chunks that a restriction leaves out are met on the way. */
const NEAREST_WITHIN = 60;
/** Of a graph, for each product that is asked for: some have several near chunks. */
const CHUNKS_OF_HIT = 3;
/** Products that a restriction may leave to be compared one by one; of more, the graph meets enough before long. */
const MOST_COMPARED = 1500;
/** Reciprocal rank fusion's constant; source: Cormack, Clarke, Büttcher 2009. */
const RRF_K = 60;
/** A buyer waits; without the vector, words still answer. */
const QUESTION_TIMEOUT_MS = 5000;

interface VectorSearch {
  userId: number;
  generation: number;
  /** As PostgreSQL reads it. */
  vector: string;
  restriction: ProductRestriction;
}

interface VectorRow {
  product_id: number;
  chunk_id: number;
  similarity: number;
}

interface ChunkRow {
  id: number;
  product_id: number;
  text: string;
  tldr: string;
}

/** Finds the chunks of a user's products that answer a question: by vector and by words, fused by rank. */
@Injectable()
export class KnowledgeSearch {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly generations: Generations,
    private readonly indexes: VectorIndexes,
    private readonly words: WordSearch,
    private readonly requests: EmbeddingRequests,
    private readonly usage: EmbeddingUsageCounter,
    private readonly metrics: SearchMetrics,
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
    method: SearchMethod = 'hybrid',
  ): Promise<KnowledgeAnswer> {
    return this.metrics.measure((answeredBy) =>
      this.answer(userId, question, limit, restriction, method, answeredBy),
    );
  }

  private async answer(
    userId: number,
    question: string,
    limit: number,
    restriction: ProductRestriction,
    method: SearchMethod,
    answeredBy: (way: SearchWay) => void,
  ): Promise<KnowledgeAnswer> {
    answeredBy(question === '' ? 'browse' : method === 'lexical' ? 'words' : method);
    const active = this.generations.active();
    if (question === '') {
      const hits = await this.browse(userId, await active, limit, restriction);
      return { hits, explanation: explained({ hits: [], words: [] }, [], null, null) };
    }
    const read = readQuestion(question);
    const few = active.then((known) => this.fewProducts(userId, known, restriction));
    const [generation, byVector, answer] = await Promise.all([
      active,
      method === 'lexical'
        ? []
        : active
            .then((known) => this.byVector(userId, known, question, limit, restriction, few))
            .catch((error: unknown) => {
              if (error instanceof EmbeddingError) return null;
              throw error;
            }),
      method === 'vector'
        ? { hits: [], words: [] }
        : this.words.find(userId, question, read, CANDIDATES, restriction, few),
      few,
    ]);
    const byWords = answer.hits;
    if (method === 'hybrid' && (byVector === null || !generation?.embedder)) answeredBy('words');
    if (byVector === null && byWords.length === 0) throw new AppError(503, 'embedding_unavailable');
    const embedder = generation?.embedder ?? null;
    const required = method === 'vector' ? null : requiredCoverage(read);
    const explanation = explained(answer, byVector, embedder, required);
    if (required !== null && !isAnswered(required, byVector ?? [], byWords, embedder)) {
      return { hits: [], explanation };
    }
    const ranked = fuse(byVector ?? [], byWords, embedder, method).slice(0, limit);
    return { hits: await this.withChunks(userId, generation, ranked), explanation };
  }

  /** The products whose chunks are nearest, each by its nearest one. Complete, whatever the restriction leaves. */
  private async byVector(
    userId: number,
    generation: LiveGeneration | null,
    question: string,
    limit: number,
    restriction: ProductRestriction,
    few: Promise<number[] | null>,
  ): Promise<VectorRow[]> {
    if (!generation?.embedder) return [];
    const { embedder } = generation;
    const tokens = tokensOf(breakRuns(question));
    const [vector] = await this.requests.embed(embedder, [question], {
      purpose: 'question',
      tokens,
      timeoutMs: QUESTION_TIMEOUT_MS,
    });
    this.usage.count(embedder.key, 'question', { requests: 1, texts: 1, tokens });
    const search = { userId, generation: generation.id, vector: toSql(Array.from(vector!))!, restriction };
    if (!(await this.indexes.exists(userId, generation.id)))
      return nearestOfEach(await this.nearestOfAll(search));
    const left = await few;
    if (left) return nearestOfEach(await this.nearestOfProducts(search, left));
    const wanted = Math.max(
      restriction.values.length > 0 ? NEAREST_WITHIN : NEAREST_OF_GRAPH,
      CHUNKS_OF_HIT * limit,
    );
    const approximate = await this.nearestByGraph(search, embedder.dimensions, wanted);
    // The graph was left before enough of what the restriction leaves was met.
    return nearestOfEach(approximate.length < wanted ? await this.nearestOfAll(search) : approximate);
  }

  /** By comparing all chunks that the restriction leaves. */
  private nearestOfAll({ userId, generation, vector, restriction }: VectorSearch): Promise<VectorRow[]> {
    // Chunks are of active products alone, so that only a filter has to look at products.
    const isFiltered = restriction.values.length > 0;
    return this.dataSource.query<VectorRow[]>(
      `SELECT product_id, chunk_id, 1 - distance AS similarity
         FROM (SELECT c.product_id, c.id AS chunk_id, c.embedding::halfvec <=> $2::halfvec AS distance
                 FROM chunks c
                      ${isFiltered ? 'JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id' : ''}
                WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3
                      ${isFiltered ? `AND p.user_id = $1 AND p.is_active AND ${restriction.sql(5)}` : ''}
                ORDER BY distance LIMIT $4) nearest`,
      [userId, vector, generation, NEAREST_CHUNKS, ...restriction.values],
    );
  }

  /** The products that a restriction leaves of a large shop, where these are few; otherwise null. */
  private async fewProducts(
    userId: number,
    generation: LiveGeneration | null,
    restriction: ProductRestriction,
  ): Promise<number[] | null> {
    if (restriction.values.length === 0 || !generation) return null;
    if (!(await this.indexes.exists(userId, generation.id))) return null;
    const rows = await this.dataSource.query<{ id: number }[]>(
      restriction.ofDocument(3, 'd') === 'true'
        ? `SELECT p.id FROM products p WHERE p.user_id = $1 AND p.is_active AND ${restriction.sql(3)} LIMIT $2`
        : // Read no further than the limit asks for, and planned as if there were none.
          `WITH found AS MATERIALIZED (
             SELECT d.product_id AS id FROM documents d
              CROSS JOIN LATERAL (SELECT FROM products p
                                   WHERE p.user_id = $1 AND p.id = d.product_id AND p.is_active AND ${restriction.ofProduct(3)}
                                  OFFSET 0) p
              WHERE d.user_id = $1 AND ${restriction.ofDocument(3, 'd')})
           SELECT id FROM found LIMIT $2`,
      [userId, MOST_COMPARED + 1, ...restriction.values],
    );
    return rows.length > MOST_COMPARED ? null : rows.map(({ id }) => id);
  }

  private nearestOfProducts(
    { userId, generation, vector }: VectorSearch,
    products: readonly number[],
  ): Promise<VectorRow[]> {
    return this.dataSource.query<VectorRow[]>(
      `SELECT product_id, chunk_id, 1 - distance AS similarity
         FROM (SELECT c.product_id, c.id AS chunk_id, c.embedding::halfvec <=> $2::halfvec AS distance
                 FROM chunks c
                WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3 AND c.product_id = ANY($5)
                ORDER BY distance LIMIT $4) nearest`,
      [userId, vector, generation, NEAREST_CHUNKS, products],
    );
  }

  /** By the tenant's own index: near ones one after another, until enough of them are within the restriction. */
  private async nearestByGraph(
    { userId, generation, vector, restriction }: VectorSearch,
    dimensions: number,
    wanted: number,
  ): Promise<VectorRow[]> {
    const type = `halfvec(${dimensions})`;
    // OFFSET keeps the planner from beginning with the products: it takes a distance for as cheap as a sum.
    const ofDocument = restriction.ofDocument(5, 'd');
    const within =
      restriction.values.length === 0
        ? ''
        : `CROSS JOIN LATERAL (SELECT FROM products p
                                      ${ofDocument === 'true' ? '' : 'JOIN documents d ON d.user_id = $1 AND d.product_id = p.id'}
                                WHERE p.user_id = $1 AND p.id = c.product_id AND ${restriction.ofProduct(5)}
                                  AND ${ofDocument} OFFSET 0) p`;
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
                set_config('hnsw.ef_search', '${Math.max(wanted, NEAREST_OF_GRAPH)}', true),
                set_config('enable_sort', 'off', true)`,
      );
      return manager.query<VectorRow[]>(
        `SELECT product_id, chunk_id, 1 - distance AS similarity
           FROM (SELECT c.product_id, c.id AS chunk_id, c.embedding::${type} <=> $2::${type} AS distance
                   FROM chunks c ${within}
                  WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3
                  ORDER BY distance LIMIT $4) nearest`,
        [userId, vector, generation, wanted, ...restriction.values],
      );
    });
  }

  /** What the restriction leaves, the newest first: a question that said a price and nothing else. */
  private async browse(
    userId: number,
    generation: LiveGeneration | null,
    limit: number,
    restriction: ProductRestriction,
  ): Promise<KnowledgeHit[]> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `SELECT p.id FROM products p WHERE p.user_id = $1 AND p.is_active AND ${restriction.sql(3)}
        ORDER BY p.updated_at DESC, p.id DESC LIMIT $2`,
      [userId, limit, ...restriction.values],
    );
    const scores = { combined: 0, vector: null, lexical: 0 };
    return this.withChunks(
      userId,
      generation,
      rows.map(({ id }) => ({ productId: id, chunkId: null, scores, explanation: hitExplanation() })),
    );
  }

  private async withChunks(
    userId: number,
    generation: LiveGeneration | null,
    ranked: RankedProduct[],
  ): Promise<KnowledgeHit[]> {
    if (ranked.length === 0) return [];
    const rows = await this.dataSource.query<ChunkRow[]>(
      `SELECT c.id, c.product_id, c.text, c.tldr
         FROM unnest($3::bigint[], $4::bigint[]) AS wanted (product_id, chunk_id)
        CROSS JOIN LATERAL (SELECT id, product_id, text, tldr FROM chunks
                             WHERE user_id = $1 AND generation = $2 AND product_id = wanted.product_id
                             ORDER BY id = wanted.chunk_id DESC, "position" LIMIT 1) c`,
      [
        userId,
        generation?.id ?? 0,
        ranked.map(({ productId }) => productId),
        // 0 is no chunk: the first of the product then.
        ranked.map(({ chunkId }) => chunkId ?? 0),
      ],
    );
    const byProduct = new Map(rows.map((row) => [row.product_id, row]));
    return ranked.flatMap(({ productId, scores, explanation }) => {
      const row = byProduct.get(productId);
      if (!row) return [];
      const chunk = { chunkId: row.id, chunkText: row.text, chunkTldr: row.tldr };
      return [{ productId, ...chunk, scores, explanation }];
    });
  }
}

/** The nearest chunk of each product, the nearest first; equal ones in the order of their products. */
function nearestOfEach(rows: readonly VectorRow[]): VectorRow[] {
  const best = new Map<number, VectorRow>();
  for (const row of rows) {
    const known = best.get(row.product_id);
    if (!known || known.similarity < row.similarity) best.set(row.product_id, row);
  }
  return [...best.values()]
    .sort((a, b) => b.similarity - a.similarity || a.product_id - b.product_id)
    .slice(0, CANDIDATES);
}

interface RankedProduct {
  productId: number;
  chunkId: number | null;
  scores: KnowledgeHit['scores'];
  explanation: HitExplanation;
}

/**
 * The share of a question that some product must answer: what names a thing in few words must be about that thing,
 * of a description or a spoken sentence many words are about something else.
 */
function requiredCoverage({ terms, isSpoken }: Question): number {
  if (isSpoken) return 0.2;
  if (terms.length <= 2) return 0.45;
  return terms.length <= 4 ? 0.55 : 0.25;
}

/** Whether there is an answer at all, or only the least bad. */
function isAnswered(
  required: number,
  byVector: VectorRow[],
  byWords: WordHit[],
  embedder: Embedder | null,
): boolean {
  // Those that have its words where they tell most: in a long description any words may meet.
  const telling = [...byWords].sort((a, b) => b.exact - a.exact || b.score - a.score).slice(0, 3);
  return (
    telling.some(({ exact, coverage, isNamed }) => exact > 0 || (coverage >= required && isNamed)) ||
    (embedder !== null && byVector.some(({ similarity }) => similarity >= embedder.confident))
  );
}

const hitExplanation = (hit?: WordHit, rank?: number): HitExplanation => ({
  wordRank: rank === undefined ? null : rank + 1,
  vectorRank: null,
  matched: hit?.matched ?? [],
  exact: EXACTNESS[hit?.exact ?? 0],
  isNamed: hit?.isNamed ?? null,
  categoryShare: hit?.categoryShare ?? 0,
});

/** @param byVector null where the embedding service did not answer */
function explained(
  { hits, words }: WordAnswer,
  byVector: VectorRow[] | null,
  embedder: Embedder | null,
  required: number | null,
): SearchExplanation {
  const isUsed = byVector !== null && byVector.length > 0;
  return {
    words,
    embedder: isUsed ? (embedder?.key ?? null) : null,
    vector: byVector === null ? 'unavailable' : isUsed ? 'used' : 'unused',
    floor: embedder?.floor ?? null,
    confident: embedder?.confident ?? null,
    requiredCoverage: required,
    bestSimilarity: byVector?.[0]?.similarity ?? null,
    bestCoverage: hits.reduce<number | null>((best, { coverage }) => Math.max(best ?? 0, coverage), null),
    wordCandidates: hits.length,
    vectorCandidates: byVector?.length ?? 0,
  };
}

function fuse(
  byVector: VectorRow[],
  byWords: WordHit[],
  embedder: Embedder | null,
  method: SearchMethod,
): RankedProduct[] {
  const vectors = new Map(byVector.map((row) => [row.product_id, row]));
  const ranked = new Map<number, RankedProduct & { exact: number }>();
  for (const [rank, hit] of byWords.entries()) {
    const vector = vectors.get(hit.productId);
    ranked.set(hit.productId, {
      productId: hit.productId,
      chunkId: vector?.chunk_id ?? null,
      exact: hit.exact,
      scores: {
        combined: 1 / (RRF_K + rank + 1) + hit.exact,
        vector: vector?.similarity ?? null,
        lexical: hit.coverage,
      },
      explanation: hitExplanation(hit, rank),
    });
  }
  const weight = method === 'vector' ? 1 : (embedder?.weight ?? 0);
  for (const [rank, row] of byVector.entries()) {
    const combined = weight / (RRF_K + rank + 1);
    const hit = ranked.get(row.product_id);
    if (hit) {
      hit.scores.combined += combined;
      hit.explanation.vectorRank = rank + 1;
    } else if (row.similarity >= (embedder?.floor ?? 1)) {
      ranked.set(row.product_id, {
        productId: row.product_id,
        chunkId: row.chunk_id,
        exact: 0,
        scores: { combined, vector: row.similarity, lexical: 0 },
        explanation: { ...hitExplanation(), vectorRank: rank + 1 },
      });
    }
  }
  return [...ranked.values()].sort(
    (a, b) => b.scores.combined - a.scores.combined || a.productId - b.productId,
  );
}
