/** How a question may be about one product alone, in the order of `WordHit.exact`. */
export const EXACTNESS = ['none', 'begins_model', 'model', 'title_or_sku'] as const;
export type Exactness = (typeof EXACTNESS)[number];

/** What became of the comparison by vector. */
export const VECTOR_STATES = ['used', 'unused', 'unavailable'] as const;
export type VectorState = (typeof VECTOR_STATES)[number];

/** Why a product is a hit. Places count from 1. */
export interface HitExplanation {
  /** Null where it was not found by words. */
  wordRank: number | null;
  /** Null where it was not among the nearest. */
  vectorRank: number | null;
  /** The words of the question that it has, and how well and where: 1 for the word itself in a title. */
  matched: { word: string; strength: number }[];
  exact: Exactness;
  /** Whether it is of the kind that the question names; null where not found by words. */
  isNamed: boolean | null;
  /** Of the best hit's merit, what it has for sharing a category with that. */
  categoryShare: number;
}

/** A word of the question, as it was searched for. */
export interface AskedWord {
  word: string;
  /** How much of the question it is, by how rare it is in the shop: 0 to 1. */
  share: number;
  isHead: boolean;
  /** Whether the shop has it, as asked or otherwise worded. */
  isKnown: boolean;
}

/** Why an answer is as it is, or why there is none. */
export interface SearchExplanation {
  words: AskedWord[];
  /** Whose vectors were compared; null where none were. */
  embedder: string | null;
  vector: VectorState;
  /** See `Embedder`. */
  floor: number | null;
  confident: number | null;
  /** The share of the question that a product must have for there to be an answer by words; null where none was asked. */
  requiredCoverage: number | null;
  bestSimilarity: number | null;
  bestCoverage: number | null;
  wordCandidates: number;
  vectorCandidates: number;
}
