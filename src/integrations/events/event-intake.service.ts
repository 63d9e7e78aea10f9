import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { cleanText } from '../../contract/clean-text';
import type { ProductEvent } from '../../contract/product-event';
import type { EventType } from '../../contract/shop-api';
import { byOurClock, clockAheadMs } from '../../contract/shop-clock';
import { isTransient } from '../../database/faults';
import { JobQueue } from '../../jobs/job-queue.service';
import { Tracing } from '../../telemetry/tracing.service';
import { hostOf, siteOfUserAgent } from '../stores/site-key';
import { StoresService, type StoreBinding } from '../stores/stores.service';
import type { TokenIdentity } from '../tokens/token-identity';
import type { EventFormat } from './event-log.entity';
import { IntakeMetrics } from './intake.metrics';

/** Where a request came from. */
export interface RequestOrigin {
  address: string;
  userAgent: string | undefined;
  requestId: string;
  /** When this attempt was sent, by the shop's clock; null where the request does not say. */
  sentAt: Date | null;
}

/** One event as it came: what the log says of it. */
export interface IncomingEvent {
  eventId: string;
  eventType: EventType;
  /** The shop's id of the product; of a variation, that of its product. */
  productId: string;
  productName: string | null;
  /** By the shop's clock. */
  occurredAt: Date | null;
  /** The shop's own address, where it names it. */
  siteUrl: string | null;
  /** The product's address. */
  permalink: string | null;
  format: EventFormat;
  /** As it arrived, to the letter. */
  payload: string;
}

/** An event as our plugin writes it. */
export const incomingEvent = (event: ProductEvent, payload: string): IncomingEvent => ({
  eventId: event.eventId,
  eventType: event.eventType,
  productId: event.variationOf ?? event.product.id,
  productName: event.product.name ?? null,
  occurredAt: event.occurredAt,
  siteUrl: event.siteUrl,
  permalink: event.product.permalink ?? null,
  format: 'fiko',
  payload,
});

export type IntakeVerdict = 'accepted' | 'skipped';

export interface IntakeResult {
  /** One for each event, in their order. */
  verdicts: IntakeVerdict[];
  /** Milliseconds spent on the log rows, and on queueing jobs. */
  timings: { log: number; queue: number };
}

/** What one statement holds at most. */
const MAX_ROWS = 200;
const MAX_LETTERS = 4_000_000;
/** Copies of events that arrive in two orders at two processes may wait for each other; one of them is then told so. */
const DEADLOCK = '40P01';
const ATTEMPTS = 3;

interface Row {
  store: StoreBinding;
  incoming: IncomingEvent;
  /** By our clock. */
  occurredAt: Date | null;
  origin: RequestOrigin;
  /** Of the request: rows of several are written together. */
  traceparent: string | null;
}

interface Waiting {
  rows: Row[];
  resolve: (verdicts: IntakeVerdict[]) => void;
  reject: (error: unknown) => void;
}

/** What one token has to be written. */
interface Lane {
  waiting: Waiting[];
  isWriting: boolean;
}

/**
 * Takes events in: once `accept` resolves to `accepted`, the event is on disk and will be processed.
 *
 * Requests of a token that come while others of it are being written are written together, by one statement, after
 * them: so that a shop in full flood takes one connection to the database and no more, and nobody else waits for it.
 */
@Injectable()
export class EventIntake {
  private readonly lanes = new Map<number, Lane>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly stores: StoresService,
    private readonly jobs: JobQueue,
    private readonly metrics: IntakeMetrics,
    private readonly tracing: Tracing,
  ) {}

  async accept(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
  ): Promise<IntakeResult> {
    const startedAt = performance.now();
    const { rows, verdicts } = await this.log(identity, incoming, origin).catch((error: unknown) => {
      for (const { eventType } of incoming) this.metrics.count('refused', eventType);
      throw error;
    });
    for (const [index, { eventType }] of incoming.entries()) this.metrics.count(verdicts[index]!, eventType);
    const loggedAt = performance.now();
    const touched = new Set(
      rows.filter((_, index) => verdicts[index] === 'accepted').map(({ store }) => store.id),
    );
    for (const storeId of touched)
      await this.jobs.nudge('events.process', { user_id: identity.user.id, store_id: storeId });
    return {
      verdicts,
      timings: { log: loggedAt - startedAt, queue: performance.now() - loggedAt },
    };
  }

  private async log(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
  ): Promise<{ rows: Row[]; verdicts: IntakeVerdict[] }> {
    const rows = await this.placed(identity, incoming, origin);
    return { rows, verdicts: rows.length > 0 ? await this.written(identity, rows) : [] };
  }

  /** Finds the store of each event, and its date by our clock. */
  private async placed(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
  ): Promise<Row[]> {
    const arrivedAt = Date.now();
    const traceparent = this.tracing.traceparent();
    const stores = new Map<string, StoreBinding>();
    const rows: Row[] = [];
    for (const each of incoming) {
      const evidence = JSON.stringify([each.siteUrl, hostOf(each.permalink)]);
      let store = stores.get(evidence);
      if (!store) {
        store = await this.storeOf(identity, each, origin, arrivedAt);
        stores.set(evidence, store);
      }
      const { occurredAt } = each;
      rows.push({
        store,
        incoming: each,
        occurredAt: byOurClock(occurredAt, store.clockAheadMs),
        origin,
        traceparent,
      });
    }
    return rows;
  }

  /** The store, with its clock as this request shows it. */
  private async storeOf(
    identity: TokenIdentity,
    { siteUrl, permalink }: IncomingEvent,
    { userAgent, sentAt }: RequestOrigin,
    arrivedAt: number,
  ): Promise<StoreBinding> {
    const agentSite = siteOfUserAgent(userAgent);
    const store = await this.stores.resolve(identity, { site: siteUrl, agentSite, permalink });
    if (!sentAt) return store;
    const ahead = clockAheadMs(store.clockAheadMs, sentAt.getTime(), arrivedAt);
    if (ahead !== store.clockAheadMs) await this.stores.setClock(identity.user.id, store.id, ahead);
    return { id: store.id, clockAheadMs: ahead };
  }

  private written({ user, tokenId }: TokenIdentity, rows: Row[]): Promise<IntakeVerdict[]> {
    const lane = this.lanes.get(tokenId) ?? { waiting: [], isWriting: false };
    this.lanes.set(tokenId, lane);
    return new Promise((resolve, reject) => {
      lane.waiting.push({ rows, resolve, reject });
      if (!lane.isWriting) void this.write(user.id, tokenId, lane);
    });
  }

  private async write(userId: number, tokenId: number, lane: Lane): Promise<void> {
    lane.isWriting = true;
    while (lane.waiting.length > 0) {
      const group = takeGroup(lane.waiting);
      try {
        const verdicts = await this.insertAll(
          userId,
          tokenId,
          group.flatMap(({ rows }) => rows),
        );
        for (const { rows, resolve } of group) resolve(verdicts.splice(0, rows.length));
      } catch (error) {
        if (group.length === 1 || isTransient(error)) for (const { reject } of group) reject(error);
        // One of them is at fault: each is written by itself.
        else await this.writeApart(userId, tokenId, group);
      }
    }
    lane.isWriting = false;
    this.lanes.delete(tokenId);
  }

  private async writeApart(userId: number, tokenId: number, group: readonly Waiting[]): Promise<void> {
    for (const { rows, resolve, reject } of group) {
      await this.insertAll(userId, tokenId, rows).then(resolve, reject);
    }
  }

  private async insertAll(userId: number, tokenId: number, rows: readonly Row[]): Promise<IntakeVerdict[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.insert(userId, tokenId, rows);
      } catch (error) {
        if ((error as { code?: string }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /**
   * One statement stores the events or finds that their store has them already: of many copies that race, or stand in
   * one request, exactly one is accepted.
   */
  private async insert(userId: number, tokenId: number, rows: readonly Row[]): Promise<IntakeVerdict[]> {
    const values: unknown[] = [userId, tokenId];
    const tuples = rows.map(({ store, incoming, occurredAt, origin, traceparent }) => {
      const first = values.push(
        store.id,
        incoming.eventId,
        incoming.eventType,
        incoming.productId,
        incoming.productName ? cleanText(incoming.productName) : null,
        occurredAt,
        store.clockAheadMs === 0 ? null : incoming.occurredAt,
        incoming.payload,
        incoming.format,
        origin.address,
        origin.userAgent ? cleanText(origin.userAgent).slice(0, 500) : null,
        origin.requestId,
        traceparent,
      );
      return `(${COLUMN_TYPES.map((type, index) => `$${first - COLUMN_TYPES.length + 1 + index}::${type}`).join(', ')})`;
    });
    const inserted = await this.dataSource.query<{ store_id: number; event_id: string }[]>(
      `INSERT INTO events (user_id, token_id, store_id, event_id, event_type, woo_product_id, product_name, occurred_at,
                           shop_occurred_at, payload, format, source_ip, user_agent, request_id, traceparent, epoch)
       SELECT $1, $2, v.*, (SELECT s.epoch FROM stores s WHERE s.user_id = $1 AND s.id = v.store_id)
         FROM (VALUES ${tuples.join(', ')})
              AS v (store_id, event_id, event_type, woo_product_id, product_name, occurred_at, shop_occurred_at,
                    payload, format, source_ip, user_agent, request_id, traceparent)
       ON CONFLICT ON CONSTRAINT events_event_id_key DO NOTHING
       RETURNING store_id, event_id`,
      values,
    );
    const accepted = new Set(inserted.map((row) => `${row.store_id} ${row.event_id}`));
    // Of two copies in one statement the first is the one that was stored.
    return rows.map(({ store, incoming }) =>
      accepted.delete(`${store.id} ${incoming.eventId}`) ? 'accepted' : 'skipped',
    );
  }
}

const COLUMN_TYPES = [
  'bigint',
  'text',
  'text',
  'bigint',
  'text',
  'timestamptz',
  'timestamptz',
  'json',
  'text',
  'text',
  'text',
  'text',
  'text',
] as const;

/** The first requests that wait, as many as one statement should hold; at least one. */
function takeGroup(waiting: Waiting[]): Waiting[] {
  const group: Waiting[] = [];
  let [count, letters] = [0, 0];
  while (waiting.length > 0) {
    const [{ rows }] = waiting as [Waiting];
    count += rows.length;
    letters += rows.reduce((sum, { incoming }) => sum + incoming.payload.length, 0);
    if (group.length > 0 && (count > MAX_ROWS || letters > MAX_LETTERS)) break;
    group.push(waiting.shift()!);
  }
  return group;
}
