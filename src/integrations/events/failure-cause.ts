import { cleanText } from '../../contract/clean-text';

const MAX_LENGTH = 200;

/** What differs from event to event, in the order in which it is taken out. */
const PARTICULARS: [pattern: RegExp, mark: string][] = [
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '*'],
  [/"[^"]*"|'[^']*'|«[^»]*»|“[^”]*”/g, '*'],
  [/\b[0-9a-f]*\d[0-9a-f]{15,}\b/gi, '*'],
  [/\p{Nd}+/gu, '#'],
  [/\s+/g, ' '],
];

/**
 * A key that failures of one cause share, for grouping: the database's SQLSTATE or the error's name, and its message
 * without values, ids and digits; at most 200 characters.
 */
export function failureCauseOf(error: Error): string {
  const sqlState = (error as Error & { code?: unknown }).code;
  const kind = typeof sqlState === 'string' && sqlState !== '' ? sqlState : error.name;
  let message = error.message;
  for (const [pattern, mark] of PARTICULARS) message = message.replace(pattern, mark);
  return cleanText(`${kind}: ${message}`.slice(0, MAX_LENGTH)).trim();
}
