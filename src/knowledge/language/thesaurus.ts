import type { Lexicon } from './lexicon/lexicon';
import { BRANDS_CULTURE } from './lexicon/brands-culture';
import { CLOTHING_BEAUTY_FOOD } from './lexicon/clothing-beauty-food';
import { HOME_TECHNOLOGY } from './lexicon/home-technology';
import { NEEDS } from './lexicon/needs';
import { AUDIENCES, FILLERS, SPOKEN, VAGUE } from './lexicon/speech';
import { fnv1a } from './fnv1a';
import { STOP_WORDS } from './normalizer';
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

/** The word that stands for a stem and its synonyms: `پدر` for `بابا`; the stem itself where it has none. */
export const canonical = (root: string): string => CANONICAL.get(root) ?? root;

/** What is related to words in a row, of which only the canonical ones count: `کادو برا بابام` is `هدیه پدر`. */
export const relatedOf = (roots: Phrase): readonly Alternative[] => RELATED.get(keyOf(roots)) ?? [];

function readCanonical(lexicons: readonly Lexicon[], spoken: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (group: Phrase[], head: Phrase | undefined): void => {
    if (head?.length !== 1) return;
    for (const [word, ...more] of group) {
      if (word !== undefined && more.length === 0 && word !== head[0] && !found.has(word))
        found.set(word, head[0]!);
    }
  };
  for (const [from, to] of sides(spoken)) add(from, to[0]);
  for (const { synonyms } of lexicons) {
    for (const line of lines(synonyms)) add(phrases(line), phrases(line)[0]);
  }
  // What is spoken stands for a word that may have a head of its own: `گوشیم`, `گوشی`, `موبایل`.
  return new Map([...found.keys()].map((word) => [word, endOf(found, word)]));
}

/** Where a chain of words leads; in a circle, its alphabetically first word, so that all of it lead to the same. */
function endOf(next: ReadonlyMap<string, string>, word: string): string {
  const seen: string[] = [word];
  for (let at = next.get(word); at !== undefined; at = next.get(at)) {
    const known = seen.indexOf(at);
    if (known >= 0) return seen.slice(known).sort()[0]!;
    seen.push(at);
  }
  return seen.at(-1)!;
}

function readRelated(lexicons: readonly Lexicon[]): ReadonlyMap<string, readonly Alternative[]> {
  const found = new Map<string, Alternative[]>();
  for (const [from, to] of lexicons.flatMap(({ related }) => sides(related))) {
    for (const phrase of from) {
      const key = keyOf(phrase.filter((word) => !STOP_WORDS.has(word)).map(canonical));
      const known = found.get(key) ?? [];
      known.push(...to.map((each): Alternative => ({ phrase: each, kind: 'related' })));
      found.set(key, known);
    }
  }
  return found;
}

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

/** Stems of words for things of any kind. */
export const VAGUE_STEMS: ReadonlySet<string> = new Set(tokenize(VAGUE).map(({ form }) => stem(form)));

/** Groups of stems, one for each kind of people that things are made for. */
export const AUDIENCE_STEMS: readonly Phrase[] = lines(AUDIENCES).map(phraseOf);

const LEXICONS = [CLOTHING_BEAUTY_FOOD, HOME_TECHNOLOGY, BRANDS_CULTURE, NEEDS];
/** Equal for equal lexicons: 8 hexadecimal digits. */
export const LEXICON_FINGERPRINT = fnv1a(JSON.stringify([LEXICONS, SPOKEN, FILLERS]))
  .toString(16)
  .padStart(8, '0');

const ALTERNATIVES = read(LEXICONS, SPOKEN);
const CANONICAL = readCanonical(LEXICONS, SPOKEN);
const RELATED = readRelated(LEXICONS);

/** Every word that the lexicons know something about. */
export const LEXICON_STEMS: ReadonlySet<string> = new Set(
  [...ALTERNATIVES.keys(), ...RELATED.keys(), ...CANONICAL.values()].flatMap((key) => key.split(' ')),
);

/** What else may be meant by these stems in a row; empty for most. */
export const alternativesOf = (stems: Phrase): readonly Alternative[] => ALTERNATIVES.get(keyOf(stems)) ?? [];
