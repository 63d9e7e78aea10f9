import { quoteLexeme } from '../documents/search-terms';
import type { Term, Wording } from '../language/question';
import { lexemesOfOne, TITLE_AND_LABELS, toQuery } from './wording-query';

/** Products that are ranked at most: those that have most of the question. Each costs what it takes to unpack its words. */
export const MAX_RANKED = 150;
/** How much it counts beside a term that a product has it in its title or labels. */
const LABEL_SHARE = 0.25;
/** Products from which on a word finds nothing by itself where it is at most this share of the question. */
const COMMON = 1000;
const MOST_SPARED = 0.3;

/** A term of a question as its shop knows it. */
export interface WeighedTerm extends Term {
  wordings: (Wording & { query: string; count: number; idf: number })[];
  /** How much of the question it is. */
  importance: number;
}

/**
 * The terms of which a product must have one to be ranked. What thousands of products have, and what is little of the
 * question, ranks but finds nothing by itself: a large shop would be ranked whole.
 */
function decidingTerms(terms: readonly WeighedTerm[]): readonly WeighedTerm[] {
  const total = terms.reduce((sum, { importance }) => sum + importance, 0);
  let spared = 0;
  const deciding: WeighedTerm[] = [];
  for (const term of [...terms].sort((a, b) => a.importance - b.importance)) {
    const isCommon = term.wordings.some(({ count }) => count >= COMMON);
    if (isCommon && spared + term.importance <= total * MOST_SPARED) spared += term.importance;
    else deciding.push(term);
  }
  return deciding.some(({ wordings }) => wordings.length > 0) ? deciding : terms;
}

export interface Tier {
  query: string;
  /** What is to match it, of a document `d`. */
  terms: string;
}

const anywhere = (query: string): Tier => ({ query, terms: 'd.terms' });

/** By an index of titles alone: that of all texts would have each text with the words unpacked to see where they stand. */
const inTitle = (query: string): Tier => ({ query, terms: `ts_filter(d.terms, '{a}')` });

const isSame =
  ({ query, terms }: Tier) =>
  (other: Tier): boolean =>
    other.query === query && other.terms === terms;

/** A term that some product has. */
interface KnownTerm {
  isCode: boolean;
  importance: number;
  /** Any of its wordings. */
  query: string;
  /** The same in title or labels. */
  inLabels: string;
  /** Of products, added up wording by wording. */
  count: number;
}

function knownOf(terms: readonly WeighedTerm[]): KnownTerm[] {
  return terms
    .filter(({ wordings }) => wordings.length > 0)
    .map((term) => ({
      isCode: term.isCode,
      importance: term.importance,
      query: anyTermOf([term]),
      inLabels: anyTermOf([term], TITLE_AND_LABELS),
      count: countOf(term),
    }));
}

const countOf = ({ wordings }: WeighedTerm): number => wordings.reduce((sum, { count }) => sum + count, 0);

/** What a product is the better for having, by weight. */
export interface AskedTerm extends Pick<KnownTerm, 'query' | 'inLabels'> {
  weight: number;
  labelWeight: number;
}

/** What a product must have to be ranked, and what it is the better for having. */
export function conditionsOf(terms: readonly WeighedTerm[]): { deciding: string; asked: AskedTerm[] } {
  const known = knownOf(terms);
  const whole = known.reduce((sum, { importance }) => sum + importance, 0);
  return {
    deciding: anyTermOf(decidingTerms(terms)),
    asked: known.map(({ query, inLabels, importance, isCode }) => ({
      query,
      inLabels,
      weight: importance,
      // What labels name a model comes before what mentions it, whatever else that has.
      labelWeight: isCode ? whole : importance * LABEL_SHARE,
    })),
  };
}

/**
 * What products of a large shop are taken for ranking by: those of the first queries before those of queries after them.
 * Titles with all that is asked, then labels that name its model; after these the weightiest words first, each with what
 * else is asked as soon as it has more products than can be ranked. One query, of any deciding term, where that cannot be
 * many products.
 */
export function tiersOf(terms: readonly WeighedTerm[]): Tier[] {
  const deciding = decidingTerms(terms);
  if (deciding.reduce((sum, term) => sum + countOf(term), 0) <= MAX_RANKED)
    return [anywhere(anyTermOf(deciding))];
  const known = knownOf(terms).sort((a, b) => b.importance - a.importance);
  const tiers = [inTitle(allOf(known.map(({ query }) => query)))];
  for (const [place, { inLabels }] of known.entries()) {
    if (!known[place]!.isCode) continue;
    const others = known.filter((_, other) => other !== place).map((other) => other.query);
    const named = [inLabels, ...others.slice(0, 1)];
    tiers.push(...[allOf([inLabels, ...others]), allOf(named), inLabels].map(anywhere));
  }
  let left = MAX_RANKED;
  for (const [place, { query, count }] of known.entries()) {
    if (count > left) {
      // All products with the words before it were taken.
      const others = known.slice(place + 1).map((other) => other.query);
      if (others.length > 1) tiers.push(anywhere(allOf([query, ...others])));
      tiers.push(...others.slice(0, 2).map((other) => anywhere(allOf([query, other]))));
      if (others.length > 2) tiers.push(anywhere(allOf([query, others.slice(2).join(' | ')])));
      tiers.push(inTitle(query));
    }
    tiers.push(anywhere(query));
    left -= count;
    if (left <= 0) break;
  }
  return tiers.filter((tier, place) => tiers.findIndex(isSame(tier)) === place);
}

/** Of the same queries always the same text. */
const allOf = (queries: readonly string[]): string =>
  queries.length === 1
    ? queries[0]!
    : [...queries]
        .sort()
        .map((query) => `(${query})`)
        .join(' & ');

/** Any wording of these. Each lexeme once: the planner adds up how many have each. */
function anyTermOf(terms: readonly WeighedTerm[], weights = ''): string {
  const queries = terms.flatMap(({ wordings }) =>
    wordings.flatMap((wording) => {
      const lexemes = lexemesOfOne(wording).map((lexeme) => quoteLexeme(lexeme) + (weights && `:${weights}`));
      return lexemes.length > 0 ? lexemes : [`(${toQuery(wording, weights)})`];
    }),
  );
  return [...new Set(queries)].join(' | ');
}
