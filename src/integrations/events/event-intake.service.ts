import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { clockAheadMs } from '../../contract/shop-clock';
import { isTransient } from '../../database/faults';
import { AppError } from '../../validation/errors';
import { JobQueue } from '../../jobs/job-queue.service';
import { Tracing } from '../../telemetry/tracing.service';
import { hostOf, siteOfUserAgent } from '../stores/site-key';
import { StoresService, type StoreBinding } from '../stores/stores.service';
import type { Confirm, TokenIdentity } from '../tokens/token-identity';
import { insertRows, MAX_ROWS, rowOf, type EventRow, type RowVerdict } from './event-rows';
import type { IncomingEvent, RequestOrigin } from './incoming-event';
import { IntakeMetrics } from './intake.metrics';

export type IntakeVerdict = 'accepted' | 'skipped';

export interface IntakeResult {
  /** One for each event, in their order. */
  verdicts: IntakeVerdict[];
  /** Milliseconds spent on the log rows. */
  logMs: number;
}

/** Times that a request's token is asked for again before it is told to come later. */
const CONFIRMATIONS = 5;

/** Letters of one statement at most. */
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

interface Waiting {
  rows: EventRow[];
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
      for (let index = 0; index < incoming.length; index++)
        this.metrics.count(verdicts[index] ?? 'refused', incoming[index]!.eventType);
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
    // Those that have no verdict yet, and what they are.
    let open = incoming.map((_, index) => index);
    let events = incoming;
    for (let confirmed = 0; open.length > 0; confirmed++) {
      if (confirmed > CONFIRMATIONS) throw new AppError(503, 'service_unavailable', {}, [], LATER_SECONDS);
      if (confirmed > 0) identity = await confirm();
      let rows = this.placed(identity, events, arrival, confirmed > 0);
      if (!rows) {
        // What is to be changed of a store is changed for a token that is valid now.
        identity = await confirm();
        rows =
          this.placed(identity, events, arrival, true) ?? (await this.placedAnew(identity, events, arrival));
      }
      const stored = await this.written(identity, rows);
      for (let place = 0; place < stored.length; place++) {
        const verdict = stored[place]!;
        if (verdict !== 'outdated') verdicts[open[place]!] = verdict;
      }
      this.nudge(identity.user.id, rows, stored);
      open = open.filter((index) => verdicts[index] === undefined);
      events = open.map((index) => incoming[index]!);
    }
  }

  /** Not waited for: the events are stored, and the sweeper finds what no job came for. */
  private nudge(userId: number, rows: readonly EventRow[], verdicts: readonly RowVerdict[]): void {
    let last: number | undefined;
    for (let index = 0; index < rows.length; index++) {
      const { store } = rows[index]!;
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
    isFresh: boolean,
  ): EventRow[] | null {
    const agentSite = siteOfUserAgent(arrival.userAgent);
    const traceparent = this.tracing.traceparent();
    const rows: EventRow[] = [];
    for (const each of incoming) {
      const evidence = { site: each.siteUrl, agentSite, permalink: each.permalink };
      const store = this.stores.known(identity, evidence);
      if (!store || aheadOf(store, arrival) !== store.clockAheadMs) return null;
      rows.push(rowOf(identity, store, each, arrival, traceparent, isFresh));
    }
    return rows;
  }

  private async placedAnew(
    identity: TokenIdentity,
    incoming: readonly IncomingEvent[],
    arrival: Arrival,
  ): Promise<EventRow[]> {
    const traceparent = this.tracing.traceparent();
    const stores = new Map<string, StoreBinding>();
    const rows: EventRow[] = [];
    for (const each of incoming) {
      const evidence = JSON.stringify([each.siteUrl, hostOf(each.permalink)]);
      let store = stores.get(evidence);
      if (!store) {
        store = await this.storeOf(identity, each, arrival);
        stores.set(evidence, store);
      }
      rows.push(rowOf(identity, store, each, arrival, traceparent, true));
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

  private written({ tokenId }: TokenIdentity, rows: EventRow[]): Promise<RowVerdict[]> {
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

  private async insertAll(rows: readonly EventRow[]): Promise<RowVerdict[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await insertRows(this.dataSource, rows);
      } catch (error) {
        if ((error as { code?: string }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
      }
    }
  }
}

/** Whether a statement failed for no reason that lies in one of its requests. */
const isOfAll = (error: unknown): boolean => {
  const { code = '' } = error as { code?: string };
  return OF_ALL.has(code) || (isTransient(error) && code !== DEADLOCK);
};

const lettersOf = (rows: readonly EventRow[]): number =>
  rows.reduce((sum, { incoming }) => sum + incoming.payload.length, 0);

/** Milliseconds that the store's clock is ahead of ours, by what is known and what this request shows. */
const aheadOf = ({ clockAheadMs: known }: StoreBinding, { sentAt, arrivedAt }: Arrival): number =>
  sentAt ? Math.round(clockAheadMs(known, sentAt.getTime(), arrivedAt)) : known;

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
