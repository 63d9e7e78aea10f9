import { SpanStatusCode } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { rememberRequest, spanOfRequest, withTraceScope } from './active-trace';
import { routeOf } from './http.metrics';
import type { Tracing } from './tracing.service';

/** Asked every few seconds, and of no interest. */
const UNTRACED = /^\/(health|metrics)(\/|$)/;

/** A span for each request; while traces are off, not even a hook. */
export function traceRequests(fastify: FastifyInstance, tracing: Tracing): void {
  if (!tracing.isOn) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = routeOf(request);
    if (!UNTRACED.test(route)) {
      const { method, headers } = request;
      const isKnown = route !== 'unknown';
      const span = tracing.beginRequest(isKnown ? `${method} ${route}` : method, headers.traceparent);
      span.setAttributes({
        'http.request.method': method,
        'url.scheme': request.protocol,
        // Of what no route answers, the path may be anything.
        ...(isKnown && { 'http.route': route, 'url.path': request.originalUrl.split('?')[0]! }),
      });
      rememberRequest(request, span);
      reply.raw.once('close', () => {
        const { statusCode, writableFinished } = reply.raw;
        if (writableFinished) span.setAttribute('http.response.status_code', statusCode);
        if (!writableFinished || statusCode >= 500) {
          span.setAttribute('error.type', writableFinished ? String(statusCode) : 'aborted');
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      });
    }
    done();
  });
  // As in the log: what reads the body off the socket would leave the context again.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spanOfRequest(request);
    if (span) withTraceScope({ span, job: null }, done);
    else done();
  });
}
