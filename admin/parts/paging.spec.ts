import { pageInstead } from './paging';

const rows = (count: number, shown = 0) => ({ count, results: Array<null>(shown).fill(null) });

describe('pageInstead', () => {
  it('is the last page with rows', () => {
    expect(pageInstead(3, 20, rows(12))).toBe(1);
    expect(pageInstead(9, 20, rows(41))).toBe(3);
  });

  it('goes back even where the count says that there is more', () => {
    expect(pageInstead(2, 20, rows(40))).toBe(1);
  });

  it('leaves pages with rows, and lists without any', () => {
    expect(pageInstead(2, 20, rows(21, 1))).toBeUndefined();
    expect(pageInstead(1, 20, rows(5))).toBeUndefined();
    expect(pageInstead(3, 20, rows(0))).toBeUndefined();
  });
});
