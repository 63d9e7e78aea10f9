import fc from 'fast-check';
import { checkDto } from './read-dto';
import {
  AddressList,
  Choice,
  Decimal,
  Flag,
  HttpUrl,
  IdentifierList,
  IdList,
  Identifier,
  Integer,
  IsoDate,
  MAX_MONEY_DIGITS,
  MayBeAbsent,
  Money,
  OptionalField,
  ProductId,
  Quantity,
  readDate,
  RequiredText,
  ShopText,
  Text,
  TextList,
} from './rules';

/** A DTO with the one field `value`, under the given rules. */
function dtoOf(...rules: PropertyDecorator[]): new () => object {
  class OneField {}
  for (const rule of rules) rule(OneField.prototype, 'value');
  return OneField;
}
const accepts = (rule: PropertyDecorator, value: unknown) =>
  checkDto(dtoOf(rule), { value }).errors.length === 0;
const read = (rule: PropertyDecorator, value: unknown) => {
  const { value: dto, errors } = checkDto(dtoOf(rule), { value });
  expect(errors).toEqual([]);
  return (dto as { value: unknown }).value;
};

describe.each<[string, PropertyDecorator, unknown[], unknown[]]>([
  ['Text(3)', Text(3), ['', ' ', 'abc', 'کفش', 'a\n'], ['abcd', 'a\0', 'a\ud83d', '\ude00', 5, true, [], {}]],
  ['ShopText(3)', ShopText(3), ['', 'abc', 'a\0', 'a\ud83d'], ['abcd', 5, true, [], {}]],
  ['RequiredText(3)', RequiredText(3), ['a', ' a ', 'abc'], ['', '   ', 'abcd', 'a\0', '\ud83d', 5, ['a']]],
  [
    'Identifier(5)',
    Identifier(5),
    ['a', 'a b', 'کفش', 'a😀', '-_.:/'],
    ['', '  ', 'abcdef', 'a\n', 'a\0', 'a\u007f', '\u001fa', 'a\ud83d', '\ude00a', 5],
  ],
  ['Choice(a, b)', Choice(['a', 'b']), ['a', 'b'], ['', 'c', 'A', 'a, b', ['a'], 0]],
  [
    'ProductId',
    ProductId(),
    [1, 414, Number.MAX_SAFE_INTEGER, '1', '9223372036854775807'],
    [
      0,
      -1,
      1.5,
      NaN,
      Infinity,
      2 ** 53,
      '',
      '0',
      '-1',
      '1.0',
      '01',
      ' 1',
      '1e3',
      '9223372036854775808',
      true,
      [1],
    ],
  ],
  [
    'Money',
    Money(),
    [
      0,
      0.1,
      850000,
      250_000_000,
      '0',
      '00',
      '850000',
      '850000.',
      '.5',
      ' 1.50 ',
      '9'.repeat(MAX_MONEY_DIGITS),
    ],
    [
      -1,
      -0.001,
      NaN,
      Infinity,
      '',
      ' ',
      '.',
      '-1',
      '+1',
      '1,000',
      '1e3',
      '0x10',
      '۱۲',
      '1.2.3',
      '1 000',
      true,
      [],
      {},
    ].concat(['9'.repeat(MAX_MONEY_DIGITS + 1)]),
  ],
  [
    'Quantity',
    Quantity(),
    [0, -3, 2.5, 999_999_999_999_999, '12', '-3', ' 2.5 ', '0.123456'],
    [NaN, Infinity, 1e15, '', 'many', '1e3', '1.', '--1', '1'.repeat(16), '0.1234567', true, []],
  ],
  [
    'IsoDate',
    IsoDate(),
    ['2025-11-10T09:30:00+00:00', '2025-11-10', '2025-11-10 09:30:00'],
    ['', 'today', '2025-02-29', 1762767000, true, new Date(0), ['2025-11-10']],
  ],
  [
    'TextList(2, 3)',
    TextList(2, 3),
    [[], ['a', 'abc'], [null, '']],
    [['a', 'b', 'c'], ['abcd'], [1], 'a', { length: 0 }],
  ],
  [
    'IdList(2)',
    IdList(2),
    [[], [1], ['9223372036854775807', 2]],
    [[1, 2, 3], [0], ['9223372036854775808'], ['01'], [null], [1.5], '1', 1, {}],
  ],
  ['IdList(2), required', IdList(2, { required: true }), [[1], [1, '2']], [[], [1, 2, 3], [-1]]],
  [
    'IdentifierList(2, 3)',
    IdentifierList(2, 3),
    [[], ['a', 'کفش']],
    [['a', 'b', 'c'], ['abcd'], [''], ['a\0'], ['\ud83d'], [null], [1], 'a'],
  ],
  ['Flag', Flag(), [true, false, 'true', 'false'], [0, 1, '1', 'yes', 'TRUE', '', [true]]],
  [
    'Integer(1, 100)',
    Integer(1, 100),
    [1, 100, '1', '100', '007'],
    [0, 101, 1.5, '0', '101', '1.5', '1e1', ' 1', '', NaN, true],
  ],
  ['Integer(-5, 5)', Integer(-5, 5), ['-5', -5, 0], ['-6', '--5', '-']],
  [
    'Decimal',
    Decimal(),
    ['0', '12', '12.50'],
    ['', '-1', '.5', '1.', '1e3', 'x', '9'.repeat(MAX_MONEY_DIGITS + 1), 5],
  ],
  [
    'AddressList(2)',
    AddressList(2),
    [[], ['10.0.0.1'], ['10.0.0.0/8', '2001:db8::/32']],
    [
      ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
      ['10.0.0.256'],
      ['10.0.0.0/33'],
      ['shop.example.com'],
      [null],
      '10.0.0.1',
    ],
  ],
  [
    'HttpUrl(40)',
    HttpUrl(40),
    ['https://shop.example.com', 'http://localhost:8080/x', 'HTTPS://shop.example.com/?a=b'],
    [
      '',
      'shop.example.com',
      'ftp://x',
      'javascript:alert(1)',
      'https://',
      'https:///x',
      'https:// x',
      `https://${'x'.repeat(40)}`,
      5,
    ],
  ],
])('%s', (_, rule, good, bad) => {
  it.each(good.map((value) => [value]))('accepts %p', (value) => expect(accepts(rule, value)).toBe(true));
  it.each(bad.map((value) => [value]))('refuses %p', (value) => expect(accepts(rule, value)).toBe(false));
});

describe('coercion', () => {
  it.each<[string, PropertyDecorator, unknown, unknown]>([
    ['an id to digits', ProductId(), 414, '414'],
    ['digits of an id as they are', ProductId(), '9223372036854775807', '9223372036854775807'],
    ['ids to digits', IdList(3), [414, '9223372036854775807'], ['414', '9223372036854775807']],
    ['a flag', Flag(), 'false', false],
    ['a flag that is one', Flag(), true, true],
    ['an integer', Integer(1, 100), '20', 20],
    ['a date', IsoDate(), '2025-11-10T09:30:00+03:30', new Date('2025-11-10T06:00:00Z')],
    ['money stays as written', Money(), '850000.10', '850000.10'],
    ['a list stays', TextList(2, 5), ['a', null], ['a', null]],
  ])('reads %s', (_, rule, given, expected) => {
    expect(read(rule, given)).toEqual(expected);
  });
});

describe('absence', () => {
  const optional = dtoOf(OptionalField(), Flag());
  const absent = dtoOf(MayBeAbsent(), RequiredText(5));

  it.each([[{}], [{ value: undefined }], [{ value: null }], [{ value: '' }]])(
    'of an optional field is %p',
    (given) => {
      const { value, errors } = checkDto(optional, given);
      expect(errors).toEqual([]);
      expect((value as { value?: unknown }).value).not.toBe(false);
    },
  );

  it('does not excuse a bad value', () => {
    expect(checkDto(optional, { value: 'maybe' }).errors).toMatchObject([{ field: 'value' }]);
    expect(checkDto(optional, { value: false }).value).toEqual({ value: false });
  });

  it('is not null or empty where a field may only be absent', () => {
    expect(checkDto(absent, {}).errors).toEqual([]);
    expect(checkDto(absent, { value: null }).errors).toMatchObject([{ field: 'value' }]);
    expect(checkDto(absent, { value: '' }).errors).toMatchObject([{ field: 'value' }]);
  });
});

describe('readDate', () => {
  it.each([
    ['2025-11-10T09:30:00+00:00', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10T09:30:00Z', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10t09:30:00z', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10T09:30:00', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10 09:30:00', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10T09:30', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10', '2025-11-10T00:00:00.000Z'],
    ['2025-11-10T09:30:00+03:30', '2025-11-10T06:00:00.000Z'],
    ['2025-11-10T09:30:00+0330', '2025-11-10T06:00:00.000Z'],
    ['2025-11-10T09:30:00-05:00', '2025-11-10T14:30:00.000Z'],
    ['2025-11-10T09:30:00 03:30', '2025-11-10T06:00:00.000Z'],
    ['2025-11-10 09:30:00 ', '2025-11-10T09:30:00.000Z'],
    ['2025-11-10T09:30:00.1Z', '2025-11-10T09:30:00.100Z'],
    ['2025-11-10T09:30:00.123456789Z', '2025-11-10T09:30:00.123Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T23:59:59Z', '2000-02-29T23:59:59.000Z'],
    ['2025-12-31T23:59:59-12:00', '2026-01-01T11:59:59.000Z'],
  ])('reads %s', (text, expected) => {
    expect(new Date(readDate(text)!).toISOString()).toBe(expected);
  });

  it.each([
    [''],
    ['now'],
    ['2025'],
    ['2025-11'],
    ['2025-1-1'],
    ['2025-02-29'],
    ['1900-02-29'],
    ['2025-02-31'],
    ['2025-04-31'],
    ['2025-00-10'],
    ['2025-13-10'],
    ['2025-11-00'],
    ['2025-11-32'],
    ['0000-00-00 00:00:00'],
    ['2025-11-10T25:00:00Z'],
    ['2025-11-10T09:60:00Z'],
    ['2025-11-10T09:30:61Z'],
    ['2025-11-10T09:30:00+99:99'],
    ['2025-11-10T09'],
    ['10/11/2025'],
    ['10 Nov 2025'],
    ['2025-11-10T09:30:00 UTC'],
    ['2025-11-10Z'],
    ['۲۰۲۵-۱۱-۱۰'],
    ['2025-11-10T09:30:00Z; drop'],
    [1762767000],
    [null],
    [undefined],
    [new Date(0)],
    [{}],
  ])('refuses %p', (value) => {
    expect(readDate(value)).toBeNull();
  });

  const year = (value: number) => new Date(Date.UTC(value, 0, 1));
  const moments = fc.date({ min: year(1970), max: year(9999), noInvalidDate: true });

  it('reads back every moment', () => {
    fc.assert(fc.property(moments, (date) => expect(readDate(date.toISOString())).toBe(date.getTime())));
  });

  it('reads one moment from every zone', () => {
    const offset = fc.integer({ min: -14 * 60, max: 14 * 60 });
    fc.assert(
      fc.property(moments, offset, fc.constantFrom(':', ''), (date, minutes, colon) => {
        fc.pre(date.getUTCFullYear() > 1970 && date.getUTCFullYear() < 9998);
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const two = (value: number) => String(value).padStart(2, '0');
        const zone = `${minutes < 0 ? '-' : '+'}${two(hours)}${colon}${two(rest)}`;
        expect(readDate(local + zone)).toBe(date.getTime());
      }),
    );
  });
});
