import fc from 'fast-check';
import { cleanText } from './clean-text';

const anyUnits = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

describe('cleanText', () => {
  it.each([
    ['a NUL goes', 'کف\0ش', 'کفش'],
    ['the first half of a pair alone', 'a\ud83db', 'a\ufffdb'],
    ['the second half of a pair alone', 'a\ude00b', 'a\ufffdb'],
    ['halves in the wrong order', '\ude00\ud83d', '\ufffd\ufffd'],
    ['a half at the end', 'کفش\ud83d', 'کفش\ufffd'],
    ['a whole pair stays', 'کفش 😀', 'کفش 😀'],
    ['half-spaces, tabs and new lines stay', 'می‌شود\t\r\n', 'می‌شود\t\r\n'],
    ['nothing but NULs', '\0\0\0', ''],
  ])('%s', (_, given, expected) => {
    expect(cleanText(given)).toBe(expected);
  });

  it('joins no halves that a NUL kept apart into another character than it found', () => {
    expect(cleanText('\ud83d\0\ude00').isWellFormed()).toBe(true);
  });

  it('gives text that PostgreSQL can hold, whatever it is given', () => {
    fc.assert(
      fc.property(anyUnits, (text) => {
        const clean = cleanText(text);
        expect(clean.isWellFormed()).toBe(true);
        expect(clean).not.toContain('\0');
        expect(cleanText(clean)).toBe(clean);
      }),
    );
  });

  it('leaves good text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('\0'));
        expect(cleanText(text)).toBe(text);
      }),
    );
  });
});
