import { Injectable } from '@nestjs/common';
import { spellingDistance, toleratedDistance } from '../language/spelling';
import { guesses, type Question, type Term, type Wording } from '../language/question';
import { stem } from '../language/stemmer';
import type { ProductRestriction } from './product-restriction';
import type { WeighedTerm } from './candidates';
import { KinSearch } from './kin-search.service';
import type { AskedWord, HitExplanation } from './search-explanation';
import { SimilarWords, type SimilarWord } from './similar-words.service';
import { WordFrequencies } from './word-frequencies.service';
import { LABELLED, RANK_OF_ONE, WHOLE_LABEL, WordRanking, type RankedRow } from './word-ranking.service';
import { toQuery } from './wording-query';

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
  /** The question's words that the product has, and how well and where: for those few that are told. */
  matched: () => HitExplanation['matched'];
  /** Of the best hit's merit, what sharing a category with that has added. */
  categoryShare: number;
}

export interface WordAnswer {
  /** The best first. */
  hits: WordHit[];
  /** What was searched for. */
  words: AskedWord[];
}

/** Products of a shop up to which all are looked at for each question. */
const MOST_SCANNED = 2000;
const MAX_WORDINGS = 160;
/** A word that all products of a shop have still is a part of the question. */
const LEAST_IMPORTANCE = 1;
/** Of what a word would be of the question, where it says only that things are wanted. */
const VAGUE_SHARE = 0.25;
/** Of its merit, for a product whose labels say that it is for other people. */
const SHARE_OF_OTHERS = 0.3;
/** Of a word that the shop does not know, in a sentence: there it may say anything. */
const UNKNOWN_SHARE = 0.5;
/** So that what answers next to nothing still has an order. */
const LEAST_COVERAGE = 0.1;
const MAX_CORRECTIONS = 3;
const CORRECTION_WEIGHT = 0.85;

/** Finds products by the words of their texts: full text with stems, other words for the same, and mended spelling. */
@Injectable()
export class WordSearch {
  /** To be set by a test. */
  mostScanned = MOST_SCANNED;

  constructor(
    private readonly frequencies: WordFrequencies,
    private readonly similar: SimilarWords,
    private readonly ranking: WordRanking,
    private readonly kin: KinSearch,
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
    const rows = await this.ranking.best(text, terms, question, limit, {
      userId,
      restriction,
      isSmall: size <= this.mostScanned,
      few: await few,
    });
    const total = terms.reduce((sum, { importance }) => sum + importance, 0);
    const hits = rows.map((row) => toHit(row, terms, total)).sort(byMerit);
    const kin = await this.kin.of(userId, hits[0], size, restriction);
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
      const mended = await this.mend(userId, unknown, terms, total <= this.mostScanned);
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
    isSmall: boolean,
  ): Promise<Map<Term, Wording[]>> {
    const joined = [...new Set(unknown.flatMap(joinedForms))];
    const forms = new Set([...unknown.map(({ form }) => form), ...joined]);
    const near = await this.similar.to(userId, [...forms], isSmall);
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
}

/** What a term is with words beside it, written as one. */
const joinedForms = ({ form, wordings }: Term): string[] =>
  wordings.flatMap(({ kind, parts: [word] }) =>
    kind === 'word' && word !== form && word!.includes(form) ? [word!] : [],
  );

/** The words among these that were probably meant. */
function corrected(form: string, near: readonly SimilarWord[], tolerated: number): Wording[] {
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
  matched: () => [],
  categoryShare: 0,
});

function toHit(row: RankedRow, terms: readonly WeighedTerm[], total: number): WordHit {
  let score = 0;
  let covered = 0;
  let code: 0 | 1 | 2 = 0;
  for (const [place, number] of row.terms.entries()) {
    const term = terms[number]!;
    const strength = row.strengths[place]! / RANK_OF_ONE;
    score += row.ranks[place]!;
    covered += term.importance * Math.min(1, strength);
    if (term.isCode && strength >= WHOLE_LABEL) code = 2;
    else if (term.isCode && strength >= LABELLED && code === 0) code = 1;
  }
  const coverage = total > 0 ? Math.min(1, covered / total) : 0;
  return {
    productId: row.product_id,
    score,
    merit: score * (coverage + LEAST_COVERAGE) * (row.is_for_others ? SHARE_OF_OTHERS : 1),
    coverage,
    isNamed: row.is_named,
    exact: row.is_title || row.is_sku ? 3 : code,
    matched: () =>
      row.terms.map((number, place) => ({
        word: terms[number]!.form,
        strength: Math.min(1, row.strengths[place]! / RANK_OF_ONE),
      })),
    categoryShare: 0,
  };
}
