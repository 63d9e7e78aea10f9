import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config';
import { JobQueue } from '../../jobs/job-queue.service';
import type { JobPayloads } from '../../jobs/jobs';
import { EmbeddingJobs } from '../../knowledge/embedding/embedding.jobs';
import { StoreMerger } from '../stores/store-merger.jobs';
import { KnowledgeBuilder } from '../../web-knowledge/knowledge-builder.jobs';
import { KnowledgeRenewer } from '../../web-knowledge/knowledge-renewer.jobs';

/**
 * Finds what is due in the database though its job was lost: with the queue's store, or with the process. By a timer
 * and not by a repeated job, which would be lost together with the others. Each worker process has one: what several
 * find is added once.
 */
@Injectable()
export class EventSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly embeddings: EmbeddingJobs,
    private readonly renewer: KnowledgeRenewer,
    private readonly builder: KnowledgeBuilder,
    private readonly merger: StoreMerger,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventSweeper.name);
  }

  /**
   * At the start everything that is due is nudged: the last process may have died with it in hand. Not waited for: a
   * queue that is away must not keep the process from starting.
   */
  onApplicationBootstrap(): void {
    this.sweeping = this.sweep(0);
    this.timer = setInterval(() => {
      this.sweeping = this.sweeping.then(() => this.sweep(this.config.events.sweepIntervalMs));
    }, this.config.events.sweepIntervalMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** @param ageMs how long work must have been due: what is younger still has its own job */
  private async sweep(ageMs: number): Promise<void> {
    try {
      const stores = await this.storesWithDueEvents(ageMs);
      if (stores.length > 0) this.logger.info({ stores: stores.length }, 'events found waiting');
      for (const store of stores) await this.jobs.add('events.process', store, { insistEveryMs: ageMs });
      for (const store of await this.merger.pending())
        await this.jobs.add('stores.merge', store, { insistEveryMs: ageMs });
      for (const store of await this.renewer.storesDue(ageMs))
        await this.jobs.add('knowledge.renew', store, { insistEveryMs: ageMs });
      if (await this.embeddings.areDue())
        await this.jobs.add('knowledge.embed', {}, { insistEveryMs: ageMs });
      if (await this.builder.isDue()) await this.jobs.add('knowledge.build', {}, { insistEveryMs: ageMs });
    } catch (err) {
      this.logger.error({ err }, 'sweep failed; the next one will find the same');
    }
  }

  /** Goes from store to store along the index of waiting events: a long queue of one store costs no more than a short. */
  private storesWithDueEvents(ageMs: number): Promise<JobPayloads['events.process'][]> {
    return this.dataSource.query(
      `WITH RECURSIVE waiting AS (
         (SELECT user_id, store_id FROM events WHERE status = 'queued' ORDER BY user_id, store_id LIMIT 1)
         UNION ALL
         SELECT following.user_id, following.store_id
           FROM waiting CROSS JOIN LATERAL (
             SELECT e.user_id, e.store_id FROM events e
              WHERE e.status = 'queued' AND (e.user_id, e.store_id) > (waiting.user_id, waiting.store_id)
              ORDER BY e.user_id, e.store_id LIMIT 1) following)
       SELECT user_id, store_id FROM waiting
        WHERE EXISTS (SELECT 1 FROM events e
                       WHERE e.user_id = waiting.user_id AND e.store_id = waiting.store_id AND e.status = 'queued'
                         AND e.next_attempt_at <= now() - make_interval(secs => $1))`,
      [ageMs / 1000],
    );
  }
}
