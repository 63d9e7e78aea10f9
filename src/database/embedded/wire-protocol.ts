/**
 * The parts of the PostgreSQL frontend/backend protocol, version 3, that the embedded server needs
 * (source: PostgreSQL documentation, "Message Formats"). Pure functions on bytes.
 */

const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const MAX_STARTUP_BYTES = 10_000;

/** Collects bytes and gives back whole messages (type byte, length, body). */
export class MessageReader {
  private buffer: Buffer = Buffer.alloc(0);

  constructor(private readonly maxBytes: number) {}

  push(data: Buffer): void {
    this.buffer = this.buffer.length === 0 ? data : Buffer.concat([this.buffer, data]);
  }

  next(): Buffer | null {
    if (this.buffer.length < 5) return null;
    const length = this.buffer.readInt32BE(1) + 1;
    if (length < 5 || length > this.maxBytes) throw new Error(`invalid message length ${length}`);
    return this.take(length);
  }

  /** A start-up packet has no type byte. */
  nextUntyped(): Buffer | null {
    if (this.buffer.length < 8) return null;
    const length = this.buffer.readInt32BE(0);
    if (length < 8 || length > MAX_STARTUP_BYTES) throw new Error('invalid start-up packet');
    return this.take(length);
  }

  private take(length: number): Buffer | null {
    if (this.buffer.length < length) return null;
    const message = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return message;
  }
}

export type Startup =
  { kind: 'encryption-request' } | { kind: 'cancel' } | { kind: 'startup'; searchPath: string | null };

/** Reads a start-up packet; null while it is incomplete. */
export function readStartup(reader: MessageReader): Startup | null {
  const packet = reader.nextUntyped();
  if (!packet) return null;
  const code = packet.readInt32BE(4);
  if (code === SSL_REQUEST || code === GSSENC_REQUEST) return { kind: 'encryption-request' };
  if (code === CANCEL_REQUEST) return { kind: 'cancel' };
  if (code >> 16 !== 3) throw new Error('only protocol version 3 is served');
  const words = packet.toString('utf8', 8).split('\0');
  let options = '';
  for (let i = 0; i + 1 < words.length; i += 2) if (words[i] === 'options') options = words[i + 1]!;
  const match = /-c\s+search_path=((?:"[^"]*"|[^\s"])+)/.exec(options);
  return { kind: 'startup', searchPath: match ? match[1]! : null };
}

/** Cuts the engine's output into messages. */
export function* splitMessages(output: Uint8Array): Generator<Buffer> {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  for (let offset = 0; offset + 5 <= bytes.length;) {
    const length = bytes.readInt32BE(offset + 1) + 1;
    // Copied: the engine may reuse its output buffer for the next statement.
    yield Buffer.from(bytes.subarray(offset, offset + length));
    offset += length;
  }
}

/**
 * Gives named prepared statements a name of this client's own, since all clients share one session.
 * Names that now exist are added to `names`, closed ones removed.
 */
export function prefixStatementName(message: Buffer, prefix: string, names: Set<string>): Buffer {
  const type = String.fromCharCode(message[0]!);
  let start: number;
  if (type === 'P') start = 5;
  else if (type === 'B') start = message.indexOf(0, 5) + 1;
  else if ((type === 'D' || type === 'C') && message[5] === 0x53) start = 6;
  else return message;
  const end = message.indexOf(0, start);
  if (end === start) return message;
  const name = prefix + message.toString('utf8', start, end);
  if (type === 'P') names.add(name);
  if (type === 'C') names.delete(name);
  const renamed = Buffer.concat([message.subarray(0, start), Buffer.from(name), message.subarray(end)]);
  renamed.writeInt32BE(renamed.length - 1, 1);
  return renamed;
}

function simpleQueryText(batch: Buffer): string | null {
  return batch[0] === 0x51 ? batch.toString('utf8', 5, batch.length - 1) : null;
}

/** Longer statements are not looked at: a LISTEN is short, with its comments too. */
const MAX_LISTEN_BYTES = 4000;

function channelAfter(pattern: RegExp, batch: Buffer): string | null {
  if (batch.length > MAX_LISTEN_BYTES) return null;
  const statement = (simpleQueryText(batch) ?? '').replace(/--[^\n]*(\n|$)|\/\*[^]*?\*\//g, ' ');
  const match = pattern.exec(statement);
  if (!match) return null;
  return match[1] ?? (match[2] ?? '').toLowerCase();
}

/** The channel of a `LISTEN` sent as a simple query, else null. */
export function listenedChannel(batch: Buffer): string | null {
  return channelAfter(/^\s*LISTEN\s+(?:"([^"]+)"|([\w$]+))\s*;?\s*$/i, batch);
}

/** The channel (or `*`) of an `UNLISTEN` sent as a simple query, else null. */
export function unlistenedChannel(batch: Buffer): string | null {
  return channelAfter(/^\s*UNLISTEN\s+(?:"([^"]+)"|([\w$]+|\*))\s*;?\s*$/i, batch);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function encodeSimpleQuery(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`));
}

export function encodeError(severity: 'FATAL' | 'ERROR', sqlState: string, text: string): Buffer {
  return message('E', Buffer.from(`S${severity}\0V${severity}\0C${sqlState}\0M${text}\0\0`));
}

/** CommandComplete with the given tag, then ReadyForQuery (idle). */
export function encodeReadyForQuery(tag: string): Buffer {
  return Buffer.concat([message('C', Buffer.from(`${tag}\0`)), message('Z', Buffer.from('I'))]);
}

/** What a server says after a successful login: AuthenticationOk, parameters, key data, ReadyForQuery. */
export function encodeStartupReply(processId: number): Buffer {
  const parameters: Record<string, string> = {
    server_version: '18.0 (embedded)',
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
  };
  const keyData = Buffer.alloc(8);
  keyData.writeInt32BE(processId, 0);
  return Buffer.concat([
    message('R', Buffer.from([0, 0, 0, 0])),
    ...Object.entries(parameters).map(([key, value]) => message('S', Buffer.from(`${key}\0${value}\0`))),
    message('K', keyData),
    message('Z', Buffer.from('I')),
  ]);
}
