import { formatFor } from '../../parts/format';
import { audit } from './texts';
import { ACTIONS, textOf } from './actions';
import { detailWords } from './detail-words';

const words = { yes: 'yes', no: 'no', none: 'none', format: formatFor('en') };

describe('the audit log', () => {
  it.each([
    [true, 'yes'],
    [false, 'no'],
    [null, 'none'],
    [[], 'none'],
    [['192.0.2.1', '192.0.2.2'], '192.0.2.1, 192.0.2.2'],
    [123456, '123456'],
    ['کفش', 'کفش'],
    [{ deep: 1 }, '{"deep":1}'],
  ])('says %j as %s', (value, said) => {
    expect(detailWords(value, words)).toBe(said);
  });

  it('writes moments in the calendar of the language', () => {
    expect(detailWords('2026-03-21T12:00:00.000Z', words)).toContain('21 Mar 2026');
  });

  it('has words for each action', () => {
    for (const action of ACTIONS) expect(audit.fa[textOf(action)]).toBeTruthy();
  });
});
