import type { Client } from 'pg';
import { CHUNKER_VERSION, chunk } from '../../src/knowledge/documents/chunker';
import { toDocument, type ProductContent } from '../../src/knowledge/documents/product-document';
import { BRANDS_CULTURE } from '../../src/knowledge/language/lexicon/brands-culture';
import { CLOTHING_BEAUTY_FOOD } from '../../src/knowledge/language/lexicon/clothing-beauty-food';
import { HOME_TECHNOLOGY } from '../../src/knowledge/language/lexicon/home-technology';
import { NORMALIZER_VERSION } from '../../src/knowledge/language/normalizer';
import { soundOf } from '../../src/knowledge/language/spelling';

/** As `text-embedding-3-small` has them. */
export const DIMENSIONS = 1536;
export const EMBEDDER = `text-embedding-3-small@${DIMENSIONS}`;
export const PRODUCTS_OF_A_SHOP = 1000;
export const PRODUCTS_OF_THE_LARGE_SHOP = 100_000;
/** Users of shops of ordinary size have ids from here on; the large one has one of its own. */
export const FIRST_SHOP = 1001;
export const LARGE_SHOP = 1000;

const TOPICS = 400;
const BRANDS = 300;
const NOISES = 5000;
/** Parts of a vector: what all texts share, its topic, its brand, and what is its own. */
const WEIGHTS = { common: 0.45, topic: 0.6, brand: 0.35, noise: 0.35 };
/** Shops of one statement; their rows lie among each other's, as those of first syncs at the same time do. */
const SHOPS_AT_ONCE = 20;
const TEXTS_AT_ONCE = 1000;

/** Numbers that look random and are the same in each run. */
export function randomOf(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Few are frequent and most are rare, as Zipf has it: the first of `of` is drawn about as often as its share of 1/rank. */
const skewed = (random: number, of: number): number => Math.min(of - 1, Math.floor((of + 1) ** random) - 1);

const NOUNS = [HOME_TECHNOLOGY, CLOTHING_BEAUTY_FOOD, BRANDS_CULTURE]
  .flatMap(({ synonyms }) => synonyms.split('\n'))
  .map((line) => line.split('|')[0]!.trim())
  .filter((word, index, all) => /^[آ-ی‌ ]{2,20}$/.test(word) && all.indexOf(word) === index)
  .slice(0, TOPICS);
const QUALITIES =
  'مشکی سفید آبی قرمز سبز طوسی چرمی نخی فلزی چوبی شیشه‌ای سبک ضدآب تاشو حرفه‌ای خانگی مسافرتی کوچک بزرگ نرم مردانه زنانه بچگانه اسپرت کلاسیک مجلسی روزمره هوشمند شارژی برقی دستی ضخیم نازک بلند کوتاه ارزان لوکس سنتی مدرن طرح‌دار'.split(
    ' ',
  );
const DESCRIBING =
  'کیفیت دوخت ساخت بدنه رنگ اندازه وزن استفاده شستشو طراحی جنس قطعات بسته‌بندی ضمانت ارسال خرید هدیه خانه سفر محل کار فصل تابستان زمستان پاییز بهار دوام مقاومت ظاهر جلوه سلیقه جوان خانواده کودک فضای آشپزخانه اتاق پذیرایی باشگاه کوهستان شهر مهمانی روزانه حرفه نمونه تولید ایران وارداتی اصل نسخه سری جدید قدیمی محبوب پرفروش'.split(
    ' ',
  );
const SYLLABLES = 'را سا پا تی نو مه دا کی فر ون لا بی رو شا آر ما تک هی نا زی'.split(' ');
const brandName = (brand: number): string =>
  [brand % 20, Math.floor(brand / 20) % 20, (brand * 7 + 3) % 20].map((part) => SYLLABLES[part]).join('');
const departmentOf = (topic: number): string => `بخش ${NOUNS[topic % 20]}`;

export interface CatalogueProduct {
  topic: number;
  brand: number;
  noun: string;
  quality: string;
  brandName: string;
  code: string;
  content: ProductContent;
}

/** The product of a number below PRODUCTS_OF_THE_LARGE_SHOP. */
export function catalogueProduct(number: number): CatalogueProduct {
  const random = randomOf(number + 1);
  const topic = skewed(random(), NOUNS.length);
  const brand = skewed(random(), BRANDS);
  const noun = NOUNS[topic]!;
  const qualities = [random(), random()].map((each) => QUALITIES[skewed(each, QUALITIES.length)]!);
  const code = `${'ABCDEFGHKLMNPRST'[number % 16]}${100 + Math.floor(random() * 900)}-${number % 97}`;
  const words = (count: number) =>
    Array.from({ length: count }, () => DESCRIBING[skewed(random(), DESCRIBING.length)]!).join(' ');
  return {
    topic,
    brand,
    noun,
    quality: qualities[0]!,
    brandName: brandName(brand),
    code,
    content: {
      title: `${noun} ${qualities[0]} ${brandName(brand)} مدل ${code}`,
      sku: `SKU-${number}`,
      brand: brandName(brand),
      categories: [noun, departmentOf(topic)],
      tags: [qualities[1]!],
      attributes: [{ name: 'رنگ', options: [QUALITIES[Math.floor(random() * 6)]!] }],
      variations: [],
      shortDescription: `<p>${noun} ${qualities[1]} با ${words(6)}</p>`,
      description: `<p>${words(14)}، مناسب برای ${words(4)}.</p><p>${words(8)} ${noun} ${brandName(brand)}.</p>`,
    },
  };
}

/**
 * Generated shops, in the rows that the product itself writes: one of PRODUCTS_OF_THE_LARGE_SHOP, others of
 * PRODUCTS_OF_A_SHOP each, which take turns through the same texts, with vectors and prices of their own.
 */
export class Catalogue {
  private shops = 0;
  private hasTexts = 0;
  private isReady = false;

  /** @param client to a database that a process with an embedding service has migrated */
  constructor(
    private readonly client: Client,
    private readonly log: (message: string) => void = () => undefined,
  ) {}

  /** Fills up to so many shops of ordinary size. Large steps build the indexes anew. */
  async growTo(shops: number): Promise<void> {
    const { client } = this;
    await this.begin();
    const added = shops - this.shops;
    if (added <= 0) return;
    await this.prepare(Math.min(shops * PRODUCTS_OF_A_SHOP, PRODUCTS_OF_THE_LARGE_SHOP));
    await this.withoutIndexes(added * PRODUCTS_OF_A_SHOP >= 50_000, async () => {
      while (this.shops < shops) {
        const until = Math.min(shops, this.shops + SHOPS_AT_ONCE);
        await this.insert(
          `SELECT ${FIRST_SHOP}::bigint + s AS user_id, t.number AS number, (${FIRST_SHOP}::bigint + s) * ${PRODUCTS_OF_A_SHOP} + t.number % ${PRODUCTS_OF_A_SHOP} AS id
             FROM generate_series(${this.shops}, ${until - 1}) s
             JOIN bench_texts t ON t.number / ${PRODUCTS_OF_A_SHOP} = s % ${PRODUCTS_OF_THE_LARGE_SHOP / PRODUCTS_OF_A_SHOP}
            ORDER BY t.number % ${PRODUCTS_OF_A_SHOP}, s`,
        );
        this.shops = until;
      }
    });
    await client.query(`VACUUM (ANALYZE) products, documents, chunks, vocabulary, stores, users`);
  }

  /** Adds the large shop. Its vector index is the product's own business. */
  async addLargeShop(): Promise<void> {
    await this.prepare(PRODUCTS_OF_THE_LARGE_SHOP);
    await this.withoutIndexes(true, async () => {
      for (let first = 0; first < PRODUCTS_OF_THE_LARGE_SHOP; first += 20_000) {
        await this.insert(
          `SELECT ${LARGE_SHOP}::bigint AS user_id, t.number, t.number + 1 AS id FROM bench_texts t
            WHERE t.number >= ${first} AND t.number < ${first + 20_000} ORDER BY t.number`,
        );
      }
    });
    await this.client.query(`VACUUM (ANALYZE) products, documents, chunks, vocabulary, stores, users`);
  }

  /**
   * The vector of a question that means what a product is: its topic and brand, and something of the product's own.
   * @returns by the question's number, as text of a vector
   */
  async questionVectors(products: readonly number[]): Promise<string[]> {
    const { rows } = await this.client.query<{ vector: string }>(
      `SELECT (c.v + t.v + b.v + n.v + o.v)::vector::text AS vector
         FROM unnest($1::int[]) WITH ORDINALITY AS q (number, place)
         JOIN bench_texts x ON x.number = q.number
         JOIN bench_vectors c ON c.kind = 'common'
         JOIN bench_vectors t ON t.kind = 'topic' AND t.number = x.topic
         JOIN bench_vectors b ON b.kind = 'brand' AND b.number = x.brand
         JOIN bench_vectors n ON n.kind = 'noise' AND n.number = (hashint4(x.number) & 2147483647) % ${NOISES}
         JOIN bench_vectors o ON o.kind = 'noise' AND o.number = (x.number * 31 + 7) % ${NOISES}
        ORDER BY q.place`,
      [products],
    );
    return rows.map(({ vector }) => vector);
  }

  private async begin(): Promise<void> {
    const { client } = this;
    if (!this.isReady) {
      this.isReady = true;
      await client.query(`SET synchronous_commit = off; SET session_replication_role = replica;
        SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'`);
      await client.query(
        `CREATE UNLOGGED TABLE IF NOT EXISTS bench_vectors (kind text, number int, v halfvec(${DIMENSIONS}), PRIMARY KEY (kind, number))`,
      );
      await client.query(`ALTER TABLE bench_vectors ALTER COLUMN v SET STORAGE PLAIN`);
      await client.query(
        `CREATE UNLOGGED TABLE IF NOT EXISTS bench_texts (number int PRIMARY KEY, topic int, brand int, content jsonb, search jsonb, chunks jsonb, words text[], sounds text[])`,
      );
      await client.query(`CREATE UNLOGGED TABLE IF NOT EXISTS bench_shops (user_id bigint PRIMARY KEY)`);
      const [known] = (
        await client.query<{ texts: number; shops: number }>(
          `SELECT (SELECT count(*)::int FROM bench_texts) AS texts, (SELECT count(*)::int FROM bench_shops WHERE user_id >= ${FIRST_SHOP}) AS shops`,
        )
      ).rows;
      this.hasTexts = known!.texts;
      this.shops = known!.shops;
      if (this.hasTexts === 0) await this.storeVectors();
    }
  }

  private async prepare(texts: number): Promise<void> {
    const { client } = this;
    await this.begin();
    for (; this.hasTexts < texts; this.hasTexts += TEXTS_AT_ONCE) {
      const rows = Array.from({ length: TEXTS_AT_ONCE }, (_, index) => textsOf(this.hasTexts + index));
      await client.query(
        `INSERT INTO bench_texts SELECT * FROM jsonb_to_recordset($1::jsonb)
           AS t (number int, topic int, brand int, content jsonb, search jsonb, chunks jsonb, words text[], sounds text[])`,
        [JSON.stringify(rows)],
      );
    }
    await client.query(`ANALYZE bench_texts, bench_vectors`);
  }

  private async storeVectors(): Promise<void> {
    const kinds = [
      ['common', 1, WEIGHTS.common],
      ['topic', TOPICS, WEIGHTS.topic],
      ['brand', BRANDS, WEIGHTS.brand],
      ['noise', NOISES, WEIGHTS.noise],
    ] as const;
    for (const [kind, count, weight] of kinds) {
      for (let first = 0; first < count; first += 250) {
        const numbers = Array.from({ length: Math.min(250, count - first) }, (_, index) => first + index);
        await this.client.query(
          `INSERT INTO bench_vectors SELECT $1, n, v::halfvec FROM unnest($2::int[], $3::text[]) AS v (n, v)`,
          [kind, numbers, numbers.map((number) => direction(`${kind} ${number}`, weight))],
        );
      }
    }
  }

  /** @param selection of user_id, number (of the text) and id (of the product) */
  private async insert(selection: string): Promise<void> {
    const { client } = this;
    const startedAt = performance.now();
    await client.query(
      `CREATE TEMP TABLE bench_new AS SELECT row_number() OVER () AS place, s.* FROM (${selection}) s`,
    );
    await client.query(`
      INSERT INTO users (id, email, username, password_hash)
      SELECT DISTINCT user_id, 'owner' || user_id || '@bench.example.com', 'owner' || user_id, '-' FROM bench_new
      ON CONFLICT DO NOTHING`);
    await client.query(`
      INSERT INTO stores (user_id, id, platform, url)
      SELECT DISTINCT user_id, user_id, 'woocommerce', 'shop' || user_id || '.example.com' FROM bench_new ON CONFLICT DO NOTHING`);
    await client.query(
      `INSERT INTO bench_shops SELECT DISTINCT user_id FROM bench_new ON CONFLICT DO NOTHING`,
    );
    await client.query(`
      INSERT INTO products (user_id, id, store_id, external_source, external_id, title, product_type, short_description,
        description, link, price, price_max, original_price, currency, category, categories, brand, tags, sku, attributes,
        is_active, in_stock, stock_status, stock_quantity, main_image, images, extraction_method, content_hash, offer_hash,
        payload_digest, fingerprint, changed_at, changed_on_arrival, changed_by_deletion, changed_by_event, last_sync_at,
        created_at, updated_at)
      SELECT user_id, id, user_id, 'woocommerce', 'woo_' || number + 1, content ->> 'title', 'simple',
             content ->> 'shortDescription', content ->> 'description',
             'https://shop' || user_id || '.example.com/product/' || number || '/', price, price,
             CASE WHEN dice % 3 = 0 THEN price * 1.2 END, 'IRT', content -> 'categories' ->> 0,
             ARRAY(SELECT jsonb_array_elements_text(content -> 'categories')), content ->> 'brand',
             ARRAY(SELECT jsonb_array_elements_text(content -> 'tags')), content ->> 'sku', content -> 'attributes',
             dice % 50 <> 0, dice % 7 <> 0, CASE WHEN dice % 7 = 0 THEN 'outofstock' ELSE 'instock' END, dice % 40,
             'https://shop' || user_id || '.example.com/images/' || number || '.jpg',
             ARRAY['https://shop' || user_id || '.example.com/images/' || number || '-2.jpg'], 'woocommerce',
             encode(sha256((content ->> 'title')::bytea), 'hex'), encode(sha256(price::text::bytea), 'hex'),
             encode(sha256((id || 'digest')::bytea), 'hex'), hashint8extended(id, 1), at, false, false, id, at, at,
             at + dice % 86400 * interval '1 second'
        FROM (SELECT n.*, t.content, hashint8(n.id + 77) & 2147483647 AS dice,
                     round(exp(10 + 8 * ((hashint8(n.id) & 2147483647) / 2147483648.0)))::numeric * 1000 AS price,
                     timestamptz '2026-01-01' + n.place * interval '20 ms' AS at
                FROM bench_new n JOIN bench_texts t USING (number) ORDER BY n.place) p`);
    await client.query(`
      INSERT INTO documents (user_id, product_id, title, text, facets, terms, version)
      SELECT user_id, id, search ->> 'title', search ->> 'text', ARRAY(SELECT jsonb_array_elements_text(search -> 'facets')),
             (search ->> 'terms')::tsvector, ${NORMALIZER_VERSION}
        FROM (SELECT n.*, t.search FROM bench_new n JOIN bench_texts t USING (number) ORDER BY n.place) d`);
    await client.query(`
      INSERT INTO vocabulary (user_id, word, sound)
      SELECT DISTINCT n.user_id, w.word, w.sound
        FROM bench_new n JOIN bench_texts t USING (number) CROSS JOIN unnest(t.words, t.sounds) AS w (word, sound)
      ON CONFLICT DO NOTHING`);
    // Inactive products have no chunks.
    await client.query(`
      INSERT INTO chunks (user_id, product_id, generation, reason, "position", text, tldr, text_hash, token_count, status,
                          embedding, embedding_model, embedded_at)
      SELECT n.user_id, n.id, g.id, 'created', k."position", k.text, k.tldr, k."textHash", k."tokenCount", 'embedded',
             l2_normalize(c.v + t.v + b.v + a.v + o.v)::halfvec, '${EMBEDDER}', now()
        FROM bench_new n
        JOIN bench_texts x USING (number)
        JOIN generations g ON g.state = 'active' AND g.embedder = '${EMBEDDER}' AND g.chunker = ${CHUNKER_VERSION}
       CROSS JOIN jsonb_to_recordset(x.chunks) AS k ("position" int, text text, tldr text, "textHash" text, "tokenCount" int)
        JOIN bench_vectors c ON c.kind = 'common'
        JOIN bench_vectors t ON t.kind = 'topic' AND t.number = x.topic
        JOIN bench_vectors b ON b.kind = 'brand' AND b.number = x.brand
        JOIN bench_vectors a ON a.kind = 'noise' AND a.number = (hashint4(n.number) & 2147483647) % ${NOISES}
        JOIN bench_vectors o ON o.kind = 'noise'
             AND o.number = (hashint8(n.id * 7 + k."position") & 2147483647) % ${NOISES}
       WHERE (hashint8(n.id + 77) & 2147483647) % 50 <> 0
       ORDER BY n.place, k."position"`);
    await client.query(`DROP TABLE bench_new`);
    for (const table of ['products', 'users', 'stores']) {
      await client.query(
        `SELECT setval(pg_get_serial_sequence($1, 'id'), greatest((SELECT max(id) FROM ${table}), 1))`,
        [table],
      );
    }
    this.log(`rows written in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }

  /** Inverted indexes are built in a fraction of the time that it takes to extend them row by row. */
  private async withoutIndexes(isWorthIt: boolean, work: () => Promise<void>): Promise<void> {
    if (!isWorthIt) return work();
    const { client } = this;
    const { rows } = await client.query<{ name: string; definition: string }>(
      `SELECT i.indexrelid::regclass AS name, pg_get_indexdef(i.indexrelid) AS definition
         FROM pg_index i
        WHERE i.indrelid IN ('products'::regclass, 'documents'::regclass, 'chunks'::regclass, 'vocabulary'::regclass)
          AND NOT i.indisunique AND NOT i.indisprimary AND pg_get_indexdef(i.indexrelid) !~ 'hnsw'`,
    );
    for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
    await work();
    for (const { name, definition } of rows) {
      const startedAt = performance.now();
      await client.query(definition);
      this.log(`${name} built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    }
  }
}

function textsOf(number: number) {
  const { topic, brand, content } = catalogueProduct(number);
  const document = toDocument(content);
  const { vocabulary, ...search } = document.search;
  return {
    number,
    topic,
    brand,
    content,
    search,
    chunks: chunk(document),
    words: vocabulary,
    sounds: vocabulary.map(soundOf),
  };
}

/** A direction that looks random, of a length. */
function direction(name: string, length: number): string {
  const random = randomOf([...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7));
  const numbers = Array.from({ length: DIMENSIONS }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...numbers) / length;
  return `[${numbers.map((each) => (each / norm).toFixed(5)).join(',')}]`;
}
