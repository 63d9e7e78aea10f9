import { hash } from 'node:crypto';
import { HEADING } from './html-text';
import type { ProductDocument } from './product-document';
import { MAX_RUN, tokensOf } from './token-count';

/** Raised with every change of how texts are cut: the chunks of older code are then to be made anew. */
export const CHUNKER_VERSION = 2;

/** Tokens of one chunk, its title included. */
export const CHUNK_TOKENS = 400;
const MAX_TITLE_TOKENS = 80;
const MAX_WINDOW = 4000;
/** Joined, a few symbols take a token more than apart. */
const JOIN_MARGIN = 10;

export interface TextChunk {
  position: number;
  /** Begins with the product's title. */
  text: string;
  /** Its first sentences in at most 200 letters, for a card. */
  tldr: string;
  /** SHA-256 of `text`, hexadecimal. */
  textHash: string;
  tokenCount: number;
}

/**
 * Whether a chunk that is half full ends with this paragraph. By its content, so that after an edit further up the
 * same paragraphs end chunks as before, and only the chunks between are new.
 */
const endsChunk = (paragraph: string): boolean => hash('sha256', paragraph, 'buffer')[0]! % 2 === 0;

const sentences = new Intl.Segmenter('fa', { granularity: 'sentence' });

/** Letters of a card's text. */
const TLDR_LENGTH = 200;

/**
 * Cuts a document by headings and paragraphs, then sentences, then words, into chunks of at most CHUNK_TOKENS tokens.
 * Each begins with the title, and with the heading of its section where that began in an earlier chunk; the last
 * sentence of a chunk is repeated in the next, unless it is long.
 */
export function chunk(document: ProductDocument): TextChunk[] {
  const title = truncate(breakRuns(document.title), MAX_TITLE_TOKENS);
  const budget = CHUNK_TOKENS - JOIN_MARGIN - tokensOf(`${title}\n`);
  const bodies: Piece[][] = [];
  let current: Piece[] = [];
  let size = 0;
  /** Pieces at the front that repeat what an earlier chunk has. */
  let repeated = 0;
  let section: Piece | null = null;
  const end = (overlap: Piece[]) => {
    bodies.push(current);
    current = overlap;
    repeated = overlap.length;
    size = overlap.reduce((sum, { tokens }) => sum + tokens, 0);
  };
  for (const piece of splitToBudget(breakRuns(document.body), budget)) {
    const isHeading = piece.text.startsWith(HEADING);
    if (isHeading && size * 2 >= budget && current.length > repeated) end([]);
    else if (size + piece.tokens > budget && current.length > repeated) {
      const headed = section && !isHeading && section.tokens * 8 <= budget ? [section] : [];
      const last = current.at(-1)!;
      const fits = last.tokens * 4 <= budget && last !== section;
      const overlap = fits ? [...headed, last] : headed;
      const held = overlap.reduce((sum, { tokens }) => sum + tokens, 0);
      end(held + piece.tokens <= budget ? overlap : []);
    }
    if (isHeading) section = piece;
    current.push(piece);
    size += piece.tokens;
    if (size * 2 >= budget && piece.endsParagraph && !isHeading && endsChunk(piece.text)) {
      end(section && section.tokens * 8 <= budget ? [section] : []);
    }
  }
  if (current.length > repeated || bodies.length === 0) bodies.push(current);
  return bodies.map((pieces, position) => {
    const body = join(pieces);
    const text = body ? `${title}\n${body}` : title;
    return {
      position,
      text,
      tldr: tldr(pieces) || title,
      textHash: hash('sha256', text),
      tokenCount: tokensOf(text),
    };
  });
}

/** The first whole sentences, of facts only where there is nothing else; cut at a word where even one is too long. */
function tldr(pieces: readonly Piece[]): string {
  const readable = pieces.map(({ text }) => text).filter((text) => !text.startsWith(HEADING));
  const prose = readable.filter((text) => !FACT.test(text));
  let card = '';
  for (const sentence of prose.length > 0 ? prose : readable) {
    const longer = card ? `${card} ${sentence}` : sentence;
    if (longer.length > TLDR_LENGTH) break;
    card = longer;
  }
  if (card) return card;
  const [first = ''] = prose.length > 0 ? prose : readable;
  const cut = first.slice(0, TLDR_LENGTH - 1);
  return (
    first &&
    `${cut.slice(0, cut.lastIndexOf(' ') > TLDR_LENGTH / 2 ? cut.lastIndexOf(' ') : undefined).toWellFormed()}…`
  );
}

/** `برند: نایک` */
const FACT = /^[^:.]{1,40}: ./u;

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
    for (const window of windows(paragraph)) {
      for (const { segment } of sentences.segment(window)) {
        pieces.push(...splitSentence(segment.trim(), budget));
      }
    }
    const last = pieces.at(-1);
    if (last && pieces.length > start) last.endsParagraph = true;
  }
  return pieces;
}

/** The segmenter takes time with the square of its input: a long paragraph is cut at a sentence's end, or a space. */
function* windows(paragraph: string): Generator<string> {
  let rest = paragraph;
  while (rest.length > MAX_WINDOW) {
    const head = rest.slice(0, MAX_WINDOW);
    const end = Math.max(head.lastIndexOf('. '), head.lastIndexOf('؟ '), head.lastIndexOf('! ')) + 1;
    const cut = end || head.lastIndexOf(' ') + 1 || MAX_WINDOW;
    yield rest.slice(0, cut);
    rest = rest.slice(cut);
  }
  yield rest;
}

function splitSentence(sentence: string, budget: number): Piece[] {
  if (!sentence) return [];
  const whole = tokensOf(sentence) + 1;
  if (whole <= budget) return [{ text: sentence, tokens: whole, endsParagraph: false }];
  const pieces: Piece[] = [];
  let words: string[] = [];
  let tokens = 1;
  const end = () => pieces.push({ text: words.join(' '), tokens, endsParagraph: false });
  for (const [word, cost] of sentence.split(/\s+/).flatMap((run) => fitting(run, budget))) {
    if (tokens + cost > budget && words.length > 0) {
      end();
      [words, tokens] = [[], 1];
    }
    words.push(word);
    tokens += cost;
  }
  if (words.length > 0) end();
  return pieces;
}

/** A run of rare symbols may be too long by itself: halved until each part fits. */
function fitting(run: string, budget: number): [text: string, tokens: number][] {
  const tokens = tokensOf(` ${run}`);
  const symbols = [...run];
  if (tokens + 1 <= budget || symbols.length < 2) return [[run, tokens]];
  const middle = Math.ceil(symbols.length / 2);
  return [symbols.slice(0, middle), symbols.slice(middle)].flatMap((half) => fitting(half.join(''), budget));
}

const join = (pieces: Piece[]): string =>
  pieces
    .map(({ text, endsParagraph }) => text + (endsParagraph ? '\n' : ' '))
    .join('')
    .trim();

export const breakRuns = (text: string): string => (hasLongRun(text) ? text.replace(LONG_RUN, '$& ') : text);

const LONG_RUN = new RegExp(`[^\\s]{${MAX_RUN}}`, 'gu');

/** By spaces and ends of lines alone: the expression looks at each letter as often as its word is long. */
function hasLongRun(text: string): boolean {
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x20 || code === 0x0a) start = i + 1;
    else if (i - start >= MAX_RUN) return true;
  }
  return text.length - start >= MAX_RUN;
}

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
