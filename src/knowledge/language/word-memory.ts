import { normalizesFully } from './normalizer';

const WORDS = 20_000;
/** A longer run is hardly a word that comes again. */
const MAX_LENGTH = 60;

/**
 * A function of one word that remembers what it said: texts are made of few words, and each takes many regular
 * expressions. Once it knows too many it begins anew, which costs less than to keep them in order of use.
 */
export function remembering<T>(read: (word: string) => T): (word: string) => T {
  const known = new Map<string, T>();
  return (word) => {
    if (word.length > MAX_LENGTH || !normalizesFully()) return read(word);
    let value = known.get(word);
    if (value === undefined) {
      if (known.size >= WORDS) known.clear();
      // A copy: a part of a text keeps the whole of it in memory.
      known.set(Buffer.from(word, 'utf16le').toString('utf16le'), (value = read(word)));
    }
    return value;
  };
}
