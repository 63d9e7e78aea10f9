import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const SENDERS = 4;
/** A real shop does other things between two posts; without it the senders would leave the servers no processor. */
const THINKING_MS = 25;
const RETRY_MS = 60;
const GIVE_UP_MS = 60_000;
const REQUEST_TIMEOUT_MS = 10_000;
const START = Date.UTC(2025, 10, 1);
const WORDS =
  'سبک نرم ضدآب چرمی پیاده‌روی کوه دریا تابستانی زمستانی رویه زیره بند دوخت رنگ مشکی سفید آبی قرمز'.split(
    ' ',
  );

export interface ShopEvent {
  event_id: string;
  event_type: 'product.created' | 'product.updated' | 'product.deleted';
  occurred_at: string;
  product: {
    id: number;
    sku: string;
    name: string;
    short_description: string;
    description: string;
    price: string;
    stock_status: 'instock' | 'outofstock';
    categories: string[];
    tags: string[];
  };
}

/** What one request came to. */
export interface Attempt {
  url: string;
  /** Milliseconds since 1970. */
  sentAt: number;
  tookMs: number;
  /** Null where there was no answer. */
  status: number | null;
  retryAfter?: string;
  /** Why there was none. */
  code?: string;
}

/** Mulberry32. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * A shop that never rests: it posts changes of its products, several at a time, and each again until it is answered
 * 202 or 200. It knows what it was promised, and its last word on every product.
 */
export class Shop {
  readonly path = '/api/integrations/woocommerce/webhook/';
  readonly headers: Record<string, string>;
  /** Every change it made, in order. */
  readonly events: ShopEvent[] = [];
  /** How often each event was answered 202. */
  readonly accepted = new Map<string, number>();
  readonly attempts: Attempt[] = [];
  /** What no shop should see. */
  readonly complaints: string[] = [];
  /** How many each product had. */
  private readonly changes = new Map<number, number>();
  private readonly lastWords = new Map<number, ShopEvent>();
  private readonly agent = new Agent({ keepAlive: true });
  private open = true;
  private turn = 0;
  private readonly senders: Promise<void>[];

  private readonly avoided = new Set<string>();

  /** @param urls where it may post; an address that fails is followed by the next */
  constructor(
    readonly name: string,
    readonly storeId: number,
    token: string,
    private readonly urls: readonly string[],
    readonly seed: number,
    private readonly products = 40,
  ) {
    this.headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    this.senders = Array.from({ length: SENDERS }, (_, sender) => this.trade(sender));
  }

  /** Its last word on each product. */
  get catalogue(): ShopEvent[] {
    return [...this.lastWords.values()];
  }

  /** Resolves once so many more events got their promise. */
  async sells(events: number): Promise<void> {
    const enough = this.accepted.size + events;
    const deadline = Date.now() + GIVE_UP_MS;
    while (this.accepted.size < enough) {
      if (Date.now() > deadline)
        throw new Error(`${this.name} cannot post: ${JSON.stringify(this.recent())}`);
      await sleep(10);
    }
  }

  /** Sends no further request there, as a load balancer does once a process is not ready. */
  avoid(url: string): void {
    this.avoided.add(url);
  }

  /** Resolves once an answer, or its absence, is as described. */
  async sees(what: string, matches: (attempt: Attempt) => boolean): Promise<void> {
    const from = this.attempts.length;
    const deadline = Date.now() + GIVE_UP_MS;
    while (!this.attempts.slice(from).some(matches)) {
      if (Date.now() > deadline)
        throw new Error(`${this.name} never sees ${what}: ${JSON.stringify(this.recent())}`);
      await sleep(10);
    }
  }

  /** The attempts that were sent and ended within this time. */
  async during(fault: () => Promise<void>): Promise<Attempt[]> {
    const [start, from] = [Date.now(), this.attempts.length];
    await fault();
    return this.attempts.slice(from).filter(({ sentAt }) => sentAt >= start);
  }

  /** Makes no change any more, and resolves once every change is answered. */
  async close(): Promise<void> {
    this.open = false;
    await Promise.all(this.senders);
    this.agent.destroy();
  }

  /** Sends an event once. */
  async post(event: ShopEvent, url: string): Promise<Attempt> {
    const sentAt = Date.now();
    const attempt: Attempt = await new Promise((resolve) => {
      const end = (rest: Pick<Attempt, 'status' | 'retryAfter' | 'code'>) =>
        resolve({ url, sentAt, tookMs: Date.now() - sentAt, ...rest });
      const outgoing = request(
        url + this.path,
        {
          method: 'POST',
          agent: this.agent,
          timeout: REQUEST_TIMEOUT_MS,
          headers: this.headers,
        },
        (answer) => {
          answer.resume();
          answer.once('end', () => {
            const retryAfter = answer.headers['retry-after'];
            end({ status: answer.statusCode!, ...(retryAfter !== undefined && { retryAfter }) });
          });
          answer.once('error', (error: NodeJS.ErrnoException) =>
            end({ status: null, code: error.code ?? '' }),
          );
        },
      );
      outgoing.once('timeout', () => outgoing.destroy(Object.assign(new Error('late'), { code: 'LATE' })));
      outgoing.on('error', (error: NodeJS.ErrnoException) => end({ status: null, code: error.code ?? '' }));
      outgoing.end(JSON.stringify(event));
    });
    this.attempts.push(attempt);
    this.judge(event, attempt);
    return attempt;
  }

  /** A change of a product. Each product belongs to one sender, whose changes are the same for the same seed. */
  nextEvent(random: (below: number) => number, id: number): ShopEvent {
    const number = (this.changes.get(id) ?? 0) + 1;
    this.changes.set(id, number);
    const before = this.lastWords.get(id);
    const pick = (count: number) =>
      Array.from({ length: count }, () => WORDS[random(WORDS.length)]!).join(' ');
    const price = `${random(9_000_000)}.${random(10)}${1 + random(9)}`;
    const stock: ShopEvent['product']['stock_status'] = random(4) === 0 ? 'outofstock' : 'instock';
    const kind = before && before.event_type !== 'product.deleted' ? random(10) : 9;
    const product =
      kind < 6
        ? { ...before!.product, price, stock_status: stock }
        : {
            id,
            sku: `${this.name}-${id}`,
            name: `${this.name} کالای ${id} نگارش ${number}`,
            short_description: pick(4),
            description: `<p>${pick(20)}</p><p>${pick(random(6) === 0 ? 200 : 10)}.</p>`,
            price,
            stock_status: stock,
            categories: [WORDS[random(WORDS.length)]!],
            tags: [WORDS[random(WORDS.length)]!],
          };
    const event: ShopEvent = {
      event_id: `${this.name}-${id}-${number}`,
      event_type: !before ? 'product.created' : kind === 6 ? 'product.deleted' : 'product.updated',
      occurred_at: new Date(START + number * 1000).toISOString(),
      product,
    };
    this.events.push(event);
    this.lastWords.set(id, event);
    return event;
  }

  private async trade(sender: number): Promise<void> {
    const random = seeded(this.seed + sender);
    const mine = Array.from({ length: this.products / SENDERS }, (_, index) => 1 + sender + index * SENDERS);
    while (this.open) {
      // Of several changes at once the later may arrive first, and be of the same product.
      const burst = Array.from({ length: 1 + random(3) }, () =>
        this.nextEvent(random, mine[random(mine.length)]!),
      );
      await Promise.all(
        burst.map(async (event) => {
          const copies = random(10) === 0 ? 2 : 1;
          await Promise.all(Array.from({ length: copies }, () => this.deliver(event)));
          if (random(10) === 0) await this.deliver(event);
        }),
      );
      await sleep(THINKING_MS);
    }
  }

  private async deliver(event: ShopEvent): Promise<void> {
    const deadline = Date.now() + GIVE_UP_MS;
    for (;;) {
      const open = this.urls.filter((url) => !this.avoided.has(url));
      const { status } = await this.post(event, open[this.turn++ % open.length]!);
      if (status === 202 || status === 200) return;
      if (Date.now() > deadline) {
        this.complaints.push(`${event.event_id} was never taken in`);
        return;
      }
      await sleep(RETRY_MS);
    }
  }

  private judge(event: ShopEvent, { status, retryAfter, url, tookMs }: Attempt): void {
    if (status === 202) this.accepted.set(event.event_id, (this.accepted.get(event.event_id) ?? 0) + 1);
    if (status === 202 && this.accepted.get(event.event_id)! > 1)
      this.complaints.push(`${event.event_id} was accepted twice`);
    if (status === 200 || status === 202 || status === null) return;
    if (status !== 503 || retryAfter === undefined)
      this.complaints.push(`${event.event_id} was answered ${status} by ${url} after ${tookMs} ms`);
  }

  private recent(): Attempt[] {
    return this.attempts.slice(-5);
  }
}
