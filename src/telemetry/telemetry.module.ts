import { Global, Module } from '@nestjs/common';
import { DatabaseMetrics } from './database.metrics';
import { HttpMetrics } from './http.metrics';
import { Metrics } from './metrics.service';
import { ProcessMetrics } from './process.metrics';

/** What all others count with, and so imports none of them. `operations` serves it. */
@Global()
@Module({
  providers: [Metrics, HttpMetrics, DatabaseMetrics, ProcessMetrics],
  exports: [Metrics, HttpMetrics],
})
export class TelemetryModule {}
