import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { isTransient } from './faults';

const failed = (code?: string) =>
  new QueryFailedError(
    'SELECT 1',
    [],
    Object.assign(new Error('failed'), code === undefined ? {} : { code }),
  );

describe('isTransient', () => {
  it.each([
    '08006',
    '25006',
    '40001',
    '40P01',
    '53100',
    '53300',
    '57P01',
    '57P03',
    '58030',
    'ECONNRESET',
    'EPIPE',
  ])('is true of %s', (code) => expect(isTransient(failed(code))).toBe(true));

  it.each(['23505', '22P02', '42P01', '57014', '53200', 'XX000', 'P0001'])('is false of %s', (code) =>
    expect(isTransient(failed(code))).toBe(false),
  );

  it('is true of a connection that ends without a code', () => {
    expect(isTransient(failed())).toBe(true);
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(new Error('timeout exceeded when trying to connect'))).toBe(true);
    expect(isTransient(new QueryRunnerAlreadyReleasedError())).toBe(true);
    expect(isTransient(Object.assign(new Error('read'), { code: 'ECONNREFUSED' }))).toBe(true);
  });

  it('is false of faults of our own', () => {
    expect(isTransient(new TypeError('x is not a function'))).toBe(false);
    expect(isTransient('text')).toBe(false);
  });
});
