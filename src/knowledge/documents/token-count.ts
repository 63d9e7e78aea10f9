import { CL100K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/cjs/encodingParams/constants';
import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/cl100k_base';
import { remembering } from '../language/word-memory';

// Its memory keeps every text that a word was read from, and is moved about in memory with each word.
setMergeCacheSize(0);

/** Letters beyond which a run is to be cut before it is counted: a tokenizer takes time with the square of its length. */
export const MAX_RUN = 200;

// Of a run, too: a text is counted whole and in parts. Its letters may be of two units each, and begin with a space.
const countOfPiece = remembering((piece) => countTokens(piece), 2 * MAX_RUN + 1);

/**
 * Tokens of cl100k_base, the encoding of OpenAI's text-embedding-3 models. The encoding cuts a text into pieces, mostly
 * words, of which none shares a token with another; each piece is counted once.
 */
export function tokensOf(text: string): number {
  let tokens = 0;
  for (const piece of text.match(CL100K_TOKEN_SPLIT_REGEX) ?? []) tokens += countOfPiece(piece);
  return tokens;
}
