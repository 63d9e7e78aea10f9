import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { fingerprintOf, toHex64 } from '../../contract/product-digest';
import { MAX_BUCKETS, type BucketManifest, type EntryManifest } from './manifest';

/** One shop, the tenant first. */
export interface StoreScope {
  userId: number;
  storeId: number;
}

export interface BucketComparison {
  inStep: boolean;
  /** Numbers of the buckets that differ. */
  buckets: number[];
  /** Products that the server has active. */
  products: number;
  queuedEvents: number;
}

/** A number, or digits where a number would lose some. */
export type WireId = number | string;

export interface EntryComparison {
  inStep: boolean;
  missing: WireId[];
  different: WireId[];
  orphaned: WireId[];
  pending: WireId[];
}

/** The id of a product, of rows that came from WooCommerce. */
const SHOP_ID = `substr(p.external_id, 5)::bigint`;
/** Its bucket among 4,096, by which products_manifest_idx is ordered. */
const FINE_BUCKET = `(${SHOP_ID} % ${MAX_BUCKETS})`;
/** Of the catalogue that a shop compares; all that is read of it stands in products_manifest_idx. */
const COMPARED = `p.user_id = $1 AND p.store_id = $2 AND p.external_source = 'woocommerce' AND p.is_active`;

/**
 * Compares a shop's catalogue with ours in two rounds: digests of buckets of products, then the products of those
 * buckets that differ. Nothing but times and counts of the comparison is written.
 */
@Injectable()
export class Reconciliation {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async compareBuckets(
    scope: StoreScope,
    { bucketCount, buckets }: BucketManifest,
  ): Promise<BucketComparison> {
    // Before the products: an event that is worked off in between is then counted, and not taken for a difference.
    const queuedEvents = await this.queuedEvents(scope);
    const rows = await this.dataSource.query<
      { bucket: number; digest: string; products: number; unknown: boolean }[]
    >(
      `SELECT (${SHOP_ID} % $3)::integer AS bucket, coalesce(bit_xor(p.fingerprint), 0)::text AS digest,
              count(*) AS products, bool_or(p.fingerprint IS NULL) AS unknown
         FROM products p WHERE ${COMPARED} GROUP BY 1`,
      [scope.userId, scope.storeId, bucketCount],
    );
    const ours = new Map(rows.map((row) => [row.bucket, row]));
    const differing = buckets.flatMap((digest, bucket) => {
      const row = ours.get(bucket);
      return !row?.unknown && toHex64(BigInt(row?.digest ?? 0)) === digest ? [] : [bucket];
    });
    const inStep = differing.length === 0 && queuedEvents === 0;
    await (inStep ? this.recordInStep(scope) : this.recordDrift(scope));
    return {
      inStep,
      buckets: differing,
      products: rows.reduce((sum, { products }) => sum + products, 0),
      queuedEvents,
    };
  }

  async compareEntries(scope: StoreScope, manifest: EntryManifest): Promise<EntryComparison> {
    const found: Omit<EntryComparison, 'inStep'> = { missing: [], different: [], orphaned: [], pending: [] };
    for (const { id, verdict } of await this.differences(scope, manifest)) found[verdict].push(id);
    const drifting = found.missing.length + found.different.length + found.orphaned.length;
    const inStep = drifting + found.pending.length === 0;
    if (manifest.named.length < manifest.bucketCount) await this.recordPart(scope, drifting);
    else await (inStep ? this.recordInStep(scope) : this.recordDrift(scope, drifting));
    return { inStep, ...found };
  }

  /** One statement, so that a product is either still queued or compared as its event left it. */
  private differences(
    { userId, storeId }: StoreScope,
    { bucketCount, named, ids, digests }: EntryManifest,
  ): Promise<{ id: WireId; verdict: 'missing' | 'different' | 'orphaned' | 'pending' }[]> {
    const fine = fineBuckets(bucketCount, named);
    const fingerprints = ids.map((id, index) => String(fingerprintOf(id, digests[index]!)));
    return this.dataSource.query(
      `WITH shop AS (SELECT * FROM unnest($5::bigint[], $6::bigint[]) AS entry (id, fingerprint)),
            server AS MATERIALIZED (
              SELECT ${SHOP_ID} AS id, p.fingerprint FROM products p
               WHERE ${COMPARED} AND ${SHOP_ID} % $3 = ANY ($4::bigint[])
                 ${fine ? `AND ${FINE_BUCKET} = ANY ($7::bigint[])` : ''}),
            queued AS MATERIALIZED (
              SELECT DISTINCT e.woo_product_id AS id FROM events e
               WHERE e.user_id = $1 AND e.store_id = $2 AND e.status = 'queued'
                 AND e.woo_product_id % $3 = ANY ($4::bigint[]))
       SELECT id, CASE WHEN server.id IS NULL THEN 'missing' WHEN shop.id IS NULL THEN 'orphaned'
                       ELSE 'different' END AS verdict
         FROM shop FULL JOIN server USING (id)
        WHERE (shop.id IS NULL OR shop.fingerprint IS DISTINCT FROM server.fingerprint)
          AND id NOT IN (SELECT queued.id FROM queued)
       UNION ALL SELECT id, 'pending' FROM queued
        ORDER BY id`,
      [userId, storeId, bucketCount, named, ids, fingerprints, ...(fine ? [fine] : [])],
    );
  }

  private async queuedEvents({ userId, storeId }: StoreScope): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT count(*) AS count FROM events WHERE user_id = $1 AND store_id = $2 AND status = 'queued'`,
      [userId, storeId],
    );
    return row!.count;
  }

  private async recordInStep({ userId, storeId }: StoreScope): Promise<void> {
    await this.dataSource.query(
      `UPDATE stores SET compared_at = now(), in_step_at = now(), drift_since = NULL, drift_products = 0
        WHERE user_id = $1 AND id = $2`,
      [userId, storeId],
    );
  }

  /** @param products how many differ, where all buckets were named */
  private async recordDrift({ userId, storeId }: StoreScope, products: number | null = null): Promise<void> {
    await this.dataSource.query(
      `UPDATE stores SET compared_at = now(), drift_since = coalesce(drift_since, now()), drift_products = $3
        WHERE user_id = $1 AND id = $2`,
      [userId, storeId, products],
    );
  }

  /** Of several requests of a second round, each adds what it found. */
  private async recordPart({ userId, storeId }: StoreScope, products: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE stores
          SET compared_at = now(), drift_products = coalesce(drift_products, 0) + $3,
              drift_since = CASE WHEN $3 > 0 THEN coalesce(drift_since, now()) ELSE drift_since END
        WHERE user_id = $1 AND id = $2`,
      [userId, storeId, products],
    );
  }
}

/**
 * The buckets among 4,096 in which the products of the named ones can be; null where that is all of them. Buckets are
 * told apart by their remainder by what both numbers have in common: all of it where the count is a power of two.
 */
export function fineBuckets(bucketCount: number, named: number[]): number[] | null {
  const common = bucketCount & -bucketCount;
  const remainders = new Set(named.map((bucket) => bucket % common));
  if (remainders.size === common) return null;
  return Array.from({ length: MAX_BUCKETS }, (_, fine) => fine).filter((fine) =>
    remainders.has(fine % common),
  );
}
