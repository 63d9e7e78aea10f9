import { normalize } from './normalizer';
import { stem } from './stemmer';
import { remembering } from './word-memory';

/** A word of a text, in the spellings by which it is found. */
export interface Token {
  /** Normalised, parts joined where a half-space or a hyphen stood between them. */
  readonly form: string;
  /** The parts, where there are several: `پیاده`, `روی`. */
  readonly parts: readonly string[];
}

/** Longer runs are no words; their beginning still finds them. */
const MAX_WORD = 60;
/** What is joined within a word: half-spaces, and the signs of model codes and part numbers. */
const WORD = /[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}\u200c\u200d]|[-_./+&'’](?=[\p{L}\p{N}]))*/gu;
const PARTS = /\p{Script=Arabic}+|(?:(?!\p{Script=Arabic})\p{L})+\p{N}*|\p{N}+/gu;
const ENDINGS = new Set('ها های هایی هایم هایت هایش تر ترین ی ای ام ات اش م ت ش می نمی اند'.split(' '));
const SIGNS = /[-_./+&'’]/;

/**
 * The words of a text in order. A word with a half-space counts as one, with its parts; so does a code such as
 * `NK-PEG40-M`. Letters of Persian and what is written in another script without a space are parts too.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  // Compatibility forms first, so that a ligature is letters; the half-space is kept, which `normalize` takes away.
  for (const raw of text.normalize('NFKC').match(WORD) ?? []) tokens.push(...tokensOfRun(raw));
  return tokens;
}

const tokensOfRun = remembering((raw): readonly Token[] => {
  const pieces = raw
    .split(/[\u200c\u200d]|[-_./+&'’]/u)
    .flatMap((piece) => normalize(piece).match(PARTS) ?? [])
    .map((piece) => piece.slice(0, MAX_WORD));
  if (pieces.length === 0) return [];
  // Persian words with a slash or a hyphen between them are words of their own.
  if (pieces.length > 1 && SIGNS.test(raw) && !isCode(raw))
    return pieces.map((form) => ({ form, parts: [] }));
  const form = pieces.join('').slice(0, MAX_WORD);
  const parts = pieces.length > 1 ? pieces.filter((piece) => !ENDINGS.has(piece) && piece.length > 1) : [];
  return [{ form, parts: parts.length === 1 && parts[0] === form ? [] : parts }];
});

/** Letters and digits of other scripts with signs between: a SKU or a model. */
const isCode = (raw: string): boolean => !/\p{Script=Arabic}/u.test(raw.replace(/[۰-۹٠-٩]/g, '0'));

/** Before what is only the stem of a word: `~بخار` of `بخاری`, which is not the word `بخار`. */
const STEM_MARK = '~';

export const markedStem = (word: string): string => `${STEM_MARK}${word}`;

/** What a word is found by: itself, and its stem where that is another. */
export const lexemesOf = remembering((word): readonly string[] => {
  const root = stem(word);
  return root === word ? [word] : [word, markedStem(root)];
});
