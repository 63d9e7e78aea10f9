import { STOP_WORDS } from '../language/normalizer';
import { lexemesOf, tokenize } from '../language/tokenizer';

/** How much a word counts by where it stands: A most, D least. Set by `setweight`'s letters in a tsvector. */
export type TermWeight = 'A' | 'B' | 'C' | 'D';

/** A tsvector has 16,383 positions; what stands further back in a text is found by its vector alone. */
const MAX_POSITION = 16_000;
const MAX_POSITIONS_OF_A_WORD = 50;
/** Words of two fields are not in a row. */
const FIELD_GAP = 10;

/**
 * A tsvector as text: each word, its parts and their stems (marked) at the word's position, with its field's weight.
 * Made here rather than by PostgreSQL's parser, so that index and question are read by the same code.
 */
export function searchTerms(fields: readonly (readonly [text: string, weight: TermWeight])[]): string {
  const positions = new Map<string, string[]>();
  const add = (lexeme: string, position: number, weight: TermWeight): void => {
    const known = positions.get(lexeme);
    const entry = `${position}${weight}`;
    if (!known) positions.set(lexeme, [entry]);
    else if (known.length < MAX_POSITIONS_OF_A_WORD && known.at(-1) !== entry) known.push(entry);
  };
  let position = 1;
  for (const [text, weight] of fields) {
    for (const { form, parts } of tokenize(text)) {
      if (position > MAX_POSITION) break;
      if (!STOP_WORDS.has(form)) {
        for (const lexeme of lexemesOf(form)) add(lexeme, position, weight);
        for (const [offset, part] of parts.entries()) {
          for (const lexeme of lexemesOf(part)) add(lexeme, position + offset, weight);
        }
      }
      position += Math.max(1, parts.length);
    }
    position += FIELD_GAP;
  }
  return [...positions].map(([lexeme, at]) => `${quoteLexeme(lexeme)}:${at.join(',')}`).join(' ');
}

export const quoteLexeme = (lexeme: string): string =>
  `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** The distinct words of a text that a misspelt one may be meant for, sorted. */
export function vocabularyOf(text: string): string[] {
  const words = tokenize(text).flatMap(({ form, parts }) => [form, ...parts]);
  return [
    ...new Set(words.filter((word) => word.length >= 3 && word.length <= 40 && !/^\d+$/.test(word))),
  ].sort();
}
