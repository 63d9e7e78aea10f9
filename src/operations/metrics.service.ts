import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** One value of a gauge, by its labels. */
export interface Reading {
  labels?: Record<string, string>;
  value: number;
}

/** What Prometheus reads: of this process, and what others register to be read at each scrape. */
@Injectable()
export class Metrics implements OnModuleInit {
  /** Not the library's own, which all applications of one process would share. */
  readonly registry = new Registry();

  constructor(private readonly logger: PinoLogger) {
    logger.setContext(Metrics.name);
  }

  onModuleInit(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /**
   * Registers a gauge that is read at each scrape. One that cannot be read is left out of that scrape: the others say
   * what is wrong.
   */
  gauge(name: string, help: string, labelNames: string[], read: () => Promise<Reading[]>): void {
    const { logger } = this;
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        this.reset();
        try {
          for (const { labels = {}, value } of await read()) this.set(labels, value);
        } catch (err) {
          this.remove({});
          logger.error({ err, metric: name }, 'metric not read');
        }
      },
    });
  }
}
