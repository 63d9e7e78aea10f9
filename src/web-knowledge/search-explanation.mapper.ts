import type { KnowledgeHit } from '../knowledge/search/knowledge-search.service';
import type { SearchExplanation } from '../knowledge/search/search-explanation';
import type { HitExplanationDto, SearchExplanationDto, SearchQueryDto } from './products.dto';

export const toHitExplanation = ({ explanation }: KnowledgeHit): HitExplanationDto => ({
  word_rank: explanation.wordRank,
  vector_rank: explanation.vectorRank,
  matched: explanation.matched,
  exact: explanation.exact,
  is_named: explanation.isNamed,
  category_share: explanation.categoryShare,
});

/** What of a request is no filter. */
const NO_FILTERS = ['q', 'limit', 'interpret', 'explain', 'page', 'page_size', 'user_id'];

export const toExplanation = (
  explanation: SearchExplanation,
  query: SearchQueryDto,
): SearchExplanationDto => ({
  words: explanation.words.map(({ word, share, isHead, isKnown }) => ({
    word,
    share,
    is_head: isHead,
    is_known: isKnown,
  })),
  filters: Object.fromEntries(
    Object.entries(query).filter(
      ([name, value]: [string, unknown]) =>
        !NO_FILTERS.includes(name) && value !== undefined && value !== null && value !== '',
    ),
  ),
  embedder: explanation.embedder,
  vector: explanation.vector,
  floor: explanation.floor,
  confident: explanation.confident,
  required_coverage: explanation.requiredCoverage,
  best_similarity: explanation.bestSimilarity,
  best_coverage: explanation.bestCoverage,
  word_candidates: explanation.wordCandidates,
  vector_candidates: explanation.vectorCandidates,
});
