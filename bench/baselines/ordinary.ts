/** The ordinary way: Express, and the ORM for each of: find the token, find the event, save it, save the token's use; then a job. */
import { createHash } from 'node:crypto';
import { Queue } from 'bullmq';
import express from 'express';
import { DataSource, EntitySchema } from 'typeorm';
import { environment, PATH, TOKEN, type EventBody } from './web';

interface Token {
  id: number;
  hash: string;
  usageCount: number;
  lastUsedAt: Date | null;
}
interface Event {
  id: number;
  eventId: string;
  eventType: string;
  productId: number;
  payload: unknown;
  tokenId: number;
}

const tokenEntity = new EntitySchema<Token>({
  name: 'token',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    hash: { type: 'text', unique: true },
    usageCount: { type: 'int', default: 0 },
    lastUsedAt: { type: 'timestamptz', nullable: true },
  },
});
const eventEntity = new EntitySchema<Event>({
  name: 'event',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    eventId: { type: 'text', unique: true },
    eventType: { type: 'text' },
    productId: { type: 'int' },
    payload: { type: 'jsonb' },
    tokenId: { type: 'int' },
  },
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function main(): Promise<void> {
  const database = await new DataSource({
    type: 'postgres',
    url: environment('DATABASE_URL'),
    entities: [tokenEntity, eventEntity],
    synchronize: true,
    extra: { max: 10 },
  }).initialize();
  const [tokens, events] = [database.getRepository(tokenEntity), database.getRepository(eventEntity)];
  await tokens.save({ hash: sha256(TOKEN), usageCount: 0, lastUsedAt: null });
  const queue = new Queue('events', { connection: { url: environment('REDIS_URL') } });
  const app = express();
  app.use(express.json());
  app.get('/health/ready', (_request, response) => void response.json({ status: 'ok' }));
  app.post(PATH, async (request, response) => {
    const secret = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const token = await tokens.findOneBy({ hash: sha256(secret) });
    if (!token) return void response.status(401).json({ error: 'unauthorized' });
    const body = request.body as EventBody;
    if (await events.findOneBy({ eventId: body.event_id })) {
      return void response.json({ status: 'skipped', event_id: body.event_id });
    }
    const event = await events.save({
      eventId: body.event_id,
      eventType: body.event_type,
      productId: body.product.id,
      payload: body,
      tokenId: token.id,
    });
    token.usageCount++;
    token.lastUsedAt = new Date();
    await tokens.save(token);
    await queue.add('event', { id: event.id });
    response.status(202).json({ status: 'accepted', event_id: body.event_id });
  });
  app.listen(Number(environment('PORT')), '127.0.0.1');
}

void main();
