import { fnv1a } from '../language/fnv1a';
import { NORMALIZER_VERSION, STOP_WORDS } from '../language/normalizer';
import { stem } from '../language/stemmer';
import { alternativesOf, FILLER_WORDS, LEXICON_FINGERPRINT } from '../language/thesaurus';
import { tokenize, type Token } from '../language/tokenizer';
import { Embedder } from './embedder';

const DIMENSIONS = 1024;
/** A chunk's first line is its product's title, a question has one line. */
const TITLE_WEIGHT = 2.2;
const PART_WEIGHT = 0.5;
const JOINED_WEIGHT = 0.4;
/** For all trigrams of a word together. */
const TRIGRAMS_WEIGHT = 0.8;
const MEANING_WEIGHT = { spoken: 0.7, synonym: 0.7, related: 0.45 };
const MEANING_OF_ITSELF = 0.7;
const LONGEST_PHRASE = 3;

/**
 * A deterministic embedder without any model: signed feature hashing (Weinberger et al. 2009, "Feature Hashing for
 * Large Scale Multitask Learning") of word stems, of the letter trigrams of titles, and of what the thesaurus says that
 * words stand for. It finds what shares words, spelling or an entry of the thesaurus, not whatever else is meant.
 */
export class LexicalEmbedder extends Embedder {
  /** Of another lexicon or normaliser the same text has another vector. */
  readonly model = `local-lexical-3.${NORMALIZER_VERSION}.${LEXICON_FINGERPRINT}`;
  readonly key = `${this.model}@${DIMENSIONS}`;
  readonly description =
    'Local lexical embedder (no OPENAI_API_KEY is set): finds products by shared words, spelling and a thesaurus, not by meaning.';
  readonly dimensions = DIMENSIONS;
  readonly pricePerMillionTokens = 0;
  readonly batchSize = 500;
  readonly floor = 0.2;
  /** It knows no more than the words: above this they are nearly the same. */
  readonly confident = 0.6;
  readonly weight = 0.05;

  embed(texts: readonly string[]): Promise<number[][]> {
    return Promise.resolve(texts.map(lexicalVector));
  }
}

/** A vector of unit length; equal for equal normalised text on every machine. */
export function lexicalVector(text: string): number[] {
  const weights = new Map<string, number>();
  const add = (feature: string, weight: number) => weights.set(feature, (weights.get(feature) ?? 0) + weight);
  const [title = '', ...body] = text.split('\n');
  addWords(tokenize(title), add, TITLE_WEIGHT, true);
  for (const line of body) addWords(tokenize(line), add, 1, false);

  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [feature, weight] of weights) {
    const hash = fnv1a(feature);
    vector[hash % DIMENSIONS]! += (hash & 0x80000000 ? -1 : 1) * Math.log(1 + weight);
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  // A text without a single word: a fixed direction, since a vector of zeros has none.
  if (length === 0) return vector.fill(1 / Math.sqrt(DIMENSIONS));
  return vector.map((value) => value / length);
}

function addWords(
  tokens: readonly Token[],
  add: (feature: string, weight: number) => void,
  weight: number,
  withTrigrams: boolean,
): void {
  const stems = tokens.map(({ form }) => stem(form));
  for (const [index, { parts }] of tokens.entries()) {
    for (let length = 1; length <= LONGEST_PHRASE && index + length <= tokens.length; length++) {
      addMeanings(stems.slice(index, index + length), add, weight);
    }
    if (parts.length > 1) addMeanings(parts.map(stem), add, weight);
  }
  const telling = tokens.filter(({ form }) => !STOP_WORDS.has(form) && !FILLER_WORDS.has(form));
  for (const [index, { form, parts }] of telling.entries()) {
    add(`w${stem(form)}`, weight);
    for (const part of parts) add(`w${stem(part)}`, weight * PART_WEIGHT);
    // A word that others write as two, with a space or a half-space.
    const next = telling[index + 1];
    if (next) add(`w${stem(form + next.form)}`, weight * JOINED_WEIGHT);
    if (withTrigrams) {
      const padded = `^${form}$`;
      const count = Math.max(1, padded.length - 2);
      for (let i = 0; i + 3 <= padded.length; i++) {
        add(`t${padded.slice(i, i + 3)}`, (weight * TRIGRAMS_WEIGHT) / Math.sqrt(count));
      }
    }
  }
}

function addMeanings(
  stems: readonly string[],
  add: (feature: string, weight: number) => void,
  weight: number,
): void {
  const alternatives = alternativesOf(stems);
  if (alternatives.length === 0) return;
  add(`m${stems.join(' ')}`, weight * MEANING_OF_ITSELF);
  const share = 1 / Math.sqrt(alternatives.length);
  for (const { phrase, kind } of alternatives) {
    add(`m${phrase.join(' ')}`, weight * MEANING_WEIGHT[kind] * share);
    if (phrase.length === 1) add(`w${phrase[0]!}`, weight * MEANING_WEIGHT[kind] * share);
  }
}
