import { Injectable } from '@nestjs/common';
import { JobQueue } from '../jobs/job-queue.service';
import { Metrics } from '../telemetry/metrics.service';

/** Jobs of the whole installation; each process says the same. */
@Injectable()
export class QueueMetrics {
  constructor(metrics: Metrics, jobs: JobQueue) {
    const census = metrics.shared(() => jobs.census());
    metrics.gauge('fiko_queue_jobs', 'Jobs by queue and state', ['queue', 'state'], async () =>
      Object.entries(await census()).flatMap(([queue, { counts }]) =>
        Object.entries(counts).map(([state, value]) => ({ labels: { queue, state }, value })),
      ),
    );
    metrics.gauge(
      'fiko_queue_oldest_waiting_seconds',
      'Age of the job that has waited longest for a worker; 0 where none waits',
      ['queue'],
      async () =>
        Object.entries(await census()).map(([queue, { oldestMs }]) => ({
          labels: { queue },
          value: oldestMs / 1000,
        })),
    );
  }
}
