import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, type EntityManager } from 'typeorm';
import { Config } from '../../config/config';
import { MAX_CLOCK_LEAD_MS, momentOf } from '../../contract/change-order';
import { parseJson } from '../../contract/json';
import { digestOf } from '../../contract/product-digest';
import { readProductEvent, type ProductEvent } from '../../contract/product-event';
import { isTransient } from '../../database/faults';
import { say } from '../../i18n/messages';
import { JobHandler } from '../../jobs/job-handler.decorator';
import { JobQueue } from '../../jobs/job-queue.service';
import type { JobPayloads } from '../../jobs/jobs';
import {
  ProductWriter,
  type ChangeOutcome,
  type ProductChange,
} from '../../web-knowledge/product-writer.service';
import { readNativeEvent } from '../woocommerce/native-event';
import { toProductState, toVariationState, toVariationStatements } from '../woocommerce/product.mapper';
import type { EventFormat } from './event-log.entity';
import { failureCauseOf } from './failure-cause';

/** What is applied in one transaction at most: its store, and in embedded mode everyone, waits for it. */
const BATCH_EVENTS = 100;
const BATCH_BYTES = 1_000_000;
/** How long one store keeps a worker while others wait. */
const TURN_MS = 1000;
/** The job of a retry may come a moment before the row is due: clocks of machines differ. */
const RETRY_GRACE_MS = 1000;

type StoreKey = JobPayloads['events.process'];

interface QueuedEvent {
  id: string;
  payload: string;
  format: EventFormat;
  epoch: number;
  occurred_at: Date | null;
  created_at: Date;
  request_id: string | null;
  /** The latest date among the product's earlier events, as far as it can matter. */
  latest_before: Date | null;
  /** The latest date among those before it by the shop's own dates too, as far as it is not before it by ours. */
  not_before: Date | null;
  /** When WooCommerce itself last told of the product's deletion before, which has no date. */
  deleted_before: Date | null;
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

  /** Works off what is due in one store, a batch at a time; what is left after its turn waits behind other stores. */
  @JobHandler('events.process')
  async process(store: StoreKey, stopping?: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + TURN_MS;
    for (let graceMs = RETRY_GRACE_MS; ; graceMs = 0) {
      const ids = await this.nextBatch(store, graceMs);
      if (ids.length === 0) return;
      await this.processBatch(store, ids);
      if (stopping?.aborted || Date.now() > turnEnds) {
        await this.jobs.add('events.process', store);
        return;
      }
    }
  }

  /** The ids of the store's earliest events that are due, as many as one transaction should hold. */
  private async nextBatch(
    { user_id: userId, store_id: storeId }: StoreKey,
    graceMs: number,
  ): Promise<string[]> {
    const due = await this.dataSource.query<{ id: string; size: number }[]>(
      `SELECT id::text AS id, octet_length(payload::text) AS size FROM events
        WHERE user_id = $1 AND store_id = $2 AND status = 'queued'
          AND next_attempt_at <= now() + make_interval(secs => $3)
        ORDER BY events.id LIMIT $4`,
      [userId, storeId, graceMs / 1000, BATCH_EVENTS],
    );
    let bytes = 0;
    const fitting = due.filter(({ size }, index) => (bytes += size) <= BATCH_BYTES || index === 0);
    return fitting.map(({ id }) => id);
  }

  /** One transaction for all; when it fails, one for each, so that a poison event fails alone. */
  private async processBatch(store: StoreKey, ids: string[]): Promise<void> {
    try {
      const pendingChunks = await this.dataSource.transaction((manager) =>
        this.applyEvents(manager, store, ids),
      );
      if (pendingChunks > 0) await this.jobs.nudge('knowledge.embed', {});
    } catch (error) {
      if (isTransient(error)) throw error;
      if (ids.length > 1) {
        for (const id of ids) await this.processBatch(store, [id]);
      } else {
        await this.recordFailure(store, ids[0]!, error as Error);
      }
    }
  }

  private async applyEvents(
    manager: EntityManager,
    { user_id: userId, store_id: storeId }: StoreKey,
    ids: string[],
  ): Promise<number> {
    const startedAt = new Date();
    const started = performance.now();
    const home = await lockStore(manager, userId, storeId);
    const events = await manager.query<QueuedEvent[]>(
      `SELECT e.id::text AS id, e.payload, e.format, e.epoch, e.occurred_at, e.created_at, e.request_id,
              CASE WHEN e.occurred_at IS NULL OR e.occurred_at > e.created_at + $3 * interval '1 ms' THEN
                (SELECT max(earlier.occurred_at) FROM events earlier
                  WHERE earlier.user_id = e.user_id AND earlier.woo_product_id = e.woo_product_id
                    AND earlier.store_id = e.store_id AND earlier.id < e.id
                    AND earlier.epoch = e.epoch
                    AND earlier.occurred_at <= earlier.created_at + $3 * interval '1 ms')
              END AS latest_before,
              CASE WHEN e.shop_occurred_at IS NOT NULL THEN
                (SELECT max(earlier.occurred_at) FROM events earlier
                  WHERE earlier.user_id = e.user_id AND earlier.woo_product_id = e.woo_product_id
                    AND earlier.store_id = e.store_id AND earlier.id < e.id AND earlier.epoch = e.epoch
                    AND coalesce(earlier.shop_occurred_at, earlier.occurred_at) < e.shop_occurred_at
                    AND earlier.occurred_at >= e.occurred_at)
              END AS not_before,
              CASE WHEN e.format = 'woocommerce' AND e.occurred_at IS NOT NULL THEN
                (SELECT max(earlier.created_at) FROM events earlier
                  WHERE earlier.user_id = e.user_id AND earlier.woo_product_id = e.woo_product_id
                    AND earlier.store_id = e.store_id AND earlier.id < e.id AND earlier.epoch = e.epoch
                    AND earlier.format = 'woocommerce' AND earlier.event_type = 'product.deleted'
                    AND earlier.occurred_at IS NULL)
              END AS deleted_before
         FROM events e
        WHERE e.user_id = $1 AND e.id = ANY($2) AND e.status = 'queued' ORDER BY e.id FOR UPDATE OF e`,
      [userId, ids, MAX_CLOCK_LEAD_MS],
    );
    if (events.length === 0) return 0;
    const scope = { userId, storeId: home, source: 'woocommerce' as const };
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

  private async recordFailure(store: StoreKey, id: string, error: Error): Promise<void> {
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

/**
 * Until the end of the transaction no other change of the store is applied, by however many workers.
 * @returns the store whose products these are: another one, once both turned out to be the same shop
 */
async function lockStore(manager: EntityManager, userId: number, storeId: number): Promise<number> {
  for (;;) {
    const locked = await manager.query<{ id: number; merged_into: number | null }[]>(
      `SELECT id, merged_into FROM stores
        WHERE user_id = $1
          AND id = ANY (SELECT unnest(ARRAY[s.id, s.merged_into]) FROM stores s WHERE s.user_id = $1 AND s.id = $2)
        ORDER BY id FOR NO KEY UPDATE`,
      [userId, storeId],
    );
    const home = locked.find(({ id }) => id === storeId)?.merged_into ?? storeId;
    // It was merged while this waited for its lock: the other one is still to be locked.
    if (locked.some(({ id }) => id === home)) return home;
  }
}

interface ProductBody {
  product: Record<string, unknown>;
}

/** @returns the event, and the product as our plugin sent it, by which a shop compares; null from WooCommerce itself */
function readLogged({ format, payload }: QueuedEvent): {
  event: ProductEvent;
  sent: ProductBody['product'] | null;
} {
  const body = parseJson(payload);
  const isNative = format === 'woocommerce';
  const { event, errors } = isNative ? readNativeEvent(body) : readProductEvent(body);
  if (!event) {
    throw new Error(
      errors.map(({ field, message, values }) => `${field}: ${say('en', message, values)}`).join(' '),
    );
  }
  return { event, sent: isNative ? null : (body as ProductBody).product };
}

/**
 * As it stands in the row: the shop's clock was weighed when the event arrived. That it was found to be off must not turn
 * round two changes that arrived in the order of the shop's own dates. And WooCommerce reads a product when it delivers
 * it, up to minutes after the change, and tells no date of a deletion: what it delivers after one is later.
 */
function dateOf(row: QueuedEvent, { occurredAt }: ProductEvent): number | null {
  const date = row.occurred_at ?? occurredAt;
  if (!date) return null;
  const floors = [row.not_before, row.deleted_before].map((floor) =>
    floor ? floor.getTime() + 1 : -Infinity,
  );
  return Math.max(date.getTime(), ...floors);
}

function toChange(row: QueuedEvent): ProductChange {
  const { event, sent } = readLogged(row);
  const deletion = event.eventType === 'product.deleted';
  const moment = momentOf({
    occurredAt: dateOf(row, event),
    arrivedAt: row.created_at.getTime(),
    deletion,
    sequence: BigInt(row.id),
    epoch: row.epoch,
    latestBefore: row.latest_before?.getTime() ?? null,
  });
  if (event.variationOf !== null) {
    const state = deletion ? null : toVariationState(event.product, event.attributes);
    return { externalId: `woo_${event.variationOf}`, moment, variation: { id: event.product.id, state } };
  }
  return {
    externalId: `woo_${event.product.id}`,
    moment,
    state: deletion ? null : toProductState(event),
    variations: deletion ? null : toVariationStatements(event),
    digest: deletion || !sent ? null : digestOf(event.product.id, sent),
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
            failure_cause = NULL,
            started_at = $4, processed_at = clock_timestamp(), processing_time_ms = $5
       FROM unnest($2::bigint[], $3::text[]) AS done (id, outcome)
      WHERE e.user_id = $1 AND e.id = done.id`,
    [userId, events.map(({ id }) => id), outcomes, startedAt, Math.round(shareMs * 100) / 100],
  );
}
