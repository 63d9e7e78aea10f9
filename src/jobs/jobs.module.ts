import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobBackend } from './job-backend';
import { JobQueue } from './job-queue.service';
import { JobRunner } from './job-runner.service';

@Module({})
export class JobsModule {
  static forRoot(databaseUrl: string): DynamicModule {
    return {
      module: JobsModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [{ provide: JobBackend, useValue: new JobBackend(databaseUrl) }, JobQueue, JobRunner],
      exports: [JobQueue],
    };
  }
}
