import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config';
import { JobQueue } from '../../jobs/job-queue.service';

const INTERVAL_MS = 3_600_000;
/** Also in a process that is restarted every hour. */
const FIRST_AFTER_MS = 60_000;
/** Rows in one statement: each holds its locks, and in embedded mode everyone, for a moment only. */
const BATCH = 1000;

export interface Pruned {
  payloads: number;
  events: number;
  jobs: number;
}

/**
 * Prunes by age what is finished: payloads, rows of the log, jobs of the queue. An event that is queued or has failed
 * is not: it may still be processed. Each worker process does it once an hour; several at once do not harm each other.
 */
@Injectable()
export class EventRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private pruning: Promise<unknown> = Promise.resolve();
  private stopping = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventRetention.name);
  }

  onApplicationBootstrap(): void {
    this.schedule(FIRST_AFTER_MS);
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.pruning = this.prune()
        .catch((err: unknown) => this.logger.error({ err }, 'pruning failed; the next one goes on'))
        .finally(() => {
          if (!this.stopping) this.schedule(INTERVAL_MS);
        });
    }, delayMs);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.pruning;
  }

  async prune(): Promise<Pruned> {
    const { payloadRetentionDays, retentionDays } = this.config.events;
    const pruned = {
      payloads: await this.prunePayloads(payloadRetentionDays),
      events: retentionDays === null ? 0 : await this.pruneEvents(retentionDays),
      jobs: await this.jobs.prune(),
    };
    this.logger.info(pruned, 'pruned by age');
    return pruned;
  }

  private async prunePayloads(days: number): Promise<number> {
    let total = 0;
    for (let count = BATCH; count === BATCH && !this.stopping; total += count) {
      [, count] = await this.dataSource.query<[unknown, number]>(
        `UPDATE events e SET payload = NULL
           FROM (SELECT user_id, id FROM events
                  WHERE status = 'processed' AND payload IS NOT NULL
                    AND processed_at < now() - make_interval(days => $1)
                  ORDER BY processed_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) old
          WHERE e.user_id = old.user_id AND e.id = old.id`,
        [days],
      );
    }
    return total;
  }

  /** Goes through the log from its oldest row, past those that are not finished, and ends where rows are young. */
  private async pruneEvents(days: number): Promise<number> {
    let total = 0;
    for (let after = 0; !this.stopping;) {
      const [window] = await this.dataSource.query<{ last: number | null; old: boolean }[]>(
        `SELECT max(id) AS last, bool_or(created_at < now() - make_interval(days => $2)) AS old
           FROM (SELECT id, created_at FROM events WHERE id > $1 ORDER BY id LIMIT ${BATCH}) following`,
        [after, days],
      );
      if (!window?.old || window.last === null) break;
      const [, count] = await this.dataSource.query<[unknown, number]>(
        `DELETE FROM events
          WHERE id > $1 AND id <= $2 AND status = 'processed' AND created_at < now() - make_interval(days => $3)`,
        [after, window.last, days],
      );
      total += count;
      after = window.last;
    }
    return total;
  }
}
