import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Config } from '../config/config';
import { JobQueue } from '../jobs/job-queue.service';
import { Embedders } from '../knowledge/embedding/embedders';
import { Generations, type LiveGeneration } from '../knowledge/embedding/generations.service';
import { Lifecycle } from './lifecycle.service';

export interface Readiness {
  /** `degraded`: what is asked is answered, and events are accepted, to be processed once the queue is back. */
  status: 'ok' | 'degraded' | 'unavailable' | 'stopping';
  checks: Record<string, string>;
  embedder: string | null;
  embedder_description: string;
  pending_chunks: number | null;
  queued_events: number | null;
}

interface Backlog {
  events: number;
  chunks: number;
  /** What is wrong with the embeddings. */
  fault: string | null;
  /** The embedder of what answers questions. */
  embedder: string | null;
}

const CHECK_TIMEOUT_MS = 3000;

@Injectable()
export class HealthService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly embedders: Embedders,
    private readonly generations: Generations,
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
      embedder: backlog.value?.embedder ?? null,
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
    const [rows, generations] = await Promise.all([
      this.dataSource.query<(Omit<Backlog, 'embedder'> & { refused: number })[]>(
        `WITH waiting AS (
           SELECT error_message, next_attempt_at FROM chunks
            WHERE status = 'pending'
              AND generation IN (SELECT id FROM generations WHERE state IN ('active', 'building')))
         SELECT (SELECT count(*) FROM events WHERE status = 'queued') AS events,
                (SELECT count(*) FROM waiting) + (SELECT count(*) FROM due_knowledge) AS chunks,
                (SELECT error_message FROM waiting WHERE error_message IS NOT NULL
                  ORDER BY next_attempt_at DESC LIMIT 1) AS fault,
                (SELECT count(*) FROM due_knowledge WHERE attempts > 0) AS refused`,
      ),
      this.generations.live(),
    ]);
    const [active, building] = generations;
    const { events, chunks, fault, refused } = rows[0]!;
    return {
      events,
      chunks,
      fault:
        fault ??
        // Their reasons may cite a text, and health is open to everyone.
        (refused > 0
          ? `texts of ${refused} product${refused > 1 ? 's' : ''} cannot be made: see the log`
          : null) ??
        (active ? this.misconfigured(active, building) : null),
      embedder: active?.key ?? null,
    };
  }

  /** Products are found nonetheless, by words, and by the vectors that stand where their embedder can be run. */
  private misconfigured(active: LiveGeneration, building: LiveGeneration | undefined): string | null {
    if (this.generations.isAsConfigured(active)) return null;
    if (building) return `${building.key} is being made, ${active.key} answers until then`;
    const { key } = this.embedders.configured;
    return key === active.key
      ? 'this version cuts texts otherwise than those that were embedded: see npm run reembed'
      : `${key} is configured, ${active.key} answers: see npm run reembed`;
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
