import { askedOf, nothingOf, scoresOf } from './scores';

describe('scores of a hit as bars', () => {
  it('are of the best hit where ranks are summed, and of one elsewhere', () => {
    expect(
      scoresOf({ combined: 0.0164, vector: 0.62, lexical: 1 }, 0.0328, {
        floor: 0.3,
        required_coverage: 0.5,
      }),
    ).toEqual([
      { method: 'combined', value: 0.0164, length: 0.5, limit: null },
      { method: 'vector', value: 0.62, length: 0.62, limit: 0.3 },
      { method: 'lexical', value: 1, length: 1, limit: 0.5 },
    ]);
  });

  it('keep within their bars, and tell "not compared" from zero', () => {
    const [combined, vector, lexical] = scoresOf({ combined: 0, vector: null, lexical: 0 }, 0);
    expect(combined).toMatchObject({ value: 0, length: 0 });
    expect(vector).toMatchObject({ value: null, length: 0, limit: null });
    expect(lexical).toMatchObject({ value: 0, length: 0, limit: null });
    expect(scoresOf({ combined: 1, vector: -0.2, lexical: 0 }, 1)[1]!.length).toBe(0);
  });
});

describe('attributes that a question asks for', () => {
  const asked = [
    { name: 'رنگ', option: 'مشکی' },
    { name: 'سایز', option: '42' },
  ];

  it('are there where the variation has them, or takes any', () => {
    expect(askedOf(asked, { attributes: [{ name: 'رنگ', option: 'مشکی' }] })).toEqual([
      { name: 'رنگ', option: 'مشکی', matched: true },
      { name: 'سایز', option: '42', matched: true },
    ]);
  });

  it('are missing where it has others, and where there is none', () => {
    const other = askedOf(asked, { attributes: [{ name: 'سایز', option: '41' }] });
    expect(other.map(({ matched }) => matched)).toEqual([true, false]);
    expect(askedOf(asked, null).map(({ matched }) => matched)).toEqual([false, false]);
  });
});

describe('why there is no answer', () => {
  const explanation = {
    words: [
      { word: 'یخچال', share: 0.7, is_head: true, is_known: false },
      { word: 'سفید', share: 0.3, is_head: false, is_known: true },
    ],
    filters: {},
    embedder: 'local-lexical-1@1024',
    vector: 'used' as const,
    floor: 0.2,
    confident: 0.6,
    required_coverage: 0.5,
    best_similarity: 0.3,
    best_coverage: 0.3,
    word_candidates: 2,
    vector_candidates: 10,
  };

  it('names unknown words and what was too little', () => {
    expect(nothingOf(explanation)).toEqual({
      unknown: ['یخچال'],
      coverage: { best: 0.3, required: 0.5 },
      similarity: { best: 0.3, required: 0.6 },
    });
  });

  it('says nothing that it does not know', () => {
    expect(nothingOf(undefined)).toEqual({ unknown: [], coverage: null, similarity: null });
    expect(
      nothingOf({ ...explanation, required_coverage: null, confident: null, best_similarity: null }),
    ).toMatchObject({ coverage: null, similarity: null });
  });
});
