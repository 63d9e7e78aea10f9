import Big from 'big.js';
import { isSafeNumber, parse as parseLossless } from 'lossless-json';

export const MAX_JSON_DEPTH = 64;

/** Of JSON that is nested deeper than it may be. */
export class JsonDepthError extends Error {
  constructor(readonly maxDepth: number) {
    super(`JSON is nested more than ${maxDepth} deep`);
  }
}

/** Long digits or an exponent: the only numbers that a double may not hold as written. */
const MAY_LOSE_DIGITS = /\d[\d.]{15}|\d[eE]/;

/**
 * Parses JSON without losing a digit: a number that a double cannot hold as written becomes a decimal string
 * (9007199254740993 → "9007199254740993"), so that ids beyond 2^53 and prices of many digits stay what they were.
 * @throws SyntaxError for malformed JSON, JsonDepthError beyond so many levels; of what was read before they need not be counted.
 */
export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): unknown {
  if (maxDepth !== Infinity && depthOf(text) > maxDepth) throw new JsonDepthError(maxDepth);
  if (!MAY_LOSE_DIGITS.test(text)) return JSON.parse(text) as unknown;
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

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}
