import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import {
  Catalogue,
  catalogueProduct,
  FIRST_SHOP,
  LARGE_SHOP,
  PRODUCTS_OF_A_SHOP,
  PRODUCTS_OF_THE_LARGE_SHOP,
  randomOf,
  type CatalogueProduct,
} from './catalogue';
import { Caller, get } from './load';
import { BenchProcess, firstAccess, request, startProduct, type Access } from './processes';
import { Replay, StatementRecorder, type Statement } from './statements';
import { median, percentile } from './statistics';

/** A shop that is asked. */
export interface Tenant {
  name: string;
  userId: number;
  products: number;
}

export const SMALL: Tenant = { name: 'a shop of 1,000', userId: FIRST_SHOP, products: PRODUCTS_OF_A_SHOP };
export const LARGE: Tenant = {
  name: 'a shop of 100,000',
  userId: LARGE_SHOP,
  products: PRODUCTS_OF_THE_LARGE_SHOP,
};

/** Requests of one kind; each of its paths once a round. */
export interface Kind {
  name: string;
  isSearch: boolean;
  paths: string[];
}

/** Milliseconds of one kind over all rounds; the raw statements ran right after the request that they are of. */
export interface Reading {
  tenant: string;
  kind: string;
  isSearch: boolean;
  p50: number;
  p95: number;
  rawP50: number;
  rawP95: number;
  /** p95 by p95, of each round. */
  ratios: number[];
}

export interface Recall {
  tenant: string;
  kind: string;
  /** Of the ten products of the nearest chunks, by the vector statement alone. */
  vectors: number;
  /** Of the ten products that are answered, beside those of a process that scans all vectors. */
  answers: number;
}

const KEY = { OPENAI_API_KEY: 'key', JWT_SECRET: 'x'.repeat(40) };
const QUALITY_FILTERS: [name: string, filter: (product: CatalogueProduct) => Record<string, string>][] = [
  ['no filter', () => ({})],
  ['in stock, up to a price', () => ({ in_stock: 'true', max_price: '900000000' })],
  ['its category', ({ noun }) => ({ category: noun })],
  [
    'a department, at least a price',
    ({ content }) => ({ category: content.categories[1]!, min_price: '500000000' }),
  ],
  [
    'its brand and colour',
    ({ brandName, content }) => ({ brand: brandName, attribute: `رنگ:${content.attributes[0]!.options[0]}` }),
  ],
];

/** A title, a thing with a quality, a thing with a brand, a sentence, a misspelt word, a thing of a brand for something. */
const QUESTIONS: ((product: CatalogueProduct) => string)[] = [
  ({ content }) => content.title,
  ({ noun, quality }) => `${noun} ${quality}`,
  ({ noun, brandName }) => `${noun} ${brandName}`,
  ({ noun, quality }) => `یه ${noun} ${quality} با کیفیت دوخت خوب برای هدیه می‌خوام`,
  ({ noun, brandName }) => `${noun} ${brandName[1]}${brandName[0]}${brandName.slice(2)}`,
  ({ noun, brandName, quality }) => `${noun} ${quality} ${brandName} مناسب سفر`,
];

const pathOf = (resource: string, parameters: Record<string, string>): string =>
  `/api/v1/web-knowledge/${resource}/?${new URLSearchParams(parameters).toString()}`;

function questionsOf(tenant: Tenant, count: number): { number: number; text: string }[] {
  const random = randomOf(tenant.userId);
  return Array.from({ length: count }, (_, index) => {
    const number = Math.floor(random() * tenant.products);
    return { number, text: QUESTIONS[index % QUESTIONS.length]!(catalogueProduct(number)) };
  });
}

function listKinds(tenant: Tenant, count: number): Kind[] {
  const products = questionsOf(tenant, count).map(({ number }) => catalogueProduct(number));
  const kind = (
    name: string,
    parameters: (product: CatalogueProduct, index: number) => Record<string, string>,
  ): Kind => ({
    name: `list: ${name}`,
    isSearch: false,
    paths: products.map((product, index) =>
      pathOf('products', { user_id: String(tenant.userId), ...parameters(product, index) }),
    ),
  });
  const pages = tenant.products / 20;
  return [
    kind('first pages, newest', (_, index) => ({ page: String(1 + (index % 3)) })),
    kind('by price', (_, index) => ({ ordering: 'price', page: String(1 + (index % 5)) })),
    kind('by title', () => ({ ordering: 'title' })),
    kind('deep page', (_, index) => ({ page: String(Math.floor(pages * (0.4 + (index % 50) / 100))) })),
    kind('in stock, latest changes', () => ({
      is_active: 'true',
      in_stock: 'true',
      ordering: '-updated_at',
    })),
    kind('a category, by price', ({ noun }) => ({ category: noun, ordering: 'price' })),
    kind('a brand and a price', ({ brandName }) => ({ brand: brandName, max_price: '900000000' })),
    kind('a price range, by price', () => ({
      min_price: '100000000',
      max_price: '500000000',
      ordering: '-price',
    })),
    kind('search text', ({ noun, brandName }) => ({ search: `${noun} ${brandName}` })),
    kind('search text of one word', ({ quality }) => ({ search: quality, in_stock: 'true' })),
  ];
}

function searchKinds(tenant: Tenant, count: number): Kind[] {
  const questions = questionsOf(tenant, count);
  return QUALITY_FILTERS.map(([name, filter]) => ({
    name: `search: ${name}`,
    isSearch: true,
    paths: questions.map(({ number, text }) =>
      pathOf('search', { user_id: String(tenant.userId), q: text, ...filter(catalogueProduct(number)) }),
    ),
  }));
}

export const kindsOf = (tenant: Tenant, count: number): Kind[] => [
  ...listKinds(tenant, count),
  ...searchKinds(tenant, count),
];

/** A database of generated shops, and processes of the product that read from it. */
export class ReadingBench {
  private constructor(
    private readonly store: { databaseUrl: string; redisUrl: string },
    private readonly client: Client,
    readonly catalogue: Catalogue,
    private readonly access: Access,
    private readonly folder: string,
  ) {}

  static async start(
    store: { databaseUrl: string; redisUrl: string },
    log: (message: string) => void,
    known?: Access,
  ): Promise<ReadingBench> {
    let access = known;
    if (!access) {
      const api = await startProduct('api', store, { ...KEY, OPENAI_BASE_URL: 'http://127.0.0.1:9' });
      access = await firstAccess(api);
      await api.stop();
    }
    const client = new Client({ connectionString: store.databaseUrl });
    await client.connect();
    const folder = await mkdtemp(join(tmpdir(), 'fiko-reading-'));
    return new ReadingBench(store, client, new Catalogue(client, log), access, folder);
  }

  /** A worker builds the vector index of the large shop, as it would anywhere. */
  async buildVectorIndexes(): Promise<void> {
    const worker = await startProduct('worker', this.store, {
      ...KEY,
      OPENAI_BASE_URL: 'http://127.0.0.1:9',
    });
    try {
      for (;;) {
        const { rows } = await this.client.query(
          `SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relname LIKE 'chunks\\_hnsw\\_u${LARGE_SHOP}\\_%' AND i.indisvalid`,
        );
        if (rows.length > 0) return;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    } finally {
      await worker.stop();
    }
  }

  /** Starts the embedding service, and a process of the product for as long as `work` takes. */
  private async with<T>(
    tenant: Tenant,
    count: number,
    {
      environment = {},
      recorder,
      options = [],
    }: { environment?: Record<string, string>; recorder?: StatementRecorder; options?: string[] },
    work: (api: BenchProcess) => Promise<T>,
  ): Promise<T> {
    const file = join(this.folder, `${tenant.userId}-${count}.json`);
    const questions = questionsOf(tenant, count);
    const vectors = await this.catalogue.questionVectors(questions.map(({ number }) => number));
    await writeFile(
      file,
      JSON.stringify(
        Object.fromEntries(
          questions.map(({ text }, index) => [
            text,
            Buffer.from(new Float32Array(JSON.parse(vectors[index]!) as number[]).buffer).toString('base64'),
          ]),
        ),
      ),
    );
    const service = await BenchProcess.start(
      'bench/support/known-embeddings.js',
      { VECTORS: file },
      { readyPath: '/' },
    );
    const store = { ...this.store, ...(recorder && { databaseUrl: recorder.url }) };
    try {
      const api = await startProduct(
        'api',
        store,
        { ...KEY, OPENAI_BASE_URL: `http://127.0.0.1:${service.port}`, ...environment },
        options,
      );
      try {
        return await work(api);
      } finally {
        await api.stop();
      }
    } finally {
      await service.stop();
    }
  }

  private async record(
    tenant: Tenant,
    kinds: readonly Kind[],
    count: number,
    { isWarm = false, environment = {} }: { isWarm?: boolean; environment?: Record<string, string> } = {},
  ): Promise<Map<string, Recorded>> {
    const recorder = await StatementRecorder.start(this.store.databaseUrl);
    try {
      const recorded = new Map<string, Recorded>();
      await this.with(tenant, count, { environment, recorder }, async (api) => {
        const all = new Set(kinds.flatMap(({ paths }) => paths));
        // What a process remembers it does not ask again, neither here nor where it is measured.
        if (isWarm) for (const path of all) await request(api, 'GET', path, this.access.jwt);
        for (const path of all) {
          recorder.take();
          const answer = await request<{ results: ({ product: { id: number } } & { id: number })[] }>(
            api,
            'GET',
            path,
            this.access.jwt,
          );
          recorded.set(path, {
            statements: recorder.take(),
            products: answer.results.map((each) => each.product?.id ?? each.id),
          });
        }
      });
      return recorded;
    } finally {
      recorder.stop();
    }
  }

  /** Each request, and right after it the statements that it consists of, sent by bare clients. */
  async measure(
    tenant: Tenant,
    {
      kinds,
      count,
      rounds,
      options = [],
    }: { kinds: readonly Kind[]; count: number; rounds: number; options?: string[] },
  ): Promise<Reading[]> {
    const recorded = await this.record(tenant, kinds, count, { isWarm: true });
    const replay = new Replay(this.store.databaseUrl);
    try {
      return await this.with(tenant, count, { options }, async (api) => {
        const readings: Reading[] = [];
        const caller = new Caller(api.port);
        const headers = { authorization: `Bearer ${this.access.jwt}` };
        for (const { name, isSearch, paths } of kinds) {
          const [all, raw, ratios]: number[][] = [[], [], []];
          for (let round = -1; round < rounds; round++) {
            const [one, rawOne]: number[][] = [[], []];
            for (const path of paths) {
              one!.push(await caller.call(get(path, headers)));
              rawOne!.push(await replay.run(recorded.get(path)!.statements));
            }
            // The first round fills caches.
            if (round < 0) continue;
            all!.push(...one!);
            raw!.push(...rawOne!);
            ratios!.push(percentile(one!, 0.95) / percentile(rawOne!, 0.95));
          }
          readings.push({
            tenant: tenant.name,
            kind: name,
            isSearch,
            p50: median(all!),
            p95: percentile(all!, 0.95),
            rawP50: median(raw!),
            rawP95: percentile(raw!, 0.95),
            ratios: ratios!,
          });
        }
        caller.end();
        return readings;
      });
    } finally {
      await replay.stop();
    }
  }

  /** How much of the exact answer is found, by vectors and at the end. */
  async recall(tenant: Tenant, count: number): Promise<Recall[]> {
    const kinds = searchKinds(tenant, count);
    const found = await this.record(tenant, kinds, count);
    const exact = await this.record(tenant, kinds, count, {
      environment: { HNSW_FROM_CHUNKS: '0' },
    });
    const replay = new Replay(this.store.databaseUrl);
    const scan = new Replay(this.store.databaseUrl);
    try {
      const recalls: Recall[] = [];
      for (const { name, paths } of kinds) {
        const [vectors, answers]: number[][] = [[], []];
        for (const path of paths) {
          const [one, other] = [found.get(path)!, exact.get(path)!];
          answers!.push(shareOf(one.products, other.products));
          vectors!.push(
            shareOf(await nearestOf(replay, one.statements), await nearestOf(scan, other.statements)),
          );
        }
        const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
        recalls.push({ tenant: tenant.name, kind: name, vectors: mean(vectors!), answers: mean(answers!) });
      }
      return recalls;
    } finally {
      await replay.stop();
      await scan.stop();
    }
  }

  async stop(): Promise<void> {
    await this.client.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface Recorded {
  statements: Statement[];
  products: number[];
}

/** The ten products of the nearest chunks: of the last statement that compares vectors, within its transaction. */
async function nearestOf(replay: Replay, statements: readonly Statement[]): Promise<number[]> {
  const place = statements.findLastIndex(({ sql }) => sql.includes('<=>'));
  if (place < 0) return [];
  const { connection, begun } = statements[place]!;
  const session = statements.filter((each) => each.connection === connection && each.begun < begun);
  const opened = session.findLastIndex(({ sql }) => /^(START TRANSACTION|BEGIN)/i.test(sql));
  const closed = session.findLastIndex(({ sql }) => /^(COMMIT|ROLLBACK)/i.test(sql));
  if (opened > closed) for (const each of session.slice(opened)) await replay.rowsOf(each);
  const rows = await replay.rowsOf<{ product_id: string; similarity: number }>(statements[place]!);
  if (opened > closed) await replay.rowsOf({ ...statements[place]!, sql: 'COMMIT', values: null });
  return [
    ...new Set(rows.sort((a, b) => b.similarity - a.similarity).map((row) => Number(row.product_id))),
  ].slice(0, 10);
}

const shareOf = (found: readonly number[], wanted: readonly number[]): number =>
  wanted.length === 0 ? 1 : wanted.filter((id) => found.includes(id)).length / wanted.length;
