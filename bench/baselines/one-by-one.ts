/** Bare Fastify: one INSERT … ON CONFLICT and one job a request. */
import { Queue } from 'bullmq';
import fastify from 'fastify';
import { Pool } from 'pg';
import { environment, EVENT_SCHEMA, EVENTS_TABLE, PATH, TOKEN, type EventBody } from './web';

async function main(): Promise<void> {
  const pool = new Pool({ connectionString: environment('DATABASE_URL'), max: 10 });
  await pool.query(EVENTS_TABLE);
  const queue = new Queue('events', { connection: { url: environment('REDIS_URL') } });
  const tokens = new Set([`Bearer ${TOKEN}`]);
  const app = fastify();
  app.get('/health/ready', () => ({ status: 'ok' }));
  app.post<{ Body: EventBody }>(PATH, { schema: { body: EVENT_SCHEMA } }, async (request, reply) => {
    if (!tokens.has(request.headers.authorization ?? ''))
      return reply.code(401).send({ error: 'unauthorized' });
    const { event_id: eventId, event_type: type, product } = request.body;
    const { rowCount } = await pool.query(
      `INSERT INTO events (event_id, event_type, woo_product_id, payload) VALUES ($1, $2, $3, $4)
       ON CONFLICT (event_id) DO NOTHING`,
      [eventId, type, product.id, JSON.stringify(request.body)],
    );
    if (rowCount === 0) return { status: 'skipped', event_id: eventId };
    await queue.add('event', { event_id: eventId });
    return reply.code(202).send({ status: 'accepted', event_id: eventId });
  });
  await app.listen({ port: Number(environment('PORT')), host: '127.0.0.1' });
}

void main();
