import { TraceFlags, type SpanContext } from '@opentelemetry/api';

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads W3C's `traceparent`: version, trace, span, flags. Null for what is none, so that the trace begins here. A later
 * version may have more at its end.
 */
export function readTraceparent(header: unknown): SpanContext | null {
  const [, version, traceId, spanId, flags, more] =
    HEADER.exec(typeof header === 'string' ? header : '') ?? [];
  if (!traceId || !spanId || version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: parseInt(flags!, 16) & TraceFlags.SAMPLED, isRemote: true };
}

export const writeTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
