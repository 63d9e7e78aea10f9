import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Standard Webhooks (https://www.standardwebhooks.com), the symmetric scheme `v1`: HMAC-SHA256 over
 * `{webhook-id}.{webhook-timestamp}.` and the body, byte by byte as it was sent.
 */
export const SIGNING_SECRET_PREFIX = 'whsec_';
/** How far the sender's clock may be off, either way; also how long a request can be sent again by who overheard it. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

const VERSION = 'v1';

/** The headers by their names in lower case; absent ones undefined. */
export interface SignatureHeaders {
  'webhook-id'?: string | undefined;
  /** Unix seconds. */
  'webhook-timestamp'?: string | undefined;
  /** `v1,<base64>`, several separated by spaces. */
  'webhook-signature'?: string | undefined;
}

export type SignatureVerdict =
  | { verdict: 'valid'; /** Place of the matching secret in the list. */ secret: number }
  | { verdict: 'missing' | 'expired' | 'invalid' };

/**
 * The value of `webhook-signature`.
 * @param secret `whsec_` and the key in base64
 * @param timestamp Unix seconds
 */
export function sign(secret: string, id: string, timestamp: number, body: string | Uint8Array): string {
  return `${VERSION},${digest(secret, id, String(timestamp), body).toString('base64')}`;
}

/**
 * Whether one of the signatures is by one of the secrets, of which several are valid while they are being changed.
 * Every pair is compared, in constant time, so that the time taken does not tell which secret it was.
 * @param now Unix seconds
 */
export function verify(
  secrets: readonly string[],
  headers: SignatureHeaders,
  body: string | Uint8Array,
  now: number,
): SignatureVerdict {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (!id || !timestamp || !signatures) return { verdict: 'missing' };
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > SIGNATURE_TOLERANCE_SECONDS) {
    return { verdict: 'expired' };
  }
  const sent = signatures
    .split(' ')
    .filter((signature) => signature.startsWith(`${VERSION},`))
    .map((signature) => Buffer.from(signature.slice(VERSION.length + 1)));
  let matching = -1;
  for (const [place, secret] of secrets.entries()) {
    const expected = Buffer.from(digest(secret, id, timestamp, body).toString('base64'));
    for (const signature of sent) {
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) matching = place;
    }
  }
  return matching < 0 ? { verdict: 'invalid' } : { verdict: 'valid', secret: matching };
}

function digest(secret: string, id: string, timestamp: string, body: string | Uint8Array): Buffer {
  const key = Buffer.from(secret.slice(SIGNING_SECRET_PREFIX.length), 'base64');
  // HMAC takes an empty key, with which anybody could sign.
  if (!secret.startsWith(SIGNING_SECRET_PREFIX) || key.length === 0) throw new Error('not a signing secret');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}
