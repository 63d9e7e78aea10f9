import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { JobHandler } from '../jobs/job-handler.decorator';
import { JobQueue } from '../jobs/job-queue.service';
import type { JobPayloads } from '../jobs/jobs';
import { KnowledgeService, type KnowledgeChange } from '../knowledge/documents/knowledge.service';
import { SearchableMetrics } from '../knowledge/embedding/searchable.metrics';
import { Tracing } from '../telemetry/tracing.service';
import { takeDue, type DueRenewal } from './due-knowledge';
import { contentOf, type ProductText } from './product-state';
import type { Product } from './product.entity';
import { variationsOf } from './variations';

/** Products in one transaction: their store's changes wait for it. */
const BATCH_PRODUCTS = 50;
/** How long one store keeps a worker while others wait. */
const TURN_MS = 1000;
/** How long products that are to be listed go before texts that are to be cut. */
const PATIENCE_MS = 10_000;

type StoreKey = JobPayloads['knowledge.renew'];

interface Renewed {
  taken: DueRenewal[];
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
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly knowledge: KnowledgeService,
    private readonly searchable: SearchableMetrics,
    private readonly tracing: Tracing,
    private readonly jobs: JobQueue,
  ) {}

  /** Stores with products whose knowledge has been due for so long. */
  storesDue(ageMs: number): Promise<StoreKey[]> {
    return this.dataSource.query<StoreKey[]>(
      `SELECT user_id, store_id FROM due_knowledge
        GROUP BY user_id, store_id HAVING min(due_at) <= now() - make_interval(secs => $1)
        ORDER BY user_id, store_id LIMIT 1000`,
      [ageMs / 1000],
    );
  }

  /** Whether knowledge of a store's products is due. */
  async isDue({ user_id: userId, store_id: storeId }: StoreKey): Promise<boolean> {
    const [row] = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM due_knowledge WHERE user_id = $1 AND store_id = $2) AS due`,
      [userId, storeId],
    );
    return row!.due;
  }

  @JobHandler('knowledge.renew')
  async renew(store: StoreKey, stopping: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + TURN_MS;
    while (await this.isTime(store)) {
      const renewed = await this.dataSource.transaction((manager) => this.step(manager, store));
      await this.tell(renewed);
      if (renewed.taken.length < BATCH_PRODUCTS) return;
      if (stopping.aborted || Date.now() > turnEnds) {
        await this.jobs.add('knowledge.renew', store);
        return;
      }
    }
  }

  /** Not while events of the store wait, whose job adds this one again: unless that has gone on for long. */
  private async isTime({ user_id: userId, store_id: storeId }: StoreKey): Promise<boolean> {
    const [row] = await this.dataSource.query<{ events: boolean; late: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM events WHERE user_id = $1 AND store_id = $2 AND status = 'queued'
                         AND next_attempt_at <= now()) AS events,
              EXISTS (SELECT 1 FROM due_knowledge WHERE user_id = $1 AND store_id = $2
                         AND due_at < now() - make_interval(secs => ${PATIENCE_MS / 1000})) AS late`,
      [userId, storeId],
    );
    return !row!.events || row!.late;
  }

  private async step(
    manager: EntityManager,
    { user_id: userId, store_id: storeId }: StoreKey,
  ): Promise<Renewed> {
    // As with the events: what a crash takes back is due again.
    await manager.query(`SET LOCAL synchronous_commit = off`);
    await lockStore(manager, userId, storeId);
    const taken = await takeDue(manager, userId, storeId, BATCH_PRODUCTS);
    if (taken.length === 0) return { taken, added: 0, searchable: [] };
    const products = await textsOf(
      manager,
      userId,
      taken.map(({ productId }) => productId),
    );
    const variations = await variationsOf(manager, userId, [...products.values()]);
    const changes = taken.flatMap(({ productId, reason, origin }): KnowledgeChange[] => {
      const product = products.get(productId);
      // It was deleted since, and its chunks with it.
      if (!product) return [];
      const active = variations.get(productId)!.flatMap(({ state }) => (state?.isActive ? [state] : []));
      const content = contentOf(product, active);
      return [{ productId, content, reason, ...(origin && { origin }) }];
    });
    const { added, awaited } = await this.knowledge.renew(manager, userId, changes);
    const searchable = taken.filter(({ productId }) => products.has(productId) && !awaited.has(productId));
    return { taken, added, searchable };
  }

  private async tell({ added, searchable }: Renewed): Promise<void> {
    for (const { origin } of searchable) {
      if (origin) this.searchable.countProcessed((Date.now() - origin.acceptedAt.getTime()) / 1000);
    }
    if (added > 0) await this.jobs.nudge('knowledge.embed', {});
  }
}

/** Until the end of the transaction no change of the store is applied, nor of the one that it was merged into. */
async function lockStore(manager: EntityManager, userId: number, storeId: number): Promise<void> {
  await manager.query(
    `SELECT 1 FROM stores
      WHERE user_id = $1
        AND id = ANY (SELECT unnest(ARRAY[s.id, s.merged_into]) FROM stores s WHERE s.user_id = $1 AND s.id = $2)
      ORDER BY id FOR NO KEY UPDATE`,
    [userId, storeId],
  );
}

type TextRow = ProductText & Pick<Product, 'id' | 'storeId' | 'externalSource' | 'externalId'>;

async function textsOf(
  manager: EntityManager,
  userId: number,
  ids: readonly number[],
): Promise<Map<number, TextRow>> {
  const rows = await manager.query<TextRow[]>(
    `SELECT id, store_id AS "storeId", external_source AS "externalSource", external_id AS "externalId",
            title, sku, brand, categories, tags, attributes, short_description AS "shortDescription", description
       FROM products WHERE user_id = $1 AND id = ANY($2) AND is_active`,
    [userId, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
