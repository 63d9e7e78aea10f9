import { convert, type HtmlToTextOptions } from 'html-to-text';
import { normalize, squeeze } from './normalizer';

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
  search: { title: string; text: string; facets: string[] };
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
/** No bracket within a shortcode: each character is then looked at once, whatever the text. */
const SHORTCODE = /\[\/?[a-zA-Z][\w-]{0,60}(?:\s[^[\]<>]{0,2000})?\/?\]/g;
const MAX_DEPTH = 500;

/** HTML to readable text: lists, tables and headings stay lines; markup, scripts, styles and shortcodes go. */
export function htmlToText(html: string): string {
  if (!/[<&[]/.test(html)) return html.trim();
  const plain = html.replace(SHORTCODE, ' ');
  // A parser takes time with the square of the depth; what is nested so deeply has no structure worth keeping.
  const text = depthOf(plain) > MAX_DEPTH ? plain.replace(/<[^<>]*>/g, ' ') : convert(plain, HTML_OPTIONS);
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const VOID_TAGS = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));

/** How deeply tags are nested at most, taking every end tag for one level. */
function depthOf(html: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [, end, name] of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)/g)) {
    if (end) depth = Math.max(0, depth - 1);
    else if (!VOID_TAGS.has(name!.toLowerCase())) deepest = Math.max(deepest, ++depth);
  }
  return deepest;
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
    },
  };
}

/** The key that a product is filtered by: spelling variants of a name meet. */
export const facet = (kind: 'category' | 'tag' | 'brand' | 'sku', name: string): string =>
  `${kind}:${squeeze(name)}`;
