import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config';
import { JobQueue } from '../../jobs/job-queue.service';

const PER_JOB = 100;
const PER_SWEEP = 10_000;

/**
 * Finds what is due in the database though its job was lost: with the queue's store, or with the process. By a timer
 * and not by a repeated job, which would be lost together with the others.
 */
@Injectable()
export class EventSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EventSweeper.name);
  }

  /** At the start everything that is due is nudged at once: the last process may have died with it in hand. */
  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.ready();
    await this.sweep(0);
    this.timer = setInterval(() => {
      this.sweeping = this.sweeping.then(() => this.sweepQuietly());
    }, this.config.events.sweepIntervalMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.sweeping;
  }

  private async sweepQuietly(): Promise<void> {
    try {
      await this.sweep(this.config.events.sweepIntervalMs);
    } catch (err) {
      this.logger.error({ err }, 'sweep failed; the next one will find the same');
    }
  }

  /** @param ageMs how long a row must have been due: younger ones still have their own job */
  private async sweep(ageMs: number): Promise<void> {
    const due = await this.dataSource.query<{ id: string }[]>(
      `SELECT id::text AS id FROM events
        WHERE status = 'queued' AND next_attempt_at <= now() - make_interval(secs => $1)
        ORDER BY next_attempt_at, events.id LIMIT $2`,
      [ageMs / 1000, PER_SWEEP],
    );
    if (due.length > 0) this.logger.info({ events: due.length }, 'queued events found; processing them');
    for (let i = 0; i < due.length; i += PER_JOB) {
      await this.jobs.add('events.process', { event_ids: due.slice(i, i + PER_JOB).map(({ id }) => id) });
    }
    const [pending] = await this.dataSource.query<{ pending: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM chunks
                       WHERE status = 'pending' AND next_attempt_at <= now()
                         AND (claimed_until IS NULL OR claimed_until < now())) AS pending`,
    );
    if (pending!.pending) await this.jobs.add('knowledge.embed', {});
  }
}
