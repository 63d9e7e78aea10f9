import type { FastifyRequest } from 'fastify';
import type { RequestOrigin } from '../events/event-intake.service';

/** Where a request came from, for the log. */
export const originOf = (request: FastifyRequest): RequestOrigin => ({
  address: request.ip,
  userAgent: request.headers['user-agent'],
  requestId: request.id,
});
