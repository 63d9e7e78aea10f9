import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Metrics } from '../telemetry/metrics.service';

/** Logins; those that a limit refused before stand in `fiko_http_requests_refused_total`. */
@Injectable()
export class LoginMetrics {
  private readonly logins: Counter<'step'>;

  constructor(metrics: Metrics) {
    this.logins = metrics.counter(
      'fiko_logins_total',
      'Logins whose password was checked (attempted), and those of them that it opened (succeeded)',
      { step: ['attempted', 'succeeded'] },
    );
  }

  count(step: 'attempted' | 'succeeded'): void {
    this.logins.inc({ step });
  }
}
