import type { Lexicon } from './lexicon/lexicon';
import { BRANDS_CULTURE } from './lexicon/brands-culture';
import { CLOTHING_BEAUTY_FOOD } from './lexicon/clothing-beauty-food';
import { HOME_TECHNOLOGY } from './lexicon/home-technology';
import { FILLERS, SPOKEN } from './lexicon/speech';
import { stem } from './stemmer';
import { tokenize } from './tokenizer';

/** A phrase as the stems of its words. */
export type Phrase = readonly string[];

/** Another way to say what a phrase says. */
export interface Alternative {
  phrase: Phrase;
  kind: 'spoken' | 'synonym' | 'related';
}

/** Longer phrases of the lexicon are not looked for. */
export const MAX_PHRASE = 4;

const phraseOf = (text: string): Phrase => tokenize(text).map(({ form }) => stem(form));
const keyOf = (phrase: Phrase): string => phrase.join(' ');

function read(lexicons: readonly Lexicon[], spoken: string): ReadonlyMap<string, readonly Alternative[]> {
  const found = new Map<string, Map<string, Alternative>>();
  const add = (from: Phrase, phrase: Phrase, kind: Alternative['kind']): void => {
    const key = keyOf(from);
    if (from.length === 0 || phrase.length === 0 || key === keyOf(phrase)) return;
    const known = found.get(key) ?? new Map<string, Alternative>();
    // The first line that says so counts; synonyms are read before what is only related.
    if (!known.has(keyOf(phrase))) known.set(keyOf(phrase), { phrase, kind });
    found.set(key, known);
  };
  for (const [from, to] of sides(spoken)) {
    for (const each of from) for (const other of to) add(each, other, 'spoken');
  }
  for (const { synonyms } of lexicons) {
    for (const line of lines(synonyms)) {
      const group = phrases(line);
      for (const each of group) for (const other of group) add(each, other, 'synonym');
    }
  }
  for (const { related } of lexicons) {
    for (const [from, to] of sides(related)) {
      for (const each of from) for (const other of to) add(each, other, 'related');
    }
  }
  return new Map([...found].map(([key, known]) => [key, [...known.values()]]));
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');
const phrases = (text: string): Phrase[] =>
  text
    .split('|')
    .map(phraseOf)
    .filter(({ length }) => length > 0);

function sides(text: string): [from: Phrase[], to: Phrase[]][] {
  return lines(text).map((line) => {
    const [from = '', to = ''] = line.split('=>');
    return [phrases(from), phrases(to)];
  });
}

/** Words of a question that say nothing of a product; normalised. */
export const FILLER_WORDS: ReadonlySet<string> = new Set(tokenize(FILLERS).map(({ form }) => form));

const ALTERNATIVES = read([CLOTHING_BEAUTY_FOOD, HOME_TECHNOLOGY, BRANDS_CULTURE], SPOKEN);

/** What else may be meant by these stems in a row; empty for most. */
export const alternativesOf = (stems: Phrase): readonly Alternative[] => ALTERNATIVES.get(keyOf(stems)) ?? [];
