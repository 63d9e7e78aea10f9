import { remembering } from './word-memory';

describe('a function of one word that remembers', () => {
  const counting = (maxLength?: number) => {
    const asked: string[] = [];
    const read = remembering((word) => {
      asked.push(word);
      return word.length;
    }, maxLength);
    return { read, asked };
  };
  const number = (n: number, length: number) => String(n).padStart(length, '0');

  it('reads a word once', () => {
    const { read, asked } = counting();
    expect([read('کفش'), read('کیف'), read('کفش')]).toEqual([3, 3, 3]);
    expect(asked).toEqual(['کفش', 'کیف']);
  });

  it.each([
    ['of 61 letters', undefined, 61],
    ['longer than it is told', 10, 11],
  ])('reads one %s each time', (_, maxLength, length) => {
    const { read, asked } = counting(maxLength);
    for (const each of [length - 1, length - 1, length, length]) read('x'.repeat(each));
    expect(asked.map((word) => word.length)).toEqual([length - 1, length, length]);
  });

  it.each([
    ['20,000 words', 20_000, 6],
    ['500,000 letters', 1000, 500],
  ])('begins anew beyond %s', (_, words, length) => {
    const { read, asked } = counting(length);
    for (let n = 0; n < words; n++) read(number(n, length));
    for (let n = 0; n < words; n++) read(number(n, length));
    expect(asked).toHaveLength(words);
    read(number(words, length));
    read(number(words, length));
    expect(asked).toHaveLength(words + 1);
    read(number(0, length));
    expect(asked).toHaveLength(words + 2);
  });
});
