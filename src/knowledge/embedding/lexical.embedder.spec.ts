import fc from 'fast-check';
import { LexicalEmbedder, lexicalVector } from './lexical.embedder';

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);
const similarity = (a: string, b: string) => dot(lexicalVector(a), lexicalVector(b));
const { floor } = new LexicalEmbedder();

const SHOE = 'کفش اسپرت مردانه\nکفش‌های سبک با رویهٔ تنفسی و زیرهٔ نرم، مناسب پیاده‌روی';

describe('lexicalVector', () => {
  it('is always of unit length and finite', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const vector = lexicalVector(text);
        expect(vector).toHaveLength(1024);
        expect(vector.every(Number.isFinite)).toBe(true);
        expect(dot(vector, vector)).toBeCloseTo(1, 9);
      }),
    );
  });

  it.each([[''], ['   '], ['،.!؟'], ['😀😀'], ['\u200c\u200c'], ['از به در'], ['\0']])(
    'has a direction for %j, which has no word',
    (text) => {
      const vector = lexicalVector(text);
      expect(vector.every(Number.isFinite)).toBe(true);
      expect(dot(vector, vector)).toBeCloseTo(1, 9);
    },
  );

  it('is the same for the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(lexicalVector(text)).toEqual(lexicalVector(text));
      }),
    );
  });

  it('is the same on every machine', () => {
    const strongest = lexicalVector('کفش مردانه shoe 42')
      .map((value, index) => [index, value] as const)
      .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
      .slice(0, 4)
      .map(([index, value]) => `${index}${value < 0 ? '-' : '+'}`)
      .sort();
    expect(strongest).toEqual(['306+', '551-', '657-', '899+']);
  });

  it.each([
    ['Arabic letters', 'كفش مردانه ورزشي', 'کفش مردانه ورزشی'],
    ['diacritics', 'کِفش مَردانه', 'کفش مردانه'],
    ['Persian digits', 'سایز ۴۲', 'سایز 42'],
    ['Arabic digits', 'سایز ٤٢', 'سایز 42'],
    ['hamza', 'خانهٔ آبی', 'خانه ابی'],
    ['case', 'Nike AIR', 'nike air'],
    ['punctuation', 'کفش، مردانه.', 'کفش مردانه'],
    ['stop words', 'کفش برای مردان', 'کفش مردان'],
  ])('is the same for spellings that differ in %s', (_, one, other) => {
    expect(similarity(one, other)).toBeCloseTo(1, 9);
  });

  it.each([
    ['a half-space for a space', 'پیاده‌روی طولانی', 'پیاده روی طولانی', 0.4],
    ['a plural', 'کفش مردانه', 'کفش‌های مردانه', 0.5],
    ['a wrong letter', 'کفش اسپرت', 'کفش اسپورت', 0.5],
    ['another order', 'کفش مردانه چرم', 'چرم مردانه کفش', 0.6],
  ])('is near for %s', (_, one, other, least) => {
    expect(similarity(one, other)).toBeGreaterThan(least);
  });

  it.each([
    ['a word of it', 'کفش'],
    ['an Arabic spelling', 'كفش اسپرت'],
    ['a plural', 'کفش‌های مردانه'],
    ['a question', 'یک کفش سبک برای پیاده روی دارید؟'],
  ])('puts a product above the floor for %s', (_, question) => {
    expect(similarity(question, SHOE)).toBeGreaterThan(floor);
  });

  it.each([
    ['قابلمهٔ چدنی'],
    ['گوشی موبایل سامسونگ'],
    ['روغن موتور خودرو'],
    ['stainless steel kettle'],
    ['123456789'],
    [''],
  ])('puts a product below the floor for %j', (question) => {
    expect(similarity(question, SHOE)).toBeLessThan(floor);
  });

  it('orders products by what they share with a question', () => {
    const question = 'کفش ورزشی مردانه';
    const near = similarity(question, 'کفش ورزشی مردانه نایک مدل رانینگ');
    const farther = similarity(question, 'کفش مجلسی زنانه چرم');
    const far = similarity(question, 'قابلمهٔ چدنی دو دسته');
    expect(near).toBeGreaterThan(farther);
    expect(farther).toBeGreaterThan(far);
  });

  it('takes a long text', () => {
    const vector = lexicalVector('کفش ورزشی مردانه '.repeat(20_000) + 'ک'.repeat(100_000));
    expect(dot(vector, vector)).toBeCloseTo(1, 9);
  });
});

describe('LexicalEmbedder', () => {
  const embedder = new LexicalEmbedder();

  it('gives one vector per text, in their order', async () => {
    const texts = ['کفش', '', 'قابلمه', 'کفش'];
    const vectors = await embedder.embed(texts);
    expect(vectors).toEqual(texts.map(lexicalVector));
    expect(vectors.every(({ length }) => length === embedder.dimensions)).toBe(true);
  });

  it('gives none for none', async () => {
    expect(await embedder.embed([])).toEqual([]);
  });

  it('names its dimensions in its key, since only equal ones are compared', () => {
    expect(embedder.key).toMatch(new RegExp(`@${embedder.dimensions}$`));
  });
});
