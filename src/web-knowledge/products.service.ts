import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { selectionOf } from '../database/selection';
import type { Slice } from '../http/page';
import { inTurns } from '../jobs/turns';
import { ACTIVE_GENERATION } from '../knowledge/embedding/generations.service';
import {
  KnowledgeSearch,
  type HitChunk,
  type KnowledgeHit,
  type SearchMethod,
} from '../knowledge/search/knowledge-search.service';
import type { SearchExplanation } from '../knowledge/search/search-explanation';
import { SearchMetrics, type SearchWay } from '../knowledge/search/search.metrics';
import { readPriceWords, type PriceWords } from '../knowledge/language/price-words';
import { notFound } from '../validation/errors';
import { LISTED_PROPERTIES, type ListedProduct } from './listed-product';
import { restrictionOf } from './product-filter';
import { formatMoney } from './product.mapper';
import { Product } from './product.entity';
import type { ProductVariation } from './product-variation.entity';
import { fittingVariation, readAskedWords, type VariationFit } from './variation-fit';
import { OFFERED_VARIATIONS, readOffered, variationsOf, wholeVariations } from './variations';
import type { ProductsQueryDto, ProductStatsDto, ProductStatsQueryDto, SearchQueryDto } from './products.dto';

const DEFAULT_LIMIT = 10;

/** What each ordering sorts by; each has an index that begins with the tenant. */
const SORT_KEYS: Record<string, string> = {
  created_at: 'p.created_at',
  updated_at: 'p.updated_at',
  price: 'p.price',
  title: `"left"(p.title, 200)`,
};

export interface SearchHit {
  product: ListedProduct;
  hit: KnowledgeHit;
  chunk: HitChunk;
  /** Which of the product's variations the question asks for. */
  fit: VariationFit<ProductVariation>;
}

export interface SearchAnswer {
  /** No later than what the results say. */
  asOf: Date;
  /** What the question's words said of the price. */
  interpreted: PriceWords | null;
  results: SearchHit[];
  /** Why these. */
  explanation: SearchExplanation;
}

/** What is asked, and the filters of the list. */
type SearchQuery = Omit<SearchQueryDto, 'page' | 'page_size'>;

/** A user's products. The user comes first everywhere: who may ask for whose the controller decides. */
@Injectable()
export class ProductsService {
  private readonly columns: string;

  constructor(
    @InjectRepository(Product) private readonly products: Repository<Product>,
    private readonly knowledge: KnowledgeSearch,
    private readonly metrics: SearchMetrics,
  ) {
    this.columns = selectionOf(products.metadata, 'p', LISTED_PROPERTIES);
  }

  /** One page, and how many there are on all. */
  async list(
    userId: number,
    query: ProductsQueryDto,
    { limit, offset }: Slice,
  ): Promise<[ListedProduct[], number]> {
    const restriction = restrictionOf(query);
    const { key, direction, nulls } = orderOf(query.ordering);
    const values = [userId, ...restriction.values];
    const sliced = `ORDER BY key ${direction}${nulls}, id ${direction} LIMIT $${values.length + 1} OFFSET $${values.length + 2}`;
    // The wide rows are read for one page only.
    const page = (source: string) =>
      `(SELECT id, key FROM ${source} ${sliced}) page JOIN products p ON p.user_id = $1 AND p.id = page.id`;
    const inOrder = `ORDER BY page.key ${direction}${nulls}, page.id ${direction}`;
    if (restriction.ofDocument(2, 'd') !== 'true') {
      // What texts leave is found once, and in no order: in the list's order all products would be walked for a few.
      const rows = await this.products.query<(ListedProduct & { count: number })[]>(
        `WITH matched AS MATERIALIZED (
           SELECT p.id, ${key} AS key FROM documents d JOIN products p ON p.user_id = d.user_id AND p.id = d.product_id
            WHERE d.user_id = $1 AND ${restriction.ofDocument(2, 'd')} AND p.user_id = $1 AND ${restriction.ofProduct(2)}
         )
         SELECT total.count, ${this.columns}
           FROM (SELECT count(*) AS count FROM matched) total LEFT JOIN (${page('matched')}) ON true ${inOrder}`,
        [...values, limit, offset],
      );
      // Of an empty page the count alone is told.
      return [rows.filter(({ id }) => id !== null), rows[0]!.count];
    }
    const where = `p.user_id = $1 AND ${restriction.ofProduct(2)}`;
    const [[counted], products] = await Promise.all([
      this.products.query<{ count: number }[]>(
        `SELECT count(*) AS count FROM products p WHERE ${where}`,
        values,
      ),
      // By an index, in which ids alone are skipped.
      this.products.query<ListedProduct[]>(
        `SELECT ${this.columns} FROM ${page(`(SELECT p.id, ${key} AS key FROM products p WHERE ${where}) matched`)} ${inOrder}`,
        [...values, limit, offset],
      ),
    ]);
    return [products, counted!.count];
  }

  /** @throws AppError 404 also for another user's product */
  async find(userId: number, id: number): Promise<{ product: Product; variations: ProductVariation[] }> {
    const product = await this.products.findOneBy({ userId, id });
    if (!product) throw notFound();
    const variations = await variationsOf(this.products.manager, userId, [product]);
    return { product, variations: variations.get(id)! };
  }

  async stats(userId: number, { store_id: storeId }: ProductStatsQueryDto = {}): Promise<ProductStatsDto> {
    const [ofStore, values] = storeId ? ['AND p.store_id = $2', [userId, storeId]] : ['', [userId]];
    const [[totals], sources, categories] = await Promise.all([
      this.products.query<StatsRow[]>(
        `SELECT count(*) AS total, count(*) FILTER (WHERE p.is_active) AS active,
                count(*) FILTER (WHERE p.is_active AND p.in_stock) AS in_stock,
                count(*) FILTER (WHERE p.is_active AND p.original_price IS NOT NULL) AS with_discount,
                min(p.price) FILTER (WHERE p.is_active) AS min, max(CASE WHEN p.varies THEN p.price_max ELSE p.price END) FILTER (WHERE p.is_active) AS max,
                count(*) FILTER (WHERE p.is_active)
                  - (SELECT count(DISTINCT c.product_id) FROM chunks c
                      ${storeId ? 'JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id' : ''}
                      WHERE c.user_id = $1 AND c.status <> 'embedded' AND c.generation = ${ACTIVE_GENERATION} ${ofStore})
                  AS searchable
           FROM products p WHERE p.user_id = $1 ${ofStore}`,
        values,
      ),
      this.products.query<CountRow[]>(
        `SELECT external_source AS key, count(*) AS count FROM products p
          WHERE p.user_id = $1 ${ofStore} GROUP BY 1 ORDER BY 2 DESC`,
        values,
      ),
      this.products.query<CountRow[]>(
        `SELECT category AS key, count(*) AS count FROM products p
          WHERE p.user_id = $1 AND category IS NOT NULL ${ofStore} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200`,
        values,
      ),
    ]);
    const { min, max, ...counts } = totals!;
    return {
      ...counts,
      by_source: toRecord(sources),
      by_category: toRecord(categories),
      price_range: {
        min: min === null ? null : formatMoney(min),
        max: max === null ? null : formatMoney(max),
      },
    };
  }

  /** Hits with their products as they are now: what was embedded never says a price. */
  search(userId: number, query: SearchQuery, method: SearchMethod = 'hybrid'): Promise<SearchAnswer> {
    return this.metrics.measure((answeredBy) => this.answer(userId, query, method, answeredBy));
  }

  private async answer(
    userId: number,
    query: SearchQuery,
    method: SearchMethod,
    answeredBy: (way: SearchWay) => void,
  ): Promise<SearchAnswer> {
    const asOf = new Date();
    const interpreted = query.interpret === false ? null : readPriceWords(query.q);
    const answer = await this.knowledge.search(
      userId,
      interpreted?.rest ?? query.q,
      query.limit || DEFAULT_LIMIT,
      restrictionOf(query, interpreted),
      method,
      answeredBy,
    );
    const { hits, explanation } = answer;
    const ids = hits.map(({ productId }) => productId);
    const [products, chunks] = await Promise.all([
      this.offers(userId, ids),
      this.knowledge.chunksOf(userId, answer),
    ]);
    const question = readAskedWords(interpreted?.rest ?? query.q);
    const current = hits.flatMap((hit) => {
      const product = products.get(hit.productId);
      const chunk = chunks.get(hit.productId);
      // Deleted meanwhile, or its texts are still to be cut.
      return product?.isActive && chunk ? [{ product, hit, chunk }] : [];
    });
    // In turns: a product may have a thousand variations.
    const fits = await inTurns(current, (each) => ({
      ...each,
      fit: fittingVariation(question, each.product.title, readOffered(each.product.offeredVariations)),
    }));
    const whole = await wholeVariations(
      this.products.manager,
      userId,
      fits.flatMap(({ product, fit: { variation } }) =>
        variation ? [{ product, externalId: variation.externalId }] : [],
      ),
    );
    const results = fits.map(({ product, hit, chunk, fit: { asked } }) => ({
      product,
      hit,
      chunk,
      fit: { asked, variation: whole.get(product.id) ?? null },
    }));
    return { asOf, interpreted, results, explanation };
  }

  /** Products by their ids, with their variations for sale. */
  private async offers(userId: number, ids: number[]): Promise<Map<number, OfferedProduct>> {
    if (ids.length === 0) return new Map();
    const products = await this.products.query<OfferedProduct[]>(
      `SELECT ${this.columns}, ${OFFERED_VARIATIONS} FROM products p WHERE p.user_id = $1 AND p.id = ANY($2)`,
      [userId, ids],
    );
    return new Map(products.map((product) => [product.id, product]));
  }
}

interface OfferedProduct extends ListedProduct {
  /** See `readOffered`. */
  offeredVariations: string | null;
}

interface StatsRow {
  total: number;
  active: number;
  in_stock: number;
  with_discount: number;
  searchable: number;
  min: string | null;
  max: string | null;
}

interface CountRow {
  key: string;
  count: number;
}

const toRecord = (rows: CountRow[]) => Object.fromEntries(rows.map(({ key, count }) => [key, count]));

interface Order {
  key: string;
  direction: 'ASC' | 'DESC';
  nulls: string;
}

function orderOf(ordering: string | undefined): Order {
  const wanted = ordering || '-created_at';
  const key = SORT_KEYS[wanted.replace('-', '')]!;
  const descending = wanted.startsWith('-');
  // A product without a price comes last either way; ascending that is the index's own order.
  const nulls = descending && key === 'p.price' ? ' NULLS LAST' : '';
  return { key, direction: descending ? 'DESC' : 'ASC', nulls };
}
