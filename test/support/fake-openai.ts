import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from 'gpt-tokenizer/encoding/cl100k_base';
import { lexicalVector } from '../../src/knowledge/embedding/lexical.embedder';

/** What the fake answers to one request; the default embeds. */
export type FakeAnswer =
  { status: number; body?: unknown; headers?: Record<string, string>; text?: string } | 'embed' | 'hang-up';

/** The embeddings endpoint of the OpenAI API in its wire format (JSON, base64 vectors on demand). */
export class FakeOpenAi {
  /** The inputs of each request, in order. */
  readonly requests: string[][] = [];
  /** Decides the answer of a request by its inputs; 'embed' is the ordinary one. */
  answer: (inputs: string[], requestNumber: number) => FakeAnswer = () => 'embed';
  /** Beside its own, with the vectors. */
  headers: Record<string, string> = {};
  /** Milliseconds that a request which arrives now waits for its answer. */
  delayMs = 0;
  /** Requests that were open at the same time, at most. */
  mostAtOnce = 0;
  private open = 0;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly dimensions: number,
  ) {}

  static async start(dimensions = 1536): Promise<FakeOpenAi> {
    const server = createServer();
    const fake = new FakeOpenAi(server, dimensions);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void fake.handle(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  /** For OPENAI_BASE_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as {
      input: string | string[];
      encoding_format?: string;
      model: string;
    };
    const inputs = [body.input].flat();
    this.requests.push(inputs);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.open);
    response.once('close', () => this.open--);
    const answer = this.answer(inputs, this.requests.length);
    if (this.delayMs > 0) await sleep(this.delayMs, undefined, { ref: false });
    if (answer === 'hang-up') {
      request.socket.destroy();
      return;
    }
    if (answer !== 'embed') {
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.text ?? JSON.stringify(answer.body ?? { error: { message: 'refused' } }));
      return;
    }
    const data = inputs.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: this.encode(this.vector(text), body.encoding_format),
    }));
    response.writeHead(200, { 'content-type': 'application/json', ...this.headers });
    response.end(
      JSON.stringify({
        object: 'list',
        data,
        model: body.model,
        usage: { prompt_tokens: 1, total_tokens: 1 },
      }),
    );
  }

  /** As the service counts them. */
  countTokens(text: string): number {
    return encode(text, { disallowedSpecial: new Set() }).length;
  }

  /** Deterministic, and near for texts that share words. */
  private vector(text: string): number[] {
    const lexical = lexicalVector(text);
    return Array.from({ length: this.dimensions }, (_, index) => lexical[index] ?? 0);
  }

  private encode(vector: number[], format: string | undefined): number[] | string {
    return format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
  }
}
