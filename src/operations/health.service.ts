import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Config } from '../config/config';
import { JobQueue } from '../jobs/job-queue.service';
import { Embedders } from '../knowledge/embedding/embedders';
import { Lifecycle } from './lifecycle.service';

export interface Readiness {
  /** `degraded`: what is asked is answered, and events are accepted, to be processed once the queue is back. */
  status: 'ok' | 'degraded' | 'unavailable' | 'stopping';
  checks: Record<string, string>;
  embedder: string;
  embedder_description: string;
  pending_chunks: number | null;
  queued_events: number | null;
}

interface Backlog {
  events: number;
  chunks: number;
  /** Why the embedding service last refused what still waits. */
  fault: string | null;
}

const CHECK_TIMEOUT_MS = 3000;

@Injectable()
export class HealthService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly embedders: Embedders,
    private readonly lifecycle: Lifecycle,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(HealthService.name);
  }

  async readiness(): Promise<Readiness> {
    const [backlog, queue] = await Promise.all([
      this.check('database', () => this.backlog()),
      this.check('queue', () => this.jobs.depths()),
    ]);
    return {
      status: this.statusOf(backlog.ok, queue.ok),
      checks: {
        database: verdict(backlog.ok),
        queue: verdict(queue.ok),
        // Without it products are kept and found by words: a fault to see, not one to be taken out of service for.
        embeddings: backlog.value ? (backlog.value.fault ?? 'ok') : 'unknown',
      },
      embedder: this.embedders.configured.key,
      embedder_description: this.embedders.configured.description,
      pending_chunks: backlog.value?.chunks ?? null,
      queued_events: backlog.value?.events ?? null,
    };
  }

  private statusOf(database: boolean, queue: boolean): Readiness['status'] {
    if (this.lifecycle.stopping) return 'stopping';
    if (!database) return 'unavailable';
    if (queue) return 'ok';
    return this.config.roles.api ? 'degraded' : 'unavailable';
  }

  private async backlog(): Promise<Backlog> {
    const [row] = await this.dataSource.query<Backlog[]>(
      `SELECT (SELECT count(*) FROM events WHERE status = 'queued') AS events,
              (SELECT count(*) FROM chunks WHERE status = 'pending') AS chunks,
              (SELECT error_message FROM chunks WHERE status = 'pending' AND error_message IS NOT NULL
                ORDER BY next_attempt_at DESC LIMIT 1) AS fault`,
    );
    return row!;
  }

  /** The reason stays in the log: health is open to everyone. */
  private async check<T>(name: string, probe: () => Promise<T>): Promise<{ ok: boolean; value?: T }> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)),
        CHECK_TIMEOUT_MS,
      );
    });
    try {
      return { ok: true, value: await Promise.race([probe(), timeout]) };
    } catch (err) {
      this.logger.error({ err, dependency: name }, 'dependency is down');
      return { ok: false };
    } finally {
      clearTimeout(timer);
    }
  }
}

const verdict = (ok: boolean) => (ok ? 'ok' : 'does not answer');
