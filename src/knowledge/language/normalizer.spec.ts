import fc from 'fast-check';
import { normalize, squeeze, STOP_WORDS, words } from './normalizer';

describe('normalize', () => {
  it.each([
    ['Arabic yeh', 'علي', 'علی'],
    ['alef maksura', 'موسى', 'موسی'],
    ['yeh with hamza', 'پائیز', 'پاییز'],
    ['yeh and a hamza above', 'پاي\u0654یز', 'پاییز'],
    ['Persian yeh and a hamza above', 'پای\u0654یز', 'پاییز'],
    ['Arabic kaf', 'كفش', 'کفش'],
    ['swash kaf', 'ڪفش', 'کفش'],
    ['teh marbuta', 'قهوة', 'قهوه'],
    ['heh with hamza, one letter', 'خانۀ', 'خانه'],
    ['heh and a hamza above', 'خانه\u0654', 'خانه'],
    ['Kurdish heh', 'خانە', 'خانه'],
    ['heh goal', 'خانہ', 'خانه'],
    ['alef with madda', 'آب', 'اب'],
    ['alef and a madda above', 'ا\u0653ب', 'اب'],
    ['alef with hamza above', 'أحمد', 'احمد'],
    ['alef with hamza below', 'إيران', 'ایران'],
    ['alef wasla', 'ٱلله', 'الله'],
    ['waw with hamza', 'مؤمن', 'مومن'],
    ['isolated presentation forms', 'ﻛﻔﺶ', 'کفش'],
    ['a presentation form of Persian yeh', 'ﯾﮏ', 'یک'],
    ['the ligature of lam and alef', 'ﻻﻟﻪ', 'لاله'],
    ['the sign of the rial', '۱۰﷼', '10ریال'],
    ['full-width letters and digits', 'ＮＩＫＥ ４２', 'nike 42'],
    ['ligatures of Latin', 'oﬃce', 'office'],
    ['fatha, kasra, damma', 'کِفَشُ', 'کفش'],
    ['tanwin and shadda', 'حتماً بنّا', 'حتما بنا'],
    ['sukun and superscript alef', 'رحْمٰن', 'رحمن'],
    ['tatweel', 'کـــفـش', 'کفش'],
    ['Persian digits', 'سایز ۰۱۲۳۴۵۶۷۸۹', 'سایز 0123456789'],
    ['Arabic digits', 'سایز ٠١٢٣٤٥٦٧٨٩', 'سایز 0123456789'],
    ['a half-space', 'کفش‌ها', 'کفشها'],
    ['marks of direction', '\u200fکفش\u200e \u202bمردانه\u202c', 'کفش مردانه'],
    ['a soft hyphen and a BOM', '\ufeffکف\u00adش', 'کفش'],
    ['a word joiner', 'کف\u2060ش', 'کفش'],
    ['spaces of any kind', '  کفش\t\u00a0\u3000 مردانه  ', 'کفش مردانه'],
    ['lines, which stay', 'کفش \r\n\n  مردانه', 'کفش\nمردانه'],
    ['capitals', 'NIKE Air Straße', 'nike air straße'],
    ['emoji, which stay', 'کفش 😀', 'کفش 😀'],
    ['signs, which stay', 'A-12/B_3.5', 'a-12/b_3.5'],
    ['nothing', ' \n\t ', ''],
  ])('%s', (_, given, expected) => {
    expect(normalize(given)).toBe(expected);
    expect(normalize(expected)).toBe(expected);
  });

  const persian = fc.string({
    unit: fc.constantFrom(
      ...'ابپتکگیيىكئۀةآأإؤءه هۂىً٠٩۰۹ـ،؟\n\t'.split(''),
      ...['\u200c', '\u200d', '\u200f', '\u0653', '\u0654', '\u0655', '\u064b', '\u0670', '\u0640'],
      ...['ﻻ', 'ﷲ', 'ﹰ', 'ﹷ', '﷼', 'ﯾ', 'A', 'é', 'ﬀ', '１', '-', '_', '%', '😀'],
    ),
  });
  const latin = fc.string({
    unit: fc.constantFrom('e', 'J', 'I', 'İ', '\u0301', '\u030c', '\u200c', ' ', '\u0307'),
  });

  it.each([
    ['Persian', persian],
    ['accented Latin', latin],
    ['any', fc.string({ unit: 'binary' })],
  ])('is the same when done twice, for %s text', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = normalize(text);
        expect(normalize(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a half-space between a letter and its accent', 'cafe\u200c\u0301', 'café'],
    ['a capital that has its accent apart', 'J\u030c', '\u01f0'],
  ])('composes %s at once', (_, given, expected) => {
    expect(normalize(given)).toBe(expected);
  });

  it('leaves neither marks nor half-spaces nor doubled spaces', () => {
    fc.assert(
      fc.property(persian, (text) => {
        expect(normalize(text)).not.toMatch(
          /[\u064b-\u065f\u0640\u200c\u06f0-\u06f9\u0660-\u0669يك]| {2}|^\s|\s$/,
        );
      }),
    );
  });

  it('finishes a million letters', () => {
    expect(normalize('کفش‌ها '.repeat(150_000))).toHaveLength(150_000 * 6 - 1);
    expect(normalize(' \n'.repeat(500_000))).toBe('');
    expect(normalize(`a${' '.repeat(1_000_000)}b`)).toBe('a b');
  });
});

describe('squeeze', () => {
  it.each([
    ['half-space', 'می‌شود', ['می شود', 'میشود', 'مي‌شود']],
    ['plural', 'کفش‌های', ['کفش های', 'کفشهای', 'كفش هاي']],
    ['compound', 'پیاده‌روی', ['پیاده روی', 'پیادهروی', 'پياده رَوی']],
    ['digits', 'سایز۴۲', ['سایز 42', 'سایز ٤٢', 'سایز ۴۲']],
    ['ezafe', 'خانهٔ ما', ['خانۀ ما', 'خانه ما', 'خانه‌ ما']],
  ])('brings the spellings of a %s together', (_, one, others) => {
    for (const other of others) expect(squeeze(other)).toBe(squeeze(one));
  });

  it('keeps lines apart', () => {
    expect(squeeze('کفش مردانه\nچرم طبیعی')).toBe('کفشمردانه\nچرمطبیعی');
  });

  it('lets a word be found in a text however either is spaced', () => {
    const part = fc.string({ unit: fc.constantFrom(...'ابپتکگیه۴5'.split('')), minLength: 1, maxLength: 6 });
    const gap = fc.constantFrom('', ' ', '\u200c', '  ');
    fc.assert(
      fc.property(part, part, gap, gap, (a, b, one, other) => {
        expect(squeeze(`متن ${a}${one}${b} متن`)).toContain(squeeze(`${a}${other}${b}`));
      }),
    );
  });
});

describe('words', () => {
  it('are runs of letters and digits', () => {
    expect(words('کفش، مردانه (سایز 42) nike-air_2 ۳')).toEqual([
      'کفش',
      'مردانه',
      'سایز',
      '42',
      'nike',
      'air',
      '2',
      '۳',
    ]);
    expect(words(' ،.؟!😀 ')).toEqual([]);
    expect(words('')).toEqual([]);
  });

  it('of the stop list are normalised themselves', () => {
    for (const word of STOP_WORDS) expect(words(normalize(word))).toEqual([word]);
  });
});
