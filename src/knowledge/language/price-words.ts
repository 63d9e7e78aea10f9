import Big from 'big.js';
import { normalize } from './normalizer';

/** What a question says of the price, in the words of its buyer. */
export interface PriceWords {
  /** Decimal strings, plain digits, no exponent; null where there is no such bound. */
  minPrice: string | null;
  maxPrice: string | null;
  /** IRT (toman), IRR (rial), USD, EUR, GBP, AED or TRY; null where no currency was named. */
  currency: string | null;
  /** The words that were understood, as the buyer wrote them. */
  words: string;
  /** The question without them. */
  rest: string;
}

/** Rial in one unit, by WooCommerce's codes for Iran: 1 toman is 10 rial; IRHR and IRHT are thousands of each. */
export const RIAL_UNITS: Readonly<Record<string, number>> = { IRR: 1, IRT: 10, IRHR: 1000, IRHT: 10_000 };

/** A price of one of Iran's units in another, exactly; null where the rate is not fixed. */
export function convertFixed(amount: string, from: string, to: string): string | null {
  if (from === to) return new Big(amount).toFixed();
  const [units, wanted] = [RIAL_UNITS[from], RIAL_UNITS[to]];
  return units === undefined || wanted === undefined ? null : exactly(new Big(amount).times(units), wanted);
}

/** Divisors are powers of ten, so that big.js, which rounds divisions, has nothing to round. */
const exactly = (rial: Big, unit: number): string => rial.times(new Big(1).div(unit)).toFixed();

const CURRENCIES: Record<string, string> = {};
for (const [code, names] of Object.entries({
  IRT: 'تومان تومن تومانی تومنی تومنه تومانه تومنم toman tomans irt',
  IRR: 'ریال ریالی ریاله rial rials irr',
  USD: 'دلار دلاری دلاره dollar dollars usd $',
  EUR: 'یورو یورویی euro euros eur €',
  GBP: 'پوند پوندی pound pounds gbp £',
  AED: 'درهم درهمی dirham dirhams aed',
  TRY: 'لیر لیره لیری lira liras try',
})) {
  for (const name of names.split(' ')) CURRENCIES[name] = code;
}

const SCALES: Record<string, number> = {};
for (const [scale, names] of Object.entries({
  1e3: 'هزار هزاری هزارتا هزارتومن هزارتومان هزاره k thousand',
  1e6: 'میلیون ملیون میلیونی ملیونی میلیونه میلیونم ملیونم m million millions',
  1e9: 'میلیارد ملیارد میلیاردی billion',
})) {
  for (const name of names.split(' ')) SCALES[name] = Number(scale);
}

const NUMBER_WORDS: Record<string, number> = {};
for (const [value, names] of Object.entries({
  0.5: 'نیم',
  1: 'یک یه',
  2: 'دو',
  3: 'سه',
  4: 'چهار چار',
  5: 'پنج پنش',
  6: 'شش شیش',
  7: 'هفت',
  8: 'هشت',
  9: 'نه',
  10: 'ده',
  11: 'یازده',
  12: 'دوازده',
  13: 'سیزده',
  14: 'چهارده چارده',
  15: 'پانزده پونزده',
  16: 'شانزده شونزده',
  17: 'هفده هیفده',
  18: 'هجده هیجده',
  19: 'نوزده',
  20: 'بیست',
  30: 'سی',
  40: 'چهل',
  50: 'پنجاه پنجا',
  60: 'شصت',
  70: 'هفتاد',
  80: 'هشتاد',
  90: 'نود',
  100: 'صد یکصد',
  200: 'دویست',
  300: 'سیصد',
  400: 'چهارصد چارصد',
  500: 'پانصد پونصد',
  600: 'ششصد شیشصد',
  700: 'هفتصد',
  800: 'هشتصد',
  900: 'نهصد',
})) {
  for (const name of names.split(' ')) NUMBER_WORDS[name] = Number(value);
}

/** Words before an amount, longest first; each is normalised words in a row. */
const BEFORE = phrases({
  max: [
    'زیر قیمت',
    'زیر',
    'کمتر از',
    'کم تر از',
    'ارزانتر از',
    'ارزان تر از',
    'ارزونتر از',
    'پایینتر از',
    'پایین تر از',
    'پایین',
    'تا سقف',
    'تا حداکثر',
    'تا',
    'حداکثر',
    'نهایت',
    'نهایتا',
    'ماکسیمم',
    'سقف',
    'بودجه ام',
    'بودجم',
    'بودجهام',
    'بودجه',
    'under',
    'below',
    'less than',
    'cheaper than',
    'up to',
    'at most',
    'no more than',
    'not more than',
    'max',
    'maximum',
    'within',
    'budget of',
    'budget',
  ],
  min: [
    'بالای',
    'بالاتر از',
    'بیشتر از',
    'بیش از',
    'گرانتر از',
    'گران تر از',
    'گرونتر از',
    'حداقل',
    'دستکم',
    'دست کم',
    'کمینه',
    'از',
    'over',
    'above',
    'more than',
    'at least',
    'no less than',
    'min',
    'minimum',
    'from',
  ],
  about: [
    'حدود',
    'حدودا',
    'در حدود',
    'تقریبا',
    'نزدیک',
    'نزدیک به',
    'دور و بر',
    'دوروبر',
    'طرفای',
    'around',
    'about',
    'approximately',
    'roughly',
  ],
});
/** Words after an amount that say which bound it is; they go before those in front of it. */
const AFTER = phrases({
  max: [
    'بیشتر نباشه',
    'بیشتر نباشد',
    'بیشتر نشه',
    'بیشتر نشود',
    'به پایین',
    'و کمتر',
    'یا کمتر',
    'به پایینتر',
    'or less',
  ],
  min: ['به بالا', 'و بالاتر', 'یا بیشتر', 'و بیشتر', 'به بالاتر', 'or more', 'and up'],
});
const BETWEEN = new Set(['بین', 'مابین', 'از', 'between', 'from']);
const RANGE_SIGNS = new Set(['تا', 'الی', 'و', 'to', 'and', '-']);
/** Price talk next to an amount: it belongs to it, and lets an amount without currency be one. */
const TALK = new Set(
  (
    'قیمت قیمتش قیمتی قیمتها با به بودجه بودجم بودجه‌ام بودجهام باشه باشد باشن نباشه نباشد دارم داریم میخوام میخواهم ' +
    'چی چه دارید دارین هست price priced budget cost costing please'
  ).split(' '),
);
/** Without a scale or a currency of large numbers, people leave the thousands out: 500 is no price in toman. */
const SMALLEST: Record<string, number> = { IRT: 1000, IRR: 10_000 };
const LARGEST = new Big('1e18');
const ABOUT = new Big('0.2');
const MAX_WORDS = 300;

interface Word {
  text: string;
  start: number;
  end: number;
}

interface Amount {
  value: Big;
  /** What its own words multiply it by; 1 where they do not. */
  scale: number;
  currency: string | null;
  /** Words [from, to). */
  from: number;
  to: number;
}

type Bound = 'min' | 'max' | 'about';

interface Reading {
  min: Big | null;
  max: Big | null;
  currency: string | null;
  from: number;
  to: number;
}

/**
 * Reads prices that a question says in words, in Persian or English; null where it says none. A number is a price only
 * with a currency, or with a scale (`هزار`, `میلیون`) after a word of comparison and before the end or more talk of the
 * price: sizes, weights and model numbers are none.
 */
export function readPriceWords(question: string): PriceWords | null {
  const words = split(question);
  for (let index = 0; index < words.length; index++) {
    const reading = readRange(words, index) ?? readSingle(words, index);
    if (reading) return toPriceWords(question, words, reading);
  }
  return null;
}

function toPriceWords(question: string, words: readonly Word[], reading: Reading): PriceWords {
  let { from, to } = reading;
  while (from > 0 && TALK.has(words[from - 1]!.text) && !isQuestionStart(words, from - 1)) from -= 1;
  while (to < words.length && TALK.has(words[to]!.text)) to += 1;
  const [start, end] = [words[from]!.start, words[to - 1]!.end];
  const rest = `${question.slice(0, start)} ${question.slice(end)}`.replace(/\s+/g, ' ').trim();
  return {
    minPrice: reading.min?.toFixed() ?? null,
    maxPrice: reading.max?.toFixed() ?? null,
    currency: reading.currency,
    words: question.slice(start, end).trim(),
    rest: /[\p{L}\p{N}]/u.test(rest) ? rest : '',
  };
}

/** `با` and `به` belong to the price only where a word of price stands between them. */
const isQuestionStart = (words: readonly Word[], index: number): boolean =>
  ['با', 'به', 'چی', 'چه'].includes(words[index]!.text) &&
  !['قیمت', 'بودجه', 'price'].includes(words[index + 1]?.text ?? '');

/** `بین ۵۰۰ تا ۷۰۰ هزار تومان`, `از … تا …`, `500-700 toman`: a scale or currency of the second counts for both. */
function readRange(words: readonly Word[], index: number): Reading | null {
  const opened = BETWEEN.has(words[index]!.text);
  const first = readAmount(words, opened ? index + 1 : index);
  if (!first || !RANGE_SIGNS.has(words[first.to]?.text ?? '')) return null;
  // `دو میلیون و پانصد هزار` is one amount: `و` parts two only after `بین`.
  if (
    ['و', 'and'].includes(words[first.to]!.text) &&
    !['بین', 'مابین', 'between'].includes(words[index]!.text)
  )
    return null;
  const second = readAmount(words, first.to + 1);
  if (!second) return null;
  const currency = second.currency ?? first.currency;
  if (first.currency && second.currency && first.currency !== second.currency) return null;
  const scaled = first.scale > 1 || second.scale > 1;
  if (!currency && !(scaled && endsLikeAPrice(words, second.to))) return null;
  let low = first.value;
  if (first.scale === 1 && !first.currency && second.scale > 1) {
    // `۹۰۰ تا ۱ میلیون` leaves out the thousand, `۵۰۰ تا ۷۰۰ هزار` says the scale once for both.
    const steps = [second.scale, 1000].map((by) => first.value.times(by));
    low = steps.find((step) => step.lte(second.value)) ?? steps[0]!;
  }
  if (tooSmall(low, currency) || tooSmall(second.value, currency)) return null;
  const [min, max] = low.lte(second.value) ? [low, second.value] : [second.value, low];
  return { min, max, currency, from: opened ? index : first.from, to: second.to };
}

function readSingle(words: readonly Word[], index: number): Reading | null {
  const before = matchAt(words, index, BEFORE);
  const amount = readAmount(words, index + (before?.length ?? 0));
  if (!amount) return null;
  const after = matchAt(words, amount.to, AFTER);
  const end = amount.to + (after?.length ?? 0);
  const { value, currency } = amount;
  const bound: Bound | undefined = after?.bound ?? before?.bound;
  // `از` alone opens a range that was not one, or says where something is from.
  const isBound =
    bound !== undefined &&
    !(bound === 'min' && !after && words[index]!.text === 'از' && amount.from === index + 1);
  if (!currency && !(amount.scale > 1 && isBound && endsLikeAPrice(words, end))) return null;
  if (tooSmall(value, currency)) return null;
  const spread = value.times(ABOUT);
  const from = before ? index : amount.from;
  const kind = isBound ? bound : 'about';
  return {
    min: kind === 'max' ? null : kind === 'min' ? value : value.minus(spread),
    max: kind === 'min' ? null : kind === 'max' ? value : value.plus(spread),
    currency,
    from,
    to: end,
  };
}

const tooSmall = (value: Big, currency: string | null): boolean =>
  value.lte(0) || value.gte(LARGEST) || value.lt(SMALLEST[currency ?? ''] ?? 0);

/** Whether what follows is no unit of something else: `۲۰ هزار میلی‌آمپر` is no price. */
const endsLikeAPrice = (words: readonly Word[], index: number): boolean =>
  index >= words.length || TALK.has(words[index]!.text) || /^[^\p{L}\p{N}]+$/u.test(words[index]!.text);

/** `۲ میلیون و ۵۰۰ هزار تومن`, `دو و نیم میلیون`, `$50`, `۱٬۲۰۰٬۰۰۰ ریال` from this word on. */
function readAmount(words: readonly Word[], start: number): Amount | null {
  let index = start;
  let currency = CURRENCIES[words[index]?.text ?? ''] ?? null;
  if (currency) index += 1;
  let total = new Big(0);
  let scale = 1;
  let last = Infinity;
  let found = false;
  for (;;) {
    const number = readNumber(words, found && words[index]?.text === 'و' ? index + 1 : index);
    const multiplier = number && scaleAt(words, number.to);
    if (!number) {
      // `میلیون` alone is a million only after `یک` or a number; `نیم` is one.
      break;
    }
    const by = multiplier ?? 1;
    if (found && (by >= last || words[index]?.text !== 'و')) break;
    // `۱ میلیون و ۲۰۰` leaves the thousand out.
    const implied =
      found && by === 1 && last >= 1e6 && number.value.gte(100) && number.value.lt(1000) ? 1000 : by;
    total = total.plus(number.value.times(implied));
    index = number.to + (multiplier === null ? 0 : 1);
    scale = Math.max(scale, by);
    last = implied;
    found = true;
    if (by === 1) break;
  }
  if (!found) return null;
  const named = CURRENCIES[words[index]?.text ?? ''];
  if (named && !currency) {
    currency = named;
    index += 1;
  }
  return { value: total, scale, currency, from: start, to: index };
}

const scaleAt = (words: readonly Word[], index: number): number | null =>
  SCALES[words[index]?.text ?? ''] ?? null;

/** Digits, or words of one number: `دو`, `بیست و پنج`, `یک و نیم`. */
function readNumber(words: readonly Word[], start: number): { value: Big; to: number } | null {
  const digits = words[start]?.text ?? '';
  if (/^\d/.test(digits)) {
    const value = toNumber(digits);
    if (!value) return null;
    const half = words[start + 1]?.text === 'و' && words[start + 2]?.text === 'نیم';
    return half ? { value: value.plus('0.5'), to: start + 3 } : { value, to: start + 1 };
  }
  let index = start;
  let value = new Big(0);
  let last = Infinity;
  for (;;) {
    const next = index === start ? index : words[index]?.text === 'و' ? index + 1 : -1;
    const number = NUMBER_WORDS[words[next]?.text ?? ''];
    // Of one number each word is of a lower order than the one before: hundreds, tens, ones, a half.
    if (number === undefined || order(number) >= last || (last === 1 && number !== 0.5)) break;
    value = value.plus(number);
    last = order(number);
    index = next + 1;
  }
  return index === start ? null : { value, to: index };
}

const order = (number: number): number =>
  number >= 100 ? 100 : number >= 20 ? 10 : number >= 1 ? 1 : number;

/** `1,200,000`, `2.5`, `2/5`; three digits after the only sign are thousands, unless it is a decimal point of few digits. */
function toNumber(text: string): Big | null {
  const grouped = /^\d{1,3}(?:[,،٬]\d{3})+$/.test(text) || /^\d{1,3}(?:\.\d{3}){2,}$/.test(text);
  const plain = grouped ? text.replace(/\D/g, '') : text.replace(/[/٫]/, '.');
  return /^\d{1,19}(?:\.\d{1,6})?$/.test(plain) ? new Big(plain) : null;
}

interface Phrase {
  words: string[];
  bound: Bound;
}

function phrases(lists: Partial<Record<Bound, string[]>>): Phrase[] {
  return Object.entries(lists)
    .flatMap(([bound, list]) =>
      list.map((text) => ({ words: normalize(text).split(' '), bound: bound as Bound })),
    )
    .sort((a, b) => b.words.length - a.words.length);
}

function matchAt(
  words: readonly Word[],
  index: number,
  known: Phrase[],
): { bound: Bound; length: number } | null {
  const found = known.find((phrase) =>
    phrase.words.every((word, offset) => words[index + offset]?.text === word),
  );
  return found ? { bound: found.bound, length: found.words.length } : null;
}

/** Numbers with their separators, currency signs, runs of letters, and what stands between ranges. */
const WORD = /[\d۰-۹٠-٩]+(?:[.,،٬٫/][\d۰-۹٠-٩]+)*|[$€£﷼]|[\p{L}\p{M}\u200c\u200d]+|[-–—]|[^\s\p{L}\p{N}]/gu;

/** The normalised words with their places in the question. */
function split(question: string): Word[] {
  const words: Word[] = [];
  for (const match of question.matchAll(WORD)) {
    const text = normalize(match[0]).replace(/^[–—]$/, '-');
    if (text) words.push({ text, start: match.index, end: match.index + match[0].length });
    if (words.length >= MAX_WORDS) break;
  }
  return words;
}
