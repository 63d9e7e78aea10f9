import { hash } from 'node:crypto';
import Big from 'big.js';

/** What a comparison of catalogues knows of one product. */
export interface ProductDigest {
  /** Of the product as the shop sent it: 32 hexadecimal digits. */
  payload: string;
  /** Of its id and digest, as the database holds it: signed. Those of a bucket are combined by XOR. */
  fingerprint: bigint;
}

/** The digest of the `product` of an event, read by `parseJson`, and the product's fingerprint. */
export function digestOf(id: string, product: Record<string, unknown>): ProductDigest {
  const payload = productDigest(product);
  return { payload, fingerprint: fingerprintOf(id, payload) };
}

/**
 * The first 16 bytes of SHA-256 over the canonical JSON of a product, in hexadecimal. `date_modified` is left out: a
 * shop saves a product anew without changing it.
 */
export function productDigest(product: Record<string, unknown>): string {
  const compared = { ...product };
  delete compared.date_modified;
  return hash('sha256', canonicalJson(compared)).slice(0, 32);
}

/** The first 8 bytes of SHA-256 over `id:digest`, as a signed number. */
export function fingerprintOf(id: string, digest: string): bigint {
  return hash('sha256', `${id}:${digest}`, 'buffer').readBigInt64BE();
}

/** The bucket of a product: its id modulo their number. */
export const bucketOf = (id: string, bucketCount: number): number => Number(BigInt(id) % BigInt(bucketCount));

/** 64 bits as 16 hexadecimal digits. */
export const toHex64 = (bits: bigint): string => BigInt.asUintN(64, bits).toString(16).padStart(16, '0');

/**
 * JSON in the one form that a shop's plugin can make as well: keys in the order of their bytes, no white space,
 * numbers as strings of their digits, so that it does not matter who holds them as a number and who as text: without
 * exponent or needless zeros, save one beyond the digits of a double, which stands as it was written.
 * Strings as JSON.stringify has them: slashes, U+2028 and all letters stand for themselves.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return `"${Number.isSafeInteger(value) ? value : new Big(value).toFixed()}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const keys = Object.keys(value);
  // UTF-8 and UTF-16 order alike, save where half a surrogate pair meets U+E000 to U+FFFF.
  if (keys.some((key) => SURROGATE.test(key)))
    keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  else keys.sort();
  let members = '';
  for (const key of keys) {
    if (members) members += ',';
    members += `${JSON.stringify(key)}:${canonicalJson((value as Record<string, unknown>)[key])}`;
  }
  return `{${members}}`;
}

const SURROGATE = /[\ud800-\udfff]/;
