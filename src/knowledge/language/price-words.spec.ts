import Big from 'big.js';
import fc from 'fast-check';
import { convertFixed, readPriceWords, RIAL_UNITS } from './price-words';

type Expected = [
  question: string,
  min: string | null,
  max: string | null,
  currency: string | null,
  rest: string,
];

const M = '000000';
const K = '000';

describe('readPriceWords', () => {
  it.each<Expected>([
    ['گوشی زیر ۱۰ میلیون تومن', null, `10${M}`, 'IRT', 'گوشی'],
    ['گوشی زير ١٠ ميليون تومان', null, `10${M}`, 'IRT', 'گوشی'],
    ['کفش کمتر از 500 هزار تومن', null, `500${K}`, 'IRT', 'کفش'],
    ['کفش تا ۵۰۰هزار تومن', null, `500${K}`, 'IRT', 'کفش'],
    ['لپ تاپ حداکثر سی میلیون', null, `30${M}`, null, 'لپ تاپ'],
    ['جاروبرقی تا ۵۰۰ میلیون ریال', null, `500${M}`, 'IRR', 'جاروبرقی'],
    ['مانتو ارزون زیر دو میلیون تومن', null, `2${M}`, 'IRT', 'مانتو ارزون'],
    ['ساعت ارزان‌تر از ۱٬۲۰۰٬۰۰۰ تومان', null, '1200000', 'IRT', 'ساعت'],
    ['ساعت زیر 1,200,000 ریال', null, '1200000', 'IRR', 'ساعت'],
    ['ساعت زیر ۲٫۵ میلیون تومن', null, '2500000', 'IRT', 'ساعت'],
    ['ساعت زیر 2.5 میلیون تومن', null, '2500000', 'IRT', 'ساعت'],
    ['ساعت زیر ۱/۵ میلیون تومن', null, '1500000', 'IRT', 'ساعت'],
    ['ساعت زیر نیم میلیون تومن', null, '500000', 'IRT', 'ساعت'],
    ['ساعت زیر یک و نیم میلیون تومن', null, '1500000', 'IRT', 'ساعت'],
    ['ساعت زیر ۲ و نیم میلیون', null, '2500000', null, 'ساعت'],
    ['ساعت زیر دو میلیون و پانصد هزار تومان', null, '2500000', 'IRT', 'ساعت'],
    ['ساعت زیر ۱ میلیون و ۲۰۰ هزار تومن', null, '1200000', 'IRT', 'ساعت'],
    ['ساعت زیر ۱ میلیون و ۲۰۰ تومن', null, '1200000', 'IRT', 'ساعت'],
    ['ساعت زیر بیست و پنج میلیون تومن', null, `25${M}`, 'IRT', 'ساعت'],
    ['ساعت زیر پونصد تومن هزاری', null, null, null, ''],
    ['ساعت با قیمت زیر ۳ میلیون تومن', null, `3${M}`, 'IRT', 'ساعت'],
    ['زیر ۳ میلیون تومن ساعت', null, `3${M}`, 'IRT', 'ساعت'],
    ['ساعت زیر ۳ میلیون باشه', null, `3${M}`, null, 'ساعت'],
    ['ساعت ۳ میلیون تومن بیشتر نباشه', null, `3${M}`, 'IRT', 'ساعت'],
    ['گوشی بالای ۵۰ میلیون تومن', `50${M}`, null, 'IRT', 'گوشی'],
    ['گوشی ۵۰ میلیون به بالا', `50${M}`, null, null, 'گوشی'],
    ['گوشی حداقل ۵۰ میلیون تومان', `50${M}`, null, 'IRT', 'گوشی'],
    ['کیف بین ۵۰۰ تا ۷۰۰ هزار تومان', `500${K}`, `700${K}`, 'IRT', 'کیف'],
    ['هدیه مردانه بین ۵۰۰ هزار تا ۱ میلیون تومان', `500${K}`, `1${M}`, 'IRT', 'هدیه مردانه'],
    ['کیف از ۹۰۰ تا ۱ میلیون تومن', `900${K}`, `1${M}`, 'IRT', 'کیف'],
    ['کیف از ۲ تا ۳ میلیون تومن', `2${M}`, `3${M}`, 'IRT', 'کیف'],
    ['کیف بین دو و سه میلیون تومن', `2${M}`, `3${M}`, 'IRT', 'کیف'],
    ['کیف بین ۷۰۰ تا ۵۰۰ هزار تومان', `500${K}`, `700${K}`, 'IRT', 'کیف'],
    ['کیف ۲-۳ میلیون تومن', `2${M}`, `3${M}`, 'IRT', 'کیف'],
    ['کیف حدود ۱ میلیون تومن', '800000', '1200000', 'IRT', 'کیف'],
    ['گوشی ۱۰ میلیون تومنی', `8${M}`, `12${M}`, 'IRT', 'گوشی'],
    ['shoes under 50 dollars', null, '50', 'USD', 'shoes'],
    ['shoes under $50', null, '50', 'USD', 'shoes'],
    ['shoes between 20 and 30.50 euros', '20', '30.5', 'EUR', 'shoes'],
    ['phone less than 20 million toman', null, `20${M}`, 'IRT', 'phone'],
    ['phone at least 300k', `300${K}`, null, null, 'phone'],
    ['a bag for £100 or less', null, '100', 'GBP', 'a bag for'],
    ['زیر ۵۰۰ هزار تومن', null, `500${K}`, 'IRT', ''],
  ])('%s', (question, minPrice, maxPrice, currency, rest) => {
    const found = readPriceWords(question);
    if (minPrice === null && maxPrice === null) expect(found).toBeNull();
    else {
      expect(found).toMatchObject({ minPrice, maxPrice, currency, rest });
      expect(question).toContain(found!.words);
    }
  });

  it.each([
    'سایز ۴۲',
    'کیسه خواب زیر ۵ کیلو',
    'پلوپز ۸ نفره',
    'لباس بین ۵ تا ۷ سال',
    'جارو تا ۱۰۰ وات',
    'پاوربانک زیر ۲۰ هزار میلی آمپر',
    'پاوربانک ۲۰ هزار',
    'گوشی ۱۲',
    'لباس از ۳ تا ۶ ماه',
    'یه چیز گرم زیر کاپشن',
    'جوراب تا زانو',
    'هزار و یک شب',
    'صد سال تنهایی',
    'کتاب میلیونر یک شبه',
    'دستمال ۵۰۰ تا',
    'under armour',
    'sun cream over 50 spf',
    'iphone 15',
    'ساعت زیر ۵۰۰ تومن',
    'کفش',
    '',
    '؟!',
  ])('is no price: %s', (question) => {
    expect(readPriceWords(question)).toBeNull();
  });

  it('reads any amount that it is told, in digits or with a scale', () => {
    const scale = fc.constantFrom<[string, number]>(
      ['', 1],
      ['هزار', 1e3],
      ['میلیون', 1e6],
      ['میلیارد', 1e9],
    );
    const currency = fc.constantFrom<[string, string]>(['تومان', 'IRT'], ['ریال', 'IRR'], ['دلار', 'USD']);
    fc.assert(
      fc.property(
        fc.integer({ min: 10_000, max: 999_999 }),
        scale,
        currency,
        (amount, [word, by], [name, code]) => {
          const found = readPriceWords(`کفش زیر ${amount} ${word} ${name}`);
          expect(found).toMatchObject({
            minPrice: null,
            maxPrice: new Big(amount).times(by).toFixed(),
            currency: code,
            rest: 'کفش',
          });
        },
      ),
    );
  });

  it('never fails, and never turns bounds around', () => {
    const word = fc.constantFrom(
      ...'زیر تا بین از و به بالا حدود ۵۰۰ 10 1,000 هزار میلیون نیم یک دو تومن ریال $ € - کفش بیشتر نباشه قیمت با'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(word, { maxLength: 14 }).map((list) => list.join(' ')),
        ),
        (question) => {
          const found = readPriceWords(question);
          if (!found) return;
          expect(found.minPrice !== null || found.maxPrice !== null).toBe(true);
          expect(found.rest.length).toBeLessThan(question.length);
          if (found.minPrice !== null && found.maxPrice !== null) {
            expect(new Big(found.minPrice).lte(found.maxPrice)).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    '۱'.repeat(10_000),
    'تا '.repeat(3000),
    'دو و '.repeat(2500),
    '('.repeat(10_000),
    '1,'.repeat(5000),
    '🧿'.repeat(5000),
  ])('finishes soon with what is hostile', (question) => {
    const started = performance.now();
    readPriceWords(question);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('convertFixed', () => {
  it.each<[string, string, string, string | null]>([
    ['1500000', 'IRT', 'IRR', '15000000'],
    ['15', 'IRR', 'IRT', '1.5'],
    ['2', 'IRHT', 'IRT', '2000'],
    ['50', 'USD', 'USD', '50'],
    ['50', 'USD', 'IRT', null],
  ])('%s %s in %s is %s', (amount, from, to, expected) => {
    expect(convertFixed(amount, from, to)).toBe(expected);
  });

  it('is exact there and back', () => {
    const unit = fc.constantFrom(...Object.keys(RIAL_UNITS));
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), unit, unit, (amount, from, to) => {
        const there = convertFixed(String(amount), from, to)!;
        expect(convertFixed(there, to, from)).toBe(String(amount));
      }),
    );
  });
});
