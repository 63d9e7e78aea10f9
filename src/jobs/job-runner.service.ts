import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import type { Job, Worker } from 'bullmq';
import { PinoLogger } from 'nestjs-pino';
import { withLogContext } from '../logging/log-context';
import { JobBackend } from './job-backend';
import { JOB_HANDLER } from './job-handler.decorator';
import { JOBS, QUEUES, type JobName, type QueueName } from './jobs';

type Handler = (payload: unknown) => Promise<void>;

/** Runs jobs in this process. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly handlers = new Map<JobName, Handler>();
  private workers: Worker[] = [];

  constructor(
    private readonly backend: JobBackend,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(JobRunner.name);
  }

  onApplicationBootstrap(): void {
    this.findHandlers();
    this.workers = (Object.keys(QUEUES) as QueueName[]).map((name) => this.startWorker(name));
  }

  /** Waits for running jobs; those that wait are left for the next process. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    this.workers = [];
  }

  private startWorker(name: QueueName): Worker {
    const worker = this.backend.worker(name, (job) => this.run(job), {
      concurrency: QUEUES[name].concurrency,
    });
    worker.on('error', (err) => this.logger.error({ err, queue: name }, 'worker connection'));
    worker.on('failed', (job, err) => {
      this.logger.error({ err, job: job?.name, job_id: job?.id, attempts: job?.attemptsMade }, 'job failed');
    });
    return worker;
  }

  private async run(job: Job): Promise<void> {
    const handler = this.handlers.get(job.name as JobName);
    if (!handler) throw new Error(`no handler for job ${job.name}`);
    const startedAt = performance.now();
    await withLogContext({ job: job.name, job_id: job.id }, async () => {
      await handler(job.data);
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
