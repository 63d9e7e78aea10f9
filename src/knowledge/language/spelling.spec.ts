import fc from 'fast-check';
import { soundAlikes, spellingDistance, toleratedDistance } from './spelling';

describe('spellingDistance', () => {
  it.each<[string, string, number]>([
    ['کفش', 'کفش', 0],
    ['قابمه', 'قابلمه', 1],
    ['قابللمه', 'قابلمه', 1],
    ['قالبمه', 'قابلمه', 1],
    ['غابلمه', 'قابلمه', 0.5],
    ['صابون', 'سابون', 0.5],
    ['', 'کفش', 3],
    ['abc', 'acb', 1],
  ])('from %s to %s is %d', (from, to, expected) => {
    expect(spellingDistance(from, to)).toBe(expected);
  });

  it('is the same both ways, and 0 only for equal words', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ابتطقغسصکل'.split('')), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(spellingDistance(a, b)).toBe(spellingDistance(b, a));
        expect(spellingDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});

describe('toleratedDistance', () => {
  it('grows with the word, and is none for what has digits', () => {
    expect(['ab', 'abc', 'abcd', 'abcdefgh', 'abcd1234'].map(toleratedDistance)).toEqual([0, 0.5, 1, 2, 0]);
  });
});

describe('soundAlikes', () => {
  it.each<[string, string]>([
    ['پطو', 'پتو'],
    ['صرم', 'سرم'],
    ['حوله', 'هوله'],
    ['غاب', 'قاب'],
  ])('of %s has %s', (word, other) => {
    expect(soundAlikes(word)).toContain(other);
    expect(soundAlikes(other)).toContain(word);
  });

  it('has other words alone, each as far away as one sound', () => {
    for (const other of soundAlikes('سطل')) expect(spellingDistance('سطل', other)).toBe(0.5);
    expect(soundAlikes('گل')).toEqual([]);
  });
});
