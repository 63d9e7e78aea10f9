import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';

/** Where in a trace the running code is. Empty while traces are off. */
export interface TraceScope {
  span: Span | null;
  /** The job that it belongs to, which has no span before it is known what it serves. */
  job: JobScope | null;
}

export interface JobScope {
  name: string;
  startedAt: Date;
  attributes: Record<string, string>;
  span: Span | null;
}

const storage = new AsyncLocalStorage<TraceScope>();
const requests = new WeakMap<object, Span>();

export const traceScope = (): TraceScope | undefined => storage.getStore();
export const withTraceScope = <T>(scope: TraceScope, work: () => T): T => storage.run(scope, work);

export const rememberRequest = (request: object, span: Span): void => void requests.set(request, span);
export const spanOfRequest = (request: object): Span | undefined => requests.get(request);

/** By which a line of the log is found from its trace, and the trace from the line. */
export function traceFields(span = storage.getStore()?.span): { trace_id?: string; span_id?: string } {
  if (!span) return {};
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
}
