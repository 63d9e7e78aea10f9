import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { chunk, CHUNK_TOKENS, type TextChunk } from './chunker';
import { tokensOf } from './token-count';

const document = (title: string, body: string) => ({
  title,
  body,
  search: { title: '', text: '', facets: [], terms: '', vocabulary: [] },
});
const cut = (body: string, title = 'کفش اسپرت مردانه') => chunk(document(title, body));
const hashes = (chunks: TextChunk[]) => chunks.map(({ textHash }) => textHash);
/** All words in order; a repeated sentence appears twice. */
const wordsOf = (text: string) => text.split(/\s+/).filter(Boolean);

const PERSIAN = 'این کفش با رویهٔ تنفسی و زیرهٔ نرم برای پیاده‌روی طولانی در شهر ساخته شده است';
const ENGLISH = 'This shoe has a breathable upper and a soft sole made for long walks through the city';
const sentencesOf = (base: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${base} ${index + 1}.`);
const text = (base: string, paragraphs: number, perParagraph: number) =>
  Array.from({ length: paragraphs }, (_, index) =>
    Array.from({ length: perParagraph }, (_, inner) => `${base} ${index}-${inner}.`).join(' '),
  ).join('\n\n');

function expectSound(chunks: TextChunk[], title: string): void {
  expect(chunks.length).toBeGreaterThan(0);
  for (const [index, piece] of chunks.entries()) {
    expect(piece.position).toBe(index);
    expect(piece.text.startsWith(title)).toBe(true);
    expect(piece.tokenCount).toBe(tokensOf(piece.text));
    expect(piece.tokenCount).toBeLessThanOrEqual(CHUNK_TOKENS);
    expect(piece.textHash).toBe(createHash('sha256').update(piece.text).digest('hex'));
    expect(piece.text.isWellFormed()).toBe(true);
    expect(piece.tldr.length).toBeGreaterThan(0);
    expect(piece.tldr.length).toBeLessThanOrEqual(Math.max(200, title.length));
    expect(piece.tldr.isWellFormed()).toBe(true);
  }
}

describe('chunk', () => {
  it('makes one chunk of a title alone', () => {
    expect(cut('')).toEqual([
      {
        position: 0,
        text: 'کفش اسپرت مردانه',
        tldr: 'کفش اسپرت مردانه',
        textHash: createHash('sha256').update('کفش اسپرت مردانه').digest('hex'),
        tokenCount: tokensOf('کفش اسپرت مردانه'),
      },
    ]);
    expect(cut(' \n \n ')).toEqual(cut(''));
  });

  it('makes one chunk of a short text, whole', () => {
    const [only, ...more] = cut('SKU: PROD-001\nبرند: نایک\n\nسبک و نرم.');
    expect(more).toEqual([]);
    expect(only!.text).toBe('کفش اسپرت مردانه\nSKU: PROD-001\nبرند: نایک\nسبک و نرم.');
  });

  it.each([
    ['Persian paragraphs', text(PERSIAN, 12, 5)],
    ['English paragraphs', text(ENGLISH, 12, 5)],
    ['one long Persian paragraph', text(PERSIAN, 1, 60)],
    ['one Persian sentence without an end', `${PERSIAN} `.repeat(60)],
    ['one English sentence without an end', `${ENGLISH} `.repeat(60)],
    ['a list of short lines', Array.from({ length: 400 }, (_, index) => `- ویژگی ${index}`).join('\n')],
    ['Chinese without spaces', '这双鞋适合在城市中长距离步行'.repeat(200)],
    ['unbroken digits', '0123456789'.repeat(1000)],
    ['unbroken Persian letters with diacritics', 'کِفْشٌ'.repeat(1000)],
    ['emoji', '🧿'.repeat(1000)],
    ['emoji of several parts', '👩🏽‍🚀'.repeat(500)],
    ['letters that tokenizers seldom see', '𒀀ꙮ᠋'.repeat(1000)],
  ])('keeps to its budget, title included: %s', (_, body) => {
    expectSound(cut(body), 'کفش اسپرت مردانه');
  });

  it.each([
    ['a thousand Persian letters', 'کفش '.repeat(250)],
    ['a thousand letters without a space', 'ک'.repeat(1000)],
    ['emoji', '🧿'.repeat(500)],
  ])('keeps to its budget with a title of %s', (_, title) => {
    const chunks = cut(text(PERSIAN, 5, 5), title);
    expectSound(chunks, title.slice(0, 20));
    expect(chunks.length).toBeGreaterThan(1);
  });

  it('keeps to its budget and loses no word, whatever the text', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'کفش',
        'می‌شود',
        'مردانه،',
        'نرم.',
        'است؟',
        'shoe',
        'soft.',
        '42',
        '850,000',
        '!',
        '😀',
      ),
      fc.string({ unit: fc.constantFrom(...'ابپتکگیه'.split('')), minLength: 1, maxLength: 30 }),
    );
    const body = fc
      .array(fc.tuple(word, fc.constantFrom(' ', ' ', ' ', '\n', '\n\n')), { maxLength: 1500, size: 'max' })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(body, (given) => {
        const chunks = cut(given, 'عنوان');
        expectSound(chunks, 'عنوان');
        const kept = new Set(chunks.flatMap((piece) => wordsOf(piece.text)));
        for (const each of wordsOf(given)) expect(kept).toContain(each);
      }),
      { numRuns: 15 },
    );
  });

  it.each([
    ['Persian', PERSIAN],
    ['English', ENGLISH],
  ])('repeats the last sentence of a chunk in the next one: %s', (_, base) => {
    const sentences = sentencesOf(base, 60);
    const chunks = cut(sentences.join(' '), 'عنوان');
    expect(chunks.length).toBeGreaterThan(2);
    for (const [index, piece] of chunks.slice(1).entries()) {
      const shared = sentences.filter(
        (sentence) => piece.text.includes(sentence) && chunks[index]!.text.includes(sentence),
      );
      expect(shared).toHaveLength(1);
      expect(chunks[index]!.text.endsWith(shared[0]!)).toBe(true);
      expect(piece.text.startsWith(`عنوان\n${shared[0]!}`)).toBe(true);
    }
    for (const sentence of sentences)
      expect(chunks.some((piece) => piece.text.includes(sentence))).toBe(true);
  });

  describe('with headings', () => {
    const sections = ['رویه', 'زیره', 'بند', 'شست‌وشو'].map(
      (name, index) => `## ${name}\n${sentencesOf(`${PERSIAN} ${name}`, 9 + index).join(' ')}`,
    );
    const chunks = cut(sections.join('\n\n'), 'عنوان');

    it('begins each chunk with the title and the heading of its section', () => {
      expect(chunks.length).toBeGreaterThan(3);
      for (const { text: piece } of chunks) expect(piece).toMatch(/^عنوان\n## /);
    });

    it('never ends a chunk with a heading', () => {
      for (const { text: piece } of chunks) expect(piece.split('\n').at(-1)).not.toMatch(/^## /);
    });

    it('shows no heading on a card', () => {
      for (const { tldr } of chunks) expect(tldr).not.toContain('##');
    });
  });

  it.each([
    ['sentences', 'برند: نایک\nسبک و نرم است. برای دویدن.', 'سبک و نرم است. برای دویدن.'],
    ['facts where there is nothing else', 'برند: نایک\nرنگ: مشکی', 'برند: نایک رنگ: مشکی'],
    ['no more sentences than fit', `سبک است. ${'خیلی '.repeat(60)}`, 'سبک است.'],
    ['the beginning of a sentence that is too long', 'خیلی '.repeat(100), `${'خیلی '.repeat(39).trim()}…`],
  ])('shows %s on its card', (_, body, expected) => {
    expect(cut(body)[0]!.tldr).toBe(expected);
  });

  it('is the same for the same text', () => {
    expect(cut(text(PERSIAN, 10, 4))).toEqual(cut(text(PERSIAN, 10, 4)));
  });

  describe('when one of forty paragraphs is edited', () => {
    const paragraphs = text(PERSIAN, 40, 3).split('\n\n');
    const before = cut(paragraphs.join('\n\n'));
    const renewed = (edited: string[]) => {
      const known = new Set(hashes(before));
      return hashes(cut(edited.join('\n\n'))).filter((hash) => !known.has(hash)).length;
    };

    const few = Math.ceil(before.length / 3);

    it('has enough chunks to tell', () => expect(before.length).toBeGreaterThan(12));

    it.each([
      ['the first', 0],
      ['one in the middle', 20],
      ['the last', 39],
    ])('renews few chunks for a word in place of another in %s', (_, index) => {
      const edited = paragraphs.with(index, paragraphs[index]!.replace('شهر', 'کوه'));
      expect(renewed(edited)).toBeGreaterThan(0);
      expect(renewed(edited)).toBeLessThanOrEqual(few);
    });

    it.each([
      ['the first', 0],
      ['one in the middle', 20],
      ['the last', 39],
    ])('renews few chunks for a sentence more in %s', (_, index) => {
      const edited = paragraphs.with(index, `${paragraphs[index]} ارسال رایگان به همهٔ شهرها انجام می‌شود.`);
      expect(renewed(edited)).toBeGreaterThan(0);
      expect(renewed(edited)).toBeLessThanOrEqual(few);
    });

    it('renews few chunks for a paragraph that goes', () => {
      expect(renewed(paragraphs.toSpliced(3, 1))).toBeLessThanOrEqual(few);
    });

    it('renews all of them for another title, which stands in each', () => {
      const other = chunk(document('کفش کوهنوردی', paragraphs.join('\n\n')));
      expect(hashes(other).filter((hash) => hashes(before).includes(hash))).toEqual([]);
    });
  });

  it.each([
    ['a description of 100,000 letters', text(PERSIAN, 100, 15).slice(0, 100_000)],
    ['100,000 letters of English', text(ENGLISH, 100, 15).slice(0, 100_000)],
    ['one paragraph of 100,000 letters', `${PERSIAN} `.repeat(1500).slice(0, 100_000)],
    ['one word of 100,000 Persian letters', 'ک'.repeat(100_000)],
    ['one word of 100,000 Latin letters', 'abcdefghij'.repeat(10_000)],
    ['100,000 signs', '-'.repeat(100_000)],
    ['100,000 new lines', '\n'.repeat(100_000)],
    ['50,000 words of one letter', 'ک '.repeat(50_000)],
    ['50,000 full stops', 'ک.'.repeat(50_000)],
    [
      'the longest description that is taken, as one paragraph',
      `${PERSIAN}. `.repeat(13_000).slice(0, 1_000_000),
    ],
  ])('finishes soon with %s', (_, body) => {
    // `vm` breaks off what takes too long.
    const chunks = runInNewContext('cut(body)', { cut, body }, { timeout: 40_000 }) as TextChunk[];
    expectSound(chunks, 'کفش اسپرت مردانه');
    const letters = (value: string) => value.replace(/[^\p{L}\p{N}-]/gu, '').length;
    const held = chunks.reduce((sum, piece) => sum + letters(piece.text), 0);
    expect(held).toBeGreaterThanOrEqual(letters(body));
  });
});
