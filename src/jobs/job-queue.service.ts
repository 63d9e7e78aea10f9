import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { JobsOptions, Queue } from 'bullmq';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config';
import { withoutLogContext } from '../logging/log-context';
import { JOB_BACKEND, type JobBackend } from './job-backend';
import { logFaults } from './job-faults';
import { JOBS, QUEUES, type JobDefinition, type JobName, type JobPayloads, type QueueName } from './jobs';

const KEEP_AT_MOST = { completed: 1000, failed: 5000 };
const PRUNED_AT_ONCE = 1000;
/** A connection that never was would keep a job waiting for ever. */
const ADD_TIMEOUT_MS = 10_000;
/**
 * How long a nudge may take, since the request that waits for it has its event on disk already; and how long after one
 * that failed no other is tried, since a queue that hangs must not hold every request. A queue in the database is away
 * when the database is, and then no request comes as far.
 */
const NUDGES = {
  redis: { timeoutMs: 1000, restMs: 2000 },
  database: { timeoutMs: ADD_TIMEOUT_MS, restMs: 0 },
};
/** In a flood so long passes between jobs that are hastened: what comes for a store meanwhile is one. */
const HASTE_MS = 10;
/** BullMQ takes jobs with a priority once none without waits. */
const PATIENT = 1;
const CLOSE_TIMEOUT_MS = 5000;
/** A queue that hangs must not keep whoever only looks at it. */
const LOOK_TIMEOUT_MS = 3000;
/** Whoever looks at them waits for much else that is known. */
const STATES_TIMEOUT_MS = 1000;

/** What one queue holds. */
export interface QueueCensus {
  /** Of those that failed as long as they are kept. */
  counts: Record<'waiting' | 'active' | 'delayed' | 'failed', number>;
  /** Milliseconds that the job which came first has waited for a worker; 0 where none waits. */
  oldestMs: number;
}

export interface AddOptions {
  /** Milliseconds from now. A job for later does not stand for one of now: it takes no part in its key. */
  delayMs?: number;
  /**
   * Adds the job though another with its key seems to wait, which may be lost: once in this many milliseconds, by
   * however many processes; 0 for always.
   */
  insistEveryMs?: number;
}

/** Adds jobs. */
@Injectable()
export class JobQueue implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly queues: Record<QueueName, Queue>;
  private restUntil = 0;
  /** Jobs asked for by `hasten`, by their keys, that are still to be added. */
  private hastened = new Map<string, { name: JobName; payload: JobPayloads[JobName] }>();
  private hastening: Promise<void> = Promise.resolve();
  private isHastening = false;

  constructor(
    @Inject(JOB_BACKEND) backend: JobBackend,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(JobQueue.name);
    const open = (name: QueueName): Queue => {
      const queue = backend.queue(name);
      logFaults(queue, logger, { queue: name });
      return queue;
    };
    this.queues = Object.fromEntries(
      (Object.keys(QUEUES) as QueueName[]).map((name) => [name, open(name)]),
    ) as Record<QueueName, Queue>;
  }

  /**
   * BullMQ remembers for ever that a first connection to PostgreSQL failed, so such a process must not come to run.
   * Redis it reaches later by itself.
   */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.queue.redisUrl !== null) return;
    await Promise.all(Object.values(this.queues).map((queue) => queue.waitUntilReady()));
  }

  async add<N extends JobName>(
    name: N,
    payload: JobPayloads[N],
    { delayMs = 0, insistEveryMs }: AddOptions = {},
  ): Promise<void> {
    const key = JOBS[name].key(payload);
    const { isPatient }: JobDefinition<never> = JOBS[name];
    const options: JobsOptions = { ...this.optionsOf(name), delay: delayMs };
    if (insistEveryMs !== undefined) {
      // What is insisted on has waited long enough.
      if (insistEveryMs > 0) options.deduplication = { id: `${key}-again`, ttl: insistEveryMs };
    } else {
      if (isPatient) options.priority = PATIENT;
      if (delayMs === 0) options.deduplication = { id: key, keepLastIfActive: true };
    }
    await within(ADD_TIMEOUT_MS, this.queues[JOBS[name].queue].add(name, payload, options));
  }

  private optionsOf(name: JobName): JobsOptions {
    const { attempts, backoffMs } = JOBS[name];
    const age = this.config.queue.retentionHours * 3600;
    return {
      attempts,
      backoff: { type: 'exponential', delay: backoffMs },
      removeOnComplete: { age, count: KEEP_AT_MOST.completed },
      removeOnFail: { age, count: KEEP_AT_MOST.failed },
    };
  }

  /**
   * Adds a job that only hastens what the sweeper would find anyway: a queue that does not answer is logged and
   * not an error for the caller, who does not wait long for it either.
   */
  async nudge<N extends JobName>(name: N, payload: JobPayloads[N], delayMs = 0): Promise<void> {
    if (Date.now() < this.restUntil) return;
    const { timeoutMs, restMs } = NUDGES[this.config.queue.redisUrl === null ? 'database' : 'redis'];
    try {
      await within(timeoutMs, this.add(name, payload, { delayMs }));
    } catch (err) {
      this.restUntil = Date.now() + restMs;
      this.logger.warn({ err, job: name }, 'job not queued; the sweeper will find its work');
    }
  }

  /**
   * As `nudge`, for whoever does not wait: asked for again and again while others are being added, a job is added once
   * after them, and all of them together.
   */
  hasten<N extends JobName>(name: N, payload: JobPayloads[N]): void {
    this.hastened.set(JOBS[name].key(payload), { name, payload });
    if (!this.isHastening) this.hastening = withoutLogContext(() => this.addHastened());
  }

  private async addHastened(): Promise<void> {
    this.isHastening = true;
    while (this.hastened.size > 0) {
      const jobs = [...this.hastened];
      this.hastened = new Map();
      if (Date.now() < this.restUntil) continue;
      const { timeoutMs, restMs } = NUDGES[this.config.queue.redisUrl === null ? 'database' : 'redis'];
      try {
        await within(timeoutMs, this.addAll(jobs));
      } catch (err) {
        this.restUntil = Date.now() + restMs;
        this.logger.warn({ err, jobs: jobs.length }, 'jobs not queued; the sweeper will find their work');
      }
      await delay(HASTE_MS);
    }
    this.isHastening = false;
  }

  private async addAll(jobs: [string, { name: JobName; payload: JobPayloads[JobName] }][]): Promise<void> {
    for (const [queueName, queue] of Object.entries(this.queues)) {
      const ofQueue = jobs.filter(([, { name }]) => JOBS[name].queue === queueName);
      if (ofQueue.length === 0) continue;
      const given = ofQueue.map(([key, { name, payload }]) => ({
        name,
        data: payload,
        opts: { ...this.optionsOf(name), deduplication: { id: key, keepLastIfActive: true } },
      }));
      const [first] = given;
      // One is most often all that there is; a transaction of one costs several times as much.
      if (given.length === 1) await queue.add(first!.name, first!.data, first!.opts);
      else await queue.addBulk(given);
    }
  }

  /** Frees the key of a job that a dead process was at: until then the queue would keep new ones back. */
  async forget<N extends JobName>(name: N, payload: JobPayloads[N]): Promise<void> {
    const job: JobDefinition<JobPayloads[N]> = JOBS[name];
    await this.queues[job.queue].removeDeduplicationKey(job.key(payload));
  }

  /** For whoever shows them, and changes them by hand. */
  all(): Queue[] {
    return Object.values(this.queues);
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

  /** Jobs of each queue by state, and how long they wait. */
  async census(): Promise<Record<QueueName, QueueCensus>> {
    const entries = await Promise.all(
      (Object.entries(this.queues) as [QueueName, Queue][]).map(
        async ([name, queue]) => [name, await within(LOOK_TIMEOUT_MS, censusOf(queue))] as const,
      ),
    );
    return Object.fromEntries(entries) as Record<QueueName, QueueCensus>;
  }

  /** Jobs by queue and state. Null where the queue does not answer within a second. */
  async states(): Promise<({ name: QueueName } & QueueCensus['counts'])[] | null> {
    try {
      const queues = Object.entries(await within(STATES_TIMEOUT_MS, this.census()));
      return queues.map(([name, { counts }]) => ({ name: name as QueueName, ...counts }));
    } catch (err) {
      this.logger.warn({ err }, 'the queue does not answer; its states are not known');
      return null;
    }
  }

  /** Removes finished jobs that are older than this, by default than the configuration allows; returns how many. */
  async prune(graceMs = this.config.queue.retentionHours * 3_600_000): Promise<number> {
    let pruned = 0;
    for (const queue of Object.values(this.queues)) {
      for (const state of ['completed', 'failed'] as const) {
        let removed: number;
        do {
          removed = (await queue.clean(graceMs, PRUNED_AT_ONCE, state)).length;
          pruned += removed;
        } while (removed === PRUNED_AT_ONCE);
      }
    }
    return pruned;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.hastening;
    const closed = Promise.all(Object.values(this.queues).map((queue) => queue.close()));
    await within(CLOSE_TIMEOUT_MS, closed).catch((err: unknown) => {
      this.logger.warn({ err }, 'the queue does not answer; left without a farewell');
    });
  }
}

async function censusOf(queue: Queue): Promise<QueueCensus> {
  const [{ waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 }, [oldest]] = await Promise.all(
    [
      queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed'),
      queue.getJobs(['waiting'], 0, 0, true),
    ],
  );
  return {
    counts: { waiting: waiting + prioritized, active, delayed, failed },
    oldestMs: oldest ? Math.max(0, Date.now() - oldest.timestamp) : 0,
  };
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  // Whichever comes second has nobody left to listen.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
