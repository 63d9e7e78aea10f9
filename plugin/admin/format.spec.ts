jest.mock('@wordpress/i18n', () => jest.requireActual<object>('./i18n.fake'), { virtual: true });
import { directionOf, number, percent, progressText, shareOf, timeLeft, when } from './format';

describe('number', () => {
  it.each([
    [1234, 'en', '1,234'],
    [1234, 'fa-IR', '۱٬۲۳۴'],
    [5, 'no language at all', '5'],
  ])('writes %d in %s as %s', (value, language, expected) => {
    expect(number(value, language)).toBe(expected);
  });

  it('knows no page outside of a browser', () => {
    expect(number(1234)).toBe('1,234');
    expect(percent(0.5)).toBe('50%');
  });
});

describe('shareOf', () => {
  it.each([
    [0, 0, 0],
    [5, 0, 0],
    [30, 120, 0.25],
    [130, 120, 1],
    [-1, 120, 0],
  ])('%d of %d is %d', (done, total, expected) => {
    expect(shareOf(done, total)).toBe(expected);
  });
});

describe('progressText', () => {
  it.each([
    [20, 120, 'en', '20 of 120 products (17%)'],
    [130, 120, 'en', '120 of 120 products (100%)'],
    [0, 0, 'en', '0 of 0 products (0%)'],
  ])('%d of %d', (done, total, language, expected) => {
    expect(progressText(done, total, language)).toBe(expected);
  });

  it('has the digits of the language', () => {
    expect(progressText(20, 120, 'fa-IR')).toMatch(/^۲۰ of ۱۲۰ products \(۱۷٪\)$/);
  });
});

describe('timeLeft', () => {
  it.each([
    [null, 'Estimating the time left…'],
    [0, 'Less than a minute left'],
    [59, 'Less than a minute left'],
    [60, 'About 1 minute left'],
    [89, 'About 1 minute left'],
    [91, 'About 2 minutes left'],
    [3569, 'About 59 minutes left'],
    [3570, 'About 1 hour left'],
    [7200, 'About 2 hours left'],
    [90_000, 'About 25 hours left'],
  ])('of %p s: %s', (seconds, expected) => {
    expect(timeLeft(seconds, 'en')).toBe(expected);
  });
});

describe('when', () => {
  const now = 1_700_000_000;
  it.each([
    [now - 10, 'less than a minute ago'],
    [now, 'less than a minute ago'],
    [now + 10, 'in less than a minute'],
    [now - 60, '1 minute ago'],
    [now + 250, 'in 4 minutes'],
    [now - 7300, '2 hours ago'],
    [now - 86_400, 'yesterday'],
    [now + 3 * 86_400, 'in 3 days'],
  ])('%d is %s', (at, expected) => {
    expect(when(at, now, 'en')).toBe(expected);
  });

  it('is a date where it is long ago, in the calendar of the language', () => {
    expect(when(now - 30 * 86_400, now, 'en')).toMatch(/^Oct 1\d, 2023, /);
    expect(when(now - 30 * 86_400, now, 'fa-IR')).toMatch(/۱۴۰۲/);
  });
});

describe('directionOf', () => {
  it.each([
    ['price: باید عددی مثبت باشد.', 'rtl'],
    ['variations.0.price: «1e3» پذیرفته نیست', 'rtl'],
    ['price: must be a number.', 'auto'],
    ['price: must be a number, and not «رایگان».', 'auto'],
    ['باید عددی مثبت باشد.', 'auto'],
    ['', 'auto'],
  ])('of “%s” is %s', (text, expected) => {
    expect(directionOf(text)).toBe(expected);
  });
});
