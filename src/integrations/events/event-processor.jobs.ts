import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, type EntityManager } from 'typeorm';
import { Config } from '../../config/config';
import { parseJson } from '../../contract/json';
import { digestOf, type ProductDigest } from '../../contract/product-digest';
import { readProductEvent, type ProductEvent } from '../../contract/product-event';
import { isTransient } from '../../database/faults';
import { SearchableMetrics } from '../../knowledge/embedding/searchable.metrics';
import { say } from '../../i18n/messages';
import { JobHandler } from '../../jobs/job-handler.decorator';
import { JobQueue } from '../../jobs/job-queue.service';
import type { JobPayloads } from '../../jobs/jobs';
import { inTurns } from '../../jobs/turns';
import { Tracing } from '../../telemetry/tracing.service';
import { KnowledgeRenewer } from '../../web-knowledge/knowledge-renewer.jobs';
import {
  ProductWriter,
  type ChangeOutcome,
  type ProductChange,
} from '../../web-knowledge/product-writer.service';
import type { ProductState } from '../../web-knowledge/product-state';
import { lockHome } from '../../web-knowledge/store-lock';
import { readNativeEvent } from '../woocommerce/native-event';
import { toProductState, toVariationState, toVariationStatements } from '../woocommerce/product.mapper';
import type { EventFormat } from './event-log.entity';
import { PLACE_COLUMNS, placeOf, type PlacedEvent } from './event-place';
import { failureCauseOf } from './failure-cause';
import { ProcessingMetrics } from './processing.metrics';

/** What is applied in one transaction at most: its store, and in embedded mode everyone, waits for it. */
const BATCH_EVENTS = 250;
const BATCH_BYTES = 1_000_000;
/** How long one store keeps a worker while others wait. */
const TURN_MS = 1000;
/** The job of a retry may come a moment before the row is due: clocks of machines differ. */
const RETRY_GRACE_MS = 1000;

type StoreKey = JobPayloads['events.process'];

/** What one transaction did. */
interface Applied {
  /** The store, where knowledge of its products is due. */
  due: number[];
  pendingChunks: number;
  processed: { outcome: ChangeOutcome; waitedSeconds: number }[];
  /** Those of `processed` whose products are searchable as they are now. */
  searchable: number[];
}

/** An event of the log, without what places it in time: that is read under the store's lock. */
interface LoggedEvent {
  id: string;
  payload: string;
  format: EventFormat;
  request_id: string | null;
  traceparent: string | null;
}

/** An event that was read ahead, and what it says; or why it cannot be understood, which is told when it is applied. */
interface ReadEvent extends LoggedEvent {
  said: { event: ProductEvent; state: ProductState | null; digest: ProductDigest | null } | { error: Error };
}

/** Turns queued events into products. Safe to run twice and at once with itself: the log row decides. */
@Injectable()
export class EventProcessor {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly products: ProductWriter,
    private readonly renewer: KnowledgeRenewer,
    private readonly jobs: JobQueue,
    private readonly config: Config,
    private readonly metrics: ProcessingMetrics,
    private readonly searchable: SearchableMetrics,
    private readonly tracing: Tracing,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventProcessor.name);
  }

  /** Works off what is due in one store, a batch at a time; what is left after its turn waits behind other stores. */
  @JobHandler('events.process')
  async process(store: StoreKey, stopping?: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + TURN_MS;
    const renewed = new Set<number>();
    let next = this.readBatch(store, RETRY_GRACE_MS, '0');
    for (let isWhole = true; ;) {
      const batch = await next;
      if (batch.length > 0) {
        isWhole = false;
        // Read while the database writes the batch before.
        next = this.readBatch(store, 0, batch.at(-1)!.id);
        next.catch(() => undefined);
        const work = () => this.processBatch(store, batch);
        const traceparents = batch.map(({ traceparent }) => traceparent);
        const stores = await this.tracing.batch(
          'process events',
          traceparents,
          { 'fiko.events': batch.length },
          work,
        );
        for (const id of stores) renewed.add(id);
      } else if (!isWhole) {
        // Those that came behind while others were worked off.
        isWhole = true;
        next = this.readBatch(store, 0, '0');
      } else {
        if (await this.renewer.isDue(store)) renewed.add(store.store_id);
        break;
      }
      if (stopping?.aborted || Date.now() > turnEnds) {
        await next.catch(() => undefined);
        await this.jobs.add('events.process', store);
        break;
      }
    }
    for (const id of renewed)
      await this.jobs.nudge('knowledge.renew', { user_id: store.user_id, store_id: id });
  }

  /** The store's earliest events after one that are due, as many as one transaction should hold. */
  private async readBatch(
    { user_id: userId, store_id: storeId }: StoreKey,
    graceMs: number,
    afterId: string,
  ): Promise<ReadEvent[]> {
    const due = await this.dataSource.query<{ id: string; size: number }[]>(
      `SELECT id::text AS id, octet_length(payload::text) AS size FROM events
        WHERE user_id = $1 AND store_id = $2 AND status = 'queued' AND id > $5
          AND next_attempt_at <= now() + make_interval(secs => $3)
        ORDER BY events.id LIMIT $4`,
      [userId, storeId, graceMs / 1000, BATCH_EVENTS, afterId],
    );
    if (due.length === 0) return [];
    let bytes = 0;
    const fitting = due.filter(({ size }, index) => (bytes += size) <= BATCH_BYTES || index === 0);
    const events = await this.dataSource.query<LoggedEvent[]>(
      `SELECT e.id::text AS id, e.payload, e.format, e.request_id, e.traceparent
         FROM events e WHERE e.user_id = $1 AND e.id = ANY($2) ORDER BY e.id`,
      [userId, fitting.map(({ id }) => id)],
    );
    // Between turns the batch before goes on to its next statement.
    return inTurns(events, (event) => ({ ...event, said: read(event) }));
  }

  /**
   * One transaction for all; when it fails, one for each half, so that a poison event fails alone.
   * @returns the stores of which knowledge is due
   */
  private async processBatch(store: StoreKey, events: readonly ReadEvent[]): Promise<number[]> {
    try {
      const applied = await this.dataSource.transaction((manager) =>
        this.applyEvents(manager, store, events),
      );
      this.count(applied);
      if (applied.pendingChunks > 0) await this.jobs.nudge('knowledge.embed', {});
      return applied.due;
    } catch (error) {
      if (isTransient(error)) throw error;
      if (events.length > 1) {
        const middle = Math.ceil(events.length / 2);
        return [
          ...(await this.processBatch(store, events.slice(0, middle))),
          ...(await this.processBatch(store, events.slice(middle))),
        ];
      }
      await this.recordFailure(store, events[0]!.id, error as Error);
      return [];
    }
  }

  private async applyEvents(
    manager: EntityManager,
    { user_id: userId, store_id: storeId }: StoreKey,
    batch: readonly ReadEvent[],
  ): Promise<Applied> {
    const startedAt = new Date();
    const started = performance.now();
    // The events are on disk, and queued again with whatever a crash takes back: nobody needs to wait for the disk here.
    await manager.query(`SET LOCAL synchronous_commit = off`);
    const home = await lockHome(manager, userId, storeId);
    // As a condition, their status would lead the planner to all that wait of the user.
    const rows = await manager.query<(PlacedEvent & { is_queued: boolean })[]>(
      `SELECT e.status = 'queued' AS is_queued, ${PLACE_COLUMNS}
         FROM events e WHERE e.user_id = $1 AND e.id = ANY($2) ORDER BY e.id FOR UPDATE OF e`,
      [userId, batch.map(({ id }) => id)],
    );
    const places = rows.filter((row) => row.is_queued);
    if (places.length === 0) return { due: [], pendingChunks: 0, processed: [], searchable: [] };
    // Others may have worked off some of them since they were read.
    const readOf = new Map(batch.map((event) => [event.id, event]));
    const events = places.map((place) => ({ ...readOf.get(place.id)!, ...place }));
    const scope = { userId, storeId: home?.id ?? storeId, source: 'woocommerce' as const };
    const { outcomes, pendingChunks, searchable, deferred } = await this.products.apply(
      manager,
      scope,
      events.map(toChange),
      events.map((event) => ({
        acceptedAt: event.created_at,
        traceparent: this.tracing.traceparentFor(event.traceparent),
      })),
    );
    const share = (performance.now() - started) / events.length;
    const waits = await markProcessed(manager, userId, events, outcomes, startedAt, share);
    await noteArrival(manager, scope, events);
    for (const [index, event] of events.entries()) {
      this.logger.info(
        { request_id: event.request_id, event: event.id, user_id: userId, outcome: outcomes[index] },
        'event processed',
      );
    }
    const processed = outcomes.map((outcome, index) => ({ outcome, waitedSeconds: waits[index]! }));
    return { due: deferred > 0 ? [scope.storeId] : [], pendingChunks, processed, searchable };
  }

  private count({ processed, searchable }: Applied): void {
    for (const { outcome, waitedSeconds } of processed) this.metrics.countProcessed(outcome, waitedSeconds);
    for (const index of searchable) this.searchable.countProcessed(processed[index]!.waitedSeconds);
  }

  private async recordFailure(store: StoreKey, id: string, error: Error): Promise<void> {
    this.tracing.fail(error);
    const userId = store.user_id;
    const { retries, backoffMs } = this.config.events;
    const reason = error.message.slice(0, 1000);
    const [rows] = await this.dataSource.query<[{ attempts: number; request_id: string | null }[], number]>(
      `UPDATE events
          SET attempts = attempts + 1,
              error_message = $3, failure_cause = $6,
              started_at = coalesce(started_at, now()),
              status = CASE WHEN attempts >= $4 THEN 'failed' ELSE 'queued' END,
              processed_at = CASE WHEN attempts >= $4 THEN now() END,
              next_attempt_at = now() + make_interval(secs => $5 * power(2, attempts))
        WHERE user_id = $1 AND id = $2 AND status = 'queued'
        RETURNING attempts, request_id`,
      [userId, id, reason, retries, backoffMs / 1000, failureCauseOf(error)],
    );
    const row = rows[0];
    if (!row) return;
    const final = row.attempts > retries;
    this.metrics.countFailure(final ? 'failed' : 'retried');
    const context = {
      err: error,
      request_id: row.request_id,
      event: id,
      user_id: userId,
      attempts: row.attempts,
    };
    if (final) {
      this.logger.error(context, 'event failed');
      return;
    }
    this.logger.warn(context, 'event will be tried again');
    await this.jobs.nudge('events.process', store, backoffMs * 2 ** (row.attempts - 1));
  }
}

interface ProductBody {
  product: Record<string, unknown>;
}

/** @returns the event, and the product as our plugin sent it, by which a shop compares; null from WooCommerce itself */
function readLogged({ format, payload }: LoggedEvent): {
  event: ProductEvent;
  sent: ProductBody['product'] | null;
} {
  const body = parseJson(payload, Infinity);
  const isNative = format === 'woocommerce';
  const { event, errors } = isNative ? readNativeEvent(body) : readProductEvent(body);
  if (!event) {
    throw new Error(
      errors.map(({ field, message, values }) => `${field}: ${say('en', message, values)}`).join(' '),
    );
  }
  return { event, sent: isNative ? null : (body as ProductBody).product };
}

function read(row: LoggedEvent): ReadEvent['said'] {
  try {
    const { event, sent } = readLogged(row);
    const isWhole = event.variationOf === null && event.eventType !== 'product.deleted';
    return {
      event,
      state: isWhole ? toProductState(event) : null,
      digest: isWhole && sent ? digestOf(event.product.id, sent) : null,
    };
  } catch (error) {
    return { error: error as Error };
  }
}

function toChange(row: ReadEvent & PlacedEvent): ProductChange {
  if ('error' in row.said) throw row.said.error;
  const { event, state, digest } = row.said;
  // What a product is for WooCommerce's own webhooks the reader decides: a draft is a deletion.
  const deletion = event.eventType === 'product.deleted';
  const moment = placeOf({ ...row, deletion }, event.occurredAt);
  if (event.variationOf !== null) {
    const variation = deletion ? null : toVariationState(event.product, event.attributes);
    return {
      externalId: `woo_${event.variationOf}`,
      moment,
      variation: { id: event.product.id, state: variation },
    };
  }
  const variations = deletion ? null : toVariationStatements(event);
  return { externalId: `woo_${event.product.id}`, moment, state, variations, digest };
}

/** In the store, which is locked anyway: an index of the log by store would cost each event more, and mislead the planner. */
async function noteArrival(
  manager: EntityManager,
  { userId, storeId }: { userId: number; storeId: number },
  events: readonly PlacedEvent[],
): Promise<void> {
  const last = new Date(Math.max(...events.map(({ created_at: at }) => at.getTime())));
  await manager.query(
    `UPDATE stores SET last_event_at = $3
      WHERE user_id = $1 AND id = $2 AND (last_event_at IS NULL OR last_event_at < $3)`,
    [userId, storeId, last],
  );
}

/** @returns how many seconds passed since each of them was accepted */
async function markProcessed(
  manager: EntityManager,
  userId: number,
  events: readonly PlacedEvent[],
  outcomes: ChangeOutcome[],
  startedAt: Date,
  shareMs: number,
): Promise<number[]> {
  const [rows] = await manager.query<[{ id: string; seconds: number }[], number]>(
    `UPDATE events e
        SET status = 'processed', outcome = done.outcome, attempts = e.attempts + 1, error_message = NULL,
            failure_cause = NULL,
            started_at = $4, processed_at = clock_timestamp(), processing_time_ms = $5
       FROM unnest($2::bigint[], $3::text[]) AS done (id, outcome)
      WHERE e.user_id = $1 AND e.id = done.id
      RETURNING e.id::text AS id, extract(epoch FROM e.processed_at - e.created_at)::float8 AS seconds`,
    [userId, events.map(({ id }) => id), outcomes, startedAt, Math.round(shareMs * 100) / 100],
  );
  const waits = new Map(rows.map(({ id, seconds }) => [id, seconds]));
  return events.map(({ id }) => waits.get(id)!);
}
