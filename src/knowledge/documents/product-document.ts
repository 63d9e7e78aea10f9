import { normalize, squeeze } from '../language/normalizer';
import { htmlToText } from './html-text';
import { searchTerms, vocabularyOf } from './search-terms';

/** What of a product is embedded and searched. Never its price, stock, link or images: those change every day. */
export interface ProductContent {
  title: string;
  sku: string | null;
  brand: string | null;
  categories: string[];
  tags: string[];
  attributes: { name: string; options: string[] }[];
  /** Those for sale, without price and stock. */
  variations: ProductVariation[];
  /** HTML. */
  shortDescription: string;
  /** HTML. */
  description: string;
}

export interface ProductVariation {
  sku: string | null;
  attributes: { name: string; option: string }[];
}

export interface ProductDocument {
  title: string;
  /** Readable lines and paragraphs, the title not among them. */
  body: string;
  /** For the `documents` table. */
  search: {
    title: string;
    text: string;
    facets: string[];
    /** A tsvector. */
    terms: string;
    /** Distinct and sorted. */
    vocabulary: string[];
  };
}

/** Beyond these, the options of the attributes say what there is. */
const MAX_VARIATION_LINES = 50;

export function toDocument(content: ProductContent): ProductDocument {
  const facts = [
    ['SKU', content.sku ?? ''],
    ['برند', content.brand ?? ''],
    ['دسته‌بندی', content.categories.join('، ')],
    ['برچسب', content.tags.join('، ')],
    ...content.attributes.map(({ name, options }) => [name, options.join('، ')]),
  ];
  const variations = content.variations.slice(0, MAX_VARIATION_LINES).map(variationLine).filter(Boolean);
  const factLines = facts.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`);
  const short = htmlToText(content.shortDescription);
  const long = htmlToText(content.description);
  const body = [factLines.join('\n'), short, long === short ? '' : long, variations.join('\n')]
    .filter(Boolean)
    .join('\n\n');
  const skus = content.variations.map(({ sku }) => sku ?? '').filter(Boolean);
  const labels = [
    content.sku ?? '',
    ...skus,
    content.brand ?? '',
    ...content.categories,
    ...content.tags,
  ].join('\n');
  const options = optionsOf(content);
  const attributes = [...options].map(([name, values]) => [name, ...values].join(' ')).join('\n');
  return {
    title: content.title.trim(),
    body,
    search: {
      title: normalize(content.title),
      // Values without their labels: a search for the word "brand" is not one for whatever has a brand.
      text: squeeze([content.title, ...facts.map(([, value]) => value), short, long].join('\n')),
      facets: [
        ...[content.sku, ...skus].flatMap((sku) => (sku ? [facet('sku', sku)] : [])),
        ...content.categories.map((name) => facet('category', name)),
        ...content.tags.map((name) => facet('tag', name)),
        ...(content.brand ? [facet('brand', content.brand)] : []),
        ...[...options].flatMap(([name, values]) => [...values].map((value) => attributeFacet(name, value))),
      ],
      terms: searchTerms([
        [content.title, 'A'],
        [labels, 'B'],
        [`${attributes}\n${short}`, 'C'],
        [long, 'D'],
      ]),
      vocabulary: vocabularyOf([content.title, labels, attributes].join('\n')),
    },
  };
}

/** All values of each attribute, those of the variations included. */
function optionsOf({ attributes, variations }: ProductContent): Map<string, Set<string>> {
  const options = new Map<string, Set<string>>();
  const add = (name: string, values: readonly string[]) => {
    const known = options.get(name) ?? new Set();
    options.set(name, known);
    for (const value of values) known.add(value);
  };
  for (const { name, options: values } of attributes) add(name, values);
  for (const variation of variations)
    for (const { name, option } of variation.attributes) add(name, [option]);
  return options;
}

/** An entry of an inverted index holds 2,700 bytes at most. */
const MAX_FACET = 200;

/** JSON cannot hold half of a surrogate pair, where one is cut. */
const shortened = (text: string): string => squeeze(text).slice(0, MAX_FACET).toWellFormed();

/** The key that a product, or a variation, is filtered by: spelling variants and digits of either script meet. */
export const attributeFacet = (name: string, option: string): string =>
  `attribute:${shortened(name)}=${shortened(option)}`;

/** The key of having a value of an attribute, whichever. */
export const attributeName = (name: string): string => `has:${shortened(name)}`;

/** The key that a product is filtered by: spelling variants of a name meet. */
export const facet = (kind: 'category' | 'tag' | 'brand' | 'sku', name: string): string =>
  `${kind}:${squeeze(name)}`;

/** `رنگ: مشکی، سایز: 42 (SKU: A-42)` */
function variationLine({ sku, attributes }: ProductVariation): string {
  const said = attributes.map(({ name, option }) => (name ? `${name}: ${option}` : option)).join('، ');
  return [said, sku && `(SKU: ${sku})`].filter(Boolean).join(' ');
}
