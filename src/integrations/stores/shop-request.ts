import type { FastifyRequest } from 'fastify';
import { readSiteUrl } from '../../contract/product-event';
import { siteOfUserAgent } from './site-key';
import type { StoreEvidence } from './stores.service';

/** What a request other than an event says of the shop that sent it. */
export function shopOf(request: FastifyRequest, body: unknown = null): Omit<StoreEvidence, 'permalink'> {
  const named =
    typeof body === 'object' && body !== null ? readSiteUrl(body as Record<string, unknown>) : null;
  return { site: named, agentSite: siteOfUserAgent(request.headers['user-agent']) };
}
