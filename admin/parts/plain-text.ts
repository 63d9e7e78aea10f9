/** What of a DOM node is looked at. */
export interface Markup {
  nodeName: string;
  textContent: string | null;
  childNodes: Iterable<Markup>;
}

const SILENT = new Set(
  '#COMMENT SCRIPT STYLE NOSCRIPT TEMPLATE SVG IFRAME OBJECT FORM BUTTON SELECT AUDIO VIDEO'.split(' '),
);
const BLOCKS = new Set(
  (
    'ADDRESS ARTICLE ASIDE BLOCKQUOTE CENTER DD DIV DL DT FIGCAPTION FIGURE FOOTER H1 H2 H3 H4 H5 H6 HEADER HR LI ' +
    'MAIN NAV OL P PRE SECTION TABLE TBODY TFOOT THEAD TR UL'
  ).split(' '),
);
/** Without these the lines of the text itself are its lines, as WordPress shows them. */
const HAS_BLOCKS = /<(?:p|div|br|li|h[1-6]|table)\b/i;

/** HTML as a person reads it, one line a block. Nothing of it runs or is loaded: the document is never shown. */
export function plainText(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return textOf(body, !HAS_BLOCKS.test(html));
}

/** @param keepLines whether line breaks within text are meant */
export function textOf(root: Markup, keepLines: boolean): string {
  const written: string[] = [];
  const write = (node: Markup) => {
    const name = node.nodeName.toUpperCase();
    if (SILENT.has(name)) return;
    if (name === '#TEXT') {
      const text = node.textContent ?? '';
      written.push(keepLines ? text : text.replace(/\s+/g, ' '));
      return;
    }
    if (name === 'BR') {
      written.push('\n');
      return;
    }
    const isBlock = BLOCKS.has(name);
    if (isBlock) written.push('\n');
    if (name === 'LI') written.push('• ');
    for (const child of node.childNodes) write(child);
    if (name === 'TD' || name === 'TH') written.push(' \t ');
    if (isBlock) written.push('\n');
  };
  write(root);
  return written
    .join('')
    .split('\n')
    .map((line) =>
      line
        .replace(/[^\S\t]+/g, ' ')
        .replace(/^[\s]+|[\s]+$/g, '')
        .replace(/\s*\t\s*/g, ' | '),
    )
    .filter((line) => line !== '' && line !== '•')
    .join('\n');
}
