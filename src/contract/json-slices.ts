/**
 * The items of an array under a key of the outermost object, each to the letter as it stands in the text. Of a key that is
 * there twice the last counts, as in `JSON.parse`.
 * @param text valid JSON
 * @returns null where there is no such array
 */
export function rawItems(text: string, key: string): string[] | null {
  let found: string[] | null = null;
  let at = skipBlank(text, 0);
  if (text[at] !== '{') return null;
  at = skipBlank(text, at + 1);
  while (text[at] === '"') {
    const end = endOfValue(text, at);
    const name = JSON.parse(text.slice(at, end)) as string;
    const start = skipBlank(text, skipBlank(text, end) + 1);
    if (name === key) found = text[start] === '[' ? itemsOf(text, start) : null;
    at = skipBlank(text, endOfValue(text, start));
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return found;
}

function itemsOf(text: string, start: number): string[] {
  const items: string[] = [];
  let at = skipBlank(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    items.push(text.slice(at, end));
    at = skipBlank(text, end);
    if (text[at] === ',') at = skipBlank(text, at + 1);
  }
  return items;
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function skipBlank(text: string, start: number): number {
  let at = start;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Where the value that begins at `start` ends. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at + 1;
    } else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (character === ',' || isBlank(text.charCodeAt(at)))) return at;
  }
  return text.length;
}

/** The place of the quotation mark that ends a string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
