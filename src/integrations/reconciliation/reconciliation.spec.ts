import fc from 'fast-check';
import { MAX_BUCKETS } from './manifest';
import { fineBuckets } from './reconciliation.service';

describe('the buckets that are read', () => {
  it.each<[number, number[], number]>([
    [4096, [5], 1],
    [1024, [5], 4],
    [1024, [5, 6, 1023], 12],
    [2, [1], 2048],
    [12, [5], 1024],
  ])('of %s, for %j, are %s of 4,096', (count, named, expected) => {
    expect(fineBuckets(count, named)).toHaveLength(expected);
  });

  it.each([
    [1, [0]],
    [3, [2]],
    [4, [0, 1, 2, 3]],
    [6, [0, 1]],
  ])('of %s, for %j, are all', (count, named) => {
    expect(fineBuckets(count, named)).toBeNull();
  });

  it('have each product of the named ones', () => {
    const id = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_BUCKETS }), id, (count, product) => {
        const fine = fineBuckets(count, [product % count]);
        expect(fine === null || fine.includes(product % MAX_BUCKETS)).toBe(true);
      }),
    );
  });
});
