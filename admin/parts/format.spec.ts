import { formatFor } from './format';

describe('formats of the panel', () => {
  const [fa, en] = [formatFor('fa'), formatFor('en')];

  it('writes prices with all their digits, in those of the language', () => {
    expect(en.money('123456789012345678.50')).toBe('123,456,789,012,345,678.5');
    expect(fa.money('850000.00')).toBe('۸۵۰٬۰۰۰');
    expect(en.money('0.10')).toBe('0.1');
  });

  it('dates by the calendar of the language', () => {
    expect(fa.date('2026-03-21T12:00:00Z')).toContain('۱۴۰۵');
    expect(en.date('2026-03-21T12:00:00Z')).toBe('21 Mar 2026');
  });

  it.each([
    [-5, '5 seconds ago'],
    [-59, '59 seconds ago'],
    [-3600, '1 hour ago'],
    [-86_400 * 40, 'last month'],
    [86_400, 'tomorrow'],
  ])('says %d seconds from now as %s', (seconds, said) => {
    const now = Date.UTC(2026, 0, 1);
    expect(en.ago(new Date(now + seconds * 1000), now)).toBe(said);
  });

  it('chooses a unit that a length of time needs', () => {
    expect(en.duration(412.4)).toMatch(/^412 ?ms$/);
    expect(en.duration(1500)).toMatch(/^1\.5 ?secs?$/);
    expect(en.duration(5_400_000)).toMatch(/^1\.5 ?hrs?$/);
  });
});
