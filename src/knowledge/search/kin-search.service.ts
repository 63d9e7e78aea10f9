import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import type { ProductRestriction } from './product-restriction';
import type { WordHit } from './word-search.service';

/** Of a larger category, products have little in common. */
const MAX_KIN = 60;
/** How much of the question the best hit must answer for its categories to count. */
const KIN_COVERAGE = 0.5;
/** Of the best hit's merit, for a category that is all but unique; more where the question named that very product. */
const KIN_SHARE = 0.15;
const KIN_OF_EXACT = 0.45;
/** For how long a category that was too large is believed to be. */
const BELIEVED_MS = 600_000;
const SHOPS_AT_MOST = 1000;
const CATEGORIES_AT_MOST = 1000;

/** Finds what a shop puts beside a product: where that answers most of a question, it is the next best answer. */
@Injectable()
export class KinSearch {
  /** By user, facets of categories that are too large. To count one again takes as long as to read it. */
  private readonly tooLarge = new LRUCache<number, Set<string>>({ max: SHOPS_AT_MOST, ttl: BELIEVED_MS });

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Products of the best hit's rarer categories.
   * @param products how many the shop has
   * @returns by product, what share of the best hit's merit that is worth
   */
  async of(
    userId: number,
    best: WordHit | undefined,
    products: number,
    restriction: ProductRestriction,
  ): Promise<Map<number, number>> {
    const shares = new Map<number, number>();
    if (!best || best.coverage < KIN_COVERAGE) return shares;
    const tooLarge = this.tooLarge.get(userId) ?? new Set<string>();
    // Categories are few at a time, and so are products of them: OFFSET keeps the planner from beginning elsewhere.
    const rows = await this.dataSource.query<
      { product_id: number | null; facet: string; size: number | string }[]
    >(
      `WITH category AS MATERIALIZED (
         SELECT c.facet, (SELECT count(*) FROM (SELECT 1 FROM documents d
                           WHERE d.user_id = $1 AND d.facets @> ARRAY[c.facet] LIMIT $3) member) AS size
           FROM documents best CROSS JOIN LATERAL unnest(best.facets) AS c (facet)
          WHERE best.user_id = $1 AND best.product_id = $2 AND c.facet LIKE 'category:%' AND c.facet <> ALL ($4::text[])
       )
       SELECT d.product_id, c.facet, c.size
         FROM (SELECT facet, size FROM category WHERE size < $3 OFFSET 0) c
        CROSS JOIN LATERAL (SELECT d.* FROM documents d WHERE d.user_id = $1 AND d.facets @> ARRAY[c.facet] OFFSET 0) d
        CROSS JOIN LATERAL (SELECT FROM products p
                             WHERE p.user_id = $1 AND p.id = d.product_id AND p.is_active AND ${restriction.ofProduct(5)}
                            OFFSET 0) p
        WHERE ${restriction.ofDocument(5, 'd')}
       UNION ALL
       SELECT NULL, facet, size FROM category WHERE size >= $3`,
      [userId, best.productId, MAX_KIN, [...tooLarge], ...restriction.values],
    );
    const total = Math.min(products, 100 * MAX_KIN);
    for (const { product_id: productId, facet, size } of rows) {
      if (productId === null) {
        if (tooLarge.size >= CATEGORIES_AT_MOST) tooLarge.clear();
        tooLarge.add(facet);
        continue;
      }
      if (productId === best.productId) continue;
      const rarity = 1 - Math.log(Number(size)) / Math.log(Math.max(2, total));
      shares.set(
        productId,
        Math.max(shares.get(productId) ?? 0, (best.exact === 3 ? KIN_OF_EXACT : KIN_SHARE) * rarity),
      );
    }
    if (!this.tooLarge.has(userId) && tooLarge.size > 0) this.tooLarge.set(userId, tooLarge);
    return shares;
  }
}
