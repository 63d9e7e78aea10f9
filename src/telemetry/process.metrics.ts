import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';
import { Metrics } from './metrics.service';
import { productVersion } from './product-version';

/** Which code this process runs, and as what. */
@Injectable()
export class ProcessMetrics {
  constructor(metrics: Metrics, { roles }: Config) {
    const labels = { version: productVersion(), api: String(roles.api), worker: String(roles.worker) };
    metrics.gauge(
      'fiko_build_info',
      '1, of the version that runs, and its roles',
      Object.keys(labels),
      () => [{ labels, value: 1 }],
    );
  }
}
