import { quoteLexeme } from '../documents/search-terms';
import type { Term, Wording } from '../language/question';
import { stem } from '../language/stemmer';
import { markedStem } from '../language/tokenizer';

/** Positions apart of words that may say one thing. */
const NEAR = 5;
/** Title, labels, attributes and short description; the long one mentions other things too. */
export const LABELS = 'ABC';
export const TITLE_AND_LABELS = 'AB';

/** Of which a product must have one; none for a wording that is more than that. */
export function lexemesOfOne({ kind, parts }: Wording): string[] {
  if (kind === 'prefix' || parts.length !== 1) return [];
  return kind === 'stems' ? [parts[0]!, markedStem(parts[0]!)] : [parts[0]!];
}

/** A word or its marked stem, anywhere or where these letters say. */
const eitherLexeme = (root: string, weights = ''): string =>
  `(${[root, markedStem(root)].map((lexeme) => quoteLexeme(lexeme) + (weights && `:${weights}`)).join(' | ')})`;

export function toQuery({ kind, parts }: Wording, weights = ''): string {
  if (kind === 'stems') return parts.map((root) => eitherLexeme(root, weights)).join(' <-> ');
  const flags = (kind === 'prefix' ? '*' : '') + weights;
  return quoteLexeme(parts[0]!) + (flags && `:${flags}`);
}

/** One or two terms in a text, with at most a few words between. */
export function together(terms: readonly Term[]): string {
  const [one, other] = terms.map(({ form }) => eitherLexeme(stem(form)));
  if (other === undefined) return one!;
  return Array.from({ length: NEAR }, (_, apart) => `<${apart + 1}>`)
    .flatMap((distance) => [`${one} ${distance} ${other}`, `${other} ${distance} ${one}`])
    .map((phrase) => `(${phrase})`)
    .join(' | ');
}

/** Any of these stems in a title or in labels. */
export const anyLabel = (stems: readonly string[]): string =>
  stems.map((root) => eitherLexeme(root, 'AB')).join(' | ');

/** What a wording is ranked by: ts_rank divides by the number of lexemes, and has a scale of its own for phrases. */
export const toRankQuery = ({ kind, parts }: Wording): string =>
  kind === 'stems' ? eitherLexeme(parts.at(-1)!) : toQuery({ kind, parts, weight: 1 });
