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

/** In small letters, which Fastify would make of others with each answer. */
type Name = Lowercase<(typeof RATE_LIMIT_HEADERS)[number]>;

/**
 * What is left, as structured fields (draft-ietf-httpapi-ratelimit-headers-10), and as its earlier drafts had it for
 * clients that know those.
 */
export function rateLimitHeaders({ limit, remaining, resetSeconds }: Allowance): Record<Name, string> {
  return {
    'ratelimit-policy': `"${limit.name}";q=${limit.requests};w=${limit.windowSeconds}`,
    ratelimit: `"${limit.name}";r=${remaining};t=${resetSeconds}`,
    'ratelimit-limit': String(limit.requests),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  };
}
