import { detailsOf } from './details';

describe('detailsOf', () => {
  it('takes the named fields alone, from the first source that has each', () => {
    const body = { name: 'Shop', password: 'secret', id: 1 };
    const query = { user_id: '7', name: 'Other' };
    expect(detailsOf(['name', 'user_id', 'absent'], body, query)).toEqual({ name: 'Shop', user_id: '7' });
    expect(detailsOf([], body, query)).toEqual({});
    expect(detailsOf(['constructor', '__proto__', 'toString'], {})).toEqual({});
  });

  it.each([null, undefined, 'text', 5, true, []])('takes nothing from %j', (body) => {
    expect(detailsOf(['name', 'length'], body === undefined ? {} : body)).not.toHaveProperty('name');
  });

  it.each<[string, unknown, unknown]>([
    ['text', 'abc', 'abc'],
    ['null', null, null],
    ['false', false, false],
    ['a number', 1.5, 1.5],
    ['no number', Number.NaN, null],
    ['a date', new Date('2026-01-01T00:00:00Z'), '2026-01-01T00:00:00.000Z'],
    ['an object', { password: 'secret' }, null],
    ['a list', ['a', 1, null], ['a', 1, null]],
    ['a list of lists and objects', [['secret'], { password: 'secret' }], [null, null]],
    ['text with NUL', 'a\0b', 'ab'],
    ['text with halves of pairs', 'a\ud83db\ude00', 'ab'],
    ['text with a pair', '😀', '😀'],
  ])('records %s', (_, value, recorded) => {
    expect(detailsOf(['field'], { field: value })).toEqual({ field: recorded });
  });

  it('cuts what is long, but no pair in two', () => {
    expect(detailsOf(['field'], { field: 'x'.repeat(1000) }).field).toHaveLength(300);
    const cut = detailsOf(['field'], { field: `${'x'.repeat(299)}😀` }).field as string;
    expect(cut).toBe('x'.repeat(299));
    expect(detailsOf(['field'], { field: Array(500).fill(1) }).field).toHaveLength(100);
  });
});
