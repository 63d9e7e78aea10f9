import fc from 'fast-check';
import { stem } from './stemmer';
import { guesses, isCode, readQuestion, type Wording } from './question';

const forms = (text: string) => readQuestion(text).terms.map(({ form }) => form);
const phrases = (wordings: readonly Wording[]) => wordings.map(({ parts }) => parts.join(' '));
const wordingsOf = (text: string, form: string) =>
  phrases(readQuestion(text).terms.find((term) => term.form === form)!.wordings);

describe('readQuestion', () => {
  it.each<[string, string[], boolean]>([
    ['کفش مردانه', ['کفش', 'مردانه'], false],
    ['یه کفش میخوام برا بابام', ['کفش', 'بابام'], true],
    ['چی دارین برای خونه', ['خونه'], true],
    ['wool scarf', ['wool', 'scarf'], false],
    ['از به برای', [], true],
    ['', [], false],
    ['؟!', [], false],
    ['🙂🙂', [], false],
  ])('of %j has the terms %j', (text, expected, isSpoken) => {
    expect([forms(text), readQuestion(text).isSpoken]).toEqual([expected, isSpoken]);
  });

  it('is searched by words that say little where it has no others', () => {
    expect(forms('قیمت')).toEqual(['قیمت']);
  });

  it('looks for words joined, apart, with a half-space, and by their stems', () => {
    expect(wordingsOf('پیاده روی', 'پیاده')).toContain('پیادهروی');
    expect(wordingsOf('پیاده\u200cروی', 'پیادهروی')).toContain('پیاده روی');
    expect(wordingsOf('ضدآفتاب', 'ضدافتاب')).toContain('ضد افتاب');
    expect(wordingsOf('فشارسنج', 'فشارسنج')).toContain('فشار سنج');
    expect(wordingsOf('کفش‌های', 'کفشهای')).toContain('کفش');
  });

  it('knows other words for the same, less than what was asked', () => {
    const [term] = readQuestion('موبایل').terms;
    const other = term!.wordings.find(({ parts }) => parts[0] === 'گوش');
    expect(other?.weight).toBeLessThan(1);
    expect(phrases(term!.wordings)).toContain('mobile');
  });

  it.each<[string, string | undefined]>([
    ['کفش مردانه', 'کفش'],
    ['وسایل کامپیوتر', 'کامپیوتر'],
    ['coffee beans', 'beans'],
    ['sony هدفون', 'sony'],
    ['وسایل', undefined],
  ])('of %j, what is wanted is %j', (text, head) => {
    expect(readQuestion(text).terms.find(({ isHead }) => isHead)?.form).toBe(head);
  });

  it('knows words for things of any kind, save where they are part of a name', () => {
    const isVague = (text: string) => readQuestion(text).terms[0]!.isVague;
    expect(['وسایل آشپزخانه', 'لوازم تحریر', 'کفش مردانه'].map(isVague)).toEqual([true, false, false]);
  });

  it.each<[string, string | undefined, string | undefined]>([
    ['کفش مردانه', 'مردانه', 'زنانه'],
    ['عطر زنونه', undefined, undefined],
    ['کاپشن بچگانه', 'بچگانه', 'مردانه'],
    ['کفش زنانه و مردانه', 'زنانه', 'بچگانه'],
    ['پلوپز', undefined, undefined],
  ])('of %j, the people are %s and not %s', (text, wanted, other) => {
    const { audience } = readQuestion(text);
    if (wanted === undefined) expect(audience).toBeNull();
    else {
      expect(audience!.wanted).toContain(stem(wanted));
      expect(audience!.others).toContain(stem(other!));
      expect(audience!.others).not.toContain(stem(wanted));
    }
  });

  it('meets two words that belong together in either order, with others between and as they are spoken', () => {
    for (const text of ['گوشیم زود خالی میشه', 'خالی شدن گوشی', 'ماشینم خیلی کثیفه'])
      expect(phrases(readQuestion(text).terms[0]!.wordings)).toEqual(
        expect.arrayContaining([stem(text.startsWith('ماشین') ? 'واکس' : 'پاوربانک')]),
      );
    expect(wordingsOf('خانمم حاملس', 'حاملس')).toContain(stem('بارداری'));
    expect(wordingsOf('لباس بچه گانه', 'گانه')).toContain(stem('بچگانه'));
  });

  it('looks for the beginning of a code, not of a Persian word', () => {
    expect(readQuestion('GSB13').terms[0]!.wordings).toContainEqual({
      kind: 'prefix',
      parts: ['gsb13'],
      weight: 0.8,
    });
    expect(readQuestion('کفش').terms[0]!.wordings.map(({ kind }) => kind)).not.toContain('prefix');
  });

  it('takes any text, with bounds on terms', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        const { terms } = readQuestion(text);
        expect(terms.length).toBeLessThanOrEqual(24);
        for (const { wordings } of terms) {
          expect(wordings.every(({ weight, parts }) => weight > 0 && weight <= 1 && parts.length > 0)).toBe(
            true,
          );
        }
      }),
    );
    expect(readQuestion('کفش '.repeat(3000)).terms).toHaveLength(24);
  });
});

describe('isCode', () => {
  it.each<[string, boolean]>([
    ['fx991', true],
    ['12345', true],
    ['a1', false],
    ['206', false],
    ['scarf', false],
    ['کفش206', false],
  ])('of %s is %s', (form, expected) => {
    expect(isCode(form)).toBe(expected);
  });
});

describe('guesses', () => {
  const of = (form: string) =>
    phrases(guesses({ form, isCode: false, isVague: false, isHead: false, wordings: [] }));

  it.each<[string, string]>([
    ['گربم', 'گربه'],
    ['مبلا', 'مبل'],
    ['کفشام', 'کفش'],
    ['خونمون', 'خونه'],
    ['بچههامو', 'بچه'],
    ['ماشینرو', 'ماشین'],
    ['چرخگوشت', 'چرخ گوشت'],
  ])('of %s has %s', (form, expected) => {
    expect(of(form)).toContain(expected);
  });

  it('never leaves less than two letters', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'امتشهونر'.split('')), minLength: 1, maxLength: 12 }),
        (form) => {
          for (const phrase of of(form))
            for (const part of phrase.split(' ')) expect(part.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
