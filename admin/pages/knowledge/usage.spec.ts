import { progressOf, usageByDay, usageByReason } from './usage';

const row = (day: string, reason: string, tokens: number) => ({
  day,
  reason,
  embedder: 'text-embedding-3-small@1536',
  requests: 1,
  texts: 2,
  tokens,
  cached: 0,
  rejected: 1,
});

describe('usage of embeddings', () => {
  const usage = [
    row('2026-02-02', 'question', 5),
    row('2026-02-02', 'created', 70),
    row('2026-02-01', 'question', 6),
  ];

  it('is summed by day in its order', () => {
    expect(usageByDay(usage)).toEqual([
      { key: '2026-02-02', requests: 2, texts: 4, tokens: 75, cached: 0, rejected: 2 },
      { key: '2026-02-01', requests: 1, texts: 2, tokens: 6, cached: 0, rejected: 1 },
    ]);
  });

  it('is summed by reason, the dearest first', () => {
    expect(usageByReason(usage).map(({ key, tokens }) => [key, tokens])).toEqual([
      ['created', 70],
      ['question', 11],
    ]);
  });

  it('tells how far what is built has come', () => {
    const building = {
      embedder: 'x@1',
      products: 10,
      products_done: 5,
      chunks: 8,
      chunks_embedded: 3,
      chunks_failed: 1,
    };
    expect(progressOf(building)).toBe(0.25);
    expect(progressOf({ ...building, products: 0 })).toBe(1);
    expect(progressOf({ ...building, chunks: 0 })).toBe(0);
  });
});
