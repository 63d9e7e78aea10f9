/**
 * Bare Fastify: requests that arrive while a statement is under way share the next one, and one job. Two statements
 * are under way at most.
 */
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { Pool } from 'pg';
import { environment, EVENT_SCHEMA, EVENTS_TABLE, PATH, TOKEN, type EventBody } from './web';

interface Waiting {
  event: EventBody;
  text: string;
  resolve: (isNew: boolean) => void;
  reject: (error: unknown) => void;
}

const FLUSHES = 2;
const ROWS = 200;

async function main(): Promise<void> {
  const pool = new Pool({ connectionString: environment('DATABASE_URL'), max: 10 });
  await pool.query(EVENTS_TABLE);
  await pool.query('ALTER TABLE events ALTER COLUMN payload SET COMPRESSION lz4');
  const queue = new Queue('events', { connection: { url: environment('REDIS_URL') } });
  const tokens = new Set([`Bearer ${TOKEN}`]);
  const waiting: Waiting[] = [];
  let flushes = 0;

  const flush = async (): Promise<void> => {
    const group = waiting.splice(0, ROWS);
    try {
      const values = group.flatMap(({ event, text }) => [
        event.event_id,
        event.event_type,
        event.product.id,
        text,
      ]);
      const tuples = group.map((_, i) => `($${i * 4 + 1}, $${i * 4 + 2}, $${i * 4 + 3}, $${i * 4 + 4})`);
      const { rows } = await pool.query<{ event_id: string }>(
        `INSERT INTO events (event_id, event_type, woo_product_id, payload) VALUES ${tuples.join(', ')}
         ON CONFLICT (event_id) DO NOTHING RETURNING event_id`,
        values,
      );
      const stored = new Set(rows.map((row) => row.event_id));
      if (stored.size > 0) await queue.add('events', { ids: [...stored] });
      for (const { event, resolve } of group) resolve(stored.delete(event.event_id));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  const work = async (): Promise<void> => {
    flushes++;
    while (waiting.length > 0) await flush();
    flushes--;
  };
  const store = (event: EventBody, text: string): Promise<boolean> =>
    new Promise((resolve, reject) => {
      waiting.push({ event, text, resolve, reject });
      if (flushes < FLUSHES) void work();
    });

  const app = fastify();
  const texts = new WeakMap<object, string>();
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text: string, done) => {
    try {
      const body = JSON.parse(text) as object;
      texts.set(body, text);
      done(null, body);
    } catch (error) {
      done(error as Error);
    }
  });
  app.get('/health/ready', () => ({ status: 'ok' }));
  app.post<{ Body: EventBody }>(PATH, { schema: { body: EVENT_SCHEMA } }, async (request, reply) => {
    if (!tokens.has(request.headers.authorization ?? ''))
      return reply.code(401).send({ error: 'unauthorized' });
    const { body } = request;
    const isNew = await store(body, texts.get(body)!);
    if (!isNew) return { status: 'skipped', event_id: body.event_id };
    return reply.code(202).send({ status: 'accepted', event_id: body.event_id });
  });
  await app.listen({ port: Number(environment('PORT')), host: '127.0.0.1' });
}

void main();
