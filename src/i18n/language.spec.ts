import { languageOf } from './language';

describe('languageOf', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'fa'],
    ['', 'fa'],
    ['fa', 'fa'],
    ['fa-IR', 'fa'],
    ['en', 'en'],
    ['EN-us', 'en'],
    ['en-US,en;q=0.9,fa;q=0.8', 'en'],
    ['fa-IR,fa;q=0.9,en-US;q=0.8', 'fa'],
    ['fa;q=0.5,en;q=0.9', 'en'],
    ['de,en;q=0.5', 'en'],
    ['de-DE,fr;q=0.5', 'fa'],
    ['*', 'fa'],
    ['de,*;q=0.5', 'fa'],
    ['en;q=0', 'fa'],
    ['fa;q=0,en', 'en'],
    ['english', 'fa'],
    ['enx,fax', 'fa'],
    [';;;,,,q=', 'fa'],
    ['en;q=abc', 'fa'],
    [`${'x,'.repeat(100_000)}en`, 'fa'],
  ])('answers %j in %s', (header, expected) => {
    const language = languageOf({ headers: header === undefined ? {} : { 'accept-language': header } });
    expect(language).toBe(expected);
  });
});
