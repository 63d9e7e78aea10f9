import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
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

/**
 * Serves one PGlite engine to many PostgreSQL clients over TCP on 127.0.0.1.
 *
 * The engine has a single backend session, so clients take turns. A turn is a whole batch (a simple query, or
 * everything up to Sync), and a client inside a transaction keeps its turn until the transaction ends. Scheduling
 * single messages instead would let one client's Bind meet another client's Execute, which writes rows into the
 * wrong table (seen with the stock socket server).
 *
 * What a session would keep for its client is kept here: search_path from the start-up options, the names of
 * prepared statements (prefixed), and which channels the client listens to.
 */
export interface WireServerOptions {
  password: string;
  /** A client that sends nothing for so long inside a transaction is cut off: all others wait for it. */
  idleInTransactionMs?: number;
  /** Called when the engine itself is beyond use; nothing will be answered any more. */
  onFatal?: (error: Error) => void;
}

const DEFAULT_IDLE_IN_TRANSACTION_MS = 15_000;
/** Larger than any statement of ours: a client that announces more is broken. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

interface Client {
  id: number;
  socket: Socket;
  reader: MessageReader;
  authenticated: boolean;
  started: boolean;
  searchPath: string | null;
  channels: Set<string>;
  statements: Set<string>;
  batch: Buffer[];
  queue: Buffer[];
  waiting: boolean;
  closed: boolean;
}

export class WireServer {
  private readonly server: Server;
  private readonly clients = new Set<Client>();
  private readonly turns: Client[] = [];
  private readonly departed: Client[] = [];
  private owner: Client | null = null;
  private idleTimer: NodeJS.Timeout | null = null;
  private running = false;
  private sessionSearchPath: string | null = null;
  private nextClientId = 1;
  private stopped = false;

  constructor(
    private readonly engine: PGlite,
    private readonly options: WireServerOptions,
  ) {
    this.server = createServer((socket) => this.accept(socket));
  }

  /** Listens on a free port of 127.0.0.1 and resolves to it. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', () => resolve());
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.stopped = true;
    this.clearIdleTimer();
    for (const client of this.clients) client.socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    while (this.running) await new Promise((resolve) => setImmediate(resolve));
  }

  private accept(socket: Socket): void {
    const client: Client = {
      id: this.nextClientId++,
      socket,
      reader: new MessageReader(MAX_MESSAGE_BYTES),
      authenticated: false,
      started: false,
      searchPath: null,
      channels: new Set(),
      statements: new Set(),
      batch: [],
      queue: [],
      waiting: false,
      closed: false,
    };
    this.clients.add(client);
    socket.setNoDelay(true);
    socket.on('data', (data) => this.receive(client, data));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.disconnect(client));
  }

  private receive(client: Client, data: Buffer): void {
    try {
      client.reader.push(data);
      if (!client.started && !this.startUp(client)) return;
      for (let message = client.reader.next(); message; message = client.reader.next()) {
        this.handle(client, message);
      }
    } catch (error) {
      this.send(client, encodeError('FATAL', '08P01', (error as Error).message));
      client.socket.destroy();
    }
  }

  private startUp(client: Client): boolean {
    for (;;) {
      const startup = readStartup(client.reader);
      if (!startup) return false;
      if (startup.kind === 'encryption-request') {
        client.socket.write('N');
        continue;
      }
      if (startup.kind === 'cancel') {
        client.socket.destroy();
        return false;
      }
      client.started = true;
      client.searchPath = startup.searchPath;
      // AuthenticationCleartextPassword: the connection never leaves this machine.
      this.send(client, Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      return true;
    }
  }

  private handle(client: Client, message: Buffer): void {
    const type = String.fromCharCode(message[0]!);
    if (!client.authenticated) {
      if (type !== 'p' || !this.passwordMatches(message.subarray(5, message.length - 1))) {
        this.send(client, encodeError('FATAL', '28P01', 'password authentication failed'));
        client.socket.end();
        return;
      }
      client.authenticated = true;
      this.send(client, encodeStartupReply(client.id));
      return;
    }
    if (type === 'X') {
      client.socket.end();
      return;
    }
    client.batch.push(prefixStatementName(message, `c${client.id}_`, client.statements));
    // Flush ('H') asks for answers before Sync; the client then keeps its turn until it syncs.
    if (type === 'Q' || type === 'S' || type === 'F' || type === 'H' || type === 'c' || type === 'f') {
      client.queue.push(client.batch.length === 1 ? client.batch[0]! : Buffer.concat(client.batch));
      client.batch = [];
      this.enqueue(client);
    }
  }

  private passwordMatches(given: Buffer): boolean {
    const expected = Buffer.from(this.options.password);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  private enqueue(client: Client): void {
    if (client.waiting) return;
    client.waiting = true;
    if (this.owner === client) this.turns.unshift(client);
    else this.turns.push(client);
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.running || this.stopped) return;
    this.running = true;
    try {
      while (!this.stopped) {
        await this.cleanUpDeparted();
        const client = this.nextTurn();
        if (!client) break;
        this.clearIdleTimer();
        const batch = client.queue.shift()!;
        await this.execute(client, batch);
        if (client.queue.length > 0 && !client.closed) {
          if (this.owner === client) this.turns.unshift(client);
          else this.turns.push(client);
        } else {
          client.waiting = false;
        }
        if (this.owner) this.startIdleTimer(this.owner);
      }
    } finally {
      this.running = false;
    }
  }

  private nextTurn(): Client | undefined {
    if (!this.owner) {
      const client = this.turns.shift();
      return client?.closed ? this.nextTurn() : client;
    }
    const index = this.turns.indexOf(this.owner);
    if (index < 0) return undefined;
    return this.turns.splice(index, 1)[0];
  }

  private async execute(client: Client, batch: Buffer): Promise<void> {
    const unlistened = unlistenedChannel(batch);
    if (unlistened !== null) {
      // Never passed on: in the shared session it would end the subscription of every other client too.
      if (unlistened === '*') client.channels.clear();
      else client.channels.delete(unlistened);
      this.send(client, encodeReadyForQuery('UNLISTEN'));
      return;
    }
    let output: Uint8Array;
    try {
      await this.restoreSearchPath(client);
      output = await this.exchange(batch);
    } catch (error) {
      await this.recover(client, error as Error);
      return;
    }
    const channel = listenedChannel(batch);
    if (channel !== null) client.channels.add(channel);
    this.owner = this.deliver(client, output) === 'I' ? null : client;
  }

  /**
   * What the engine answers. Not by its `execProtocolRaw`, which reads each answer once more and keeps every row that it
   * ever gave (seen in 0.5.14).
   */
  private async exchange(batch: Uint8Array): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await this.engine.execProtocolRawStream(batch, {
      // A view of the engine's memory, which is its own again after this call.
      onRawData: (chunk) => chunks.push(Buffer.from(chunk)),
    });
    return Buffer.concat(chunks);
  }

  /** Sends the answer, hands notifications to whoever listens, and returns the transaction status. */
  private deliver(client: Client, output: Uint8Array): string {
    let status = this.owner === client ? 'T' : 'I';
    const answer: Buffer[] = [];
    let sawReady = false;
    for (const message of splitMessages(output)) {
      const type = String.fromCharCode(message[0]!);
      if (type === 'A') this.notify(message);
      else answer.push(message);
      if (type === 'Z') {
        status = String.fromCharCode(message[5]!);
        sawReady = true;
      }
    }
    if (answer.length > 0) this.send(client, Buffer.concat(answer));
    return sawReady ? status : 'T';
  }

  private notify(message: Buffer): void {
    const end = message.indexOf(0, 9);
    const channel = message.toString('utf8', 9, end);
    for (const client of this.clients) if (client.channels.has(channel)) this.send(client, message);
  }

  private async restoreSearchPath(client: Client): Promise<void> {
    if (this.owner === client || this.sessionSearchPath === client.searchPath) return;
    const statement =
      client.searchPath === null ? 'RESET search_path' : `SET search_path TO ${client.searchPath}`;
    await this.exchange(encodeSimpleQuery(statement));
    this.sessionSearchPath = client.searchPath;
  }

  private async recover(client: Client, error: Error): Promise<void> {
    this.owner = null;
    this.send(client, encodeError('FATAL', 'XX000', `embedded database: ${error.message}`));
    client.socket.destroy();
    try {
      await this.exchange(encodeSimpleQuery('ROLLBACK'));
    } catch (fatal) {
      this.options.onFatal?.(fatal as Error);
    }
  }

  private startIdleTimer(client: Client): void {
    this.clearIdleTimer();
    const limit = this.options.idleInTransactionMs ?? DEFAULT_IDLE_IN_TRANSACTION_MS;
    this.idleTimer = setTimeout(() => {
      if (this.owner !== client) return;
      if (this.running) {
        this.startIdleTimer(client);
        return;
      }
      this.send(client, encodeError('FATAL', '25P03', `idle in transaction for ${limit} ms`));
      client.socket.destroy();
    }, limit);
    this.idleTimer.unref();
  }

  private clearIdleTimer(): void {
    if (this.idleTimer) clearTimeout(this.idleTimer);
    this.idleTimer = null;
  }

  private disconnect(client: Client): void {
    client.closed = true;
    this.clients.delete(client);
    this.departed.push(client);
    void this.run();
  }

  /**
   * Ends what departed clients left in the shared session: at once an open transaction, and, while no other client's
   * transaction is open (a failing statement would abort it), their prepared statements.
   */
  private async cleanUpDeparted(): Promise<void> {
    try {
      if (this.owner?.closed) {
        this.owner = null;
        await this.exchange(encodeSimpleQuery('ROLLBACK'));
      }
      while (this.owner === null && this.departed.length > 0) {
        const { statements } = this.departed.shift()!;
        for (const name of statements) {
          // One whose Parse failed is not there; the error then concerns nobody.
          await this.exchange(encodeSimpleQuery(`DEALLOCATE "${name}"`));
        }
        statements.clear();
      }
    } catch (error) {
      this.options.onFatal?.(error as Error);
    }
  }

  private send(client: Client, data: Buffer): void {
    if (!client.socket.destroyed) client.socket.write(data);
  }
}
