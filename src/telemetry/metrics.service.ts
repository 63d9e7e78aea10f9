import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { sharedReading } from './shared-reading';

/** One value of a gauge, by its labels. */
export interface Reading {
  labels?: Record<string, string>;
  value: number;
}

/**
 * The labels of a metric, each with all values that it has; null where they are not known beforehand, and bounded in
 * another way. Never a tenant, nor what a request says.
 */
export type Labels<L extends string> = Record<L, readonly string[] | null>;

/** Seconds within which something asked for should be answered. */
export const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds that work may wait for others, or for a service that is away. */
export const WAIT_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/** What Prometheus reads: what is counted in this process, and what others register to be read at each scrape. */
@Injectable()
export class Metrics implements OnModuleInit {
  /** Not the library's own, which all applications of one process would share. */
  readonly registry = new Registry();
  /** Milliseconds that what was read from the database serves further scrapes. */
  cacheMs = 5000;

  constructor(private readonly logger: PinoLogger) {
    logger.setContext(Metrics.name);
  }

  onModuleInit(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Begins at 0 for all labels: a series that came with its first count would hide that count from rate(). */
  counter<L extends string>(name: string, help: string, labels: Labels<L>): Counter<L> {
    const counter = new Counter({ name, help, labelNames: namesOf(labels), registers: [this.registry] });
    for (const each of combinations(labels)) counter.inc(each, 0);
    return counter;
  }

  histogram<L extends string>(
    name: string,
    help: string,
    labels: Labels<L>,
    buckets: number[],
  ): Histogram<L> {
    const registers = [this.registry];
    const histogram = new Histogram({ name, help, labelNames: namesOf(labels), buckets, registers });
    for (const each of combinations(labels)) histogram.zero(each);
    return histogram;
  }

  /**
   * Registers a gauge that is read at each scrape. One that cannot be read, or not in time, is left out of that scrape:
   * the others say what is wrong.
   */
  gauge(name: string, help: string, labelNames: string[], read: () => Reading[] | Promise<Reading[]>): void {
    const { logger } = this;
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      async collect() {
        this.reset();
        try {
          for (const { labels = {}, value } of await inTime(read())) this.set(labels, value);
        } catch (err) {
          this.remove({});
          logger.error({ err, metric: name }, 'metric not read');
        }
      },
    });
  }

  /** What several gauges are made of: read once for all of them, and at most once in some seconds. */
  shared<T>(read: () => Promise<T>): () => Promise<T> {
    return sharedReading(read, () => this.cacheMs);
  }
}

/** Prometheus gives up after 10 s, and then has nothing at all of this process. */
const READ_TIMEOUT_MS = 3000;

async function inTime<T>(reading: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${READ_TIMEOUT_MS} ms`)), READ_TIMEOUT_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

const namesOf = <L extends string>(labels: Labels<L>): L[] => Object.keys(labels) as L[];

/** All combinations of the labels' values; none where some are not known. */
function combinations<L extends string>(labels: Labels<L>): Record<L, string>[] {
  let all: Record<string, string>[] = [{}];
  for (const [name, values] of Object.entries<readonly string[] | null>(labels)) {
    all = (values ?? []).flatMap((value) => all.map((each) => ({ ...each, [name]: value })));
  }
  return all;
}
