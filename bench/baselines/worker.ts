/**
 * Bare BullMQ worker on Redis: a job carries its product, and is one INSERT … ON CONFLICT DO UPDATE. Fifty at a time,
 * over as many connections as pg's documentation proposes to begin with.
 */
import { Queue, Worker } from 'bullmq';
import fastify from 'fastify';
import { Pool } from 'pg';
import { environment } from './web';
import { QUEUE, type Done } from './worker-queue';

const CONCURRENCY = 50;

interface Product {
  id: number;
  sku: string;
  name: string;
  short_description: string;
  description: string;
  price: number;
  regular_price: number;
  sale_price: number;
  currency: string;
  stock_quantity: number;
  stock_status: string;
  categories: string[];
  tags: string[];
  image: string;
  gallery: string[];
  permalink: string;
}

const TABLE = `CREATE TABLE IF NOT EXISTS products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  woo_id bigint NOT NULL UNIQUE,
  sku text, name text NOT NULL, short_description text, description text,
  price numeric, regular_price numeric, sale_price numeric, currency text,
  stock_quantity int, stock_status text, categories text[], tags text[],
  image text, gallery text[], permalink text,
  updated_at timestamptz NOT NULL DEFAULT now())`;
const NAMES = [
  'sku',
  'name',
  'short_description',
  'description',
  'price',
  'regular_price',
  'sale_price',
  'currency',
  'stock_quantity',
  'stock_status',
  'categories',
  'tags',
  'image',
  'gallery',
  'permalink',
] as const;
const UPSERT = `INSERT INTO products (woo_id, ${NAMES.join(', ')})
  VALUES ($1, ${NAMES.map((_, index) => `$${index + 2}`).join(', ')})
  ON CONFLICT (woo_id) DO UPDATE
  SET ${NAMES.map((name) => `${name} = excluded.${name}`).join(', ')}, updated_at = now()`;

async function main(): Promise<void> {
  const pool = new Pool({ connectionString: environment('DATABASE_URL'), max: 10 });
  await pool.query(TABLE);
  await pool.query(`CREATE INDEX IF NOT EXISTS products_updated_idx ON products (updated_at)`);
  const connection = { url: environment('REDIS_URL') };
  const queue = new Queue(QUEUE, { connection });
  await queue.pause();
  let jobs = 0;
  let [startedAt, endedAt] = [0, 0];
  const worker = new Worker<{ product: Product }>(
    QUEUE,
    async ({ data: { product } }) => {
      startedAt ||= performance.now();
      await pool.query(UPSERT, [product.id, ...NAMES.map((name) => product[name])]);
    },
    { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: CONCURRENCY },
  );
  worker.on('completed', () => {
    jobs++;
    endedAt = performance.now();
  });
  worker.on('error', () => undefined);
  const app = fastify();
  app.get('/health/ready', () => ({ status: 'ok' }));
  app.get('/done', (): Done => ({ jobs, seconds: (endedAt - startedAt) / 1000 }));
  app.post('/go', async () => {
    [jobs, startedAt, endedAt] = [0, 0, 0];
    await queue.resume();
    return {};
  });
  app.post('/pause', async () => {
    await queue.pause();
    return {};
  });
  await app.listen({ port: Number(environment('PORT')), host: '127.0.0.1' });
}

void main();
