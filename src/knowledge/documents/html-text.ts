import { decodeHTML } from 'entities';
import { compile, type FormatCallback, type HtmlToTextOptions } from 'html-to-text';

/** A heading begins with this, so that chunks can be cut by it and people and models see that it is one. */
export const HEADING = '## ';

const heading: FormatCallback = (element, walk, builder, options) => {
  builder.openBlock({ leadingLineBreaks: 2 });
  builder.addInline(HEADING.trim());
  builder.addInline(' ');
  walk(element.children, builder);
  builder.closeBlock({
    trailingLineBreaks: (options as { trailingLineBreaks?: number }).trailingLineBreaks ?? 1,
  });
};

const HTML_OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  // Deeper nesting is page-builder noise, and unbounded recursion would end the process.
  limits: { maxDepth: 100, maxInputLength: 1_000_000, ellipsis: '' },
  formatters: { heading },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false, colSpacing: 3 } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, format: 'heading' })),
    ...[
      'style',
      'script',
      'noscript',
      'template',
      'svg',
      'iframe',
      'form',
      'button',
      'select',
      'audio',
      'video',
    ].map((selector) => ({ selector, format: 'skip' })),
    { selector: 'ul', options: { itemPrefix: '- ' } },
    { selector: 'hr', format: 'skip' },
  ],
};

/** Made once: it takes ten times as long as to use it. */
const convert = compile(HTML_OPTIONS);

/**
 * `[gallery]`, `[/row]`, `[button link="…"]`; not `[XL]` or `[Nike Air]`. No bracket within one, so that each character
 * is looked at once, whatever the text.
 */
const SHORTCODE = /\[\/?[a-z][a-z0-9_-]{0,60}(?:\s[^[\]<>]{0,2000}=[^[\]<>]{0,2000})?\s?\/?\]/g;
/** Shortcodes around what is code, not text: WPBakery keeps HTML and scripts in base64 there. */
const CODE_SHORTCODE =
  /\[(vc_raw_html|vc_raw_js|embed|video|audio|playlist)\b[^[\]]{0,2000}\][^[\]]*\[\/\1\]/g;
/** A cell that claims to be many columns wide would have a table of that width laid out. */
const SPAN = /\b(?:col|row)span\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)/gi;
const SILENT = /<(script|style)\b[^<]*(?:<(?!\/\1)[^<]*)*<\/\1\s*>/gi;
/** An address is no text: it changes without anything said anew. */
const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'«»]+/gi;
/** An entity that an editor escaped once more. */
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,10}\d{0,2});/gi;
const MAX_DEPTH = 500;

/** HTML to readable text: lists, tables and headings stay lines; markup, scripts, styles and shortcodes go. */
export function htmlToText(html: string): string {
  if (!/[<&[/]|www\./i.test(html)) return html.trim();
  const clean = html
    .replace(CODE_SHORTCODE, ' ')
    .replace(SHORTCODE, ' ')
    .replace(SPAN, '')
    .replace(ADDRESS, ' ');
  // A parser takes time with the square of the depth; what is nested so deeply has no structure worth keeping.
  const parsable = isTooDeep(clean) ? clean.replace(SILENT, ' ').replace(/<[^<>]*>/g, ' ') : clean;
  return (
    convert(parsable)
      .replace(ENTITY, (entity) => decodeHTML(entity))
      // Only columns of a table stand so far apart: elsewhere HTML has single spaces.
      .replace(/(?<=\S) {3,}(?=\S)/g, ' | ')
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
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
