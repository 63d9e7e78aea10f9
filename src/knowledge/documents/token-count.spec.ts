import fc from 'fast-check';
import { encode } from 'gpt-tokenizer/encoding/cl100k_base';
import { tokensOf } from './token-count';

/** What a text says is text, to the embedding service too. */
const count = (text: string) => encode(text, { disallowedSpecial: new Set() }).length;

describe('the count of tokens', () => {
  it.each([
    '',
    ' ',
    '   کفش \n\n  دویدن\t مردانه ',
    "it's 1234567 گرم، we'LL see…\r\n<|endoftext|>",
    'می‌خواهم 👟👟',
  ])('of %j is that of the encoding', (text) => {
    expect(tokensOf(text)).toBe(count(text));
  });

  it('of any text is that of the encoding', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(' ', '  ', '\n', '\r\n', '\t', "'s", "'", 'کفش', 'می‌شود', '۱۲۳', '12', '-', '…', '<|'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        expect(tokensOf(text)).toBe(count(text));
        expect(tokensOf(text)).toBe(count(text));
      }),
      { numRuns: 2000 },
    );
  });
});
