import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { withDatabase } from './machine';
import { request, type BenchProcess } from './processes';

const BATCH = 100;

/** The queue of the product's workers, to be held while events are taken in and let go when the clock starts. */
export class WorkerQueue {
  private readonly queue: Queue;

  constructor(redisUrl: string, name: 'sync' | 'knowledge' = 'sync') {
    this.queue = new Queue(name, { connection: { url: redisUrl }, prefix: 'fiko' });
  }

  /** Resolves once nothing is in hand any more. */
  async hold(): Promise<void> {
    await this.queue.pause();
    while ((await this.queue.getActiveCount()) > 0) await sleep(20);
  }

  async letGo(): Promise<void> {
    await this.queue.resume();
  }

  /** What the sweeper would do within seconds. */
  async nudge(name: string): Promise<void> {
    await this.queue.add(name, {});
  }

  async close(): Promise<void> {
    await this.queue.close();
  }
}

/** Sends events as a shop's first sync does: batches of a hundred, a few at a time. */
export async function sendBatches(
  api: BenchProcess,
  token: string,
  events: readonly string[],
  atOnce = 4,
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(events.length / BATCH) }, (_, index) =>
    events.slice(index * BATCH, (index + 1) * BATCH),
  );
  const one = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const response = await fetch(
        `http://127.0.0.1:${api.port}/api/integrations/woocommerce/webhook/batch/`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: `{"events":[${batch.join(',')}]}`,
        },
      );
      const { results } = (await response.json()) as { results?: { status: string }[] };
      if (!results || results.some(({ status }) => status !== 'accepted')) {
        throw new Error(`a batch was answered ${response.status} ${JSON.stringify(results?.[0])}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** Tokens of further shops of the admin's: what names no site belongs to the shop of its token. */
export async function furtherShops(api: BenchProcess, jwt: string, count: number): Promise<string[]> {
  const secrets: string[] = [];
  for (let i = 0; i < count; i++) {
    const { token } = await request<{ token: string }>(
      api,
      'POST',
      '/api/v1/integrations/tokens/generate',
      jwt,
      {
        integration_type: 'woocommerce',
        name: `shop ${i}`,
      },
    );
    secrets.push(token);
  }
  return secrets;
}

/** Asks until nothing is found, seldom enough to take no part in what is measured. @param sql that yields a row */
export async function untilNone(databaseUrl: string, sql: string): Promise<void> {
  await withDatabase(databaseUrl, async (client) => {
    while ((await client.query(`SELECT 1 WHERE EXISTS (${sql})`)).rowCount) await sleep(100);
  });
}

/** Seconds from the first processing of the events after one to the end of the last, by the log's own times. */
export async function processingSeconds(databaseUrl: string, afterId: string): Promise<number> {
  await untilNone(
    databaseUrl,
    `SELECT 1 FROM events WHERE status = 'queued' ORDER BY user_id, store_id, id LIMIT 1`,
  );
  return withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ seconds: number }>(
      `SELECT extract(epoch FROM max(processed_at) - min(started_at))::float8 AS seconds
         FROM events WHERE id > $1`,
      [afterId],
    );
    return rows[0]!.seconds;
  });
}
