import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { soundOf, spellingDistance, swaps, toleratedDistance } from '../language/spelling';
import { guesses, type Question, type Term, type Wording } from '../language/question';
import { squeeze } from '../language/normalizer';
import { stem } from '../language/stemmer';
import type { ProductRestriction } from './product-restriction';
import { MAX_RANKED, tiersOf, type WeighedTerm } from './candidate-tiers';
import type { AskedWord, HitExplanation } from './search-explanation';
import { WordFrequencies } from './word-frequencies.service';
import { anyLabel, LABELS, together, toQuery, toRankQuery } from './wording-query';

export interface WordHit {
  productId: number;
  /** Sum over the question's terms of rarity × how well and where the product has them; only for comparing. */
  score: number;
  /** By which hits are ordered: the score, the more of the question is answered at once the better. */
  merit: number;
  /** Share of the question that the product answers, by the rarity of its terms: 0 to 1. */
  coverage: number;
  /**
   * Where the question names a thing, whether the product's labels name it too, or its text has the question's
   * words together: `کفش مردانه` is no question for what is for men. True for other questions.
   */
  isNamed: boolean;
  /** 3 where the question is the product's SKU or title, 2 where it names its model, 1 where it begins its model's name; otherwise 0. */
  exact: 0 | 1 | 2 | 3;
  /** The question's words that the product has, and how well and where. */
  matched: HitExplanation['matched'];
  /** Of the best hit's merit, what sharing a category with that has added. */
  categoryShare: number;
}

export interface WordAnswer {
  /** The best first. */
  hits: WordHit[];
  /** What was searched for. */
  words: AskedWord[];
}

/** Weights of ts_rank for the letters C, B, A; that of D, the description, becomes less the longer that is. */
const [D_WEIGHT, C_WEIGHT, B_WEIGHT, A_WEIGHT] = [0.5, 0.65, 0.9, 1];
/** For whether a product has a word at all, where it stands counts less. In the order of ts_rank: D, C, B, A. */
const COVERAGE_WEIGHTS = '{0.7, 0.85, 1, 1}';
/** Distinct lexemes up to which a description counts in full. */
const SHORT_TEXT = 80;
/** How strongly a beginning of a word in title, SKU or tags is found at least; a whole word in a text is less. */
const LABELLED = 0.75;
/** ts_rank of one occurrence of weight 1; source: calc_rank_or in PostgreSQL's tsrank.c. */
const RANK_OF_ONE = 1 / 1.64493406685;
const MAX_WORDINGS = 160;
/** A word that all products of a shop have still is a part of the question. */
const LEAST_IMPORTANCE = 1;
/** Of what a word would be of the question, where it says only that things are wanted. */
const VAGUE_SHARE = 0.25;
/** Of its merit, for a product whose labels say that it is for other people. */
const SHARE_OF_OTHERS = 0.3;
/** Of a word that the shop does not know, in a sentence: there it may say anything. */
const UNKNOWN_SHARE = 0.5;
/** Of a larger category, products have little in common. */
const MAX_KIN = 60;
/** How much of the question the best hit must answer for its categories to count. */
const KIN_COVERAGE = 0.5;
/** Of the best hit's merit, for a category that is all but unique; more where the question named that very product. */
const KIN_SHARE = 0.15;
const KIN_OF_EXACT = 0.45;
/** So that what answers next to nothing still has an order. */
const LEAST_COVERAGE = 0.1;
/** The first parameter of the ranking that is a query by which products are taken for it. */
const FIRST_QUERY = 15;
const MAX_CORRECTIONS = 3;
const CORRECTION_WEIGHT = 0.85;

interface NearWord {
  word: string;
  /** Found by its consonants, which may be of another script. */
  bySound: boolean;
}

interface RankedRow {
  product_id: number;
  is_title: boolean;
  is_sku: boolean;
  is_named: boolean;
  is_for_others: boolean;
  terms: number[];
  strengths: number[];
  ranks: number[];
}

/** Finds products by the words of their texts: full text with stems, other words for the same, and mended spelling. */
@Injectable()
export class WordSearch {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly frequencies: WordFrequencies,
  ) {}

  async find(
    userId: number,
    text: string,
    question: Question,
    limit: number,
    restriction: ProductRestriction,
    few: Promise<readonly number[] | null> = Promise.resolve(null),
  ): Promise<WordAnswer> {
    const [terms, size] = await this.weigh(userId, question);
    if (terms.length === 0) return { hits: [], words: [] };
    const rows = await this.rank(
      userId,
      text,
      terms,
      question,
      limit,
      restriction,
      size <= MAX_RANKED,
      await few,
    );
    const total = terms.reduce((sum, { importance }) => sum + importance, 0);
    const hits = rows.map((row) => toHit(row, terms, total)).sort(byMerit);
    const kin = await this.kinOf(userId, hits[0], size, restriction);
    for (const [productId, share] of kin) {
      let hit = hits.find((each) => each.productId === productId);
      if (!hit) hits.push((hit = unmatched(productId)));
      hit.merit += hits[0]!.merit * share;
      hit.categoryShare = share;
    }
    const words = terms.map(({ form, importance, isHead, wordings }) => ({
      word: form,
      share: total > 0 ? importance / total : 0,
      isHead,
      isKnown: wordings.length > 0,
    }));
    return { hits: hits.sort(byMerit).slice(0, limit), words };
  }

  /**
   * Products of the best hit's rarer categories, where it answers most of the question: what a shop puts beside it is
   * the next best answer.
   * @param products how many the shop has
   * @returns by product, what share of the best hit's merit that is worth
   */
  private async kinOf(
    userId: number,
    best: WordHit | undefined,
    products: number,
    restriction: ProductRestriction,
  ): Promise<Map<number, number>> {
    const shares = new Map<number, number>();
    if (!best || best.coverage < KIN_COVERAGE) return shares;
    // Categories are few at a time, and so are products of them: OFFSET keeps the planner from beginning elsewhere.
    const rows = await this.dataSource.query<{ product_id: number; size: number }[]>(
      `WITH category AS MATERIALIZED (
         SELECT c.facet, (SELECT count(*) FROM (SELECT 1 FROM documents d
                           WHERE d.user_id = $1 AND d.facets @> ARRAY[c.facet] LIMIT $3) member) AS size
           FROM documents best CROSS JOIN LATERAL unnest(best.facets) AS c (facet)
          WHERE best.user_id = $1 AND best.product_id = $2 AND c.facet LIKE 'category:%'
       )
       SELECT d.product_id, c.size
         FROM (SELECT facet, size FROM category WHERE size < $3 OFFSET 0) c
        CROSS JOIN LATERAL (SELECT d.* FROM documents d WHERE d.user_id = $1 AND d.facets @> ARRAY[c.facet] OFFSET 0) d
        CROSS JOIN LATERAL (SELECT FROM products p
                             WHERE p.user_id = $1 AND p.id = d.product_id AND p.is_active AND ${restriction.ofProduct(4)}
                            OFFSET 0) p
        WHERE ${restriction.ofDocument(4, 'd')}`,
      [userId, best.productId, MAX_KIN, ...restriction.values],
    );
    const total = Math.min(products, 100 * MAX_KIN);
    for (const { product_id: productId, size } of rows) {
      if (productId === best.productId) continue;
      const rarity = 1 - Math.log(size) / Math.log(Math.max(2, total));
      shares.set(
        productId,
        Math.max(shares.get(productId) ?? 0, (best.exact === 3 ? KIN_OF_EXACT : KIN_SHARE) * rarity),
      );
    }
    return shares;
  }

  /** Looks up how common each wording is in the shop, and mends the terms that it does not know. */
  private async weigh(
    userId: number,
    { terms, isSpoken }: Question,
  ): Promise<[terms: WeighedTerm[], total: number]> {
    const wordings = terms.map((term) => limited(term.wordings));
    const [frequencies, total] = await this.frequencies.of(userId, wordings.flat());
    const isKnown = (list: Wording[]) =>
      list.some((each) => each.weight >= 0.8 && (frequencies.get(toQuery(each)) ?? 0) > 0);
    const unknown = terms.filter((_, index) => !isKnown(wordings[index]!));
    if (unknown.length > 0) {
      const mended = await this.mend(userId, unknown, terms);
      for (const [term, further] of mended) wordings[terms.indexOf(term)]!.push(...further);
      const [more] = await this.frequencies.of(userId, [...mended.values()].flat());
      for (const [query, count] of more) frequencies.set(query, count);
    }
    const idf = (count: number) => Math.log(1 + (total - count + 0.5) / (count + 0.5));
    const areAllVague = terms.every(({ isVague }) => isVague);
    const weighed = terms.map((term, index) => {
      const share = term.isVague && !areAllVague ? VAGUE_SHARE : 1;
      const found = wordings[index]!.map((each) => ({ ...each, query: toQuery(each) }))
        .filter(({ query }) => (frequencies.get(query) ?? 0) > 0)
        .map((each) => ({ ...each, count: Math.min(frequencies.get(each.query)!, total) }))
        .map((each) => ({ ...each, idf: idf(each.count) * share }));
      const direct = found.filter(({ weight }) => weight >= 0.8);
      const known = direct.length > 0;
      const importance = known
        ? Math.min(...direct.map((each) => each.idf))
        : found.length > 0
          ? Math.min(...found.map((each) => each.idf))
          : idf(0) * share * (isSpoken ? UNKNOWN_SHARE : 1);
      return { ...term, wordings: found, importance: importance + LEAST_IMPORTANCE * share };
    });
    return [weighed, total];
  }

  /**
   * Words of the shop that a misspelt one is probably meant for, alone or joined with its neighbours, and the guesses
   * that need no dictionary.
   */
  private async mend(
    userId: number,
    unknown: readonly Term[],
    terms: readonly Term[],
  ): Promise<Map<Term, Wording[]>> {
    const joined = [...new Set(unknown.flatMap(joinedForms))];
    const near = await this.near(userId, [...unknown.map(({ form }) => form), ...joined]);
    const mended = new Map<Term, Wording[]>();
    for (const term of unknown) {
      const corrections = corrected(term.form, near.get(term.form) ?? [], toleratedDistance(term.form));
      mended.set(term, [...corrections, ...guesses(term)]);
    }
    for (const form of joined) {
      const corrections = corrected(form, near.get(form) ?? [], Math.min(1, toleratedDistance(form)));
      if (corrections.length === 0) continue;
      for (const term of terms.filter((each) => joinedForms(each).includes(form)))
        mended.set(term, [...(mended.get(term) ?? []), ...corrections]);
    }
    return mended;
  }

  /** Words of the shop that are written or sound like these. */
  private async near(userId: number, forms: readonly string[]): Promise<Map<string, NearWord[]>> {
    const rows = await this.dataSource.query<(NearWord & { asked: string })[]>(
      `SELECT asked.word AS asked, near.word, near.by_sound AS "bySound"
         FROM unnest($2::text[], $3::text[], $4::text[]) AS asked (word, sound, variants)
        CROSS JOIN LATERAL (
          (SELECT v.word, false AS by_sound FROM vocabulary v WHERE v.user_id = $1 AND v.word % asked.word
            ORDER BY similarity(v.word, asked.word) DESC LIMIT 30)
          UNION ALL
          -- Two letters swapped leave few trigrams in common.
          (SELECT v.word, false FROM vocabulary v
            WHERE v.user_id = $1 AND v.word = ANY (string_to_array(asked.variants, ' ')))
          UNION ALL
          (SELECT v.word, true FROM vocabulary v
            WHERE v.user_id = $1 AND v.sound = asked.sound AND v.sound <> '' LIMIT 30)) near`,
      [userId, forms, forms.map(soundOf), forms.map((form) => swaps(form).join(' '))],
    );
    const near = new Map<string, NearWord[]>();
    for (const { asked, ...word } of rows) near.set(asked, [...(near.get(asked) ?? []), word]);
    return near;
  }

  private rank(
    userId: number,
    text: string,
    terms: readonly WeighedTerm[],
    { audience, namesThing }: Question,
    limit: number,
    restriction: ProductRestriction,
    isSmall: boolean,
    few: readonly number[] | null,
  ): Promise<RankedRow[]> {
    const wordings = terms.flatMap(({ wordings: list }, term) => list.map((each) => ({ ...each, term })));
    if (wordings.length === 0) return Promise.resolve([]);
    const tiers = [
      // By indexes of their own: whatever else has the words, these are found.
      `d.facets @> ARRAY['sku:' || $6]`,
      `hashtextextended(replace(d.title, ' ', ''), 0) = hashtextextended($6, 0) AND replace(d.title, ' ', '') = $6`,
    ];
    const queries = tiersOf(terms, isSmall || few !== null);
    tiers.push(...queries.map(({ terms: column }, place) => `${column} @@ $${FIRST_QUERY + place}::tsquery`));
    const first = FIRST_QUERY + queries.length;
    const most = queries.length > 1 ? MAX_RANKED : 'ALL';
    const within = few
      ? `d.product_id = ANY($${first}::bigint[])`
      : `EXISTS (SELECT FROM products p
                  WHERE p.user_id = $1 AND p.id = d.product_id AND p.is_active AND ${restriction.ofProduct(first)}
                 OFFSET 0) AND ${restriction.ofDocument(first, 'd')}`;
    // Each is read no further than the limit asks for, and only once those before it are used up. OFFSET keeps the
    // planner from beginning with what a restriction leaves, once for each tier, or with all of the user's products;
    // the limit inside NOT IN, which is never reached, tells it that these are few.
    const tier = (condition: string, place: number): string => `tier_${place} AS MATERIALIZED (
         SELECT d.product_id FROM (SELECT d.* FROM documents d WHERE d.user_id = $1 AND ${condition} OFFSET 0) d
          WHERE ${place === 0 ? '' : `d.product_id NOT IN (SELECT product_id FROM upto_${place - 1} LIMIT ${most}) AND `}${within}
       ), upto_${place} AS MATERIALIZED (
         ${place === 0 ? '' : `SELECT product_id FROM upto_${place - 1} UNION ALL `}SELECT product_id FROM tier_${place}
       )`;
    return this.dataSource.query<RankedRow[]>(
      `WITH ${tiers.map(tier).join(', ')}, wordings AS MATERIALIZED (
         SELECT w.term, w.query::tsquery AS query, w.rank_query::tsquery AS rank_query, w.weight, w.idf,
                w.label_query::tsquery AS label_query, w.is_code
           FROM unnest($2::int[], $3::text[], $10::text[], $4::float8[], $5::float8[], $11::text[], $7::bool[])
                AS w (term, query, rank_query, weight, idf, label_query, is_code)
       )
       SELECT d.product_id, d.is_title, d.is_sku,
              coalesce(m.is_named, false) OR coalesce(d.terms @@ $12::tsquery, true) AS is_named,
              coalesce(d.terms @@ $13::tsquery AND NOT d.terms @@ $14::tsquery, false) AS is_for_others,
              coalesce(m.terms, '{}') AS terms, coalesce(m.strengths, '{}') AS strengths, coalesce(m.ranks, '{}') AS ranks
         FROM (SELECT d.product_id, replace(d.title, ' ', '') = $6 AS is_title, d.facets @> ARRAY['sku:' || $6] AS is_sku,
                      -- A copy in memory: each use of the stored one would unpack it again.
                      d.terms || ''::tsvector AS terms,
                      ARRAY[${D_WEIGHT} * least(1, $8::float8 / length(d.terms)), ${C_WEIGHT}, ${B_WEIGHT}, ${A_WEIGHT}]::float4[] AS weights
                 FROM (SELECT product_id FROM upto_${tiers.length - 1} LIMIT ${most}) candidate
                 JOIN documents d ON d.user_id = $1 AND d.product_id = candidate.product_id
               OFFSET 0) d
        CROSS JOIN LATERAL (
          SELECT array_agg(t.term) AS terms, array_agg(t.strength) AS strengths, array_agg(t.rank) AS ranks,
                 sum(t.rank) AS score, bool_or(t.is_named) AS is_named,
                 max(t.strength) FILTER (WHERE t.is_code) AS code
            FROM (SELECT w.term, bool_or(d.terms @@ w.label_query) AS is_named, bool_or(w.is_code) AS is_code,
                         max(w.weight * ts_rank('${COVERAGE_WEIGHTS}', d.terms, w.rank_query)) AS strength,
                         max(w.weight * w.idf * ts_rank(d.weights, d.terms, w.rank_query)) AS rank
                    FROM wordings w WHERE d.terms @@ w.query GROUP BY w.term) t) m
        ORDER BY d.is_title OR d.is_sku DESC, coalesce(m.code >= ${B_WEIGHT * RANK_OF_ONE}, false) DESC,
                 m.score DESC NULLS LAST, d.product_id LIMIT $9`,
      [
        userId,
        wordings.map(({ term }) => term),
        wordings.map(({ query }) => query),
        // Two lexemes of a stem share the rank that ts_rank gives.
        wordings.map(({ kind, weight }) => (kind === 'stems' ? 2 * weight : weight)),
        wordings.map(({ idf }) => idf),
        squeeze(text),
        wordings.map(({ term }) => terms[term]!.isCode),
        SHORT_TEXT,
        limit,
        wordings.map(toRankQuery),
        wordings.map((each) => (namesThing && terms[each.term]!.isHead ? toQuery(each, LABELS) : null)),
        namesThing ? together(terms) : null,
        audience && anyLabel(audience.others),
        audience && anyLabel(audience.wanted),
        ...queries.map(({ query }) => query),
        ...(few ? [few] : restriction.values),
      ],
    );
  }
}

/** What a term is with words beside it, written as one. */
const joinedForms = ({ form, wordings }: Term): string[] =>
  wordings.flatMap(({ kind, parts: [word] }) =>
    kind === 'word' && word !== form && word!.includes(form) ? [word!] : [],
  );

/** The words among these that were probably meant. */
function corrected(form: string, near: readonly NearWord[], tolerated: number): Wording[] {
  return (
    near
      // Of one script, words of like consonants are others (`مرد`, `مورد`): there the letters decide.
      .map(({ word, bySound }) => {
        const foreign = isLatin(word) !== isLatin(form);
        const distance = bySound && foreign ? 1 : spellingDistance(form, word);
        return { word, distance, most: foreign ? Math.max(tolerated, 1) : tolerated };
      })
      .filter(({ distance, most }) => distance <= most)
      .sort((a, b) => a.distance - b.distance)
      .slice(0, MAX_CORRECTIONS)
      .flatMap(({ word, distance }) => {
        const weight = CORRECTION_WEIGHT - 0.05 * distance;
        return [
          { kind: 'word' as const, parts: [word], weight },
          { kind: 'stems' as const, parts: [stem(word)], weight: weight * 0.95 },
        ];
      })
  );
}

const byMerit = (a: WordHit, b: WordHit): number =>
  b.exact - a.exact || b.merit - a.merit || a.productId - b.productId;

const isLatin = (word: string): boolean => /[a-z]/.test(word);

function limited(wordings: readonly Wording[]): Wording[] {
  const best = new Map<string, Wording>();
  for (const each of wordings) {
    const query = toQuery(each);
    const known = best.get(query);
    if (!known || known.weight < each.weight) best.set(query, each);
  }
  return [...best.values()].sort((a, b) => b.weight - a.weight).slice(0, MAX_WORDINGS);
}

const unmatched = (productId: number): WordHit => ({
  productId,
  score: 0,
  merit: 0,
  coverage: 0,
  isNamed: false,
  exact: 0,
  matched: [],
  categoryShare: 0,
});

function toHit(row: RankedRow, terms: readonly WeighedTerm[], total: number): WordHit {
  let score = 0;
  let covered = 0;
  const codes: (0 | 1 | 2)[] = [0];
  const matched: WordHit['matched'] = [];
  for (const [place, number] of row.terms.entries()) {
    const term = terms[number]!;
    const strength = row.strengths[place]! / RANK_OF_ONE;
    score += row.ranks[place]!;
    matched.push({ word: term.form, strength: Math.min(1, strength) });
    covered += term.importance * Math.min(1, strength);
    if (term.isCode && strength >= LABELLED) codes.push(strength >= B_WEIGHT ? 2 : 1);
  }
  const coverage = total > 0 ? Math.min(1, covered / total) : 0;
  return {
    productId: row.product_id,
    score,
    merit: score * (coverage + LEAST_COVERAGE) * (row.is_for_others ? SHARE_OF_OTHERS : 1),
    coverage,
    isNamed: row.is_named,
    exact: row.is_title || row.is_sku ? 3 : (Math.max(...codes) as 0 | 1 | 2),
    matched,
    categoryShare: 0,
  };
}
