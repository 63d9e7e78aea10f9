import fc from 'fast-check';
import {
  likelyWithin,
  soundAlikes,
  spellingDistance,
  toleratedDistance,
  trigramSimilarity,
} from './spelling';

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

describe('likelyWithin', () => {
  it('lets every word through that is within the distance', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ابتطقغسصکل'.split('')), minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(
        word,
        fc.nat(8),
        fc.constantFrom('', 'ا', 'غ'),
        fc.constantFrom(0.5, 1, 2),
        (form, at, letter, distance) => {
          const other = form.slice(0, at) + letter + form.slice(at + 1);
          if (spellingDistance(form, other) <= distance)
            expect(likelyWithin(form, distance)(other)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect(likelyWithin('قابلمه', 1)('قابمه')).toBe(true);
    expect(likelyWithin('قالبمه', 1)('قابلمه')).toBe(true);
    expect(likelyWithin('غابلمه', 0.5)('قابلمه')).toBe(true);
  });

  it('keeps others out', () => {
    expect(['کفش', 'مجلسی', 'قابلمه‌ها', 'ماهی'].filter(likelyWithin('قابلمه', 1))).toEqual([]);
  });
});

describe('trigramSimilarity', () => {
  it.each<[string, string, number]>([
    ['word', 'word', 1],
    ['word', 'words', 4 / 7],
    ['کفش', 'abc', 0],
  ])('of %s and %s is %d', (one, other, expected) => {
    expect(trigramSimilarity(one, other)).toBeCloseTo(expected, 10);
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
