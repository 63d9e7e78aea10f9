import { bareForms, stem } from './stemmer';

describe('stem', () => {
  it.each([
    ['کفشها', 'کفش'],
    ['کفشهای', 'کفش'],
    ['کفشهایی', 'کفش'],
    ['کفشهایشان', 'کفش'],
    ['سبکتر', 'سبک'],
    ['سبکترین', 'سبک'],
    ['زمستانی', 'زمستان'],
    ['خانهی', 'خانه'],
    ['shoes', 'shoe'],
    ['batteries', 'battery'],
    ['boxes', 'box'],
  ])('takes the ending off %s', (word, expected) => {
    expect(stem(word)).toBe(expected);
  });

  it.each([
    'کفش',
    'دفتر',
    'دختر',
    'چتر',
    'چای',
    'موی',
    'بی',
    'gas',
    'glass',
    'bus',
    'tennis',
    'rc181ts',
    '42',
    '',
  ])('leaves %s', (word) => {
    expect(stem(word)).toBe(word);
  });
});

describe('bareForms', () => {
  it.each([
    ['پدرم', 'پدر'],
    ['کفشش', 'کفش'],
    ['خانهشان', 'خانه'],
    ['کیفمون', 'کیف'],
    ['قدمامو', 'قدم'],
    ['بچههامو', 'بچه'],
    ['حاملس', 'حامله'],
    ['خرابه', 'خراب'],
  ])('of %s has %s', (word, expected) => {
    expect(bareForms(word)).toContain(expected);
  });
});
