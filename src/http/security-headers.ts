import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';

declare module 'fastify' {
  interface FastifyContextConfig {
    securityHeaders?: Record<string, string>;
  }
}

/**
 * The headers that helmet sets with these options, by name. They are the same for each answer, and making them anew for
 * each would take a tenth of the time that an event is taken in.
 */
export function securityHeaders(options: HelmetOptions): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet(options)(response.req, response, (error?: unknown) => {
    if (error) throw error as Error;
  });
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}

/** Of every answer, where its route says no others. */
export const SECURITY_HEADERS = securityHeaders({
  contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
});

/** Of what no browser shows. */
const FOR_MACHINES = [
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
];

/** The configuration of a route that only programs call: what tells a browser how to treat a page is left out. */
export const FOR_MACHINES_ONLY = {
  securityHeaders: Object.fromEntries(FOR_MACHINES.map((name) => [name, SECURITY_HEADERS[name]!])),
};

/** Sets them on every answer: a route's own (`config.securityHeaders`), or else the default. */
export function setSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.routeOptions.config?.securityHeaders ?? SECURITY_HEADERS);
    done();
  });
}
