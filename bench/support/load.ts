import { connect, type Socket } from 'node:net';
import { percentile } from './statistics';

/** What a closed loop of requests did: each connection sends its next request once it has its answer. */
export interface LoadResult {
  requests: number;
  seconds: number;
  perSecond: number;
  /** Milliseconds from the first byte of a request to the last of its answer. */
  p50: number;
  p95: number;
  p99: number;
  /** How often each status was answered. */
  statuses: Record<number, number>;
}

export interface Load {
  port: number;
  connections: number;
  /** Ends after so many seconds; or after `requests`, whichever comes first. */
  seconds?: number;
  requests?: number;
  /** The bytes of a whole request. They are written before this is called again for the same connection. */
  request: (sequence: number, connection: number) => Buffer;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

interface Listener {
  connected: () => void;
  /** @param ms from the first byte of the request to the last of its answer */
  answered: (status: number, ms: number) => void;
  failed: (error: Error) => void;
}

/**
 * A connection that sends one request at a time over a plain socket, and reads of an answer no more than its status and
 * length: whoever sends shares the cores with what is measured, and a client that costs as much as the server would hide
 * the difference.
 */
export class Connection {
  private readonly socket: Socket;
  private sentAt = 0;
  private waiting: Buffer | null = null;
  private isDone = false;

  constructor(
    port: number,
    private readonly listener: Listener,
  ) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('connect', () => listener.connected());
    this.socket.on('data', (data) => this.read(data));
    this.socket.on('error', (error) => listener.failed(error));
    this.socket.on('close', () => {
      if (!this.isDone) listener.failed(new Error(`the server on port ${port} closed a connection`));
    });
  }

  send(request: Buffer): void {
    this.sentAt = performance.now();
    this.socket.write(request);
  }

  end(): void {
    this.isDone = true;
    this.socket.end();
  }

  destroy(): void {
    this.isDone = true;
    this.socket.destroy();
  }

  private read(data: Buffer): void {
    const answer = this.waiting ? Buffer.concat([this.waiting, data]) : data;
    this.waiting = answer;
    const bodyAt = answer.indexOf(END_OF_HEAD) + 4;
    if (bodyAt === 3) return;
    const head = answer.toString('latin1', 0, bodyAt);
    const length = /content-length: *(\d+)/i.exec(head)?.[1];
    const isChunked = length === undefined && /transfer-encoding: *chunked/i.test(head);
    const isWhole = isChunked
      ? answer.subarray(-7).includes('0\r\n\r\n')
      : answer.length >= bodyAt + Number(length ?? 0);
    if (!isWhole) return;
    this.waiting = null;
    this.listener.answered(Number(head.slice(9, 12)), performance.now() - this.sentAt);
  }
}

/** Sends one request after another over one connection; each resolves to its milliseconds. */
export class Caller {
  private settle: { resolve: (ms: number) => void; reject: (error: Error) => void } | null = null;
  private readonly connection: Connection;

  constructor(port: number) {
    this.connection = new Connection(port, {
      connected: () => undefined,
      answered: (status, ms) => {
        if (status === 200) this.settle?.resolve(ms);
        else this.settle?.reject(new Error(`answered with ${status}`));
      },
      failed: (error) => this.settle?.reject(error),
    });
  }

  /** @throws Error for an answer that is not 200 */
  call(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.connection.send(request);
    });
  }

  end(): void {
    this.connection.end();
  }
}

/** @throws Error where an answer cannot be read, or a connection ends */
export function load({
  port,
  connections,
  seconds = Infinity,
  requests = Infinity,
  request,
}: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    const statuses: Record<number, number> = {};
    const all: Connection[] = [];
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    let [sent, open] = [0, connections];

    const finish = (): void => {
      const elapsed = (performance.now() - startedAt) / 1000;
      resolve({
        requests: latencies.length,
        seconds: elapsed,
        perSecond: latencies.length / elapsed,
        p50: percentile(latencies, 0.5),
        p95: percentile(latencies, 0.95),
        p99: percentile(latencies, 0.99),
        statuses,
      });
    };
    for (let number = 0; number < connections; number++) {
      const next = (): void => {
        if (sent < requests && performance.now() < endsAt) {
          connection.send(request(sent++, number));
          return;
        }
        connection.end();
        if (--open === 0) finish();
      };
      const connection: Connection = new Connection(port, {
        connected: next,
        answered: (status, ms) => {
          latencies.push(ms);
          statuses[status] = (statuses[status] ?? 0) + 1;
          next();
        },
        failed: (error) => {
          for (const each of all) each.destroy();
          reject(error);
        },
      });
      all.push(connection);
    }
  });
}

/** The bytes of a POST of JSON. */
export function post(path: string, body: string, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

export function get(path: string, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}
