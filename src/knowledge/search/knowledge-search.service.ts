import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppError } from '../../validation/errors';
import { EmbeddingError, type Embedder } from '../embedding/embedder';
import { Generations, type LiveGeneration } from '../embedding/generations.service';
import { readQuestion, type Question } from '../language/question';
import type { ProductRestriction } from './product-restriction';
import { EXACTNESS, type HitExplanation, type SearchExplanation } from './search-explanation';
import type { SearchWay } from './search.metrics';
import { CANDIDATES, VectorSearch, type VectorRow } from './vector-search.service';
import { WordSearch, type WordAnswer, type WordHit } from './word-search.service';

export interface KnowledgeHit {
  productId: number;
  /** The chunk that is nearest to the question; null where none was compared. */
  chunkId: number | null;
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
  /** Whose chunks were compared; null before anything was embedded. */
  generation: LiveGeneration | null;
  explanation: SearchExplanation;
}

/** The chunk by which a product answers. */
export interface HitChunk {
  id: number;
  text: string;
  tldr: string;
}

/** Which methods answer; both, save where they are measured one by one. */
export type SearchMethod = 'hybrid' | 'lexical' | 'vector';

/** Reciprocal rank fusion's constant; source: Cormack, Clarke, Büttcher 2009. */
const RRF_K = 60;

interface ChunkRow extends HitChunk {
  product_id: number;
}

/** Finds the products of a user that answer a question, and their chunks that do: by vector and by words, fused by rank. */
@Injectable()
export class KnowledgeSearch {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly generations: Generations,
    private readonly words: WordSearch,
    private readonly vectors: VectorSearch,
  ) {}

  /**
   * The best products, one hit each, within the restriction. Empty where nothing has to do with the question. What they
   * say is read by `chunksOf`, beside the products.
   * @param answeredBy is told how the question is answered, the last time counts
   * @throws AppError 503 when the embedding service does not answer and no word matches either
   */
  async search(
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
      const [generation, hits] = await Promise.all([active, this.browse(userId, limit, restriction)]);
      return { hits, generation, explanation: explained({ hits: [], words: [] }, [], null, null) };
    }
    const read = readQuestion(question);
    const few = active.then((known) => this.vectors.fewProducts(userId, known, restriction));
    const [generation, byVector, answer] = await Promise.all([
      active,
      method === 'lexical'
        ? []
        : active
            .then((known) => this.vectors.find(userId, known, question, limit, restriction, few))
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
      return { hits: [], generation, explanation };
    }
    const hits = fuse(byVector ?? [], byWords, embedder, method)
      .slice(0, limit)
      .map(toHit);
    return { hits, generation, explanation };
  }

  /** What the restriction leaves, the newest first: a question that said a price and nothing else. */
  private async browse(
    userId: number,
    limit: number,
    restriction: ProductRestriction,
  ): Promise<KnowledgeHit[]> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `SELECT p.id FROM products p WHERE p.user_id = $1 AND p.is_active AND ${restriction.sql(3)}
        ORDER BY p.updated_at DESC, p.id DESC LIMIT $2`,
      [userId, limit, ...restriction.values],
    );
    return rows.map(({ id }) => toHit({ productId: id, combined: 0 }));
  }

  /** By product, the chunk that answers; its first where none was compared, or that is gone. A product without chunks is left out. */
  async chunksOf(userId: number, { hits, generation }: KnowledgeAnswer): Promise<Map<number, HitChunk>> {
    if (hits.length === 0) return new Map();
    const rows = await this.dataSource.query<ChunkRow[]>(
      `SELECT c.id, c.product_id, c.text, c.tldr
         FROM unnest($3::bigint[], $4::bigint[]) AS wanted (product_id, chunk_id)
        CROSS JOIN LATERAL (SELECT id, product_id, text, tldr FROM chunks
                             WHERE user_id = $1 AND generation = $2 AND product_id = wanted.product_id
                             ORDER BY id = wanted.chunk_id DESC, "position" LIMIT 1) c`,
      [
        userId,
        generation?.id ?? 0,
        hits.map(({ productId }) => productId),
        // 0 is no chunk.
        hits.map(({ chunkId }) => chunkId ?? 0),
      ],
    );
    return new Map(rows.map(({ product_id: productId, id, text, tldr }) => [productId, { id, text, tldr }]));
  }
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

/** What either method found of a product; places count from 0. */
interface Candidate {
  productId: number;
  combined: number;
  byWords?: WordHit;
  wordRank?: number;
  byVector?: VectorRow;
  vectorRank?: number;
}

/** Hundreds, of which a few are told: what is told of those is for `toHit`. */
function fuse(
  byVector: VectorRow[],
  byWords: WordHit[],
  embedder: Embedder | null,
  method: SearchMethod,
): Candidate[] {
  const candidates = new Map<number, Candidate>();
  for (const [wordRank, hit] of byWords.entries()) {
    const combined = 1 / (RRF_K + wordRank + 1) + hit.exact;
    candidates.set(hit.productId, { productId: hit.productId, combined, byWords: hit, wordRank });
  }
  const weight = method === 'vector' ? 1 : (embedder?.weight ?? 0);
  for (const [vectorRank, row] of byVector.entries()) {
    const combined = weight / (RRF_K + vectorRank + 1);
    const known = candidates.get(row.product_id);
    if (known) {
      known.combined += combined;
      known.byVector = row;
      known.vectorRank = vectorRank;
    } else if (row.similarity >= (embedder?.floor ?? 1)) {
      candidates.set(row.product_id, { productId: row.product_id, combined, byVector: row, vectorRank });
    }
  }
  return [...candidates.values()].sort((a, b) => b.combined - a.combined || a.productId - b.productId);
}

const toHit = ({
  productId,
  combined,
  byWords,
  wordRank,
  byVector,
  vectorRank,
}: Candidate): KnowledgeHit => ({
  productId,
  chunkId: byVector?.chunk_id ?? null,
  scores: { combined, vector: byVector?.similarity ?? null, lexical: byWords?.coverage ?? 0 },
  explanation: {
    wordRank: wordRank === undefined ? null : wordRank + 1,
    vectorRank: vectorRank === undefined ? null : vectorRank + 1,
    matched: byWords?.matched() ?? [],
    exact: EXACTNESS[byWords?.exact ?? 0],
    isNamed: byWords?.isNamed ?? null,
    categoryShare: byWords?.categoryShare ?? 0,
  },
});
