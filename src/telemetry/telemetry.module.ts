import { Global, Module } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config';
import { DatabaseMetrics } from './database.metrics';
import { HttpMetrics } from './http.metrics';
import { Metrics } from './metrics.service';
import { ProcessMetrics } from './process.metrics';
import { Tracing } from './tracing.service';

/** What all others count and trace with, and so imports none of them. `operations` serves it. */
@Global()
@Module({
  providers: [
    Metrics,
    HttpMetrics,
    DatabaseMetrics,
    ProcessMetrics,
    {
      provide: Tracing,
      useFactory: (config: Config, logger: PinoLogger) => Tracing.start(config, logger),
      inject: [Config, PinoLogger],
    },
  ],
  exports: [Metrics, HttpMetrics, Tracing],
})
export class TelemetryModule {}
