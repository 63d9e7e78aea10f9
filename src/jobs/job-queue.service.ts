import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { JobsOptions, Queue } from 'bullmq';
import { PinoLogger } from 'nestjs-pino';
import { JobBackend } from './job-backend';
import { JOBS, QUEUES, type JobName, type JobPayloads, type QueueName } from './jobs';

const KEEP_COMPLETED = { age: 3600, count: 1000 };
const KEEP_FAILED = { age: 7 * 86_400, count: 5000 };

/** Adds jobs. */
@Injectable()
export class JobQueue implements OnApplicationShutdown {
  private readonly queues: Record<QueueName, Queue>;

  constructor(
    backend: JobBackend,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(JobQueue.name);
    const open = (name: QueueName): Queue => {
      const queue = backend.queue(name);
      queue.on('error', (err) => this.logger.error({ err, queue: name }, 'queue connection'));
      return queue;
    };
    this.queues = Object.fromEntries(
      (Object.keys(QUEUES) as QueueName[]).map((name) => [name, open(name)]),
    ) as Record<QueueName, Queue>;
  }

  async ready(): Promise<void> {
    await Promise.all(Object.values(this.queues).map((queue) => queue.waitUntilReady()));
  }

  async add<N extends JobName>(name: N, payload: JobPayloads[N], delayMs = 0): Promise<void> {
    await this.queues[JOBS[name].queue].add(name, payload, {
      ...jobOptions(name, delayMs === 0),
      delay: delayMs,
    });
  }

  /**
   * Adds a job that only hastens what the sweeper would find anyway: a queue that does not answer is logged and
   * not an error for the caller.
   */
  async nudge<N extends JobName>(name: N, payload: JobPayloads[N], delayMs = 0): Promise<void> {
    try {
      await this.add(name, payload, delayMs);
    } catch (err) {
      this.logger.warn({ err, job: name }, 'job not queued; the sweeper will find its work');
    }
  }

  /** Frees the key of a job that a dead process was at: until then the queue would keep new ones back. */
  async forget(name: JobName): Promise<void> {
    await this.queues[JOBS[name].queue].removeDeduplicationKey(name);
  }

  /** Jobs that wait or run, by queue; those delayed to a later time are not counted. */
  async depths(): Promise<Record<QueueName, number>> {
    const entries = await Promise.all(
      (Object.entries(this.queues) as [QueueName, Queue][]).map(async ([name, queue]) => [
        name,
        await queue.getJobCountByTypes('waiting', 'active', 'prioritized'),
      ]),
    );
    return Object.fromEntries(entries) as Record<QueueName, number>;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.queues).map((queue) => queue.close()));
  }
}

function jobOptions(name: JobName, deduplicate: boolean): JobsOptions {
  const { attempts, backoffMs, onlyOne } = JOBS[name];
  return {
    attempts,
    backoff: { type: 'exponential', delay: backoffMs },
    removeOnComplete: KEEP_COMPLETED,
    removeOnFail: KEEP_FAILED,
    ...(onlyOne && deduplicate && { deduplication: { id: name, keepLastIfActive: true } }),
  };
}
