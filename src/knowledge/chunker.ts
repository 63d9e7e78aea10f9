import { createHash } from 'node:crypto';
import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import type { ProductDocument } from './product-document';

/** Tokens of one chunk, its title included. */
export const CHUNK_TOKENS = 400;
const MAX_TITLE_TOKENS = 80;
/** A tokenizer takes time with the square of an unbroken run; longer runs are cut before it sees them. */
const MAX_RUN = 200;

export interface TextChunk {
  position: number;
  /** Begins with the product's title. */
  text: string;
  /** SHA-256 of `text`, hexadecimal. */
  textHash: string;
  /** Tokens of cl100k_base, the encoding of OpenAI's text-embedding-3 models. */
  tokenCount: number;
}

const sentences = new Intl.Segmenter('fa', { granularity: 'sentence' });

export const tokensOf = (text: string): number => countTokens(text);

/**
 * Cuts a document by paragraphs, then sentences, then words, into chunks of at most CHUNK_TOKENS tokens. Each begins
 * with the title; the last sentence of a chunk is repeated in the next, unless it is long.
 */
export function chunk(document: ProductDocument): TextChunk[] {
  const title = truncate(breakRuns(document.title), MAX_TITLE_TOKENS);
  const budget = CHUNK_TOKENS - tokensOf(`${title}\n`);
  const pieces = splitToBudget(breakRuns(document.body), budget);
  const bodies: string[] = [];
  let current: Piece[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (size + piece.tokens > budget && current.length > 0) {
      bodies.push(join(current));
      const last = current.at(-1)!;
      current = last.tokens * 4 <= budget && last.tokens + piece.tokens <= budget ? [last] : [];
      size = current.reduce((sum, { tokens }) => sum + tokens, 0);
    }
    current.push(piece);
    size += piece.tokens;
  }
  if (current.length > 0 || bodies.length === 0) bodies.push(join(current));
  return bodies.map((body, position) => {
    const text = body ? `${title}\n${body}` : title;
    return {
      position,
      text,
      textHash: createHash('sha256').update(text).digest('hex'),
      tokenCount: tokensOf(text),
    };
  });
}

interface Piece {
  text: string;
  /** An upper bound: joined text has no more tokens than its parts and their separators. */
  tokens: number;
  endsParagraph: boolean;
}

function splitToBudget(text: string, budget: number): Piece[] {
  const pieces: Piece[] = [];
  for (const paragraph of text.split(/\n+/)) {
    const start = pieces.length;
    for (const { segment } of sentences.segment(paragraph)) {
      for (const part of splitSentence(segment.trim(), budget)) {
        pieces.push({ text: part, tokens: tokensOf(part) + 1, endsParagraph: false });
      }
    }
    const last = pieces.at(-1);
    if (last && pieces.length > start) last.endsParagraph = true;
  }
  return pieces;
}

function splitSentence(sentence: string, budget: number): string[] {
  if (!sentence) return [];
  if (tokensOf(sentence) + 1 <= budget) return [sentence];
  const parts: string[] = [];
  let current = '';
  for (const word of sentence.split(/\s+/)) {
    const longer = current ? `${current} ${word}` : word;
    if (current && longer.length > budget / 2 && tokensOf(longer) + 1 > budget) {
      parts.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return current ? [...parts, current] : parts;
}

const join = (pieces: Piece[]): string =>
  pieces
    .map(({ text, endsParagraph }) => text + (endsParagraph ? '\n' : ' '))
    .join('')
    .trim();

const breakRuns = (text: string): string => text.replace(new RegExp(`[^\\s]{${MAX_RUN}}`, 'gu'), '$& ');

function truncate(text: string, tokens: number): string {
  if (text.length <= tokens / 4 || tokensOf(text) <= tokens) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (tokensOf(text.slice(0, middle)) <= tokens) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low).replace(/[\ud800-\udbff]$/, '');
}
