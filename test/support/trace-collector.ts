import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Value {
  stringValue?: string;
  intValue?: number;
  doubleValue?: number;
}
interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Value }[];
  links?: { traceId: string; spanId: string }[];
  status: { code?: number; message?: string };
  events?: unknown[];
}
interface Export {
  resourceSpans: {
    resource: { attributes: { key: string; value: Value }[] };
    scopeSpans: { spans: SentSpan[] }[];
  }[];
}

export interface CollectedSpan extends Omit<SentSpan, 'attributes' | 'links'> {
  attributes: Record<string, string | number | undefined>;
  links: { traceId: string; spanId: string }[];
}

const valueOf = ({ stringValue, intValue, doubleValue }: Value) => stringValue ?? intValue ?? doubleValue;

/** A collector that takes OTLP over HTTP as JSON, and keeps what it is sent. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  readonly paths: string[] = [];
  readonly resources: Record<string, string | number | undefined>[] = [];
  /** All that was sent, as it came. */
  text = '';
  status = 200;

  private constructor(private readonly server: ReturnType<typeof createServer>) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    const collector = new TraceCollector(server);
    server.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => void collector.take(request, response),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  named(name: string): CollectedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    this.paths.push(request.url!);
    this.text += text;
    for (const { resource, scopeSpans } of (JSON.parse(text) as Export).resourceSpans) {
      const named = (attributes: SentSpan['attributes']) =>
        Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
      this.resources.push(named(resource.attributes));
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({ ...span, attributes: named(span.attributes), links: span.links ?? [] });
    }
    response.writeHead(this.status, { 'content-type': 'application/json' });
    response.end('{}');
  }
}
