import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, type EntityManager } from 'typeorm';
import { Config } from '../config/config';
import { isTransient } from '../database/faults';
import { JobHandler } from '../jobs/job-handler.decorator';
import { JobQueue } from '../jobs/job-queue.service';
import type { JobPayloads } from '../jobs/jobs';
import { KnowledgeService, type KnowledgeChange } from '../knowledge/documents/knowledge.service';
import { SearchableMetrics } from '../knowledge/embedding/searchable.metrics';
import { Tracing } from '../telemetry/tracing.service';
import { postponeDue, takeDue, type DueRenewal } from './due-knowledge';
import { contentOf, type ProductText } from './product-state';
import type { Product } from './product.entity';
import { lockHome } from './store-lock';
import { variationsOf } from './variations';

/** Products in one transaction: their store's changes wait for it. */
const BATCH_PRODUCTS = 50;
/** And of their texts: to cut as much takes about a second, and an idle transaction is ended after 15. */
const BATCH_BYTES = 1_000_000;
/** How long one store keeps a worker while others wait. */
const TURN_MS = 1000;
/** How long products that are to be listed go before texts that are to be cut. */
const PATIENCE_MS = 10_000;

type StoreKey = JobPayloads['knowledge.renew'];

interface Renewed {
  added: number;
  /** Of those whose new texts all have their vectors. */
  searchable: DueRenewal[];
}

/**
 * Makes documents and chunks of products that were written in large batches. A shop that sends its whole catalogue sees
 * it listed first: cutting its texts takes many times as long. What is due stands in the database, and the job says only
 * that something is.
 */
@Injectable()
export class KnowledgeRenewer {
  /** To be set by a test. */
  batchProducts = BATCH_PRODUCTS;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly knowledge: KnowledgeService,
    private readonly searchable: SearchableMetrics,
    private readonly tracing: Tracing,
    private readonly jobs: JobQueue,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(KnowledgeRenewer.name);
  }

  /** Stores with products whose knowledge has been due for so long. */
  storesDue(ageMs: number): Promise<StoreKey[]> {
    return this.dataSource.query<StoreKey[]>(
      `SELECT DISTINCT user_id, store_id FROM due_knowledge
        WHERE next_attempt_at <= now() - make_interval(secs => $1)
        ORDER BY user_id, store_id LIMIT 1000`,
      [ageMs / 1000],
    );
  }

  /** Whether knowledge of a store's products is due now. */
  async isDue({ user_id: userId, store_id: storeId }: StoreKey): Promise<boolean> {
    const [row] = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM due_knowledge WHERE user_id = $1 AND store_id = $2
                         AND next_attempt_at <= now()) AS due`,
      [userId, storeId],
    );
    return row!.due;
  }

  @JobHandler('knowledge.renew')
  async renew(store: StoreKey, stopping: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + TURN_MS;
    while (await this.isTime(store)) {
      const batch = await this.nextBatch(store);
      if (batch.length === 0) return;
      await this.renewBatch(store, batch);
      if (stopping.aborted || Date.now() > turnEnds) {
        await this.jobs.add('knowledge.renew', store);
        return;
      }
    }
  }

  /** The store's products that have been due for longest, as many as one transaction should hold. */
  private async nextBatch({ user_id: userId, store_id: storeId }: StoreKey): Promise<number[]> {
    const due = await this.dataSource.query<{ id: number; size: number }[]>(
      `SELECT d.product_id AS id, coalesce(octet_length(p.title) + octet_length(p.short_description)
              + octet_length(p.description) + octet_length(p.attributes::text), 0) AS size
         FROM (SELECT user_id, product_id, next_attempt_at FROM due_knowledge
                WHERE user_id = $1 AND store_id = $2 AND next_attempt_at <= now()
                ORDER BY next_attempt_at, product_id LIMIT $3) d
         LEFT JOIN products p ON p.user_id = d.user_id AND p.id = d.product_id
        ORDER BY d.next_attempt_at, d.product_id`,
      [userId, storeId, this.batchProducts],
    );
    let bytes = 0;
    return due.filter(({ size }, index) => (bytes += size) <= BATCH_BYTES || index === 0).map(({ id }) => id);
  }

  /** One transaction for all; when it fails, one for each half, so that a product that cannot be renewed fails alone. */
  private async renewBatch(store: StoreKey, productIds: readonly number[]): Promise<void> {
    let renewed: Renewed;
    try {
      renewed = await this.dataSource.transaction((manager) => this.step(manager, store, productIds));
    } catch (error) {
      if (isTransient(error)) throw error;
      if (productIds.length === 1) return this.recordFailure(store, productIds[0]!, error as Error);
      const middle = Math.ceil(productIds.length / 2);
      await this.renewBatch(store, productIds.slice(0, middle));
      return this.renewBatch(store, productIds.slice(middle));
    }
    await this.tell(renewed);
  }

  /** Its events are processed, so that nobody would hear of it otherwise: an error each time, an hour apart at last. */
  private async recordFailure({ user_id: userId }: StoreKey, product: number, error: Error): Promise<void> {
    this.tracing.fail(error);
    const reason = error.message.slice(0, 1000);
    const { backoffMs } = this.config.events;
    const attempts = await postponeDue(this.dataSource, userId, product, reason, backoffMs);
    if (attempts === null) return;
    this.logger.error(
      { err: error, user_id: userId, product, attempts },
      'texts of a product not made; they will be tried again',
    );
  }

  /** Not while events of the store wait, whose job adds this one again: unless that has gone on for long. */
  private async isTime({ user_id: userId, store_id: storeId }: StoreKey): Promise<boolean> {
    const [row] = await this.dataSource.query<{ events: boolean; late: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM events WHERE user_id = $1 AND store_id = $2 AND status = 'queued'
                         AND next_attempt_at <= now()) AS events,
              EXISTS (SELECT 1 FROM due_knowledge WHERE user_id = $1 AND store_id = $2
                         AND next_attempt_at < now() - make_interval(secs => ${PATIENCE_MS / 1000})) AS late`,
      [userId, storeId],
    );
    return !row!.events || row!.late;
  }

  private async step(
    manager: EntityManager,
    { user_id: userId, store_id: storeId }: StoreKey,
    productIds: readonly number[],
  ): Promise<Renewed> {
    // As with the events: what a crash takes back is due again.
    await manager.query(`SET LOCAL synchronous_commit = off`);
    await lockHome(manager, userId, storeId);
    // Others may have renewed some of them since they were read.
    const taken = [...(await takeDue(manager, userId, productIds)).values()];
    if (taken.length === 0) return { added: 0, searchable: [] };
    const products = await textsOf(
      manager,
      userId,
      taken.map(({ productId }) => productId),
    );
    const variations = await variationsOf(manager, userId, [...products.values()]);
    const changes: KnowledgeChange[] = [];
    const deleted: KnowledgeChange[] = [];
    for (const { productId, reason, origin } of taken) {
      const product = products.get(productId);
      if (!product) continue;
      const active = variations.get(productId)!.flatMap(({ state }) => (state?.isActive ? [state] : []));
      const content = contentOf(product, active);
      if (product.isActive) changes.push({ productId, content, reason, ...(origin && { origin }) });
      else deleted.push({ productId, content, reason });
    }
    const { added, awaited } = await this.knowledge.renew(manager, userId, changes);
    // A list still finds by its words what was deleted since: no chunk of it comes back.
    await this.knowledge.renew(manager, userId, deleted, []);
    const searchable = taken.filter(
      ({ productId }) => products.get(productId)?.isActive && !awaited.has(productId),
    );
    return { added, searchable };
  }

  private async tell({ added, searchable }: Renewed): Promise<void> {
    for (const { origin } of searchable) {
      if (origin) this.searchable.countProcessed((Date.now() - origin.acceptedAt.getTime()) / 1000);
    }
    if (added > 0) await this.jobs.nudge('knowledge.embed', {});
  }
}

type TextRow = ProductText & Pick<Product, 'id' | 'isActive' | 'storeId' | 'externalSource' | 'externalId'>;

async function textsOf(
  manager: EntityManager,
  userId: number,
  ids: readonly number[],
): Promise<Map<number, TextRow>> {
  const rows = await manager.query<TextRow[]>(
    `SELECT id, store_id AS "storeId", external_source AS "externalSource", external_id AS "externalId",
            is_active AS "isActive", title, sku, brand, categories, tags, attributes, short_description AS "shortDescription", description
       FROM products WHERE user_id = $1 AND id = ANY($2)`,
    [userId, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
