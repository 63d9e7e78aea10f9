import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { QueryFailedError } from 'typeorm';
import { requestId, serializeError } from './logging';

describe('serializeError', () => {
  it('says what failed and quotes neither parameters nor rows', () => {
    const driverError = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      detail: 'Key (token_hash)=(secret-hash) already exists.',
      where: 'secret-row',
    });
    const error = new QueryFailedError('INSERT INTO t VALUES ($1)', ['secret-parameter'], driverError);
    const line = JSON.stringify(serializeError(error));
    expect(line).toContain('duplicate key value');
    expect(line).toContain('23505');
    expect(line).not.toContain('secret');
  });

  it('does not quote the command that Redis refused', () => {
    const command = { name: 'auth', args: ['secret'] };
    const error = Object.assign(new Error('WRONGPASS invalid username-password pair'), { command });
    expect(JSON.stringify(serializeError(error))).toMatch(/^(?!.*secret).*WRONGPASS/);
  });

  it('leaves what is no error as it is', () => {
    expect(serializeError('x' as never)).toBe('x');
  });
});

describe('requestId', () => {
  const of = (value: string | undefined) => requestId({ headers: { 'x-request-id': value } });

  it("takes the client's", () => {
    expect(of('shop-1:42')).toBe('shop-1:42');
  });

  it.each([undefined, '', 'a b', 'x'.repeat(101), 'a\nb'])('makes one instead of %p', (value) => {
    expect(of(value)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the log of a process', () => {
  it('has all lines of a turn whole and in order, however many, also where the process ends with it', () => {
    const logging = join(__dirname, '..', '..', 'dist', 'src', 'logging', 'logging.js');
    const script = `
      const logger = require(${JSON.stringify(logging)}).createLogger({ server: { logLevel: 'info' } });
      for (let line = 0; line < 3000; line++) logger.info({ line }, 'ک'.repeat(line % 100));
      process.exit(0);`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      maxBuffer: 10_000_000,
    });
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; msg: string });
    expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 3000 }, (_, line) => line));
    expect(lines.every(({ line, msg }) => msg.length === line % 100)).toBe(true);
  });
});
