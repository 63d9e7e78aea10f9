import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, QueryFailedError, type EntityManager } from 'typeorm';
import { Config } from '../../config/config';
import { MAX_CLOCK_LEAD_MS, momentOf } from '../../contract/change-order';
import { parseJson } from '../../contract/json';
import { readProductEvent } from '../../contract/product-event';
import { say } from '../../i18n/messages';
import { JobHandler } from '../../jobs/job-handler.decorator';
import { JobQueue } from '../../jobs/job-queue.service';
import {
  ProductWriter,
  type ChangeOutcome,
  type ProductChange,
} from '../../web-knowledge/product-writer.service';
import { toProductState } from '../woocommerce/product.mapper';

/** What is applied in one transaction at most: its store, and in embedded mode everyone, waits for it. */
const BATCH_EVENTS = 100;
const BATCH_BYTES = 1_000_000;
/** PostgreSQL error classes by which all events would fail alike: connection, rollback, shutdown. */
const TRANSIENT_SQLSTATE = /^(08|40|57P)/;

interface StoreEvents {
  user_id: number;
  store_id: number;
  ids: string[];
  /** Of the payloads, in the order of `ids`. */
  sizes: number[];
}

interface QueuedEvent {
  id: string;
  payload: string;
  created_at: Date;
  request_id: string | null;
  /** The latest date among the product's earlier events, as far as it can matter. */
  latest_before: Date | null;
}

/** Turns queued events into products. Safe to run twice and at once with itself: the log row decides. */
@Injectable()
export class EventProcessor {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly products: ProductWriter,
    private readonly jobs: JobQueue,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventProcessor.name);
  }

  @JobHandler('events.process')
  async process({ event_ids: ids }: { event_ids: string[] }): Promise<void> {
    // The second's grace is for a retry's job that comes a moment before the row is due. With an event go those of its
    // store that wait: together they cost little more than one, and their own jobs then find nothing to do.
    const stores = await this.dataSource.query<StoreEvents[]>(
      `WITH named AS (
         SELECT user_id, store_id, id FROM events
          WHERE id = ANY($1) AND status = 'queued' AND next_attempt_at <= now() + interval '1 second')
       SELECT e.user_id, e.store_id, array_agg(e.id::text ORDER BY e.id) AS ids,
              array_agg(e.size ORDER BY e.id) AS sizes
         FROM (SELECT DISTINCT user_id, store_id FROM named) store
         CROSS JOIN LATERAL (
           (SELECT w.user_id, w.store_id, w.id, octet_length(w.payload::text) AS size FROM events w
             WHERE w.user_id = store.user_id AND w.store_id = store.store_id
               AND w.status = 'queued' AND w.next_attempt_at <= now()
             ORDER BY w.id LIMIT ${BATCH_EVENTS})
           UNION
           (SELECT w.user_id, w.store_id, w.id, octet_length(w.payload::text) AS size FROM events w
              JOIN named ON named.user_id = w.user_id AND named.id = w.id
             WHERE w.user_id = store.user_id AND w.store_id = store.store_id)) e
        GROUP BY e.user_id, e.store_id`,
      [ids],
    );
    for (const store of stores) {
      for (const batch of batches(store)) await this.processStore(store.user_id, store.store_id, batch);
    }
  }

  /** One transaction for all; when it fails, one for each, so that a poison event fails alone. */
  private async processStore(userId: number, storeId: number, ids: string[]): Promise<void> {
    try {
      const pendingChunks = await this.dataSource.transaction((manager) =>
        this.applyEvents(manager, userId, storeId, ids),
      );
      if (pendingChunks > 0) await this.jobs.nudge('knowledge.embed', {});
    } catch (error) {
      if (isTransient(error)) throw error;
      if (ids.length > 1) {
        for (const id of ids) await this.processStore(userId, storeId, [id]);
      } else {
        await this.recordFailure(userId, ids[0]!, error as Error);
      }
    }
  }

  private async applyEvents(
    manager: EntityManager,
    userId: number,
    storeId: number,
    ids: string[],
  ): Promise<number> {
    const startedAt = new Date();
    const started = performance.now();
    // Changes of one store are applied one transaction after another, by however many workers.
    await manager.query(`SELECT 1 FROM stores WHERE user_id = $1 AND id = $2 FOR NO KEY UPDATE`, [
      userId,
      storeId,
    ]);
    const events = await manager.query<QueuedEvent[]>(
      `SELECT e.id::text AS id, e.payload, e.created_at, e.request_id,
              CASE WHEN e.occurred_at IS NULL OR e.occurred_at > e.created_at + $3 * interval '1 ms' THEN
                (SELECT max(earlier.occurred_at) FROM events earlier
                  WHERE earlier.user_id = e.user_id AND earlier.woo_product_id = e.woo_product_id
                    AND earlier.store_id = e.store_id AND earlier.id < e.id
                    AND earlier.occurred_at <= earlier.created_at + $3 * interval '1 ms')
              END AS latest_before
         FROM events e
        WHERE e.user_id = $1 AND e.id = ANY($2) AND e.status = 'queued' ORDER BY e.id FOR UPDATE OF e`,
      [userId, ids, MAX_CLOCK_LEAD_MS],
    );
    if (events.length === 0) return 0;
    const scope = { userId, storeId, source: 'woocommerce' as const };
    const { outcomes, pendingChunks } = await this.products.apply(manager, scope, events.map(toChange));
    const share = (performance.now() - started) / events.length;
    await markProcessed(manager, userId, events, outcomes, startedAt, share);
    for (const [index, event] of events.entries()) {
      this.logger.info(
        { request_id: event.request_id, event: event.id, user_id: userId, outcome: outcomes[index] },
        'event processed',
      );
    }
    return pendingChunks;
  }

  private async recordFailure(userId: number, id: string, error: Error): Promise<void> {
    const { retries, backoffMs } = this.config.events;
    const reason = error.message.slice(0, 1000);
    const [rows] = await this.dataSource.query<[{ attempts: number; request_id: string | null }[], number]>(
      `UPDATE events
          SET attempts = attempts + 1,
              error_message = $3,
              started_at = coalesce(started_at, now()),
              status = CASE WHEN attempts >= $4 THEN 'failed' ELSE 'queued' END,
              processed_at = CASE WHEN attempts >= $4 THEN now() END,
              next_attempt_at = now() + make_interval(secs => $5 * power(2, attempts))
        WHERE user_id = $1 AND id = $2 AND status = 'queued'
        RETURNING attempts, request_id`,
      [userId, id, reason, retries, backoffMs / 1000],
    );
    const row = rows[0];
    if (!row) return;
    const final = row.attempts > retries;
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
    await this.jobs.nudge('events.process', { event_ids: [id] }, backoffMs * 2 ** (row.attempts - 1));
  }
}

function* batches({ ids, sizes }: StoreEvents): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const [index, id] of ids.entries()) {
    const size = sizes[index]!;
    if (batch.length > 0 && (batch.length === BATCH_EVENTS || bytes + size > BATCH_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(id);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function toChange(row: QueuedEvent): ProductChange {
  const { event, errors } = readProductEvent(parseJson(row.payload));
  if (!event) {
    throw new Error(
      errors.map(({ field, message, values }) => `${field}: ${say('en', message, values)}`).join(' '),
    );
  }
  const deletion = event.eventType === 'product.deleted';
  return {
    externalId: `woo_${event.product.id}`,
    moment: momentOf({
      occurredAt: event.occurredAt?.getTime() ?? null,
      arrivedAt: row.created_at.getTime(),
      deletion,
      sequence: BigInt(row.id),
      latestBefore: row.latest_before?.getTime() ?? null,
    }),
    state: deletion ? null : toProductState(event),
  };
}

async function markProcessed(
  manager: EntityManager,
  userId: number,
  events: QueuedEvent[],
  outcomes: ChangeOutcome[],
  startedAt: Date,
  shareMs: number,
): Promise<void> {
  await manager.query(
    `UPDATE events e
        SET status = 'processed', outcome = done.outcome, attempts = e.attempts + 1, error_message = NULL,
            started_at = $4, processed_at = clock_timestamp(), processing_time_ms = $5
       FROM unnest($2::bigint[], $3::text[]) AS done (id, outcome)
      WHERE e.user_id = $1 AND e.id = done.id`,
    [userId, events.map(({ id }) => id), outcomes, startedAt, Math.round(shareMs * 100) / 100],
  );
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) {
    // Connection faults come from the driver without a class of their own.
    return error instanceof Error && /connection|ECONN|timeout/i.test(error.message);
  }
  const { code = '' } = error.driverError as { code?: string };
  return code === '' || /^E[A-Z]+$/.test(code) || TRANSIENT_SQLSTATE.test(code);
}
