import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { quoteLexeme } from '../documents/search-terms';
import { soundOf, spellingDistance, swaps, toleratedDistance } from '../language/spelling';
import { guesses, type Question, type Term, type Wording } from '../language/question';
import { squeeze } from '../language/normalizer';
import { stem } from '../language/stemmer';
import { markedStem } from '../language/tokenizer';
import type { ProductRestriction } from './product-restriction';
import type { AskedWord, HitExplanation } from './search-explanation';

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

/** How often a word stands in the shop's products is not counted beyond this: it is common then. */
const MAX_FREQUENCY = 5000;
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
/** Products from which on a word finds nothing by itself where it is at most this share of the question. */
const COMMON = 1000;
const MOST_SPARED = 0.3;
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
const MAX_CORRECTIONS = 3;
const CORRECTION_WEIGHT = 0.85;

interface NearWord {
  word: string;
  /** Found by its consonants, which may be of another script. */
  bySound: boolean;
}

interface WeighedTerm extends Term {
  wordings: (Wording & { query: string; count: number; idf: number })[];
  /** How much of the question it is. */
  importance: number;
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
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async find(
    userId: number,
    text: string,
    question: Question,
    limit: number,
    restriction: ProductRestriction,
  ): Promise<WordAnswer> {
    const terms = await this.weigh(userId, question);
    if (terms.length === 0) return { hits: [], words: [] };
    const rows = await this.rank(userId, text, terms, question, limit, restriction);
    const total = terms.reduce((sum, { importance }) => sum + importance, 0);
    const hits = rows.map((row) => toHit(row, terms, total)).sort(byMerit);
    const kin = await this.kinOf(userId, hits[0], restriction);
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
   * the next best answer. @returns by product, what share of the best hit's merit that is worth
   */
  private async kinOf(
    userId: number,
    best: WordHit | undefined,
    restriction: ProductRestriction,
  ): Promise<Map<number, number>> {
    const shares = new Map<number, number>();
    if (!best || best.coverage < KIN_COVERAGE) return shares;
    const rows = await this.dataSource.query<{ product_id: number; size: number; total: number }[]>(
      `WITH category AS MATERIALIZED (
         SELECT c.facet, (SELECT count(*) FROM (SELECT 1 FROM documents d
                           WHERE d.user_id = $1 AND d.facets @> ARRAY[c.facet] LIMIT $3) member) AS size
           FROM documents best CROSS JOIN LATERAL unnest(best.facets) AS c (facet)
          WHERE best.user_id = $1 AND best.product_id = $2 AND c.facet LIKE 'category:%'
       )
       SELECT d.product_id, c.size,
              (SELECT count(*) FROM (SELECT 1 FROM documents d WHERE d.user_id = $1 LIMIT $3 * 100) known) AS total
         FROM category c
        CROSS JOIN LATERAL (SELECT d.product_id FROM documents d
                              JOIN products p ON p.user_id = d.user_id AND p.id = d.product_id
                             WHERE d.user_id = $1 AND d.facets @> ARRAY[c.facet]
                               AND p.user_id = $1 AND p.is_active AND ${restriction.sql(4)}
                             LIMIT $3) d
        WHERE c.size < $3`,
      [userId, best.productId, MAX_KIN, ...restriction.values],
    );
    for (const { product_id: productId, size, total } of rows) {
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
  private async weigh(userId: number, { terms, isSpoken }: Question): Promise<WeighedTerm[]> {
    const wordings = terms.map((term) => limited(term.wordings));
    const [frequencies, total] = await this.frequencies(userId, wordings.flat());
    const isKnown = (list: Wording[]) =>
      list.some((each) => each.weight >= 0.8 && (frequencies.get(toQuery(each)) ?? 0) > 0);
    const unknown = terms.filter((_, index) => !isKnown(wordings[index]!));
    if (unknown.length > 0) {
      const mended = await this.mend(userId, unknown, terms);
      for (const [term, further] of mended) wordings[terms.indexOf(term)]!.push(...further);
      const [more] = await this.frequencies(userId, [...mended.values()].flat());
      for (const [query, count] of more) frequencies.set(query, count);
    }
    const idf = (count: number) => Math.log(1 + (total - count + 0.5) / (count + 0.5));
    const areAllVague = terms.every(({ isVague }) => isVague);
    return terms.map((term, index) => {
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
  }

  private async frequencies(
    userId: number,
    wordings: readonly Wording[],
  ): Promise<[counts: Map<string, number>, total: number]> {
    const queries = [...new Set(wordings.map((each) => toQuery(each)))];
    const rows = await this.dataSource.query<{ query: string; count: number }[]>(
      `SELECT w.query, (SELECT count(*) FROM (SELECT 1 FROM documents d
                          WHERE d.user_id = $1 AND d.terms @@ w.query::tsquery LIMIT $3) found) AS count
         FROM unnest($2::text[]) AS w (query)
        UNION ALL
       SELECT '', (SELECT count(*) FROM (SELECT 1 FROM documents d WHERE d.user_id = $1 LIMIT $3 * 4) known)`,
      [userId, queries, MAX_FREQUENCY],
    );
    const counts = new Map(rows.map(({ query, count }) => [query, Number(count)]));
    const total = counts.get('') ?? 0;
    counts.delete('');
    return [counts, total];
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
  ): Promise<RankedRow[]> {
    const wordings = terms.flatMap(({ wordings: list }, term) => list.map((each) => ({ ...each, term })));
    if (wordings.length === 0) return Promise.resolve([]);
    const deciding = decidingTerms(terms).flatMap((term) => term.wordings.map(({ query }) => query));
    const any = [...new Set(deciding)].map((query) => `(${query})`).join(' | ');
    return this.dataSource.query<RankedRow[]>(
      `WITH wordings AS MATERIALIZED (
         SELECT w.term, w.query::tsquery AS query, w.rank_query::tsquery AS rank_query, w.weight, w.idf,
                w.label_query::tsquery AS label_query
           FROM unnest($2::int[], $3::text[], $10::text[], $4::float8[], $5::float8[], $11::text[])
                AS w (term, query, rank_query, weight, idf, label_query)
       )
       SELECT d.product_id, d.title_squeezed = $6 AS is_title, d.facets @> ARRAY['sku:' || $6] AS is_sku,
              coalesce(m.is_named, false) OR coalesce(d.terms @@ $12::tsquery, true) AS is_named,
              coalesce(d.terms @@ $13::tsquery AND NOT d.terms @@ $14::tsquery, false) AS is_for_others,
              m.terms, m.strengths, m.ranks
         FROM (SELECT d.product_id, d.facets, replace(d.title, ' ', '') AS title_squeezed,
                      -- A copy in memory: each use of the stored one would unpack it again.
                      d.terms || ''::tsvector AS terms,
                      ARRAY[${D_WEIGHT} * least(1, $8::float8 / length(d.terms)), ${C_WEIGHT}, ${B_WEIGHT}, ${A_WEIGHT}]::float4[] AS weights
                 FROM documents d
                 JOIN products p ON p.user_id = d.user_id AND p.id = d.product_id
                WHERE d.user_id = $1 AND d.terms @@ $7::tsquery
                  AND p.user_id = $1 AND p.is_active AND ${restriction.sql(15)}
               OFFSET 0) d
        CROSS JOIN LATERAL (
          SELECT array_agg(t.term) AS terms, array_agg(t.strength) AS strengths, array_agg(t.rank) AS ranks,
                 sum(t.rank) AS score, bool_or(t.is_named) AS is_named
            FROM (SELECT w.term, bool_or(d.terms @@ w.label_query) AS is_named,
                         max(w.weight * ts_rank('${COVERAGE_WEIGHTS}', d.terms, w.rank_query)) AS strength,
                         max(w.weight * w.idf * ts_rank(d.weights, d.terms, w.rank_query)) AS rank
                    FROM wordings w WHERE d.terms @@ w.query GROUP BY w.term) t) m
        ORDER BY m.score DESC, d.product_id LIMIT $9`,
      [
        userId,
        wordings.map(({ term }) => term),
        wordings.map(({ query }) => query),
        // Two lexemes of a stem share the rank that ts_rank gives.
        wordings.map(({ kind, weight }) => (kind === 'stems' ? 2 * weight : weight)),
        wordings.map(({ idf }) => idf),
        squeeze(text),
        any,
        SHORT_TEXT,
        limit,
        wordings.map(toRankQuery),
        wordings.map((each) => (namesThing && terms[each.term]!.isHead ? toQuery(each, LABELS) : null)),
        namesThing ? together(terms) : null,
        audience && anyLabel(audience.others),
        audience && anyLabel(audience.wanted),
        ...restriction.values,
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

/** Positions apart of words that may say one thing. */
const NEAR = 5;
/** Title, labels, attributes and short description; the long one mentions other things too. */
const LABELS = 'ABC';

/** A word or its marked stem, anywhere or where these letters say. */
const eitherLexeme = (root: string, weights = ''): string =>
  `(${[root, markedStem(root)].map((lexeme) => quoteLexeme(lexeme) + (weights && `:${weights}`)).join(' | ')})`;

function toQuery({ kind, parts }: Wording, weights = ''): string {
  if (kind === 'stems') return parts.map((root) => eitherLexeme(root, weights)).join(' <-> ');
  const flags = (kind === 'prefix' ? '*' : '') + weights;
  return quoteLexeme(parts[0]!) + (flags && `:${flags}`);
}

/** One or two terms in a text, with at most a few words between. */
function together(terms: readonly Term[]): string {
  const [one, other] = terms.map(({ form }) => eitherLexeme(stem(form)));
  if (other === undefined) return one!;
  return Array.from({ length: NEAR }, (_, apart) => `<${apart + 1}>`)
    .flatMap((distance) => [`${one} ${distance} ${other}`, `${other} ${distance} ${one}`])
    .map((phrase) => `(${phrase})`)
    .join(' | ');
}

/** Any of these stems in a title or in labels. */
const anyLabel = (stems: readonly string[]): string =>
  stems.map((root) => eitherLexeme(root, 'AB')).join(' | ');

/** What a wording is ranked by: ts_rank divides by the number of lexemes, and has a scale of its own for phrases. */
const toRankQuery = ({ kind, parts }: Wording): string =>
  kind === 'stems' ? eitherLexeme(parts.at(-1)!) : toQuery({ kind, parts, weight: 1 });

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
