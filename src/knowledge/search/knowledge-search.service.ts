import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { toSql } from 'pgvector';
import { DataSource } from 'typeorm';
import { AppError } from '../../validation/errors';
import { breakRuns } from '../documents/chunker';
import { tokensOf } from '../documents/token-count';
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
/** Some products have several near chunks. Where these are of fewer products than are asked for, all are compared. */
const NEAREST_CHUNKS = 4 * CANDIDATES;
/** Of a graph each costs: so many chunks are taken from it. */
const NEAREST_OF_GRAPH = 120;
/** The same, where chunks that a restriction leaves out are met on the way. */
const NEAREST_WITHIN = 60;
/** Of a graph, for each product that is asked for: some have several near chunks. */
const CHUNKS_OF_HIT = 3;
/** How many a graph keeps in view, and what pgvector allows at most: the more, the fewer near ones it passes by. */
const EF_SEARCH = 200;
const MOST_EF_SEARCH = 1000;
/** How many times as many chunks are taken from it where those found are of too few products. */
const WIDER = 4;
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
    const isEnough = (found: readonly VectorRow[]) => found.length >= Math.min(limit, CANDIDATES);
    /** A second time only where the nearest chunks are of too few products. */
    const exactly = async (nearest: (ofEach: boolean) => Promise<VectorRow[]>): Promise<VectorRow[]> => {
      const rows = await nearest(false);
      const found = nearestOfEach(rows);
      return isEnough(found) || rows.length < NEAREST_CHUNKS ? found : nearestOfEach(await nearest(true));
    };
    if (!(await this.indexes.exists(userId, generation.id)))
      return exactly((ofEach) => this.nearestOfAll(search, ofEach));
    const left = await few;
    if (left) return exactly((ofEach) => this.nearestOfProducts(search, left, ofEach));
    const wanted = Math.max(
      restriction.values.length > 0 ? NEAREST_WITHIN : NEAREST_OF_GRAPH,
      CHUNKS_OF_HIT * limit,
    );
    for (const chunks of [wanted, WIDER * wanted]) {
      const rows = await this.nearestByGraph(search, embedder.dimensions, chunks);
      // The graph was left before enough of what the restriction leaves was met.
      if (rows.length < chunks) return exactly((ofEach) => this.nearestOfAll(search, ofEach));
      const found = nearestOfEach(rows);
      if (isEnough(found)) return found;
    }
    return nearestOfEach(await this.nearestOfAll(search, true));
  }

  /** By comparing all chunks that the restriction leaves. @param ofEach one chunk of each product */
  private nearestOfAll(
    { userId, generation, vector, restriction }: VectorSearch,
    ofEach: boolean,
  ): Promise<VectorRow[]> {
    // Chunks are of active products alone, so that only a filter has to look at products.
    const isFiltered = restriction.values.length > 0;
    return this.dataSource.query<VectorRow[]>(
      nearest(
        `FROM chunks c
                      ${isFiltered ? 'JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id' : ''}
                WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3
                      ${isFiltered ? `AND p.user_id = $1 AND p.is_active AND ${restriction.sql(5)}` : ''}`,
        ofEach,
      ),
      [userId, vector, generation, ofEach ? CANDIDATES : NEAREST_CHUNKS, ...restriction.values],
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
    ofEach: boolean,
  ): Promise<VectorRow[]> {
    return this.dataSource.query<VectorRow[]>(
      nearest(
        `FROM chunks c
                WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3 AND c.product_id = ANY($5)`,
        ofEach,
      ),
      [userId, vector, generation, ofEach ? CANDIDATES : NEAREST_CHUNKS, products],
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
                set_config('hnsw.ef_search', '${Math.min(Math.max(wanted, EF_SEARCH), MOST_EF_SEARCH)}', true),
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

/** The $4 chunks nearest to $2, or of each product the nearest. @param source of chunks, as `c` */
const nearest = (source: string, ofEach: boolean): string =>
  `SELECT product_id, chunk_id, 1 - distance AS similarity
     FROM (SELECT ${ofEach ? 'DISTINCT ON (c.product_id)' : ''} c.product_id, c.id AS chunk_id,
                  c.embedding::halfvec <=> $2::halfvec AS distance
             ${source}
            ORDER BY ${ofEach ? 'c.product_id,' : ''} distance ${ofEach ? '' : 'LIMIT $4'}) nearest
    ORDER BY distance LIMIT $4`;

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
