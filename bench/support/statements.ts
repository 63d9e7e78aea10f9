import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';

/** A statement as it went over the wire. */
export interface Statement {
  connection: number;
  sql: string;
  /** Null for one of the simple protocol. */
  values: (string | null)[] | null;
  /** In the order of begins and ends of all statements. */
  begun: number;
  ended: number;
}

/** Stands between a process and its database, and writes down what the process asks. It is not there while anything is measured. */
export class StatementRecorder {
  private statements: Statement[] = [];
  private clock = 0;
  private connections = 0;

  private constructor(
    private readonly server: Server,
    /** The database's address by way of this. */
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<StatementRecorder> {
    const target = new URL(databaseUrl);
    const server = createServer((socket) => recorder.relay(socket, target));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(databaseUrl);
    url.port = String((server.address() as AddressInfo).port);
    const recorder = new StatementRecorder(server, url.href);
    return recorder;
  }

  /** What was asked since the last time. */
  take(): Statement[] {
    const taken = this.statements.filter(({ ended }) => ended > 0);
    this.statements = [];
    return taken;
  }

  stop(): void {
    this.server.close();
  }

  private relay(socket: Socket, target: URL): void {
    const upstream = connect(Number(target.port), target.hostname);
    const connection = this.connections++;
    const prepared = new Map<string, string>();
    const open: Statement[] = [];
    const begin = (sql: string, values: Statement['values']) => {
      const statement = { connection, sql, values, begun: ++this.clock, ended: 0 };
      open.push(statement);
      this.statements.push(statement);
    };
    const asked = messages((type, body) => {
      if (type === 'Q') begin(text(body, 0).value, null);
      if (type === 'P') {
        const name = text(body, 0);
        prepared.set(name.value, text(body, name.end).value);
      }
      if (type === 'B') {
        const name = text(body, text(body, 0).end);
        begin(prepared.get(name.value) ?? '', parametersOf(body, name.end));
      }
    }, true);
    const answered = messages((type) => {
      if (type === 'Z') open.splice(0).forEach((statement) => (statement.ended = ++this.clock));
    }, false);
    socket.on('data', (data) => {
      asked(data);
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      answered(data);
      socket.write(data);
    });
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }
}

/** Cuts a stream of the frontend/backend protocol into its messages; the very first of a client has no type. */
function messages(handle: (type: string, body: Buffer) => void, isClient: boolean): (data: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  let isFirst = isClient;
  return (data) => {
    waiting = Buffer.concat([waiting, data]);
    for (;;) {
      const at = isFirst ? 0 : 1;
      if (waiting.length < at + 4) return;
      const end = at + waiting.readInt32BE(at);
      if (waiting.length < end) return;
      if (!isFirst) handle(String.fromCharCode(waiting[0]!), waiting.subarray(5, end));
      isFirst = false;
      waiting = waiting.subarray(end);
    }
  };
}

function text(body: Buffer, from: number): { value: string; end: number } {
  const at = body.indexOf(0, from);
  return { value: body.toString('utf8', from, at), end: at + 1 };
}

function parametersOf(body: Buffer, from: number): (string | null)[] {
  let at = from + 2 + 2 * body.readInt16BE(from);
  const count = body.readInt16BE(at);
  at += 2;
  return Array.from({ length: count }, () => {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return body.toString('utf8', at - length, at);
  });
}

/** Sends recorded statements by bare clients: each once those are answered that were answered before it was sent. */
export class Replay {
  private readonly clients = new Map<number, Client>();

  constructor(private readonly databaseUrl: string) {}

  /** @returns milliseconds from the first statement to the last answer */
  async run(statements: readonly Statement[]): Promise<number> {
    for (const { connection } of statements) await this.client(connection);
    const startedAt = performance.now();
    const done = new Map<Statement, Promise<unknown>>();
    for (const statement of statements) {
      const before = statements
        .filter(({ ended }) => ended < statement.begun)
        .flatMap((each) => done.get(each) ?? []);
      done.set(
        statement,
        Promise.all(before).then(() => this.send(statement)),
      );
    }
    await Promise.all(done.values());
    return performance.now() - startedAt;
  }

  async rowsOf<Row>(statement: Statement): Promise<Row[]> {
    await this.client(statement.connection);
    return (await this.send(statement)).rows as Row[];
  }

  async stop(): Promise<void> {
    for (const client of this.clients.values()) await client.end();
  }

  private send({ connection, sql, values }: Statement) {
    const client = this.clients.get(connection)!;
    return values === null ? client.query(sql) : client.query(sql, values);
  }

  private async client(connection: number): Promise<void> {
    if (this.clients.has(connection)) return;
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    this.clients.set(connection, client);
  }
}
