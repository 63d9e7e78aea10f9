/**
 * A light stemmer for words that are normalised already. It takes off what Persian adds to a noun or adjective without
 * making it another thing (plural, comparison, ezafe and indefinite ی) and the plural s of English. Both sides of a
 * comparison go through it, so a stem need not be a word.
 */

const PLURAL = /(?<=..)ها(?:ی(?:ی|م|ت|ش|مان|تان|شان)?)?$/u;
const COMPARISON = /(?<=...)تر(?:ین)?$/u;
/** خانه‌ی: after a silent heh too. خانه‌ای looks like a plural once it is joined; its parts find it. */
const AFTER_HEH = /(?<=.ه)ی$/u;
const YEH = /(?<=..[^ای])ی$|(?<=...)یی$/u;
const PERSIAN = /\p{Script=Arabic}/u;

export function stem(word: string): string {
  if (PERSIAN.test(word)) {
    return word.replace(PLURAL, '').replace(COMPARISON, '').replace(AFTER_HEH, '').replace(YEH, '');
  }
  if (!/^[a-z]{4,}$/.test(word)) return word;
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2);
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  return /[^siu]s$/.test(word) ? word.slice(0, -1) : word;
}

/** As they are spoken: کفشام, مبلا, بچه‌هامو. */
const SPOKEN_ENDINGS = [
  /(?<=..)(?:م|ت|ش|مان|تان|شان|مون|تون|شون|و|رو)$/u,
  /(?<=..)ا(?:م|ت|ش|مون|تون|شون|رو|و|یی)?$/u,
  /(?<=..)ه?ا(?:مو|تو|شو|رو|و)$/u,
  // The verb "is" at a word's end: `حاملس`, `خرابه`.
  /(?<=...)س$/u,
  /(?<=...)ه$/u,
];

/**
 * What a spoken word may be without its endings, the likeliest first; a silent heh is written again that speech swallows
 * before them (`گربم`, `گربه`). Guesswork: only for words that are not known.
 */
export function bareForms(word: string): string[] {
  const bare = SPOKEN_ENDINGS.map((ending) => word.replace(ending, '')).filter((form) => form !== word);
  return [...new Set(bare.flatMap((form) => (form.endsWith('ه') ? [form] : [form, `${form}ه`])))];
}

/** Parts of compounds that are written joined, with a half-space, or apart. */
const FIRST_PARTS = /^(ضد|پیش|فوق|پر|کم|خوش|هم|نیم|تک|چند|دو|سه|چهار|خود|پا|دست|اب|نرم|گرم)(?=...)/u;
const LAST_PARTS =
  /(?<=..)(کن|ساز|گیر|کش|شور|پز|بند|سنج|دار|نما|بر|ریز|پاش|گوشتی|پوش|زن|خور|شوی|شویی|کننده)$/u;

/** The ways in which a word may be written as two: `ضدآفتاب`, `فشارسنج`. */
export function compoundsOf(word: string): [string, string][] {
  const cuts = [FIRST_PARTS.exec(word)?.[0].length, LAST_PARTS.exec(word)?.index];
  return cuts.flatMap((cut) =>
    cut === undefined ? [] : [[word.slice(0, cut), word.slice(cut)] as [string, string]],
  );
}
