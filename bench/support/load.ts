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

/**
 * Sends requests over plain sockets and reads of an answer no more than its status and length: whoever sends shares the
 * cores with what is measured, and a client that costs as much as the server would hide the difference.
 * @throws Error where an answer cannot be read, or a connection ends
 */
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
    const sockets: Socket[] = [];
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
    const fail = (error: Error): void => {
      for (const socket of sockets) socket.destroy();
      reject(error);
    };
    for (let connection = 0; connection < connections; connection++) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      sockets.push(socket);
      let sentAt = 0;
      let waiting: Buffer | null = null;
      let isDone = false;
      const next = (): void => {
        if (sent >= requests || performance.now() >= endsAt) {
          isDone = true;
          socket.end();
          if (--open === 0) finish();
          return;
        }
        const bytes = request(sent++, connection);
        sentAt = performance.now();
        socket.write(bytes);
      };
      socket.on('connect', next);
      socket.on('data', (data) => {
        const answer = waiting ? Buffer.concat([waiting, data]) : data;
        const bodyAt = answer.indexOf(END_OF_HEAD) + 4;
        if (bodyAt === 3) {
          waiting = answer;
          return;
        }
        const head = answer.toString('latin1', 0, bodyAt);
        const length = /content-length: *(\d+)/i.exec(head)?.[1];
        const isChunked = length === undefined && /transfer-encoding: *chunked/i.test(head);
        const isWhole = isChunked
          ? answer.subarray(-7).includes('0\r\n\r\n')
          : answer.length >= bodyAt + Number(length ?? 0);
        if (!isWhole) {
          waiting = answer;
          return;
        }
        waiting = null;
        latencies.push(performance.now() - sentAt);
        const status = Number(head.slice(9, 12));
        statuses[status] = (statuses[status] ?? 0) + 1;
        next();
      });
      socket.on('error', fail);
      socket.on('close', () => {
        if (!isDone) fail(new Error(`the server on port ${port} closed a connection`));
      });
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
