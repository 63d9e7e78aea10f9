import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { LiveGeneration } from '../embedding/generations.service';
import { VectorIndexes } from '../embedding/vector-indexes';
import type { ProductRestriction } from './product-restriction';
import { QuestionVectors } from './question-vectors.service';
import { RestrictedProducts } from './restricted-products.service';

/** Candidates of either method that are considered. */
export const CANDIDATES = 100;
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

interface VectorQuery {
  userId: number;
  generation: number;
  /** As PostgreSQL reads it. */
  vector: string;
  restriction: ProductRestriction;
}

/** A product by its nearest chunk; the similarity is the cosine's, -1 to 1. */
export interface VectorRow {
  product_id: number;
  chunk_id: number;
  similarity: number;
}

interface ScannedRow extends VectorRow {
  /** Chunks that were near enough to be looked at by product. */
  compared: number;
}

/** Finds the products whose chunks are nearest to a question, by the index of their shop where it is large. */
@Injectable()
export class VectorSearch {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly indexes: VectorIndexes,
    private readonly questions: QuestionVectors,
    private readonly restricted: RestrictedProducts,
  ) {}

  /** The products whose chunks are nearest, each by its nearest one. Complete, whatever the restriction leaves. */
  async find(
    userId: number,
    generation: LiveGeneration | null,
    question: string,
    limit: number,
    restriction: ProductRestriction,
    few: Promise<number[] | null>,
  ): Promise<VectorRow[]> {
    if (!generation?.embedder) return [];
    const { embedder } = generation;
    const vector = await this.questions.of(embedder, question);
    const search = { userId, generation: generation.id, vector, restriction };
    const isEnough = (found: readonly VectorRow[]) => found.length >= Math.min(limit, CANDIDATES);
    /** A second time only where the nearest chunks are of too few products. */
    const exactly = async (
      nearest: (chunks: number | null) => Promise<ScannedRow[]>,
    ): Promise<VectorRow[]> => {
      const found = await nearest(NEAREST_CHUNKS);
      const isAll = found.length === 0 || found[0]!.compared < NEAREST_CHUNKS;
      return isEnough(found) || isAll ? found : nearest(null);
    };
    if (!(await this.indexes.exists(userId, generation.id)))
      return exactly((most) => this.nearestOfAll(search, most));
    const left = await few;
    if (left) return exactly((most) => this.nearestOfProducts(search, left, most));
    const wanted = Math.max(
      restriction.values.length > 0 ? NEAREST_WITHIN : NEAREST_OF_GRAPH,
      CHUNKS_OF_HIT * limit,
    );
    for (const chunks of [wanted, WIDER * wanted]) {
      const rows = await this.nearestByGraph(search, embedder.dimensions, chunks);
      // The graph was left before enough of what the restriction leaves was met.
      if (rows.length < chunks) return exactly((most) => this.nearestOfAll(search, most));
      const found = nearestOfEach(rows);
      if (isEnough(found)) return found;
    }
    return this.nearestOfAll(search, null);
  }

  /** By comparing all chunks that the restriction leaves. @param chunks of which products are taken; null for all */
  private nearestOfAll(
    { userId, generation, vector, restriction }: VectorQuery,
    chunks: number | null,
  ): Promise<ScannedRow[]> {
    // Chunks are of active products alone, so that only a filter has to look at products.
    const isFiltered = restriction.values.length > 0;
    return this.dataSource.query<ScannedRow[]>(
      nearest(
        `FROM chunks c
                      ${isFiltered ? 'JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id' : ''}
                WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3
                      ${isFiltered ? `AND p.user_id = $1 AND p.is_active AND ${restriction.sql(5)}` : ''}`,
      ),
      [userId, vector, generation, chunks, ...restriction.values],
    );
  }

  /** The products that a restriction leaves of a large shop, where these are few; otherwise null. */
  async fewProducts(
    userId: number,
    generation: LiveGeneration | null,
    restriction: ProductRestriction,
  ): Promise<number[] | null> {
    if (restriction.values.length === 0 || !generation) return null;
    if (!(await this.indexes.exists(userId, generation.id))) return null;
    return this.restricted.few(userId, restriction);
  }

  private nearestOfProducts(
    { userId, generation, vector }: VectorQuery,
    products: readonly number[],
    chunks: number | null,
  ): Promise<ScannedRow[]> {
    return this.dataSource.query<ScannedRow[]>(
      nearest(
        `FROM chunks c
                WHERE c.user_id = $1 AND c.status = 'embedded' AND c.generation = $3 AND c.product_id = ANY($5)`,
      ),
      [userId, vector, generation, chunks, products],
    );
  }

  /** By the tenant's own index: near ones one after another, until enough of them are within the restriction. */
  private async nearestByGraph(
    { userId, generation, vector, restriction }: VectorQuery,
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
}

/**
 * Of the products of the $4 chunks nearest to $2 the nearest ones, each by its nearest chunk; where $4 is null, of all.
 * @param source of chunks, as `c`
 */
const nearest = (source: string): string =>
  `SELECT product_id, chunk_id, 1 - distance AS similarity, compared
     FROM (SELECT DISTINCT ON (product_id) product_id, chunk_id, distance, count(*) OVER ()::int AS compared
             FROM (SELECT c.product_id, c.id AS chunk_id, c.embedding::halfvec <=> $2::halfvec AS distance
                     ${source}
                    ORDER BY distance LIMIT $4) nearest
            ORDER BY product_id, distance, chunk_id) of_each
    ORDER BY distance, product_id LIMIT ${CANDIDATES}`;

/** As `nearest` does, of chunks that come from a graph. */
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
