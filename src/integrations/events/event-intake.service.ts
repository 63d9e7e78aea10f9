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
/** Statements that are under way at most: more would take more of the database for the same rows. */
const STATEMENTS = 4;
/** Copies of events that arrive in two orders at two processes may wait for each other; one of them is then told so. */
const DEADLOCK = '40P01';
const ATTEMPTS = 3;
/** Faults of a statement that would befall each of its requests alone as well: too slow, a lock not had, no memory. */
const OF_ALL = new Set(['57014', '55P03', '53200']);
/** While so many wait to be written the database is too slow for what comes: a shop is told to come later. */
const MAX_WAITING_LETTERS = 64_000_000;
const LATER_SECONDS = 5;

/** A request with the moment of its arrival, by our clock: however long it waits, the shop's clock is judged by it. */
type Arrival = RequestOrigin & { arrivedAt: number };

interface Row {
  identity: TokenIdentity;
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
  letters: number;
  resolve: (verdicts: RowVerdict[]) => void;
  reject: (error: unknown) => void;
}

/** What one token has to be written. */
interface Lane {
  tokenId: number;
  waiting: Waiting[];
  isWriting: boolean;
}

/** What one statement writes. */
interface Group {
  lanes: Lane[];
  waiting: Waiting[];
}

/**
 * Takes events in: once `accept` resolves to `accepted`, the event is on disk and will be processed.
 *
 * Requests that come while others are being written are written together, by the next statement. Of one token no two
 * statements are under way: so that a shop in full flood takes one connection to the database and no more, and what
 * others send is written meanwhile. Only where all statements that may be under way are, do those wait, and then share.
 */
@Injectable()
export class EventIntake {
  /** By token, the one that was written last at the end. */
  private readonly lanes = new Map<number, Lane>();
  private statements = 0;
  private waitingLetters = 0;

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
    const arrival = { ...origin, arrivedAt: Date.now() };
    const verdicts: (IntakeVerdict | undefined)[] = incoming.map(() => undefined);
    try {
      await this.log(identity, incoming, arrival, confirm, verdicts);
      return { verdicts: verdicts as IntakeVerdict[], logMs: performance.now() - startedAt };
    } finally {
      for (const [index, { eventType }] of incoming.entries())
        this.metrics.count(verdicts[index] ?? 'refused', eventType);
    }
  }

  /** Fills in the verdicts. */
  private async log(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    arrival: Arrival,
    confirm: Confirm,
    verdicts: (IntakeVerdict | undefined)[],
  ): Promise<void> {
    let open = [...incoming.keys()];
    for (let confirmed = 0; open.length > 0; confirmed++) {
      if (confirmed > CONFIRMATIONS) throw new AppError(503, 'service_unavailable', {}, [], LATER_SECONDS);
      if (confirmed > 0) identity = await confirm();
      const events = open.map((index) => incoming[index]!);
      let rows = this.placed(identity, events, arrival);
      if (!rows) {
        // What is to be changed of a store is changed for a token that is valid now.
        identity = await confirm();
        rows = this.placed(identity, events, arrival) ?? (await this.placedAnew(identity, events, arrival));
      }
      const stored = await this.written(identity, rows);
      const outdated: number[] = [];
      for (const [place, verdict] of stored.entries()) {
        if (verdict === 'outdated') outdated.push(open[place]!);
        else verdicts[open[place]!] = verdict;
      }
      this.nudge(identity.user.id, rows, stored);
      open = outdated;
    }
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

  /**
   * Finds the store of each event, and its date by our clock, where what is known of the token tells both; null where
   * something of a store is to be found or changed first.
   */
  private placed(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    arrival: Arrival,
  ): Row[] | null {
    const agentSite = siteOfUserAgent(arrival.userAgent);
    const traceparent = this.tracing.traceparent();
    const rows: Row[] = [];
    for (const each of incoming) {
      const evidence = { site: each.siteUrl, agentSite, permalink: each.permalink };
      const store = this.stores.known(identity, evidence);
      if (!store || aheadOf(store, arrival) !== store.clockAheadMs) return null;
      rows.push(rowOf(identity, store, each, arrival, traceparent));
    }
    return rows;
  }

  private async placedAnew(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    arrival: Arrival,
  ): Promise<Row[]> {
    const traceparent = this.tracing.traceparent();
    const stores = new Map<string, StoreBinding>();
    const rows: Row[] = [];
    for (const each of incoming) {
      const evidence = JSON.stringify([each.siteUrl, hostOf(each.permalink)]);
      let store = stores.get(evidence);
      if (!store) {
        store = await this.storeOf(identity, each, arrival);
        stores.set(evidence, store);
      }
      rows.push(rowOf(identity, store, each, arrival, traceparent));
    }
    return rows;
  }

  /** The store, with its clock as this request shows it. */
  private async storeOf(
    identity: TokenIdentity,
    { siteUrl, permalink }: IncomingEvent,
    arrival: Arrival,
  ): Promise<StoreBinding> {
    const agentSite = siteOfUserAgent(arrival.userAgent);
    const store = await this.stores.resolve(identity, { site: siteUrl, agentSite, permalink });
    const ahead = aheadOf(store, arrival);
    if (ahead !== store.clockAheadMs) await this.stores.setClock(identity.user.id, store.id, ahead);
    return { id: store.id, clockAheadMs: ahead };
  }

  private written({ tokenId }: TokenIdentity, rows: Row[]): Promise<RowVerdict[]> {
    const letters = lettersOf(rows);
    if (this.waitingLetters + letters > MAX_WAITING_LETTERS)
      return Promise.reject(new AppError(503, 'service_unavailable', {}, [], LATER_SECONDS));
    this.waitingLetters += letters;
    const lane = this.lanes.get(tokenId) ?? { tokenId, waiting: [], isWriting: false };
    this.lanes.set(tokenId, lane);
    return new Promise<RowVerdict[]>((resolve, reject) => {
      lane.waiting.push({ rows, letters, resolve, reject });
      if (!lane.isWriting) this.writeNext();
    });
  }

  private writeNext(): void {
    while (this.statements < STATEMENTS) {
      const group = takeGroup(this.lanes);
      if (group.waiting.length === 0) return;
      this.statements++;
      void this.write(group);
    }
  }

  private async write({ lanes, waiting }: Group): Promise<void> {
    await this.writeTogether(waiting);
    this.statements--;
    for (const { letters } of waiting) this.waitingLetters -= letters;
    for (const lane of lanes) {
      lane.isWriting = false;
      this.lanes.delete(lane.tokenId);
      // Behind the others.
      if (lane.waiting.length > 0) this.lanes.set(lane.tokenId, lane);
    }
    this.writeNext();
  }

  private async writeTogether(waiting: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.insertAll(waiting.flatMap(({ rows }) => rows));
      for (const { rows, resolve } of waiting) resolve(verdicts.splice(0, rows.length));
    } catch (error) {
      if (waiting.length === 1 || isOfAll(error)) for (const { reject } of waiting) reject(error);
      // One of them is at fault: each is written by itself.
      else for (const each of waiting) await this.writeTogether([each]);
    }
  }

  private async insertAll(rows: readonly Row[]): Promise<RowVerdict[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.insert(rows);
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
  private async insert(rows: readonly Row[]): Promise<RowVerdict[]> {
    const values: unknown[] = [[...new Set(rows.map(({ identity }) => identity.tokenId))]];
    for (const { identity, store, incoming, occurredAt, origin, traceparent } of rows) {
      values.push(
        identity.fingerprint,
        // What the request shows itself it does not take from what is known.
        origin.sentAt ? null : store.clockAheadMs,
        identity.user.id,
        identity.tokenId,
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
    while (values.length < FIRST - 1 + size * COLUMNS.length) values.push(null);
    const told = await this.dataSource.query<Told[]>(INSERTS.get(size)!, values);
    const [stored, outdated] = [new Set<string>(), new Set<number>()];
    for (const { place, user_id: userId, store_id: storeId, event_id: eventId } of told) {
      if (place === null) stored.add(keyOf(userId, storeId, eventId));
      else outdated.add(place);
    }
    return rows.map(({ identity, store, incoming }, place) => {
      if (outdated.has(place)) return 'outdated';
      // Of two copies in one statement the first is the one that was stored.
      return stored.delete(keyOf(identity.user.id, store.id, incoming.eventId)) ? 'accepted' : 'skipped';
    });
  }
}

/** A row that was stored; or, with its place among those given, one that was outdated. */
interface Told {
  place: number | null;
  user_id: number;
  store_id: number;
  event_id: string;
}

const keyOf = (userId: number, storeId: number, eventId: string): string => `${userId} ${storeId} ${eventId}`;

/** Whether a statement failed for no reason that lies in one of its requests. */
const isOfAll = (error: unknown): boolean => {
  const { code = '' } = error as { code?: string };
  return OF_ALL.has(code) || (isTransient(error) && code !== DEADLOCK);
};

const lettersOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, { incoming }) => sum + incoming.payload.length, 0);

/** Milliseconds that the store's clock is ahead of ours, by what is known and what this request shows. */
const aheadOf = ({ clockAheadMs: known }: StoreBinding, { sentAt, arrivedAt }: Arrival): number =>
  sentAt ? Math.round(clockAheadMs(known, sentAt.getTime(), arrivedAt)) : known;

const rowOf = (
  identity: TokenIdentity,
  store: StoreBinding,
  incoming: IncomingEvent,
  origin: RequestOrigin,
  traceparent: string | null,
): Row => ({
  identity,
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
  user_id: 'bigint',
  token_id: 'bigint',
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
/** Of the first parameter of a row; before it are the ids of all tokens. */
const FIRST = 2;
const NAMES = COLUMNS.map(([name]) => name);
const STORED = NAMES.slice(2).join(', ');

/** For so many rows a statement is prepared; what has fewer is filled up with rows of nulls, which store nothing. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const INSERTS = new Map(SIZES.map((size) => [size, prepared(`intake-${size}`, insertOf(size))]));

function insertOf(size: number): string {
  const tuples = Array.from({ length: size }, (_, row) => {
    const first = FIRST + row * COLUMNS.length;
    return `(${[row, ...COLUMNS.map(([, type], index) => `$${first + index}::${type}`)].join(', ')})`;
  });
  return `
    WITH token AS (
      SELECT t.user_id, t.id, ${ACCESS_FINGERPRINT} AS fingerprint
        FROM integration_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = ANY($1::bigint[])
    ), given AS (
      SELECT v.*, s.epoch, s.id IS NOT NULL AND v.fingerprint = t.fingerprint AND coalesce(v.clock, s.clock_ahead_ms) = s.clock_ahead_ms
               AS is_current
        FROM (VALUES ${tuples.join(', ')}) AS v (place, ${NAMES.join(', ')})
        LEFT JOIN token t ON t.user_id = v.user_id AND t.id = v.token_id
        LEFT JOIN stores s ON s.user_id = v.user_id AND s.id = v.store_id
       WHERE v.event_id IS NOT NULL
    ), stored AS (
      INSERT INTO events (${STORED}, epoch)
      SELECT ${STORED}, epoch FROM given WHERE is_current ORDER BY place
      ON CONFLICT ON CONSTRAINT events_event_id_key DO NOTHING
      RETURNING user_id, store_id, event_id
    )
    SELECT NULL::int AS place, user_id, store_id, event_id FROM stored
    UNION ALL
    SELECT place, user_id, store_id, event_id FROM given WHERE is_current IS NOT TRUE`;
}

/**
 * What the next statement should write: of each token that is not being written the first requests that wait, as many as
 * one statement should hold, and of many tokens no more of one than of another.
 */
function takeGroup(lanes: ReadonlyMap<number, Lane>): Group {
  const ready = [...lanes.values()].filter(({ isWriting }) => !isWriting);
  const share = Math.floor(MAX_ROWS / ready.length);
  const group: Group = { lanes: [], waiting: [] };
  let [count, letters] = [0, 0];
  for (const lane of ready) {
    let ofLane = 0;
    while (lane.waiting.length > 0) {
      const { rows, letters: added } = lane.waiting[0]!;
      if (group.waiting.length > 0 && (count + rows.length > MAX_ROWS || letters + added > MAX_LETTERS))
        return group;
      if (ofLane > 0 && ofLane + rows.length > share) break;
      [count, letters, ofLane] = [count + rows.length, letters + added, ofLane + rows.length];
      if (!lane.isWriting) {
        lane.isWriting = true;
        group.lanes.push(lane);
      }
      group.waiting.push(lane.waiting.shift()!);
    }
  }
  return group;
}
