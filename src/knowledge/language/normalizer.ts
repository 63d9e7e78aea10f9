/**
 * One spelling for words that Persian shops write in several ways, used for what is searched and for what is asked.
 * The text that people see is never normalised.
 */

/** Raised with every change of what a document says, or `normalize`, the tokenizer or the stemmer make of a text: documents are then made anew. */
export const NORMALIZER_VERSION = 3;

/** Unicode points that stand for the same letter; sources: Unicode Standard ch. 9 (Arabic), Persian keyboard ISIRI 9147. */
const LETTERS: Record<string, string> = {
  ي: 'ی',
  ى: 'ی',
  ئ: 'ی',
  ې: 'ی',
  ك: 'ک',
  ڪ: 'ک',
  ة: 'ه',
  ۀ: 'ه',
  ە: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  أ: 'ا',
  إ: 'ا',
  ٱ: 'ا',
  آ: 'ا',
  ؤ: 'و',
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
/** Arabic diacritics, superscript alef, hamza above and below, tatweel. */
const MARKS = /[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]/g;
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g;
const PERSIAN_DIGIT = /[\u06f0-\u06f9]/g;
const ARABIC_DIGIT = /[\u0660-\u0669]/g;

let full = true;

/** Turns the normaliser down to lower case and single spaces, to measure what it does; for the evaluation alone. */
export function normalizeFully(wanted: boolean): void {
  full = wanted;
}

/** Whether what `normalize` says may be kept. */
export const normalizesFully = (): boolean => full;

/**
 * Normalised words separated by single spaces, lines kept: NFKC, one form of each letter, no diacritics, ASCII digits,
 * lower case. A half-space (ZWNJ) joins its two parts.
 */
export function normalize(text: string): string {
  if (!full)
    return text
      .toLowerCase()
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n\s*/g, '\n')
      .trim();
  return (
    text
      .normalize('NFKC')
      .replace(MARKS, '')
      .replace(INVISIBLE, '')
      .replace(LETTER, (letter) => LETTERS[letter]!)
      .replace(PERSIAN_DIGIT, (digit) => String(digit.charCodeAt(0) - 0x06f0))
      .replace(ARABIC_DIGIT, (digit) => String(digit.charCodeAt(0) - 0x0660))
      .toLowerCase()
      // A lower-case letter may compose with a mark that its capital could not.
      .normalize('NFKC')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n\s*/g, '\n')
      .trim()
  );
}

/**
 * Normalised text without any space within a line: a substring test on it meets a word whether it is written with a
 * space, a half-space or joined.
 */
export const squeeze = (text: string): string => normalize(text).replaceAll(' ', '');

/** Runs of letters and digits. */
export const words = (normalized: string): string[] => normalized.match(/[\p{L}\p{N}]+/gu) ?? [];

/** Words of Persian and English that nearly every text has; they would make all texts alike. */
export const STOP_WORDS = new Set(
  (
    'و در به از که این ان را با است برای تا هم یا بر یک های ها می شود شده کرد کند دارد داره ' +
    'the a an of and or in on for to with is are it this that by as at from be'
  ).split(' '),
);
