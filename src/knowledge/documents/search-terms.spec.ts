import fc from 'fast-check';
import { quoteLexeme, searchTerms, vocabularyOf } from './search-terms';

describe('searchTerms', () => {
  it('has each word and its marked stem, where it stands and how much that counts', () => {
    expect(
      searchTerms([['کفش‌ها', 'A']])
        .split(' ')
        .sort(),
    ).toEqual([`'کفشها':1A`, `'~کفش':1A`, `'کفش':1A`].sort());
    expect(searchTerms([['wool scarf', 'D']])).toBe(`'wool':1D 'scarf':2D`);
  });

  it('leaves a gap between fields, so that no phrase spans two', () => {
    expect(
      searchTerms([
        ['wool', 'A'],
        ['scarf', 'B'],
      ]),
    ).toBe(`'wool':1A 'scarf':12B`);
  });

  it('knows parts of a compound as words in a row', () => {
    const terms = searchTerms([['پیاده‌روی', 'C']]);
    expect(terms).toContain(`'پیادهروی':1C`);
    expect(terms).toContain(`'پیاده':1C`);
    expect(terms).toContain(`'روی':2C`);
  });

  it('stays within what a tsvector holds', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `w${index % 3000}x`).join(' ');
    const positions = [...searchTerms([[text, 'D']]).matchAll(/(\d+)D/g)].map(([, position]) =>
      Number(position),
    );
    expect(Math.max(...positions)).toBeLessThanOrEqual(16_383);
    const repeated = searchTerms([['scarf '.repeat(5000), 'D']]);
    expect(repeated.split(',').length).toBeLessThanOrEqual(255);
  });

  it('is the same for spellings that are the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('كتاب', 'علي', 'گيتار', 'scarf', '۱۲۳'), { maxLength: 8 }),
        (words) => {
          const arabic = words.join(' ');
          const persian = arabic.replaceAll('ك', 'ک').replaceAll('ي', 'ی').replaceAll('۱۲۳', '123');
          expect(searchTerms([[arabic, 'A']])).toBe(searchTerms([[persian, 'A']]));
        },
      ),
    );
  });
});

describe('quoteLexeme', () => {
  it.each([
    [`o'neil`, `'o''neil'`],
    ['a\\b', `'a\\\\b'`],
  ])('of %s is %s', (lexeme, expected) => {
    expect(quoteLexeme(lexeme)).toBe(expected);
  });
});

describe('vocabularyOf', () => {
  it('has the words that may be misspelt, once each', () => {
    expect(vocabularyOf('گوشی گوشی و X1 12345 موبایل')).toEqual(['موبایل', 'گوشی'].sort());
    expect(vocabularyOf('ا'.repeat(100_000))).toEqual([]);
  });
});
