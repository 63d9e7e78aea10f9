import Big from 'big.js';
import { squeeze } from '../knowledge/language/normalizer';
import { stem } from '../knowledge/language/stemmer';
import { alternativesOf } from '../knowledge/language/thesaurus';
import { tokenize } from '../knowledge/language/tokenizer';
import type { VariationState } from './product-state';

/** The words of a question in order, each with the stems that it may be said by. */
export type AskedWords = readonly { form: string; stems: ReadonlySet<string> }[];

/** What of a variation decides whether it is asked for. */
export type Sellable = Pick<VariationState, 'sku' | 'attributes' | 'isActive' | 'inStock' | 'price'>;

export interface VariationFit<V> {
  /** The variation that has all that is asked for; null where there is none, or nothing is asked for. */
  variation: V | null;
  /** What is asked for, with names and values as the shop writes them. */
  asked: { name: string; option: string }[];
}

export const readAskedWords = (question: string): AskedWords =>
  tokenize(question)
    .slice(0, 200)
    .map(({ form }) => ({ form, stems: new Set([stem(form), ...synonymsOf(stem(form))]) }));

/** Words for the same (`سیاه`, `مشکی`); related ones are other things. */
const synonymsOf = (root: string): string[] =>
  [...alternativesOf([root])].flatMap(({ phrase, kind }) =>
    (kind === 'synonym' || kind === 'spoken') && phrase.length === 1 ? [phrase[0]!] : [],
  );

interface Asked {
  name: string;
  option: string;
  /** The attribute is named beside it: `سایز ۴۲`. */
  isNamed: boolean;
}

/**
 * The variation of a product that a question asks for, by the values of attributes or the SKU that it says: of several
 * the one in stock, then the cheapest. A value that the product's title has too (`پگاسوس 40`) counts only beside the
 * attribute's name; a number beside it that is no value of it asks for what is not there.
 */
export function fittingVariation<V extends { state: Sellable | null }>(
  words: AskedWords,
  title: string,
  variations: readonly V[],
): VariationFit<V> {
  const forSale = variations.filter(({ state }) => state?.isActive);
  const said = new Set(words.map(({ form }) => lettersOf(form)));
  const bySku = forSale.find(({ state }) => state!.sku && said.has(lettersOf(squeeze(state!.sku))));
  if (bySku) return { variation: bySku, asked: bySku.state!.attributes };
  const asked = askedAttributes(
    words,
    title,
    forSale.flatMap(({ state }) => state!.attributes),
  );
  if (asked.length === 0) return { variation: null, asked };
  const wanted = new Map<string, Set<string>>();
  for (const { name, option } of asked) wanted.set(name, (wanted.get(name) ?? new Set()).add(option));
  const fitting = forSale.filter(({ state }) =>
    [...wanted].every(([name, options]) => {
      const own = state!.attributes.filter((each) => each.name === name);
      return own.length === 0 || own.some(({ option }) => options.has(option));
    }),
  );
  const matches = ({ state }: V) => state!.attributes.filter(({ name }) => wanted.has(name)).length;
  const isBetter = (a: V, b: V) =>
    (Number(b.state!.inStock) - Number(a.state!.inStock) ||
      matches(b) - matches(a) ||
      byPrice(a.state!, b.state!)) < 0;
  const best = fitting.reduce<V | null>(
    (found, each) => (!found || isBetter(each, found) ? each : found),
    null,
  );
  return { variation: best, asked };
}

/** A code is the same with dashes and without. */
const lettersOf = (code: string): string => code.replace(/[^\p{L}\p{N}]/gu, '');

function byPrice(a: Sellable, b: Sellable): number {
  if (a.price === null || b.price === null) return Number(a.price === null) - Number(b.price === null);
  return new Big(a.price).cmp(b.price);
}

function askedAttributes(
  words: AskedWords,
  title: string,
  attributes: Sellable['attributes'],
): VariationFit<never>['asked'] {
  const options = new Map<string, Set<string>>();
  for (const { name, option } of attributes) options.set(name, (options.get(name) ?? new Set()).add(option));
  const titleStems = new Set(stemsOf(title));
  const found: Asked[] = [];
  for (const [name, values] of options) {
    const nameStems = stemsOf(name);
    const stemsOfValue = new Map([...values].map((option) => [option, stemsOf(option)] as const));
    const valuesOfName = [...stemsOfValue.values()].filter(({ length }) => length > 0);
    /** A name that stands between two values is that of the second: `پگاسوس 40 سایز 42`. */
    const isNamedAt = (start: number, length: number) => {
      if (nameStems.length === 0) return false;
      if (matchesAt(words, nameStems, start - nameStems.length)) return true;
      const after = start + length + nameStems.length;
      return (
        matchesAt(words, nameStems, start + length) &&
        !/^\d+$/.test(words[after]?.form ?? '') &&
        !valuesOfName.some((stems) => matchesAt(words, stems, after))
      );
    };
    const ofName: Asked[] = [];
    for (const [option, valueStems] of stemsOfValue) {
      if (valueStems.length === 0) continue;
      for (let start = 0; start + valueStems.length <= words.length; start++) {
        if (!matchesAt(words, valueStems, start)) continue;
        const isNamed = isNamedAt(start, valueStems.length);
        if (isNamed || !valueStems.every((root) => titleStems.has(root))) {
          ofName.push({ name, option, isNamed });
        }
      }
    }
    const missing = words.find(
      ({ form }, place) =>
        /^\d+$/.test(form) && nameStems.length > 0 && matchesAt(words, nameStems, place - nameStems.length),
    );
    if (missing && !ofName.some(({ isNamed }) => isNamed)) {
      ofName.splice(0, ofName.length, { name, option: missing.form, isNamed: true });
    }
    const named = ofName.filter(({ isNamed }) => isNamed);
    found.push(...(named.length > 0 ? named : ofName));
  }
  const distinct = new Map(
    found.map(({ name, option }) => [JSON.stringify([name, option]), { name, option }]),
  );
  return [...distinct.values()];
}

const stemsOf = (text: string): string[] => tokenize(text).map(({ form }) => stem(form));

const matchesAt = (words: AskedWords, stems: readonly string[], start: number): boolean =>
  start >= 0 && stems.every((root, offset) => words[start + offset]?.stems.has(root) ?? false);
