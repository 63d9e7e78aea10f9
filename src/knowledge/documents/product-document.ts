import { convert, type HtmlToTextOptions } from 'html-to-text';
import { normalize, squeeze } from '../language/normalizer';
import { searchTerms, vocabularyOf } from './search-terms';

/** What of a product is embedded and searched. Never its price, stock, link or images: those change every day. */
export interface ProductContent {
  title: string;
  sku: string | null;
  brand: string | null;
  categories: string[];
  tags: string[];
  attributes: { name: string; options: string[] }[];
  /** HTML. */
  shortDescription: string;
  /** HTML. */
  description: string;
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

const HTML_OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  // Deeper nesting is page-builder noise, and unbounded recursion would end the process.
  limits: { maxDepth: 100, maxInputLength: 1_000_000, ellipsis: '' },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false, colSpacing: 2 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ...['style', 'script', 'noscript', 'svg', 'iframe', 'form'].map((selector) => ({
      selector,
      format: 'skip',
    })),
    { selector: 'ul', options: { itemPrefix: '- ' } },
  ],
};
/**
 * `[gallery]`, `[/row]`, `[button link="…"]`; not `[XL]` or `[Nike Air]`. No bracket within one, so that each character
 * is looked at once, whatever the text.
 */
const SHORTCODE = /\[\/?[a-z][a-z0-9_-]{0,60}(?:\s[^[\]<>]{0,2000}=[^[\]<>]{0,2000})?\s?\/?\]/g;
/** A cell that claims to be many columns wide would have a table of that width laid out. */
const SPAN = /\b(?:col|row)span\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)/gi;
const SILENT = /<(script|style)\b[^<]*(?:<(?!\/\1)[^<]*)*<\/\1\s*>/gi;
const MAX_DEPTH = 500;

/** HTML to readable text: lists, tables and headings stay lines; markup, scripts, styles and shortcodes go. */
export function htmlToText(html: string): string {
  if (!/[<&[]/.test(html)) return html.trim();
  const clean = html.replace(SHORTCODE, ' ').replace(SPAN, '');
  // A parser takes time with the square of the depth; what is nested so deeply has no structure worth keeping.
  const parsable = isTooDeep(clean) ? clean.replace(SILENT, ' ').replace(/<[^<>]*>/g, ' ') : clean;
  return convert(parsable, HTML_OPTIONS)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const VOID_TAGS = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** HTML lets these go without an end tag: the next of its kind ends one. */
const OPTIONAL_END = new Set('li p td th tr dt dd option'.split(' '));
const LOOK_BACK = 50;

function isTooDeep(html: string): boolean {
  const open: string[] = [];
  for (const [, end, tag] of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]{0,20})/g)) {
    const name = tag!.toLowerCase();
    if (end) {
      const index = open.lastIndexOf(name);
      if (index >= Math.max(0, open.length - LOOK_BACK)) open.length = index;
    } else if (!VOID_TAGS.has(name) && !(OPTIONAL_END.has(name) && open.at(-1) === name)) {
      if (open.push(name) > MAX_DEPTH) return true;
    }
  }
  return false;
}

export function toDocument(content: ProductContent): ProductDocument {
  const facts = [
    ['SKU', content.sku ?? ''],
    ['برند', content.brand ?? ''],
    ['دسته‌بندی', content.categories.join('، ')],
    ['برچسب', content.tags.join('، ')],
    ...content.attributes.map(({ name, options }) => [name, options.join('، ')]),
  ];
  const factLines = facts.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`);
  const short = htmlToText(content.shortDescription);
  const long = htmlToText(content.description);
  const body = [factLines.join('\n'), short, long === short ? '' : long].filter(Boolean).join('\n\n');
  const labels = [content.sku ?? '', content.brand ?? '', ...content.categories, ...content.tags].join('\n');
  const attributes = content.attributes.map(({ name, options }) => `${name} ${options.join(' ')}`).join('\n');
  return {
    title: content.title.trim(),
    body,
    search: {
      title: normalize(content.title),
      // Values without their labels: a search for the word "brand" is not one for whatever has a brand.
      text: squeeze([content.title, ...facts.map(([, value]) => value), short, long].join('\n')),
      facets: [
        ...(content.sku ? [facet('sku', content.sku)] : []),
        ...content.categories.map((name) => facet('category', name)),
        ...content.tags.map((name) => facet('tag', name)),
        ...(content.brand ? [facet('brand', content.brand)] : []),
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

/** The key that a product is filtered by: spelling variants of a name meet. */
export const facet = (kind: 'category' | 'tag' | 'brand' | 'sku', name: string): string =>
  `${kind}:${squeeze(name)}`;
