import { normalizesFully } from './normalizer';

const MAX_WORDS = 20_000;
const MAX_LETTERS = 500_000;
/** A longer run is hardly a word that comes again. */
const MAX_LENGTH = 60;

/**
 * A function of one word that remembers what it said: texts are made of few words, and each takes many regular
 * expressions. Once it knows too many it begins anew, which costs less than to keep them in order of use.
 * @param maxLength of a word that is remembered, in letters
 */
export function remembering<T>(read: (word: string) => T, maxLength = MAX_LENGTH): (word: string) => T {
  const known = new Map<string, T>();
  let letters = 0;
  return (word) => {
    if (word.length > maxLength || !normalizesFully()) return read(word);
    let value = known.get(word);
    if (value === undefined) {
      letters += word.length;
      if (known.size >= MAX_WORDS || letters > MAX_LETTERS) {
        known.clear();
        letters = word.length;
      }
      // A copy: a part of a text keeps the whole of it in memory.
      known.set(Buffer.from(word, 'utf16le').toString('utf16le'), (value = read(word)));
    }
    return value;
  };
}
