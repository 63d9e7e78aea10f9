import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Job, Worker } from 'bullmq';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config';
import { withLogContext } from '../logging/log-context';
import { Tracing } from '../telemetry/tracing.service';
import { JOB_BACKEND, type JobBackend } from './job-backend';
import { logFaults } from './job-faults';
import { JobMetrics } from './job.metrics';
import { JOB_HANDLER } from './job-handler.decorator';
import { JOBS, QUEUES, type JobName, type QueueName } from './jobs';

/** @param stopping aborted when the process is to end: what is left is to be handed back */
type Handler = (payload: unknown, stopping: AbortSignal) => Promise<void>;

/** A job whose process died is given to another after so long, and as often as that happens: it is only a nudge. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5000;
const STALLED_AT_MOST = 1_000_000;

/** Runs jobs in this process. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly handlers = new Map<JobName, Handler>();
  private readonly stopping = new AbortController();
  private workers: Worker[] = [];

  constructor(
    @Inject(JOB_BACKEND) private readonly backend: JobBackend,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly config: Config,
    private readonly metrics: JobMetrics,
    private readonly tracing: Tracing,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(JobRunner.name);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.findHandlers();
    this.workers = (Object.keys(QUEUES) as QueueName[]).map((name) => this.startWorker(name));
    // As in JobQueue: a worker whose first connection failed would never work, and say nothing.
    if (this.config.queue.redisUrl === null) {
      await Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
    }
  }

  /** Has running jobs come to their next stop; those that wait are left for the next process. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.workers.map((worker) => worker.close()));
    this.workers = [];
  }

  private startWorker(name: QueueName): Worker {
    const worker = this.backend.worker(name, (job) => this.run(job), {
      concurrency: QUEUES[name].concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: STALLED_AT_MOST,
    });
    logFaults(worker, this.logger, { worker: name });
    worker.on('failed', (job, err) => {
      this.logger.error({ err, job: job?.name, job_id: job?.id, attempts: job?.attemptsMade }, 'job failed');
    });
    return worker;
  }

  private async run(job: Job): Promise<void> {
    const name = job.name as JobName;
    const handler = this.handlers.get(name);
    if (!handler) throw new Error(`no handler for job ${job.name}`);
    const startedAt = performance.now();
    await withLogContext({ job: job.name, job_id: job.id }, async () => {
      const attributes = {
        'messaging.system': 'bullmq',
        'messaging.operation.type': 'process',
        'messaging.destination.name': JOBS[name].queue,
        'messaging.message.id': String(job.id),
      };
      await this.tracing.job(`job ${name}`, attributes, () =>
        this.metrics.measure(name, () => handler(job.data, this.stopping.signal)),
      );
      this.logger.debug({ duration_ms: Math.round(performance.now() - startedAt) }, 'job done');
    });
  }

  private findHandlers(): void {
    for (const { instance } of this.discovery.getProviders()) {
      const target = instance as Record<string, unknown> | null | undefined;
      if (!target || typeof target !== 'object') continue;
      for (const method of this.scanner.getAllMethodNames(Object.getPrototypeOf(target) as object)) {
        const implementation = target[method];
        if (typeof implementation !== 'function') continue;
        const name = this.reflector.get<JobName | undefined>(JOB_HANDLER, implementation);
        if (!name) continue;
        if (this.handlers.has(name)) throw new Error(`job ${name} has two handlers`);
        this.handlers.set(name, (implementation as Handler).bind(target));
      }
    }
    const missing = (Object.keys(JOBS) as JobName[]).filter((name) => !this.handlers.has(name));
    if (missing.length > 0) throw new Error(`no handler for job ${missing.join(', ')}`);
  }
}
