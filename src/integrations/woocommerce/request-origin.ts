import type { FastifyRequest } from 'fastify';
import { SENT_AT_HEADER } from '../../contract/shop-api';
import { readDate } from '../../validation/rules';
import type { RequestOrigin } from '../events/incoming-event';

/** Where a request came from, for the log, and when its shop says that it was sent. */
export const originOf = (request: FastifyRequest): RequestOrigin => ({
  address: request.ip,
  userAgent: request.headers['user-agent'],
  requestId: request.id,
  sentAt: sentAtOf(request),
});

/** ISO 8601 or milliseconds since 1970; else the time of the signature, which was verified by then. */
function sentAtOf({ headers }: FastifyRequest): Date | null {
  const said = headers[SENT_AT_HEADER];
  if (typeof said === 'string') {
    const at = /^\d{13}$/.test(said) ? Number(said) : readDate(said);
    return at === null ? null : new Date(at);
  }
  const signed = headers['webhook-timestamp'];
  return typeof signed === 'string' && /^\d{1,11}$/.test(signed) ? new Date(Number(signed) * 1000) : null;
}
