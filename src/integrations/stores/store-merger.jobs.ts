import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import type { ChangeMoment } from '../../contract/change-order';
import { JobHandler } from '../../jobs/job-handler.decorator';
import { JobQueue } from '../../jobs/job-queue.service';
import type { JobPayloads } from '../../jobs/jobs';
import { ProductWriter } from '../../web-knowledge/product-writer.service';
import { lockHome } from '../../web-knowledge/store-lock';
import { mergeNextProducts } from '../../web-knowledge/store-merge';

type StoreKey = JobPayloads['stores.merge'];

/** Rows of the log in one statement. */
const EVENTS = 1000;

/**
 * Brings the products and events of a store to the one that turned out to be the same shop. In small transactions, so that
 * both go on taking changes; what a process that dies leaves behind the sweeper finds.
 */
@Injectable()
export class StoreMerger {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly products: ProductWriter,
    private readonly jobs: JobQueue,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(StoreMerger.name);
  }

  /** Stores of which something is still to be brought over. */
  pending(): Promise<StoreKey[]> {
    return this.dataSource.query<StoreKey[]>(
      `SELECT user_id, id AS store_id FROM stores WHERE merge_pending ORDER BY user_id, id LIMIT 100`,
    );
  }

  @JobHandler('stores.merge')
  async merge(store: StoreKey, stopping?: AbortSignal): Promise<void> {
    for (let step = await this.step(store); step.more; step = await this.step(store)) {
      if (step.pendingChunks > 0) await this.jobs.nudge('knowledge.embed', {});
      if (step.deferredTo !== null)
        await this.jobs.nudge('knowledge.renew', { user_id: store.user_id, store_id: step.deferredTo });
      if (stopping?.aborted) {
        await this.jobs.add('stores.merge', store);
        return;
      }
    }
    while ((await this.bringEvents(store)) === EVENTS) if (stopping?.aborted) return;
    const [rows] = await this.dataSource.query<[{ into: number }[], number]>(
      `UPDATE stores SET merge_pending = false WHERE user_id = $1 AND id = $2 AND merge_pending
       RETURNING merged_into AS into`,
      [store.user_id, store.store_id],
    );
    if (!rows[0]) return;
    this.logger.info({ ...store, into: rows[0].into }, 'two stores were one shop; merged');
    await this.jobs.nudge('events.process', { user_id: store.user_id, store_id: rows[0].into });
  }

  private step({ user_id: userId, store_id: storeId }: StoreKey): ReturnType<typeof mergeNextProducts> {
    return this.dataSource.transaction(async (manager) => {
      const home = await lockHome(manager, userId, storeId);
      if (!home || home.id === storeId) return { more: false, pendingChunks: 0, deferredTo: null };
      const source = 'woocommerce' as const;
      const since = home.epoch_at?.getTime() ?? Infinity;
      return mergeNextProducts(
        manager,
        this.products,
        { userId, storeId, source },
        { userId, storeId: home.id, source },
        // Each store counts its epochs apart: what the first was told since the second's began is of it.
        ({ at }: ChangeMoment) => (at >= since ? home.epoch : 0),
      );
    });
  }

  /** An event that both have been sent stays where it is. */
  private async bringEvents({ user_id: userId, store_id: storeId }: StoreKey): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE events e SET store_id = s.merged_into
         FROM stores s
        WHERE s.user_id = $1 AND s.id = $2 AND e.user_id = $1
          AND e.id = ANY (ARRAY (
            SELECT old.id FROM events old JOIN stores o ON o.user_id = old.user_id AND o.id = old.store_id
             WHERE old.user_id = $1 AND old.store_id = $2
               AND NOT EXISTS (SELECT 1 FROM events same
                                WHERE same.user_id = $1 AND same.store_id = o.merged_into
                                  AND same.event_id = old.event_id)
             LIMIT ${EVENTS}))`,
      [userId, storeId],
    );
    return count;
  }
}
