import Big from 'big.js';
import { isSafeNumber, parse as parseLossless } from 'lossless-json';

export const MAX_JSON_DEPTH = 64;

/** Of JSON that is nested deeper than it may be. */
export class JsonDepthError extends Error {
  constructor(readonly maxDepth: number) {
    super(`JSON is nested more than ${maxDepth} deep`);
  }
}

const QUOTE = 0x22;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const CAPITAL_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const SMALL_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Digits and points that a double holds as written, whatever they are. */
const SAFE_DIGITS = 15;

/**
 * Parses JSON without losing a digit: a number that a double cannot hold as written becomes a decimal string
 * (9007199254740993 → "9007199254740993"), so that ids beyond 2^53 and prices of many digits stay what they were.
 * @throws SyntaxError for malformed JSON, JsonDepthError beyond so many levels; of what was read before they need not be counted.
 */
export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): unknown {
  const { depth, mayLoseDigits } = survey(text);
  if (depth > maxDepth) throw new JsonDepthError(maxDepth);
  if (!mayLoseDigits) return JSON.parse(text) as unknown;
  return parseLossless(text, null, {
    parseNumber: (digits) =>
      isSafeNumber(digits) && !/[eE]/.test(digits) ? Number(digits) : plainDecimal(digits),
    // Of two equal keys the last counts, as in JSON.parse.
    onDuplicateKey: ({ newValue }) => newValue,
  });
}

/** Writes out an exponent of reasonable size; others stay as they are and fail the field's own check. */
function plainDecimal(digits: string): string {
  const exponent = /[eE]([+-]?\d+)$/.exec(digits)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > 100) return digits;
  return new Big(digits).toFixed();
}

/**
 * How deep JSON is nested, and whether it has a number of many digits or with an exponent: the only ones that a double may
 * not hold as written. One look at each letter outside of strings; of what is no JSON anything may be said.
 */
function survey(text: string): { depth: number; mayLoseDigits: boolean } {
  let depth = 0;
  let deepest = 0;
  let digits = 0;
  let mayLoseDigits = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if ((code >= ZERO && code <= NINE) || code === POINT) mayLoseDigits ||= ++digits > SAFE_DIGITS;
    else if (digits > 0) {
      mayLoseDigits ||= code === SMALL_E || code === CAPITAL_E;
      digits = 0;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return { depth: deepest, mayLoseDigits };
}

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  for (let end = start; ;) {
    end = text.indexOf('"', end + 1);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}
