import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { cleanText } from '../../contract/clean-text';
import type { ProductEvent } from '../../contract/product-event';
import type { EventType } from '../../contract/shop-api';
import { byOurClock, clockAheadMs } from '../../contract/shop-clock';
import { isTransient } from '../../database/faults';
import { prepared } from '../../database/prepared';
import { AppError } from '../../validation/errors';
import { JobQueue } from '../../jobs/job-queue.service';
import { Tracing } from '../../telemetry/tracing.service';
import { hostOf, siteOfUserAgent } from '../stores/site-key';
import { StoresService, type StoreBinding } from '../stores/stores.service';
import { ACCESS_FINGERPRINT } from '../tokens/access-fingerprint';
import type { Confirm, TokenIdentity } from '../tokens/token-identity';
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
  /** As it arrived, to the letter: its text, or the UTF-8 of it. */
  payload: string | Buffer;
}

/** An event as our plugin writes it. */
export const incomingEvent = (event: ProductEvent, payload: string | Buffer): IncomingEvent => ({
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
  /** Milliseconds spent on the log rows. */
  logMs: number;
}

/** What came of a row: `outdated` where the token, or the shop's clock, is no longer what it was taken for. */
type RowVerdict = IntakeVerdict | 'outdated';
/** Times that a request's token is asked for again before it is told to come later. */
const CONFIRMATIONS = 5;

/** What one statement holds at most. */
const MAX_ROWS = 200;
const MAX_LETTERS = 4_000_000;
/** Copies of events that arrive in two orders at two processes may wait for each other; one of them is then told so. */
const DEADLOCK = '40P01';
const ATTEMPTS = 3;

interface Row {
  fingerprint: string;
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
  resolve: (verdicts: RowVerdict[]) => void;
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

  /**
   * @param identity may be what was known of the token a while ago: each row is stored only if that still holds
   * @throws AppError what `confirm` throws, where it does not
   */
  async accept(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
    confirm: Confirm,
  ): Promise<IntakeResult> {
    const startedAt = performance.now();
    let verdicts: IntakeVerdict[];
    try {
      verdicts = await this.log(identity, incoming, origin, confirm);
    } catch (error) {
      for (const { eventType } of incoming) this.metrics.count('refused', eventType);
      throw error;
    }
    for (const [index, { eventType }] of incoming.entries()) this.metrics.count(verdicts[index]!, eventType);
    return { verdicts, logMs: performance.now() - startedAt };
  }

  private async log(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
    confirm: Confirm,
  ): Promise<IntakeVerdict[]> {
    const verdicts = new Array<IntakeVerdict>(incoming.length);
    let open = [...incoming.keys()];
    for (let confirmed = 0; open.length > 0; confirmed++) {
      if (confirmed > 0) identity = await confirm();
      if (confirmed > CONFIRMATIONS) throw new AppError(503, 'service_unavailable');
      const placed = this.placed(
        identity,
        open.map((index) => incoming[index]!),
        origin,
        confirm,
      );
      const rows = placed instanceof Promise ? await placed : placed;
      const stored = await this.written(identity, rows);
      const outdated: number[] = [];
      for (const [place, verdict] of stored.entries()) {
        if (verdict === 'outdated') outdated.push(open[place]!);
        else verdicts[open[place]!] = verdict;
      }
      this.nudge(identity.user.id, rows, stored);
      open = outdated;
    }
    return verdicts;
  }

  /** Not waited for: the events are stored, and the sweeper finds what no job came for. */
  private nudge(userId: number, rows: readonly Row[], verdicts: readonly RowVerdict[]): void {
    let last: number | undefined;
    for (const [index, { store }] of rows.entries()) {
      if (verdicts[index] !== 'accepted' || store.id === last) continue;
      last = store.id;
      this.jobs.hasten('events.process', { user_id: userId, store_id: store.id });
    }
  }

  /** Finds the store of each event, and its date by our clock: at once, where what is known of the token tells both. */
  private placed(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
    confirm: Confirm,
  ): Row[] | Promise<Row[]> {
    const arrivedAt = Date.now();
    const agentSite = siteOfUserAgent(origin.userAgent);
    const traceparent = this.tracing.traceparent();
    const rows: Row[] = [];
    for (const each of incoming) {
      const evidence = { site: each.siteUrl, agentSite, permalink: each.permalink };
      const store = this.stores.known(identity, evidence);
      if (!store || aheadOf(store, origin, arrivedAt) !== store.clockAheadMs)
        return this.placedAnew(identity, incoming, origin, arrivedAt, confirm);
      rows.push(rowOf(identity, store, each, origin, traceparent));
    }
    return rows;
  }

  private async placedAnew(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    origin: RequestOrigin,
    arrivedAt: number,
    confirm: Confirm,
  ): Promise<Row[]> {
    const traceparent = this.tracing.traceparent();
    const stores = new Map<string, StoreBinding>();
    const rows: Row[] = [];
    for (const each of incoming) {
      const evidence = JSON.stringify([each.siteUrl, hostOf(each.permalink)]);
      let store = stores.get(evidence);
      if (!store) {
        store = await this.storeOf(identity, each, origin, arrivedAt, confirm);
        stores.set(evidence, store);
      }
      rows.push(rowOf(identity, store, each, origin, traceparent));
    }
    return rows;
  }

  /** The store, with its clock as this request shows it. */
  private async storeOf(
    identity: TokenIdentity,
    { siteUrl, permalink }: IncomingEvent,
    origin: RequestOrigin,
    arrivedAt: number,
    confirm: Confirm,
  ): Promise<StoreBinding> {
    const agentSite = siteOfUserAgent(origin.userAgent);
    const store = await this.stores.resolve(identity, { site: siteUrl, agentSite, permalink });
    const ahead = aheadOf(store, origin, arrivedAt);
    if (ahead !== store.clockAheadMs) {
      await this.stores.setClock(identity.user.id, store.id, ahead);
      // What is remembered of the token has the clock as it was.
      await confirm();
    }
    return { id: store.id, clockAheadMs: ahead };
  }

  private written({ user, tokenId }: TokenIdentity, rows: Row[]): Promise<RowVerdict[]> {
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

  private async insertAll(userId: number, tokenId: number, rows: readonly Row[]): Promise<RowVerdict[]> {
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
   * one request, exactly one is accepted. What the rows were made with (the token's rights, the shop's clock) it holds
   * against the database, so that it may have been remembered.
   */
  private async insert(userId: number, tokenId: number, rows: readonly Row[]): Promise<RowVerdict[]> {
    const values: unknown[] = [userId, tokenId];
    for (const { fingerprint, store, incoming, occurredAt, origin, traceparent } of rows) {
      values.push(
        fingerprint,
        store.clockAheadMs,
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
    }
    const size = SIZES.find((each) => each >= rows.length)!;
    while (values.length < 2 + size * COLUMNS.length) values.push(null);
    const told = await this.dataSource.query<{ store_id: number; event_id: string; stored: boolean }[]>(
      INSERTS.get(size)!,
      values,
    );
    const keyOf = (storeId: number, eventId: string) => `${storeId} ${eventId}`;
    const [accepted, outdated] = [new Set<string>(), new Set<string>()];
    for (const { store_id: storeId, event_id: eventId, stored } of told)
      (stored ? accepted : outdated).add(keyOf(storeId, eventId));
    return rows.map(({ store, incoming }) => {
      const key = keyOf(store.id, incoming.eventId);
      // Of two copies in one statement the first is the one that was stored.
      return accepted.delete(key) ? 'accepted' : outdated.has(key) ? 'outdated' : 'skipped';
    });
  }
}

/** Milliseconds that the store's clock is ahead of ours, by what is known and what this request shows. */
const aheadOf = (
  { clockAheadMs: known }: StoreBinding,
  { sentAt }: RequestOrigin,
  arrivedAt: number,
): number => (sentAt ? Math.round(clockAheadMs(known, sentAt.getTime(), arrivedAt)) : known);

const rowOf = (
  { fingerprint }: TokenIdentity,
  store: StoreBinding,
  incoming: IncomingEvent,
  origin: RequestOrigin,
  traceparent: string | null,
): Row => ({
  fingerprint,
  store,
  incoming,
  occurredAt: byOurClock(incoming.occurredAt, store.clockAheadMs),
  origin,
  traceparent,
});

/** What a statement is told of each row, with its type. */
const COLUMNS = Object.entries({
  fingerprint: 'text',
  clock: 'bigint',
  store_id: 'bigint',
  event_id: 'text',
  event_type: 'text',
  woo_product_id: 'bigint',
  product_name: 'text',
  occurred_at: 'timestamptz',
  shop_occurred_at: 'timestamptz',
  payload: 'json',
  format: 'text',
  source_ip: 'text',
  user_agent: 'text',
  request_id: 'text',
  traceparent: 'text',
});
const NAMES = COLUMNS.map(([name]) => name);
const STORED = NAMES.slice(2).join(', ');

/** For so many rows a statement is prepared; what has fewer is filled up with rows of nulls, which store nothing. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const INSERTS = new Map(SIZES.map((size) => [size, prepared(`intake-${size}`, insertOf(size))]));

function insertOf(size: number): string {
  const tuples = Array.from({ length: size }, (_, row) => {
    const first = 3 + row * COLUMNS.length;
    return `(${COLUMNS.map(([, type], index) => `$${first + index}::${type}`).join(', ')})`;
  });
  return `
    WITH token AS (
      SELECT ${ACCESS_FINGERPRINT} AS fingerprint
        FROM integration_tokens t JOIN users u ON u.id = t.user_id WHERE t.user_id = $1 AND t.id = $2
    ), given AS (
      SELECT v.*, s.epoch,
             v.fingerprint = (SELECT fingerprint FROM token) AND v.clock = s.clock_ahead_ms AS is_current
        FROM (VALUES ${tuples.join(', ')}) AS v (${NAMES.join(', ')})
        LEFT JOIN stores s ON s.user_id = $1 AND s.id = v.store_id
       WHERE v.event_id IS NOT NULL
    ), stored AS (
      INSERT INTO events (user_id, token_id, ${STORED}, epoch)
      SELECT $1, $2, ${STORED}, epoch FROM given WHERE is_current
      ON CONFLICT ON CONSTRAINT events_event_id_key DO NOTHING
      RETURNING store_id, event_id
    )
    SELECT store_id, event_id, true AS stored FROM stored
    UNION ALL
    SELECT store_id, event_id, false FROM given WHERE is_current IS NOT TRUE`;
}

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
