import { average, judge } from './metrics';

describe('judge', () => {
  it('is perfect for the best order', () => {
    expect(judge(['a', 'b', 'c'], { a: 3, b: 2, c: 1 })).toEqual({
      recall5: 1,
      ndcg10: 1,
      reciprocalRank: 1,
    });
  });

  it('counts a grade as 2^grade - 1, less the further down', () => {
    const { ndcg10 } = judge(['x', 'a'], { a: 3 });
    expect(ndcg10).toBeCloseTo(1 / Math.log2(3), 10);
    const swapped = judge(['b', 'a'], { a: 3, b: 1 });
    expect(swapped.ndcg10).toBeCloseTo((1 + 7 / Math.log2(3)) / (7 + 1 / Math.log2(3)), 10);
  });

  it('looks at the first ten for gain and the first five for recall', () => {
    const far = [...'123456789x', 'a'];
    expect(judge(far, { a: 3 })).toMatchObject({ ndcg10: 0, recall5: 0, reciprocalRank: 1 / 11 });
  });

  it('asks of recall@5 no more than five', () => {
    const relevant = Object.fromEntries([...'abcdefgh'].map((id) => [id, 1]));
    expect(judge([...'abcde'], relevant).recall5).toBe(1);
    expect(judge([...'abxyz'], relevant).recall5).toBe(0.4);
  });

  it('is nothing for nothing', () => {
    expect(judge([], { a: 3 })).toEqual({ recall5: 0, ndcg10: 0, reciprocalRank: 0 });
    expect(judge(['a'], {})).toEqual({ recall5: 0, ndcg10: 0, reciprocalRank: 0 });
  });
});

describe('average', () => {
  it('is the mean of each figure', () => {
    const one = { recall5: 1, ndcg10: 0.5, reciprocalRank: 1 };
    const other = { recall5: 0, ndcg10: 0.25, reciprocalRank: 0.5 };
    expect(average([one, other])).toEqual({ queries: 2, recall_5: 0.5, ndcg_10: 0.375, mrr: 0.75 });
    expect(average([])).toEqual({ queries: 0, recall_5: 0, ndcg_10: 0, mrr: 0 });
  });
});
