import fc from 'fast-check';
import {
  encodeError,
  encodeReadyForQuery,
  encodeSimpleQuery,
  encodeStartupReply,
  listenedChannel,
  MessageReader,
  prefixStatementName,
  readStartup,
  splitMessages,
  unlistenedChannel,
} from './wire-protocol';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? [...Buffer.from(part)] : part)));
const int32 = (value: number) => [
  (value >>> 24) & 255,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
];
const message = (type: string, ...parts: (string | number[])[]) => {
  const body = bytes(...parts);
  return Buffer.concat([bytes(type, int32(body.length + 4)), body]);
};
const startup = (...parts: (string | number[])[]) => {
  const body = bytes(...parts);
  return Buffer.concat([bytes(int32(body.length + 4)), body]);
};
const readerOf = (...data: Buffer[]) => {
  const reader = new MessageReader(1024);
  for (const part of data) reader.push(part);
  return reader;
};

describe('MessageReader', () => {
  it('gives back whole messages, however the bytes arrive', () => {
    const messages = fc.array(
      fc
        .tuple(fc.constantFrom('Q', 'P', 'B', 'S'), fc.uint8Array({ maxLength: 50 }))
        .map(([type, body]) => message(type, [...body])),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 20 })), (sent, cuts) => {
        const all = Buffer.concat(sent);
        const reader = new MessageReader(1024);
        const received: Buffer[] = [];
        let offset = 0;
        for (const cut of [...cuts, all.length]) {
          reader.push(all.subarray(offset, offset + cut));
          offset += cut;
          for (let next = reader.next(); next; next = reader.next()) received.push(next);
        }
        expect(received).toEqual(sent);
        expect(reader.next()).toBeNull();
      }),
    );
  });

  it('waits for the rest of a message', () => {
    const sync = message('S');
    const reader = readerOf(sync.subarray(0, 4));
    expect(reader.next()).toBeNull();
    reader.push(sync.subarray(4));
    expect(reader.next()).toEqual(sync);
  });

  it.each([
    ['shorter than its own head', 3],
    ['negative', -1],
    ['beyond the limit', 1024],
    ['beyond any limit', 0x7fffffff],
  ])('refuses a length that is %s', (_, length) => {
    expect(() => readerOf(bytes('Q', int32(length))).next()).toThrow('invalid message length');
  });

  it('takes a message of just the limit', () => {
    const largest = message('d', new Array<number>(1024 - 5).fill(1));
    expect(readerOf(largest).next()).toEqual(largest);
  });
});

describe('readStartup', () => {
  const version = int32(3 << 16);
  const parameters = (options: Record<string, string>) =>
    startup(version, ...Object.entries(options).map(([key, value]) => `${key}\0${value}\0`), '\0');

  it.each<[string, Record<string, string>, string | null]>([
    ['no options', { user: 'postgres', database: 'postgres' }, null],
    ['other options', { user: 'postgres', options: '-c statement_timeout=5' }, null],
    ['search_path', { user: 'postgres', options: '-c search_path=bullmq' }, 'bullmq'],
    ['several schemas', { options: '-c search_path=bullmq,public' }, 'bullmq,public'],
    ['a quoted schema', { options: '-c search_path="My Schema",public' }, '"My Schema",public'],
    ['search_path among others', { options: '-c a=b -c search_path=x -c c=d', user: 'u' }, 'x'],
    ['search_path as a value of something else', { application_name: '-c search_path=x' }, null],
  ])('finds search_path: %s', (_, options, searchPath) => {
    expect(readStartup(readerOf(parameters(options)))).toEqual({ kind: 'startup', searchPath });
  });

  it.each([
    ['SSL', 80877103, 'encryption-request'],
    ['GSS encryption', 80877104, 'encryption-request'],
    ['a cancellation', 80877102, 'cancel'],
  ])('knows a request for %s', (_, code, kind) => {
    const rest = kind === 'cancel' ? [...int32(1), ...int32(2)] : [];
    expect(readStartup(readerOf(startup(int32(code), rest)))).toEqual({ kind });
  });

  it('reads a start-up that follows a refused encryption in one packet', () => {
    const reader = readerOf(startup(int32(80877103)), parameters({ user: 'postgres' }), message('p', 'x\0'));
    expect(readStartup(reader)).toEqual({ kind: 'encryption-request' });
    expect(readStartup(reader)).toEqual({ kind: 'startup', searchPath: null });
    expect(reader.next()).toEqual(message('p', 'x\0'));
  });

  it('waits for the rest', () => {
    const whole = parameters({ user: 'postgres' });
    for (const length of [0, 3, 7, 8, whole.length - 1]) {
      expect(readStartup(readerOf(whole.subarray(0, length)))).toBeNull();
    }
  });

  it.each([
    ['version 2', startup(int32(2 << 16), 'x\0')],
    ['HTTP', bytes('GET / HTTP/1.1\r\n\r\n')],
    ['TLS', bytes([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3])],
    ['no length', bytes([0, 0, 0, 0, 0, 3, 0, 0])],
    ['a length beyond measure', bytes(int32(100_000), version)],
  ])('refuses %s', (_, data) => {
    expect(() => readStartup(readerOf(data))).toThrow();
  });
});

describe('splitMessages', () => {
  it('cuts what it is given', () => {
    const parts = [message('1'), message('D', [0, 1], 'x'), message('Z', 'I')];
    expect([...splitMessages(Buffer.concat(parts))]).toEqual(parts);
    expect([...splitMessages(new Uint8Array())]).toEqual([]);
  });

  it('copies, since the engine may use its memory again', () => {
    const output = Uint8Array.from([9, 9, ...message('Z', 'I')]).subarray(2);
    const [ready] = [...splitMessages(output)];
    output.fill(0);
    expect(ready).toEqual(message('Z', 'I'));
  });
});

describe('prefixStatementName', () => {
  const rename = (given: Buffer, names = new Set<string>()) => ({
    renamed: prefixStatementName(given, 'c7_', names),
    names,
  });

  it.each([
    [
      'Parse',
      message('P', 'find\0SELECT $1\0', [0, 1, 0, 0, 0, 23]),
      message('P', 'c7_find\0SELECT $1\0', [0, 1, 0, 0, 0, 23]),
    ],
    [
      'Bind',
      message('B', 'portal\0find\0', [0, 0, 0, 0, 0, 0]),
      message('B', 'portal\0c7_find\0', [0, 0, 0, 0, 0, 0]),
    ],
    ['Bind without a portal', message('B', '\0find\0', [0, 0]), message('B', '\0c7_find\0', [0, 0])],
    ['Describe of a statement', message('D', 'Sfind\0'), message('D', 'Sc7_find\0')],
    ['Close of a statement', message('C', 'Sfind\0'), message('C', 'Sc7_find\0')],
    [
      'a Persian name',
      message('P', 'یافتن\0SELECT 1\0', [0, 0]),
      message('P', 'c7_یافتن\0SELECT 1\0', [0, 0]),
    ],
  ])('renames in %s, and corrects the length', (_, given, expected) => {
    const { renamed } = rename(given);
    expect(renamed).toEqual(expected);
    expect(renamed.readInt32BE(1)).toBe(renamed.length - 1);
  });

  it.each([
    ['an unnamed Parse', message('P', '\0SELECT 1\0', [0, 0])],
    ['an unnamed Bind', message('B', '\0\0', [0, 0])],
    ['Describe of a portal', message('D', 'Pfind\0')],
    ['Describe of the unnamed statement', message('D', 'S\0')],
    ['Close of a portal', message('C', 'Pfind\0')],
    ['Execute', message('E', 'find\0', int32(0))],
    ['Sync', message('S')],
    ['a simple query', message('Q', 'SELECT 1\0')],
  ])('leaves %s', (_, given) => {
    const { renamed, names } = rename(given);
    expect(renamed).toEqual(given);
    expect(names.size).toBe(0);
  });

  it('keeps account of the names that are there', () => {
    const names = new Set<string>();
    rename(message('P', 'a\0SELECT 1\0', [0, 0]), names);
    rename(message('P', 'b\0SELECT 1\0', [0, 0]), names);
    rename(message('B', '\0a\0', [0, 0]), names);
    expect([...names]).toEqual(['c7_a', 'c7_b']);
    rename(message('C', 'Sa\0'), names);
    expect([...names]).toEqual(['c7_b']);
  });
});

describe('the channel', () => {
  const channels = (sql: string) => [
    listenedChannel(message('Q', `${sql}\0`)),
    unlistenedChannel(message('Q', `${sql}\0`)),
  ];

  it.each<[string, string | null, string | null]>([
    ['LISTEN jobs', 'jobs', null],
    ['listen Jobs;', 'jobs', null],
    ['  LISTEN "Jobs:done" ; ', 'Jobs:done', null],
    ['LISTEN\n\tjobs', 'jobs', null],
    ['-- why\nLISTEN jobs', 'jobs', null],
    ['/* why */ LISTEN /* what */ jobs -- end', 'jobs', null],
    ['/* LISTEN a */ LISTEN b', 'b', null],
    ['UNLISTEN jobs', null, 'jobs'],
    ['UNLISTEN "Jobs:done"', null, 'Jobs:done'],
    ['/* x */ unlisten *;', null, '*'],
    ["SELECT 'LISTEN jobs'", null, null],
    ["NOTIFY jobs, 'LISTEN'", null, null],
    ['LISTEN', null, null],
    ['SELECT 1', null, null],
    ['', null, null],
    [`-- ${'x'.repeat(5000)}\nLISTEN jobs`, null, null],
  ])('of %j is %j, ended %j', (sql, listened, unlistened) => {
    expect(channels(sql)).toEqual([listened, unlistened]);
  });

  it('is looked for in simple queries only', () => {
    expect(listenedChannel(message('P', '\0LISTEN jobs\0', [0, 0]))).toBeNull();
  });

  it('of hostile comments is answered at once', () => {
    expect(channels('/*'.repeat(1900))).toEqual([null, null]);
    expect(channels(`LISTEN${' '.repeat(3900)}`)).toEqual([null, null]);
  });
});

describe('encoding', () => {
  it('of a simple query', () => {
    expect(encodeSimpleQuery('SELECT ۱')).toEqual(message('Q', 'SELECT ۱\0'));
  });

  it('of an error', () => {
    expect(encodeError('FATAL', '28P01', 'گذرواژه')).toEqual(
      message('E', 'SFATAL\0VFATAL\0C28P01\0Mگذرواژه\0\0'),
    );
  });

  it('of the end of a command', () => {
    expect(encodeReadyForQuery('UNLISTEN')).toEqual(
      Buffer.concat([message('C', 'UNLISTEN\0'), message('Z', 'I')]),
    );
  });

  it('of the answer to a login', () => {
    const parts = [...splitMessages(encodeStartupReply(7))];
    expect(parts.map((part) => String.fromCharCode(part[0]!)).join('')).toMatch(/^RS+KZ$/);
    expect(parts[0]).toEqual(message('R', int32(0)));
    expect(parts).toContainEqual(message('S', 'client_encoding\0UTF8\0'));
    expect(parts).toContainEqual(message('S', 'standard_conforming_strings\0on\0'));
    expect(parts.at(-2)).toEqual(message('K', int32(7), int32(0)));
    expect(parts.at(-1)).toEqual(message('Z', 'I'));
  });
});
