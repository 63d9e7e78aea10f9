import fc from 'fast-check';
import { lexemesOf, tokenize } from './tokenizer';

const formsOf = (text: string) => tokenize(text).map(({ form }) => form);

describe('tokenize', () => {
  it.each<[string, string, string[]]>([
    ['words', 'کفش مردانه، سبک؛ نرم!', ['کفش', 'مردانه', 'سبک', 'نرم']],
    ['a half-space', 'پیاده‌روی', ['پیادهروی']],
    ['Arabic letters and digits', 'كفشي ٤٢', ['کفشی', '42']],
    ['a code with signs', 'NK-PEG40-M', ['nkpeg40m']],
    ['a slash between Persian words', 'صورتی/سفید', ['صورتی', 'سفید']],
    ['letters of two scripts', 'مدلAir', ['مدلair']],
    ['a digit after a word', 'سایز۴۲', ['سایز42']],
    ['presentation forms', 'ﻛﻔﺶ', ['کفش']],
    ['diacritics and tatweel', 'کِفْـــش', ['کفش']],
    ['signs alone', '— … «» 😀', []],
    ['a decimal', '15.6', ['156']],
    ['an apostrophe', "Levi's", ['levis']],
  ])('reads %s', (_, text, expected) => {
    expect(formsOf(text)).toEqual(expected);
  });

  it.each<[string, string, string[]]>([
    ['a half-space', 'پیاده‌روی', ['پیاده', 'روی']],
    ['a plural, whose ending is none', 'کفش‌ها', ['کفش']],
    ['a code', 'fx-991ESX', ['fx', '991', 'esx']],
    ['two scripts', 'سایز۴۲', ['سایز', '42']],
    ['one word', 'کفش', []],
  ])('knows the parts of %s', (_, text, expected) => {
    expect(tokenize(text)[0]!.parts).toEqual(expected);
  });

  it('finds a word by itself and by its stem, which is marked', () => {
    expect(lexemesOf('بخاری')).toEqual(['بخاری', '~بخار']);
    expect(lexemesOf('بخار')).toEqual(['بخار']);
  });

  it('reads any text, and a word of any length in time that grows with it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { form, parts } of tokenize(text)) {
          expect(form.length).toBeGreaterThan(0);
          expect(form.length).toBeLessThanOrEqual(60);
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(60);
        }
      }),
    );
    for (const text of [
      'ک'.repeat(1_000_000),
      'a-'.repeat(500_000),
      '\u200c'.repeat(1_000_000),
      'ک1'.repeat(500_000),
    ]) {
      expect(tokenize(text).length).toBeLessThanOrEqual(1);
    }
  });
});
