import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { Metrics, WAIT_SECONDS } from '../../telemetry/metrics.service';
import { EVENT_OUTCOMES, type EventOutcome } from './event-log.entity';

/** Events that this process worked off. */
@Injectable()
export class ProcessingMetrics {
  private readonly processed: Counter<'outcome'>;
  private readonly wait: Histogram;

  constructor(metrics: Metrics) {
    this.processed = metrics.counter(
      'fiko_events_processed_total',
      'Events by what they did; retried are attempts that failed and will be made again, failed those that were the last',
      { outcome: [...EVENT_OUTCOMES, 'retried', 'failed'] },
    );
    this.wait = metrics.histogram(
      'fiko_event_processed_seconds',
      'Seconds from the acceptance of an event until it was processed, its retries included',
      {},
      WAIT_SECONDS,
    );
  }

  /** @param seconds from the acceptance of the event, by the database's clock */
  countProcessed(outcome: EventOutcome, seconds: number): void {
    this.processed.inc({ outcome });
    this.wait.observe(seconds);
  }

  countFailure(outcome: 'retried' | 'failed'): void {
    this.processed.inc({ outcome });
  }
}
