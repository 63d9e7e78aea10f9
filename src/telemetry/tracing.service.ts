import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Attributes,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { PinoLogger } from 'nestjs-pino';
import type { Config } from '../config/config';
import { traceScope, withTraceScope, type JobScope } from './active-trace';
import { readTraceparent, writeTraceparent } from './traceparent';
import { startTraceSdk, type TraceSdk } from './trace-sdk';

const FLUSH_TIMEOUT_MS = 5000;
const REMIND_AFTER_MS = 60_000;

/**
 * Traces by OpenTelemetry: from a shop's request through the jobs to the call of the embedding service. While they are
 * off each method only does the work that it is given.
 *
 * Attributes tell kinds, numbers and ids of jobs: no texts, no tokens, nothing that a shop or a buyer wrote.
 */
@Injectable()
export class Tracing implements OnApplicationShutdown {
  /** For whoever is made by hand. */
  static readonly OFF = new Tracing(null);

  private constructor(private readonly sdk: TraceSdk | null) {}

  static async start({ traces }: Config, logger: PinoLogger): Promise<Tracing> {
    if (traces.endpoint === null) return new Tracing(null);
    logger.setContext(Tracing.name);
    let toldAt = -Infinity;
    const onFault = (err: Error | undefined): void => {
      if (performance.now() - toldAt < REMIND_AFTER_MS) return;
      toldAt = performance.now();
      logger.warn({ err }, 'traces not sent');
    };
    return new Tracing(await startTraceSdk(traces.endpoint, traces.sampleRatio, onFault));
  }

  get isOn(): boolean {
    return this.sdk !== null;
  }

  /** By which what follows later goes on from the running code; null where nothing of it is kept. */
  traceparent(): string | null {
    const context = traceScope()?.span?.spanContext();
    return context && isSampled(context) ? writeTraceparent(context) : null;
  }

  /** As `traceparent`, where the running code works for the given one among others: that one then. */
  traceparentFor(origin: string | null): string | null {
    const given = readTraceparent(origin);
    if (!this.sdk || !given) return null;
    const mine = traceScope()?.span?.spanContext();
    return mine?.traceId === given.traceId ? writeTraceparent(mine) : origin;
  }

  /** A request that has come, with the header that it came with. The caller ends it. */
  beginRequest(name: string, traceparent: unknown): Span {
    const parent = readTraceparent(traceparent);
    return this.begin(name, { kind: SpanKind.SERVER, parent, links: [] });
  }

  /** A step of the running code. */
  async span<T>(
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    work: (span: Span | null) => Promise<T>,
  ): Promise<T> {
    if (!this.sdk) return work(null);
    const scope = traceScope();
    const parent = scope?.span?.spanContext() ?? null;
    const span = this.begin(name, { kind, attributes, parent, links: [] });
    return this.within(span, scope?.job ?? null, () => work(span));
  }

  /** A job: where it serves one trace it belongs to it, where it serves many it is linked to all. See `batch`. */
  async job<T>(name: string, attributes: Record<string, string>, work: () => Promise<T>): Promise<T> {
    if (!this.sdk) return work();
    const job: JobScope = { name, startedAt: new Date(), attributes, span: null };
    try {
      return await withTraceScope({ span: null, job }, work);
    } catch (error) {
      markFailed(this.beginJob(job, []), error);
      throw error;
    } finally {
      this.beginJob(job, []).end();
    }
  }

  /**
   * What a job does at a time, for the traces that asked for it. With the first of its batches it is known what the job
   * serves, and so what it belongs to.
   */
  async batch<T>(
    name: string,
    traceparents: readonly (string | null)[],
    attributes: Attributes,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!this.sdk) return work();
    const origins = distinct(traceparents);
    const job = traceScope()?.job ?? null;
    const outer = (job ? this.beginJob(job, origins) : traceScope()?.span)?.spanContext() ?? null;
    const [only] = origins;
    const isOfOther = origins.length === 1 && only!.traceId !== outer?.traceId;
    const span = this.begin(name, {
      kind: SpanKind.INTERNAL,
      attributes,
      parent: isOfOther ? only! : outer,
      links: isOfOther ? (outer ? [outer] : []) : origins.length > 1 ? origins : [],
    });
    return this.within(span, job, work);
  }

  /** Says of the running step that it failed, where the error goes no further. */
  fail(error: unknown): void {
    const span = traceScope()?.span;
    if (span) markFailed(span, error);
  }

  async onApplicationShutdown(): Promise<void> {
    const waited = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_TIMEOUT_MS).unref());
    await Promise.race([this.sdk?.shutdown().catch(() => undefined), waited]);
  }

  private beginJob(job: JobScope, origins: readonly SpanContext[]): Span {
    return (job.span ??= this.begin(job.name, {
      kind: SpanKind.CONSUMER,
      attributes: job.attributes,
      startedAt: job.startedAt,
      parent: origins.length === 1 ? origins[0]! : null,
      links: origins.length > 1 ? origins : [],
    }));
  }

  private begin(
    name: string,
    options: {
      kind: SpanKind;
      attributes?: Attributes;
      startedAt?: Date;
      parent: SpanContext | null;
      links: readonly SpanContext[];
    },
  ): Span {
    const { kind, attributes = {}, startedAt, parent, links } = options;
    return this.sdk!.tracer.startSpan(
      name,
      {
        kind,
        attributes,
        ...(startedAt && { startTime: startedAt }),
        links: links.map((context) => ({ context })),
      },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
  }

  private async within<T>(span: Span, job: JobScope | null, work: () => Promise<T>): Promise<T> {
    try {
      return await withTraceScope({ span, job }, work);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }
}

/** By its kind alone: messages quote rows, texts and addresses. */
export function markFailed(span: Span, error: unknown): void {
  const { code, fault, name } = (error ?? {}) as { code?: unknown; fault?: unknown; name?: unknown };
  const kind = [fault, code, name].find((each) => typeof each === 'string') ?? 'Error';
  span.setAttribute('error.type', kind);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & TraceFlags.SAMPLED) !== 0;

function distinct(traceparents: readonly (string | null)[]): SpanContext[] {
  return [...new Set(traceparents)].flatMap((header) => readTraceparent(header) ?? []);
}
