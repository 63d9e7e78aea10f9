import fc from 'fast-check';
import { QueryFailedError } from 'typeorm';
import { failureCauseOf } from './failure-cause';

const database = (code: string, message: string) =>
  new QueryFailedError('UPDATE products', [], Object.assign(new Error(message), { code }));

describe('the cause of a failure', () => {
  it.each<[string, Error, string]>([
    ['of our own', new Error('Nothing to do'), 'Error: Nothing to do'],
    ['by its name', new RangeError('too long'), 'RangeError: too long'],
    [
      'of the database, by its SQLSTATE',
      database('P0001', 'the product woo_666 is refused'),
      'P0001: the product woo_# is refused',
    ],
    [
      'without what is quoted',
      database('22P02', `invalid input syntax for type bigint: "12x"`),
      '22P02: invalid input syntax for type bigint: *',
    ],
    ['in other quotes', new Error("no such 'thing' as «این»"), 'Error: no such * as *'],
    [
      'without a UUID',
      new Error('request 0b7e2f44-9f5b-4c1e-8f7e-2d5c1b1f0a11 failed'),
      'Error: request * failed',
    ],
    [
      'without a hash',
      new Error('digest 9e107d9d372bb6826bd81d3542a419d6 differs'),
      'Error: digest * differs',
    ],
    ['without digits of any script', new Error('row ۱۲ of 34.5'), 'Error: row # of #.#'],
    ['on one line', new Error('a\n  b'), 'Error: a b'],
    ['without a message', new Error(''), 'Error:'],
  ])('%s', (_, error, expected) => {
    expect(failureCauseOf(error)).toBe(expected);
  });

  it('is the same for another product, and another for another fault', () => {
    const of = (id: number) => failureCauseOf(database('23505', `duplicate key "woo_${id}" of ${id}`));
    expect(of(1)).toBe(of(9223));
    expect(of(1)).not.toBe(failureCauseOf(database('23514', `duplicate key "woo_1" of 1`)));
  });

  it('is never long, whatever the message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (message) => {
        const cause = failureCauseOf(new Error(message));
        expect(cause.length).toBeLessThanOrEqual(200);
        expect(cause.isWellFormed()).toBe(true);
      }),
    );
  });
});
