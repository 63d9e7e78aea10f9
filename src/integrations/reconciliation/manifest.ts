import { bucketOf } from '../../contract/product-digest';
import { MAX_MANIFEST_ENTRIES } from '../../contract/shop-api';
import { invalidField } from '../../validation/errors';
import { MAX_PRODUCT_ID } from '../../validation/rules';

export const MAX_BUCKETS = 4096;

/** First round: a digest for each bucket of the whole catalogue. */
export interface BucketManifest {
  bucketCount: number;
  /** 16 hexadecimal digits each. */
  buckets: string[];
}

/** Second round: the products of some buckets. */
export interface EntryManifest {
  bucketCount: number;
  named: number[];
  ids: string[];
  /** In the order of `ids`, 32 hexadecimal digits each. */
  digests: string[];
}

export type Manifest = BucketManifest | EntryManifest;

const HEX_16 = /^[0-9a-f]{16}$/;
const HEX_32 = /^[0-9a-f]{32}$/;

/**
 * Checks an untrusted body as a manifest. What is too long is refused before it is looked at.
 * @throws AppError 400 that names the first bad field
 */
export function readManifest(body: unknown): Manifest {
  if (!isObject(body)) throw invalidField('body', 'field_object');
  const { bucket_count: bucketCount, buckets, entries, products } = body;
  if (bucketCount === undefined || bucketCount === null) throw invalidField('bucket_count', 'field_required');
  if (!isWhole(bucketCount, 1, MAX_BUCKETS)) {
    throw invalidField('bucket_count', 'field_integer', { min: 1, max: MAX_BUCKETS });
  }
  if (isSet(products) && !isWhole(products, 0, Number.MAX_SAFE_INTEGER)) {
    throw invalidField('products', 'field_integer', { min: 0, max: Number.MAX_SAFE_INTEGER });
  }
  if (isSet(buckets) === isSet(entries)) throw invalidField('body', 'field_manifest');
  return isSet(buckets) ? readBuckets(bucketCount, buckets) : readEntries(bucketCount, entries);
}

function readBuckets(bucketCount: number, buckets: unknown): BucketManifest {
  if (!Array.isArray(buckets) || buckets.length !== bucketCount) {
    throw invalidField('buckets', 'field_buckets', { count: bucketCount });
  }
  for (const [index, digest] of buckets.entries()) {
    if (typeof digest !== 'string' || !HEX_16.test(digest)) {
      throw invalidField(`buckets[${index}]`, 'field_bucket_digest');
    }
  }
  return { bucketCount, buckets: buckets as string[] };
}

function readEntries(bucketCount: number, entries: unknown): EntryManifest {
  if (!isObject(entries)) throw invalidField('entries', 'field_object');
  const keys = Object.keys(entries);
  let total = 0;
  for (const key of keys) {
    const field = `entries.${key.slice(0, 20)}`;
    if (!/^(0|[1-9]\d{0,3})$/.test(key) || Number(key) >= bucketCount) {
      throw invalidField(field, 'field_integer', { min: 0, max: bucketCount - 1 });
    }
    const pairs = entries[key];
    if (!Array.isArray(pairs)) throw invalidField(field, 'field_entries');
    total += pairs.length;
    if (total > MAX_MANIFEST_ENTRIES) {
      throw invalidField('entries', 'field_entries_limit', { max: MAX_MANIFEST_ENTRIES });
    }
  }
  const digests = new Map<string, string>();
  for (const key of keys) {
    for (const [index, pair] of (entries[key] as unknown[]).entries()) {
      const field = `entries.${key}[${index}]`;
      const [id, digest] = readEntry(field, pair);
      const bucket = bucketOf(id, bucketCount);
      if (bucket !== Number(key)) throw invalidField(field, 'field_entry_bucket', { id, bucket });
      if (digests.has(id)) throw invalidField(field, 'field_entry_twice', { id });
      digests.set(id, digest);
    }
  }
  return { bucketCount, named: keys.map(Number), ids: [...digests.keys()], digests: [...digests.values()] };
}

function readEntry(field: string, pair: unknown): [id: string, digest: string] {
  if (!Array.isArray(pair) || pair.length !== 2) throw invalidField(field, 'field_entry');
  const [id, digest] = pair as unknown[];
  const digits = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  const isId =
    typeof digits === 'string' && /^[1-9]\d{0,18}$/.test(digits) && BigInt(digits) <= MAX_PRODUCT_ID;
  if (!isId || typeof digest !== 'string' || !HEX_32.test(digest)) throw invalidField(field, 'field_entry');
  return [digits, digest];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isSet = (value: unknown) => value !== undefined && value !== null;

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
