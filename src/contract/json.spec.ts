import Big from 'big.js';
import fc from 'fast-check';
import { JsonDepthError, MAX_JSON_DEPTH, parseJson } from './json';

/** Long digits anywhere in a text switch to the reader that keeps them. */
const withLongDigits = (text: string) => `[${text},12345678901234567890]`;

describe('parseJson', () => {
  it.each<[string, unknown]>([
    ['414', 414],
    ['-1.5', -1.5],
    ['850000.00', 850000],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['12345678901234567890.12', '12345678901234567890.12'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['850000.0000000000000000', 850000],
    ['1e3', '1000'],
    ['1.5E+2', '150'],
    ['25e-1', '2.5'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
  ])('reads the number %s', (text, expected) => {
    expect(parseJson(text)).toBe(expected);
    expect(parseJson(`{"price":${text}}`)).toEqual({ price: expected });
  });

  it('keeps every digit of any number', () => {
    const number = fc
      .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.stringMatching(/^(\.[0-9]{1,30})?$/))
      .map(([whole, fraction]) => `${whole}${fraction}`);
    fc.assert(
      fc.property(number, (digits) => {
        const value = parseJson(digits) as number | string;
        expect(new Big(value).eq(digits)).toBe(true);
      }),
    );
  });

  it('keeps the value of any number with an exponent', () => {
    const number = fc
      .tuple(fc.integer(), fc.stringMatching(/^(\.[0-9]{1,5})?[eE][+-]?[0-9]{1,2}$/))
      .map(([whole, rest]) => `${whole}${rest}`);
    fc.assert(
      fc.property(number, (digits) => {
        const value = String(parseJson(digits));
        expect(value).not.toMatch(/e/i);
        expect(new Big(value).eq(digits)).toBe(true);
      }),
    );
  });

  it('reads everything else as JSON.parse does, whichever reader is at work', () => {
    const short = fc.json({ noUnicodeString: false }).filter((text) => !/\d[eE]|\d[\d.]{15}/.test(text));
    fc.assert(
      fc.property(short, (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
        expect(parseJson(withLongDigits(text))).toEqual([JSON.parse(text), '12345678901234567890']);
      }),
    );
  });

  it.each([
    ['escapes', String.raw`"\"\\\/\b\f\n\r\t\u06a9\ud83d\ude00\ud800"`],
    ['Persian, half-spaces and pairs', '"کفش‌های ورزشی 😀"'],
    ['a later key of the same name', '{"a":1,"a":2}'],
    ['a later key with a nested value', '{"a":{"x":1},"a":[1]}'],
    ['a key that is a name of Object', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
    ['white space', ' \t\r\n{ "a" : [ 1 , 2 ] } '],
    ['empty things', '{"a":{},"b":[],"c":"","d":null,"e":true,"f":false}'],
  ])('reads %s as JSON.parse does', (_, text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(parseJson(withLongDigits(text))).toEqual([JSON.parse(text), '12345678901234567890']);
  });

  it.each(['{"__proto__":{"admin":true}}', '{"__proto__":{"admin":true},"id":12345678901234567890}'])(
    'takes no prototype from the body: %s',
    (text) => {
      const value = parseJson(text) as { admin?: boolean };
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(value.admin).toBeUndefined();
      expect(Object.hasOwn(value, '__proto__')).toBe(true);
    },
  );

  it.each([
    '',
    ' ',
    '{',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a" 1}',
    '"a',
    '"a\nb"',
    String.raw`"\x41"`,
    String.raw`"\u12"`,
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    'NaN',
    'undefined',
    'tru',
    '[1][2]',
    '{"a":1}x',
    ']',
  ])('refuses %j', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
    expect(() => parseJson(withLongDigits(text))).toThrow(SyntaxError);
  });

  describe('depth', () => {
    const nested = (depth: number, inner = '1') => '['.repeat(depth) + inner + ']'.repeat(depth);

    it(`takes ${MAX_JSON_DEPTH} levels`, () => {
      expect(parseJson(nested(MAX_JSON_DEPTH))).toEqual(JSON.parse(nested(MAX_JSON_DEPTH)));
    });

    it.each([
      ['one level more', nested(MAX_JSON_DEPTH + 1)],
      ['levels of objects', '{"a":'.repeat(65) + '1' + '}'.repeat(65)],
      ['half a million levels, never closed', '['.repeat(500_000)],
      ['depth after a part that closes again', `[[],${nested(MAX_JSON_DEPTH)}]`],
      ['depth after an escaped quote in a string', String.raw`["\"",` + nested(MAX_JSON_DEPTH) + ']'],
    ])('refuses %s', (_, text) => {
      expect(() => parseJson(text)).toThrow(JsonDepthError);
      expect(() => parseJson(text)).toThrow('more than 64 deep');
    });

    it.each([
      ['brackets within a string', JSON.stringify('[{'.repeat(200))],
      ['brackets after an escaped quote', JSON.stringify(`"${'['.repeat(200)}`)],
      ['brackets after an escaped backslash', JSON.stringify([`\\`, '['.repeat(200)])],
      ['many lists side by side', `[${'[],'.repeat(500)}[]]`],
    ])('does not count %s', (_, text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    });
  });
});
