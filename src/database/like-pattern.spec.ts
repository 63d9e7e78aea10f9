import { containing } from './like-pattern';

describe('containing', () => {
  it.each([
    ['shoe', '%shoe%'],
    ['  shoe ', '%shoe%'],
    ['100%', '%100\\%%'],
    ['a_b', '%a\\_b%'],
    ['a\\b', '%a\\\\b%'],
    ['a\0b', '%ab%'],
    ['', '%%'],
  ])('takes %j to the letter', (text, pattern) => {
    expect(containing(text)).toBe(pattern);
  });
});
