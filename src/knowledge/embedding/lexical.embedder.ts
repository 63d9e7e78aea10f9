import { normalize, STOP_WORDS, words } from '../language/normalizer';
import { Embedder } from './embedder';

const DIMENSIONS = 1024;
const WORD_WEIGHT = 1;
const TRIGRAM_WEIGHT = 0.6;

/**
 * A deterministic embedder without any model: signed feature hashing of normalised words and their letter trigrams
 * (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning"). It finds what shares words or
 * spelling, not what shares only meaning.
 */
export class LexicalEmbedder extends Embedder {
  readonly key = `local-lexical-1@${DIMENSIONS}`;
  readonly description =
    'Local lexical embedder (no OPENAI_API_KEY is set): finds products by shared words and spelling, not by meaning.';
  readonly dimensions = DIMENSIONS;
  readonly pricePerMillionTokens = 0;
  readonly batchSize = 500;
  readonly floor = 0.12;

  embed(texts: readonly string[]): Promise<number[][]> {
    return Promise.resolve(texts.map(lexicalVector));
  }
}

/** A vector of unit length; equal for equal normalised text on every machine. */
export function lexicalVector(text: string): number[] {
  const counts = new Map<string, number>();
  const add = (feature: string, weight: number) => counts.set(feature, (counts.get(feature) ?? 0) + weight);
  const tokens = words(normalize(text)).filter((word) => !STOP_WORDS.has(word));
  for (const [index, word] of tokens.entries()) {
    add(`w${word}`, WORD_WEIGHT);
    // A word that others write as two, with a space or a half-space.
    const next = tokens[index + 1];
    if (next !== undefined) add(`w${word}${next}`, WORD_WEIGHT / 2);
    const padded = `^${word}$`;
    for (let i = 0; i + 3 <= padded.length; i++) add(`t${padded.slice(i, i + 3)}`, TRIGRAM_WEIGHT);
  }
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [feature, count] of counts) {
    const hash = fnv1a(feature);
    vector[hash % DIMENSIONS]! += (hash & 0x80000000 ? -1 : 1) * (1 + Math.log(1 + count));
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  // A text without a single word: a fixed direction, since a vector of zeros has none.
  if (length === 0) return vector.fill(1 / Math.sqrt(DIMENSIONS));
  return vector.map((value) => value / length);
}

/** 32-bit FNV-1a over UTF-16 units, with a final avalanche so that the low bits are even. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
