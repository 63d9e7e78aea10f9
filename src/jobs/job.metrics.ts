import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { Metrics } from '../telemetry/metrics.service';
import { JOBS, type JobName } from './jobs';

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Jobs that this process runs. */
@Injectable()
export class JobMetrics {
  private readonly jobs: Counter<'name' | 'outcome'>;
  private readonly duration: Histogram<'name'>;

  constructor(metrics: Metrics) {
    // Not `job`: Prometheus has a label of that name for what it scrapes.
    const name = Object.keys(JOBS);
    this.jobs = metrics.counter('fiko_jobs_total', 'Jobs that were run, each attempt by itself', {
      name,
      outcome: ['done', 'failed'],
    });
    this.duration = metrics.histogram(
      'fiko_job_duration_seconds',
      'Seconds that a job ran',
      { name },
      SECONDS,
    );
  }

  /** @throws what the work throws */
  async measure(name: JobName, work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    let outcome = 'failed';
    try {
      await work();
      outcome = 'done';
    } finally {
      this.jobs.inc({ name, outcome });
      this.duration.observe({ name }, (performance.now() - startedAt) / 1000);
    }
  }
}
