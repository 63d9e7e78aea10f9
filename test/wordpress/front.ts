import {
  createServer,
  request as send,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHOP_API } from '../../src/contract/shop-api';
import { freePort } from '../support/server-process';

/** What becomes of a request of a shop. */
export type ShopAnswer =
  | {
      status: number;
      headers?: Record<string, string>;
      /** Sent as JSON. */
      body?: unknown;
      /** Sent as it is, in place of a body. */
      text?: string;
      delayMs?: number;
    }
  /** The server behind answers. */
  | 'forward'
  /** The server behind gets it, and its answer is lost on the way. */
  | 'lost'
  /** The connection is closed at once. */
  | 'hang-up'
  /** Nothing is ever said. */
  | 'hang';

export interface SeenRequest {
  number: number;
  method: string;
  path: string;
  /** The path below the shop's API, without slashes at its ends, such as `webhook/batch`; null for other paths. */
  route: string | null;
  headers: Record<string, string>;
  text: string;
  /** Parsed where it is JSON, otherwise the text. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  body: any;
  /** Milliseconds since 1970. */
  at: number;
  /** null where nothing was said, or not yet. */
  status: number | null;
}

export type Handler = (request: SeenRequest) => ShopAnswer;

/** Answers that servers give when something is wrong. */
export const TROUBLE = {
  broken: { status: 500, body: { error: 'server_error', detail: 'An unexpected error.' } },
  page: {
    status: 200,
    headers: { 'content-type': 'text/html' },
    text: '<!doctype html><title>Parked</title><p>Nothing here.',
  },
  unauthorized: { status: 401, body: { error: 'invalid_token', detail: 'The token is not valid.' } },
  forbidden: { status: 403, body: { error: 'forbidden', detail: 'Not allowed.' } },
  busy: (seconds: number) => ({
    status: 429,
    headers: { 'retry-after': String(seconds) },
    body: { error: 'rate_limited', detail: 'Too many requests.' },
  }),
  away: (seconds: number) => ({
    status: 503,
    headers: { 'retry-after': String(seconds) },
    body: { error: 'unavailable', detail: 'Try again.' },
  }),
  redirect: (location: string) => ({ status: 301, headers: { location }, text: '' }),
} satisfies Record<string, ShopAnswer | ((value: never) => ShopAnswer)>;

/** Headers of one connection, not of what is sent through it. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** An address of 127.0.0.1 that stays the same whatever is behind it, and says of everything what it was. */
export class Front {
  readonly requests: SeenRequest[] = [];
  /** Where requests go that are forwarded. */
  target = '';
  private handler: Handler = () => 'forward';
  private server: Server | null = null;

  private constructor(private readonly port: number) {}

  static async start(): Promise<Front> {
    const front = new Front(await freePort());
    await front.open();
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  answer(handler: Handler | ShopAnswer): void {
    this.handler = typeof handler === 'function' ? handler : () => handler;
  }

  async open(): Promise<void> {
    if (this.server) return;
    const server = createServer((request, response) => {
      this.handle(request, response).catch((error: Error) => {
        if (response.headersSent) response.destroy();
        else
          response
            .writeHead(502, { 'content-type': 'text/plain' })
            .end(`The server is away: ${error.message}`);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
  }

  /** From now on the address refuses connections. */
  async close(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = null;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const seen = this.note(request, bytes);
    const answer = this.handler(seen);
    if (answer === 'hang') return;
    if (answer === 'hang-up') {
      request.socket.destroy();
      return;
    }
    if (answer === 'forward' || answer === 'lost') {
      const real = await this.forward(request, bytes);
      if (answer === 'lost') {
        request.socket.destroy();
        return;
      }
      seen.status = real.status;
      response.writeHead(real.status, real.headers).end(real.bytes);
      return;
    }
    if (answer.delayMs !== undefined) await sleep(answer.delayMs, undefined, { ref: false });
    seen.status = answer.status;
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.text ?? JSON.stringify(answer.body ?? {}));
  }

  private note({ method, url, headers }: IncomingMessage, bytes: Buffer): SeenRequest {
    const text = bytes.toString();
    const path = url!.replace(/\?.*/, '');
    const [, below] = path.split(`/${SHOP_API.base}/`);
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // A question has none.
    }
    const seen: SeenRequest = {
      number: this.requests.length + 1,
      method: method!,
      path: url!,
      route: below === undefined ? null : below.replace(/\/$/, ''),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      text,
      body,
      at: Date.now(),
      status: null,
    };
    this.requests.push(seen);
    return seen;
  }

  /** Byte by byte: requests may be signed. */
  private forward(
    { method, url, headers }: IncomingMessage,
    bytes: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; bytes: Buffer }> {
    return new Promise((resolve, reject) => {
      // fetch() would unpack what is compressed.
      const outgoing = send(this.target + url!, { method, headers, agent: false }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const headers = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name));
          resolve({
            status: answer.statusCode!,
            headers: Object.fromEntries(headers),
            bytes: Buffer.concat(chunks),
          });
        });
      });
      outgoing.once('error', reject);
      outgoing.end(bytes);
    });
  }
}
