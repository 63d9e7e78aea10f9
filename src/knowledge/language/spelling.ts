/** Letters that sound alike in Persian, by their sound: the commonest misspelling. */
const SOUND: Record<string, string> = {
  ث: 'س',
  ص: 'س',
  ذ: 'ز',
  ض: 'ز',
  ظ: 'ز',
  ط: 'ت',
  غ: 'ق',
  ح: 'ه',
  ع: 'ا',
  ژ: 'ز',
};
const SOUNDS_ALIKE = 0.5;

/**
 * Damerau–Levenshtein distance of two normalised words (optimal string alignment): insertions, deletions,
 * substitutions and swaps of neighbours cost 1, letters that sound alike a half.
 */
export function spellingDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.entries()) {
    const current = [i + 1];
    for (const [j, other] of to.entries()) {
      let best = Math.min(previous[j + 1]! + 1, current[j]! + 1, previous[j]! + substitution(letter, other));
      if (i > 0 && j > 0 && letter === to[j - 1] && from[i - 1] === other)
        best = Math.min(best, before[j - 1]! + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[to.length]!;
}

function substitution(a: string, b: string): number {
  if (a === b) return 0;
  return (SOUND[a] ?? a) === (SOUND[b] ?? b) ? SOUNDS_ALIKE : 1;
}

/** How far a word may be from what was typed and still be what was meant: short words are easily others. */
export function toleratedDistance(word: string): number {
  if (/\d/.test(word)) return 0;
  if (word.length <= 2) return 0;
  if (word.length === 3) return SOUNDS_ALIKE;
  return word.length < 8 ? 1 : 2;
}
