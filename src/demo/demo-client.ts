/** What the demo reads of a product. */
interface ListedProduct {
  title: string;
  price: string;
  original_price: string | null;
  currency: string;
  has_discount: boolean;
  in_stock: boolean;
  external_id: string;
}

interface EventRow {
  id: number;
  event_id: string;
  status: 'queued' | 'processed' | 'failed';
}

interface EventDetail extends EventRow {
  error_message: string | null;
  processing_time_ms: number | null;
  timeline: {
    accepted_at: string;
    started_at: string | null;
    processed_at: string | null;
    searchable_at: string | null;
    chunks: number;
  };
}

/** One event's way, in milliseconds since 1970 where it is a time. */
export interface EventTimes {
  status: EventRow['status'];
  error: string | null;
  acceptedAt: number;
  startedAt: number | null;
  processedAt: number | null;
  searchableAt: number | null;
  processingMs: number | null;
  chunks: number;
}

export interface PostedEvent {
  /** Milliseconds from sending to the answer. */
  roundTripMs: number;
  /** Milliseconds that the server says each step took. */
  server: Record<string, number>;
}

/** A shop and a frontend in one: everything the demo does goes through the public API. */
export class DemoClient {
  private access = '';
  private readonly ids = new Map<string, number>();
  private readonly finished = new Map<string, EventTimes>();

  constructor(private readonly url: string) {}

  async logIn(email: string, password: string): Promise<void> {
    const { body } = await this.call<{ access: string }>('POST', '/api/v1/auth/token/', { email, password });
    this.access = body.access;
  }

  async generateToken(name: string, site: string): Promise<string> {
    const { body } = await this.call<{ token: string }>('POST', '/api/v1/integrations/tokens/generate/', {
      integration_type: 'woocommerce',
      name,
      store_url: site,
    });
    return body.token;
  }

  async postEvent(token: string, event: unknown): Promise<PostedEvent> {
    const { value, ms } = await this.timed(() =>
      this.call('POST', '/api/integrations/woocommerce/webhook/', event, token),
    );
    const timing = value.headers.get('server-timing') ?? '';
    const server = Object.fromEntries(
      [...timing.matchAll(/(\w+);dur=([\d.]+)/g)].map(([, step, duration]) => [step!, Number(duration)]),
    );
    return { roundTripMs: ms, server };
  }

  /** The way of each event so far; those that are searchable are not asked for again. */
  async eventTimes(eventIds: string[]): Promise<EventTimes[]> {
    const prefix = eventIds[0]!.replace(/\d+$/, '');
    if (this.ids.size < eventIds.length) {
      const query = `search=${encodeURIComponent(prefix)}&page_size=100`;
      const { body } = await this.call<{ results: EventRow[] }>(
        'GET',
        `/api/v1/integrations/woocommerce/events/?${query}`,
      );
      for (const row of body.results) this.ids.set(row.event_id, row.id);
    }
    for (const eventId of eventIds) {
      const id = this.ids.get(eventId);
      if (id === undefined || this.finished.get(eventId)?.searchableAt) continue;
      const { body } = await this.call<EventDetail>('GET', `/api/v1/integrations/woocommerce/events/${id}/`);
      this.finished.set(eventId, toTimes(body));
    }
    return [...this.finished.values()];
  }

  async products(query: string): Promise<{ count: number; results: ListedProduct[] }> {
    const { body } = await this.call<{ count: number; results: ListedProduct[] }>(
      'GET',
      `/api/v1/web-knowledge/products/?${query}`,
    );
    return body;
  }

  async stats(): Promise<Record<string, unknown>> {
    return (await this.call<Record<string, unknown>>('GET', '/api/v1/web-knowledge/products/stats/')).body;
  }

  async search(question: string, limit: number): Promise<{ results: { product: ListedProduct }[] }> {
    const query = `q=${encodeURIComponent(question)}&limit=${limit}`;
    const { body } = await this.call<{ results: { product: ListedProduct }[] }>(
      'GET',
      `/api/v1/web-knowledge/search/?${query}`,
    );
    return body;
  }

  async timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
    const startedAt = performance.now();
    const value = await work();
    return { value, ms: performance.now() - startedAt };
  }

  private async call<T>(
    method: string,
    path: string,
    body?: unknown,
    token = this.access,
  ): Promise<{ body: T; headers: Headers }> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        'accept-language': 'en',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return { body: JSON.parse(text) as T, headers: response.headers };
  }
}

function toTimes({
  status,
  error_message: error,
  processing_time_ms: processingMs,
  timeline,
}: EventDetail): EventTimes {
  const at = (time: string | null) => (time === null ? null : Date.parse(time));
  return {
    status,
    error,
    acceptedAt: Date.parse(timeline.accepted_at),
    startedAt: at(timeline.started_at),
    processedAt: at(timeline.processed_at),
    searchableAt: at(timeline.searchable_at),
    processingMs,
    chunks: timeline.chunks,
  };
}
