import { idsToAsk, nextQuestion } from './waiting';

describe('nextQuestion', () => {
  it('asks less and less often, and then no more', () => {
    expect([0, 1, 2, 3, 20].map((asked) => nextQuestion(asked, 0))).toEqual([
      5000, 7500, 11_250, 16_875, 60_000,
    ]);
    expect(nextQuestion(0, 10 * 60_000)).toBeNull();
  });
});

describe('idsToAsk', () => {
  it('asks for each once, and for no more than one request takes', () => {
    expect(idsToAsk([3, 3, 5])).toEqual([3, 5]);
    expect(idsToAsk([NaN, 0, -1, 1.5, 7])).toEqual([7]);
    expect(idsToAsk(Array.from({ length: 500 }, (_, index) => index + 1))).toHaveLength(200);
  });
});
