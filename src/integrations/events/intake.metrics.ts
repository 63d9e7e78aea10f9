import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { EVENT_TYPES } from '../../contract/shop-api';
import { Metrics } from '../../telemetry/metrics.service';

/**
 * `skipped` was received before; `rejected` cannot be read, or is too large; `refused` could not be stored, so that its
 * shop is to send it again.
 */
const VERDICTS = ['accepted', 'skipped', 'rejected', 'refused'] as const;

/** Events that this process took in. */
@Injectable()
export class IntakeMetrics {
  private readonly received: Counter<'verdict' | 'type'>;

  constructor(metrics: Metrics) {
    this.received = metrics.counter(
      'fiko_events_received_total',
      'Events that shops sent, by what was answered and their type; rejected are those that cannot be read, refused those that could not be stored',
      { verdict: VERDICTS, type: [...EVENT_TYPES, 'unknown'] },
    );
  }

  /** @param type as the event says it, whatever that is */
  count(verdict: (typeof VERDICTS)[number], type: unknown): void {
    const known = EVENT_TYPES.find((each) => each === type);
    this.received.inc({ verdict, type: known ?? 'unknown' });
  }
}
