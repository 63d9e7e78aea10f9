import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, In, MoreThan, type EntityManager } from 'typeorm';
import { JobHandler } from '../jobs/job-handler.decorator';
import { JobQueue } from '../jobs/job-queue.service';
import { KnowledgeService } from '../knowledge/documents/knowledge.service';
import { Embedders } from '../knowledge/embedding/embedders';
import { endWalk, Generations, lockUnwalked, moveCursor } from '../knowledge/embedding/generations.service';
import { NORMALIZER_VERSION } from '../knowledge/language/normalizer';
import { failedDue } from './due-knowledge';
import { contentOf } from './product-state';
import { Product } from './product.entity';
import { variationsOf } from './variations';

/** Products in one transaction: their stores' changes wait for it. */
const BATCH_PRODUCTS = 25;
/** Then the job is queued anew, so that a process with much to build can stop in between. */
const TURN_MS = 5000;

/**
 * Makes anew what products say, when the code or the configuration asks for it otherwise than it stands: chunks of a
 * new generation, and documents of an older normaliser. Products are walked in order of their tenants; a change that
 * comes in between is written to what is being built as well.
 */
@Injectable()
export class KnowledgeBuilder implements OnApplicationBootstrap {
  /** Where the walk over old documents has come to; null once there are none. */
  private documents: { userId: number; productId: number } | null = { userId: 0, productId: 0 };

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly generations: Generations,
    private readonly embedders: Embedders,
    private readonly knowledge: KnowledgeService,
    private readonly jobs: JobQueue,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(KnowledgeBuilder.name);
  }

  /** Begins what costs nothing; what does is for an operator to begin. */
  async onApplicationBootstrap(): Promise<void> {
    const { configured } = this.embedders;
    const active = await this.generations.active();
    if (!active || this.generations.isAsConfigured(active)) return;
    const context = { from: active.key, to: configured.key };
    if (configured.pricePerMillionTokens === 0 || (await this.generations.isEmpty(active))) {
      if (await this.generations.begin()) this.logger.info(context, 'embeddings are made anew');
    } else if (!(await this.generations.building())) {
      this.logger.warn(
        context,
        'the configured embeddings are not those that answer: `npm run reembed` shows what they cost, and makes them',
      );
    }
  }

  /** Whether there is something to build, put in place or remove. */
  async isDue(): Promise<boolean> {
    return this.documents !== null || (await this.generations.needAttention());
  }

  @JobHandler('knowledge.build')
  async build(_payload: unknown, stopping: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + TURN_MS;
    while (await this.step()) {
      if (!stopping.aborted && Date.now() < turnEnds) continue;
      await this.jobs.add('knowledge.build', {});
      return;
    }
  }

  /** @returns whether there may be more to do at once */
  private async step(): Promise<boolean> {
    return (
      (await this.renewDocuments()) ||
      (await this.walk()) ||
      (await this.activate()) ||
      this.generations.removeRetired()
    );
  }

  /** Documents whose words an older normaliser made are found by no question of this one. */
  private async renewDocuments(): Promise<boolean> {
    if (!this.documents) return false;
    const { userId, productId } = this.documents;
    const rows = await this.dataSource.query<{ user_id: number; product_id: number }[]>(
      `SELECT user_id, product_id FROM documents
        WHERE version < $3 AND (user_id, product_id) > ($1, $2)
        ORDER BY user_id, product_id LIMIT ${BATCH_PRODUCTS}`,
      [userId, productId, NORMALIZER_VERSION],
    );
    const [first] = rows;
    if (!first) {
      this.documents = null;
      return false;
    }
    const mine = rows.filter((row) => row.user_id === first.user_id).map((row) => row.product_id);
    await this.dataSource.transaction(async (manager) => {
      await lockStores(manager, first.user_id);
      const products = await manager.find(Product, {
        where: { userId: first.user_id, id: In(mine) },
      });
      await this.renew(manager, first.user_id, products, []);
    });
    this.documents = { userId: first.user_id, productId: mine.at(-1)! };
    return true;
  }

  /** Makes the chunks of the next products for the generation that is being built. */
  private async walk(): Promise<boolean> {
    const outcome = await this.dataSource.transaction(async (manager) => {
      const generation = await lockUnwalked(manager);
      if (!generation) return 'nothing';
      for (let { userId, productId } = generation; ; productId = 0) {
        await lockStores(manager, userId);
        const products = await manager.find(Product, {
          where: { userId, id: MoreThan(productId), isActive: true },
          order: { id: 'ASC' },
          take: BATCH_PRODUCTS,
        });
        if (products.length > 0) {
          await this.renew(manager, userId, products, [generation.id]);
          await this.knowledge.takeOverVectors(manager, userId, products, generation);
          await moveCursor(manager, generation.id, userId, products.at(-1)!.id);
          return 'some';
        }
        const next = await nextTenant(manager, userId);
        if (next === null) {
          await endWalk(manager, generation.id);
          return 'all';
        }
        userId = next;
      }
    });
    if (outcome === 'all') this.logger.info('chunks of the new generation are made');
    if (outcome !== 'nothing') await this.jobs.nudge('knowledge.embed', {});
    return outcome !== 'nothing';
  }

  private async renew(
    manager: EntityManager,
    userId: number,
    walked: readonly Product[],
    generations: readonly number[],
  ): Promise<void> {
    // They would fail here too, and hold up all others; once their texts can be made, all live generations get them.
    const failed = await failedDue(
      manager,
      userId,
      walked.map(({ id }) => id),
    );
    const products = walked.filter(({ id }) => !failed.has(id));
    const variations = await variationsOf(manager, userId, products);
    const changes = products.map((product) => ({
      productId: product.id,
      content: contentOf(
        product,
        variations.get(product.id)!.flatMap(({ state }) => (state?.isActive ? [state] : [])),
      ),
      reason: 'reembed' as const,
    }));
    await this.knowledge.renew(manager, userId, changes, generations);
  }

  private async activate(): Promise<boolean> {
    const activated = await this.generations.activate();
    if (activated) this.logger.info(activated, 'questions are answered by the new embeddings from now on');
    return activated !== null;
  }
}

/** Until the end of the transaction no change of the user's products is applied. */
async function lockStores(manager: EntityManager, userId: number): Promise<void> {
  await manager.query(`SELECT 1 FROM stores WHERE user_id = $1 ORDER BY id FOR NO KEY UPDATE`, [userId]);
}

async function nextTenant(manager: EntityManager, userId: number): Promise<number | null> {
  const rows = await manager.query<{ user_id: number }[]>(
    `SELECT user_id FROM products WHERE user_id > $1 ORDER BY user_id LIMIT 1`,
    [userId],
  );
  return rows[0]?.user_id ?? null;
}
