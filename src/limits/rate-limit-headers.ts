import type { Allowance } from './rate-limits.service';

/** Where headers are written: Fastify's reply. */
export interface Answerable {
  headers(values: Record<string, string>): unknown;
}

/** By these names, also to scripts of other origins. */
export const RATE_LIMIT_HEADERS = [
  'RateLimit',
  'RateLimit-Policy',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
] as const;

/**
 * What is left, as structured fields (draft-ietf-httpapi-ratelimit-headers-10), and as its earlier drafts had it for
 * clients that know those.
 */
export function rateLimitHeaders({
  limit,
  remaining,
  resetSeconds,
}: Allowance): Record<(typeof RATE_LIMIT_HEADERS)[number], string> {
  return {
    'RateLimit-Policy': `"${limit.name}";q=${limit.requests};w=${limit.windowSeconds}`,
    RateLimit: `"${limit.name}";r=${remaining};t=${resetSeconds}`,
    'RateLimit-Limit': String(limit.requests),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
  };
}
