import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { Config } from '../config/config';
import { JOB_BACKEND, PostgresJobBackend, RedisJobBackend, type JobBackend } from './job-backend';
import { JobMetrics } from './job.metrics';
import { JobQueue } from './job-queue.service';
import { JobRunner } from './job-runner.service';

@Module({})
export class JobsModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: JobsModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        { provide: JOB_BACKEND, useValue: createJobBackend(config, databaseUrl) },
        JobQueue,
        ...(config.roles.worker ? [JobMetrics, JobRunner] : []),
      ],
      exports: [JobQueue],
    };
  }
}

export function createJobBackend({ queue }: Config, databaseUrl: string): JobBackend {
  return queue.redisUrl === null
    ? new PostgresJobBackend(databaseUrl)
    : new RedisJobBackend(queue.redisUrl, queue.redisPrefix);
}
