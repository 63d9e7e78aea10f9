import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { sampleOf } from './document-sample';
import type { ProductRestriction } from './product-restriction';

/** Products that a restriction may leave to be looked at one by one; of more, indexes meet enough before long. */
const MOST_COMPARED = 1500;
/** Products of a shop by which it is told that a restriction leaves many. */
const SAMPLED = 400;
/** Where the sample says so many times as many as are compared, they are not counted. */
const CERTAINLY = 2;
/** And so many of the sample are left. */
const LEAST_HITS = 12;
const BELIEVED_MS = 600_000;
const SHOPS_AT_MOST = 1000;

interface Sample {
  ids: number[];
  /** Products of the shop. */
  total: number;
}

/** Tells whether a restriction leaves few products of a large shop, and which. */
@Injectable()
export class RestrictedProducts {
  /** To be set by a test. */
  mostCompared = MOST_COMPARED;
  private readonly samples = new LRUCache<number, Sample>({ max: SHOPS_AT_MOST, ttl: BELIEVED_MS });

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * The products that are left, of which some may be inactive, or null where these are more than MOST_COMPARED.
   * @param restriction that asks for something
   */
  async few(userId: number, restriction: ProductRestriction): Promise<number[] | null> {
    if (await this.areCertainlyMany(userId, restriction)) return null;
    const ofDocument = restriction.ofDocument(3, 'd');
    const rows = await this.dataSource.query<{ id: number }[]>(
      ofDocument === 'true'
        ? `SELECT p.id FROM products p WHERE p.user_id = $1 AND p.is_active AND ${restriction.sql(3)} LIMIT $2`
        : // Read no further than the limit asks for, and planned as if there were none.
          `WITH found AS MATERIALIZED (
             SELECT d.product_id AS id FROM documents d ${ofEach(restriction, 'd.product_id')}
              WHERE d.user_id = $1 AND ${ofDocument})
           SELECT id FROM found LIMIT $2`,
      [userId, this.mostCompared + 1, ...restriction.values],
    );
    return rows.length > this.mostCompared ? null : rows.map(({ id }) => id);
  }

  private async areCertainlyMany(userId: number, restriction: ProductRestriction): Promise<boolean> {
    let sample = this.samples.get(userId);
    if (!sample) this.samples.set(userId, (sample = await this.draw(userId)));
    const ofDocument = restriction.ofDocument(3, 'd');
    const [row] = await this.dataSource.query<{ hits: number }[]>(
      `SELECT count(*)::int AS hits
         FROM unnest($2::bigint[]) AS sample (id)
              ${
                ofDocument === 'true'
                  ? ''
                  : `CROSS JOIN LATERAL (SELECT FROM documents d
                                          WHERE d.user_id = $1 AND d.product_id = sample.id AND ${ofDocument} OFFSET 0) d`
              }
              ${ofEach(restriction, 'sample.id')}`,
      [userId, sample.ids, ...restriction.values],
    );
    const { hits } = row!;
    return hits >= LEAST_HITS && (hits / sample.ids.length) * sample.total >= CERTAINLY * this.mostCompared;
  }

  private async draw(userId: number): Promise<Sample> {
    const [row] = await this.dataSource.query<{ ids: number[] | null; total: number }[]>(
      `SELECT (SELECT count(*)::int FROM documents WHERE user_id = $1) AS total,
              (SELECT array_agg(DISTINCT sample.product_id) FROM ${sampleOf('product_id')} sample) AS ids`,
      [userId, SAMPLED],
    );
    return { ids: row?.ids ?? [], total: row?.total ?? 0 };
  }
}

/** Joins what is asked of each product, where something is. */
const ofEach = (restriction: ProductRestriction, id: string): string =>
  restriction.ofProduct(3) === 'true'
    ? ''
    : `CROSS JOIN LATERAL (SELECT FROM products p
                            WHERE p.user_id = $1 AND p.id = ${id} AND p.is_active AND ${restriction.ofProduct(3)}
                           OFFSET 0) p`;
