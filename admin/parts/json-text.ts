const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
/** Marks that turn the direction of what follows them: a text could show itself as another. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const STEP = '  ';

/** A string as people read it: letters instead of their codes. */
function readable(token: string): string {
  try {
    return JSON.stringify(JSON.parse(token)).replace(
      TURNING,
      (mark) => `\\u${mark.charCodeAt(0).toString(16)}`,
    );
  } catch {
    return token;
  }
}

/**
 * JSON with a line for each value. Numbers stay as they are written: as values of JavaScript, long ones would lose
 * digits. @param text valid JSON
 */
export function indentJson(text: string): string {
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let out = '';
  const line = () => `\n${STEP.repeat(depth)}`;
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (token === '{' || token === '[') {
      out += token;
      depth++;
      const after = tokens[index + 1];
      if (after !== '}' && after !== ']') out += line();
    } else if (token === '}' || token === ']') {
      depth--;
      out += before === '{' || before === '[' ? token : line() + token;
    } else if (token === ',') out += `,${line()}`;
    else if (token === ':') out += ': ';
    else out += token.startsWith('"') ? readable(token) : token;
  });
  return out;
}

/**
 * The text of one member of an object, as it is written there; undefined where there is none.
 * @param text a JSON object
 */
export function memberText(text: string, name: string): string | undefined {
  let depth = 0;
  let key = '';
  let start = -1;
  let found: string | undefined;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    const ends = (token === ',' && depth === 1) || (token === '}' && depth === 0);
    if (ends && start >= 0) {
      // Of two of one name the last counts, as in JSON.parse.
      if (key === name) found = text.slice(start, index).trim();
      start = -1;
    } else if (depth === 1 && start < 0 && token.startsWith('"')) key = JSON.parse(token) as string;
    else if (depth === 1 && start < 0 && token === ':') start = index + 1;
  }
  return found;
}
