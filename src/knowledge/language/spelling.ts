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
/** The letters of each sound. */
const ALIKE = new Map<string, string[]>();
for (const [letter, sound] of Object.entries(SOUND)) {
  ALIKE.set(sound, [...(ALIKE.get(sound) ?? [sound]), letter]);
}
const SOUNDS_ALIKE = 0.5;

/**
 * Damerau–Levenshtein distance of two normalised words (optimal string alignment): insertions, deletions,
 * substitutions and swaps of neighbours cost 1, letters that sound alike a half.
 */
export function spellingDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  // Three rows are enough, and one comparison after another may use the same: there are thousands for a question.
  let [before, previous, current] = ROWS;
  for (let j = 0; j <= to.length; j++) previous[j] = j;
  for (let i = 0; i < from.length; i++) {
    current[0] = i + 1;
    for (let j = 0; j < to.length; j++) {
      let best = Math.min(
        previous[j + 1]! + 1,
        current[j]! + 1,
        previous[j]! + substitution(from[i]!, to[j]!),
      );
      if (i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j])
        best = Math.min(best, before[j - 1]! + 1);
      current[j + 1] = best;
    }
    [before, previous, current] = [previous, current, before];
  }
  return previous[to.length]!;
}

const ROWS: [number[], number[], number[]] = [[], [], []];

function substitution(a: string, b: string): number {
  if (a === b) return 0;
  return (SOUND[a] ?? a) === (SOUND[b] ?? b) ? SOUNDS_ALIKE : 1;
}

/**
 * Whether words can be within a distance of this one: a quick look, for many words. What it lets through is still to
 * be measured; what it does not is further away.
 */
export function likelyWithin(form: string, distance: number): (word: string) => boolean {
  const alike = [...form].map((letter) => ALIKE.get(SOUND[letter] ?? letter) ?? [letter]);
  return (word) => {
    if (Math.abs(word.length - form.length) > distance) return false;
    let missing = 0;
    for (const letters of alike)
      if (!letters.some((letter) => word.includes(letter)) && ++missing > distance) return false;
    return true;
  };
}

/** Share of trigrams that two words have in common, 0 to 1, as pg_trgm counts it: beginnings count more than ends. */
export function trigramSimilarity(a: string, b: string): number {
  const [one, other] = [trigrams(a), trigrams(b)];
  const common = [...one].filter((each) => other.has(each)).length;
  return common / (one.size + other.size - common);
}

function trigrams(word: string): Set<string> {
  const padded = `  ${word} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, index) => padded.slice(index, index + 3)));
}

/** The word with each two neighbours swapped. */
export function swaps(word: string): string[] {
  const letters = [...word];
  return letters.slice(1).map((_, index) => {
    const [a, b] = [letters[index]!, letters[index + 1]!];
    return letters
      .with(index, b)
      .with(index + 1, a)
      .join('');
  });
}

/** The word with one letter exchanged for another of the same sound: `پطو`, `پتو`. None for one of two letters. */
export function soundAlikes(word: string): string[] {
  const letters = [...word];
  if (letters.length < 3) return [];
  return letters.flatMap((letter, index) => {
    const sound = SOUND[letter] ?? letter;
    return (ALIKE.get(sound) ?? [])
      .filter((other) => other !== letter)
      .map((other) => letters.with(index, other).join(''));
  });
}

/** How far a word may be from what was typed and still be what was meant: short words are easily others. */
export function toleratedDistance(word: string): number {
  if (/\d/.test(word)) return 0;
  if (word.length <= 2) return 0;
  if (word.length === 3) return SOUNDS_ALIKE;
  return word.length < 8 ? 1 : 2;
}

/** Consonants of both scripts by their sound; vowels, and letters that may be vowels, are left out. */
const CONSONANTS: Record<string, string> = {
  ب: 'b',
  پ: 'p',
  ت: 't',
  ط: 't',
  ث: 's',
  س: 's',
  ص: 's',
  ش: 's',
  ج: 'j',
  ژ: 'j',
  چ: 'c',
  خ: 'k',
  د: 'd',
  ذ: 's',
  ز: 's',
  ض: 's',
  ظ: 's',
  ر: 'r',
  غ: 'g',
  ق: 'g',
  ف: 'f',
  ک: 'k',
  گ: 'g',
  ل: 'l',
  م: 'm',
  ن: 'n',
  b: 'b',
  c: 'k',
  d: 'd',
  f: 'f',
  g: 'g',
  j: 'j',
  k: 'k',
  l: 'l',
  m: 'm',
  n: 'n',
  p: 'p',
  q: 'k',
  r: 'r',
  s: 's',
  t: 't',
  x: 'ks',
  z: 's',
};

/**
 * The consonants of a normalised word, by which a name meets itself in the other script: `اولترا` and `ultra` are
 * `ltr`. Empty where too few are left to tell.
 */
export function soundOf(word: string): string {
  const latin = word.replace(/ph/g, 'f').replace(/sh/g, 's').replace(/ch/g, 'c_').replace(/kh/g, 'k');
  const sound = latin.replace(/c_/g, 'چ').replace(/./gu, (letter) => CONSONANTS[letter] ?? '');
  const single = sound.replace(/(.)\1+/g, '$1');
  return single.length >= 3 ? single : '';
}
