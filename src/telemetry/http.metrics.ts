import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Counter, Histogram } from 'prom-client';
import { Metrics, REQUEST_SECONDS } from './metrics.service';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The route's template, such as `/api/v1/web-knowledge/products/:id`: what was asked for has no end of values. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unknown';

/** Requests that this process answers. */
@Injectable()
export class HttpMetrics {
  private inFlight = 0;
  private readonly duration: Histogram<'method' | 'route' | 'status'>;
  private readonly refused: Counter<'limit'>;

  constructor(metrics: Metrics) {
    this.duration = metrics.histogram(
      'fiko_http_request_duration_seconds',
      'Seconds from a request to the end of its answer, by route and class of status; `aborted` for those whose client left before',
      { method: null, route: null, status: null },
      REQUEST_SECONDS,
    );
    metrics.gauge('fiko_http_requests_in_flight', 'Requests that await the end of their answer', [], () => [
      { value: this.inFlight },
    ]);
    this.refused = metrics.counter(
      'fiko_http_requests_refused_total',
      'Requests refused with 429, by the limit that they went over',
      { limit: ['token', 'user', 'refused', 'login', 'login-address'] },
    );
  }

  /** Counts a request that a limit refused. */
  countRefused(limit: string): void {
    this.refused.inc({ limit });
  }

  /** Measures every request of the server, from before anything else looks at it. */
  observe(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      const startedAt = performance.now();
      this.inFlight++;
      // Comes once and always, also where the client has left; Fastify's own hook does not.
      reply.raw.once('close', () => {
        this.inFlight--;
        const { writableFinished, statusCode } = reply.raw;
        this.duration.observe(
          {
            method: METHODS.includes(request.method) ? request.method : 'other',
            route: routeOf(request),
            status: writableFinished ? `${Math.floor(statusCode / 100)}xx` : 'aborted',
          },
          (performance.now() - startedAt) / 1000,
        );
      });
      done();
    });
  }
}
