import type { TestApp } from './test-app';

/** What the event log has of one event. */
export interface LoggedEvent {
  id: number;
  status: 'queued' | 'processed' | 'failed';
  outcome: string | null;
  attempts: number;
  error_message: string | null;
  payload: string;
  /** Seconds from now, by the database's clock. */
  due_in: number;
}

const DEADLINE_MS = 20_000;

/** Resolves once the check answers true. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The rows of an event_id, the first that arrived first. */
export function loggedEvents(app: TestApp, eventId: string): Promise<LoggedEvent[]> {
  return app.query<LoggedEvent>(
    `SELECT id, status, outcome, attempts, error_message, payload,
            extract(epoch FROM next_attempt_at - now())::float8 AS due_in
       FROM events WHERE event_id = $1 ORDER BY events.id`,
    [eventId],
  );
}

/** The row of an event_id that there is once. */
export async function loggedEvent(app: TestApp, eventId: string): Promise<LoggedEvent> {
  const rows = await loggedEvents(app, eventId);
  if (rows.length !== 1) throw new Error(`${rows.length} rows of event ${eventId}`);
  return rows[0]!;
}

/** Makes the database refuse every write of one product, until `allowProducts`. */
export async function refuseProduct(app: TestApp, externalId: string, sqlState = 'P0001'): Promise<void> {
  await app.query(`
    CREATE OR REPLACE FUNCTION refuse_product() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the product % is refused', NEW.external_id USING ERRCODE = TG_ARGV[0];
    END $$`);
  await app.query(`
    CREATE OR REPLACE TRIGGER refuse_product BEFORE INSERT OR UPDATE ON products FOR EACH ROW
      WHEN (NEW.external_id = '${externalId}') EXECUTE FUNCTION refuse_product('${sqlState}')`);
}

export async function allowProducts(app: TestApp): Promise<void> {
  await app.query(`DROP TRIGGER IF EXISTS refuse_product ON products`);
}

/** Posts events in this order and keeps them queued until they are released. Returns the ids of their rows. */
export async function postAndHold(
  app: TestApp,
  token: string,
  events: { event_id: string }[],
): Promise<number[]> {
  await app.query(`
    CREATE OR REPLACE FUNCTION hold_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.next_attempt_at := now() + interval '1 hour';
      RETURN NEW;
    END $$`);
  await app.query(`
    CREATE TRIGGER hold_event BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION hold_event()`);
  try {
    const ids: number[] = [];
    for (const event of events) {
      const { status } = await app.webhook(token, event);
      if (status !== 202) throw new Error(`event ${event.event_id} was answered with ${status}`);
      ids.push((await loggedEvent(app, event.event_id)).id);
    }
    return ids;
  } finally {
    await app.query(`DROP TRIGGER hold_event ON events`);
  }
}

/** Makes held events due. Nobody is told: they wait for the sweeper, or for a call of the processor. */
export async function releaseEvents(app: TestApp, ids: number[]): Promise<void> {
  await app.query(`UPDATE events SET next_attempt_at = now() WHERE id = ANY($1) AND status = 'queued'`, [
    ids,
  ]);
}

/** Logs an event as the intake does for the store of a token, but adds no job. */
export async function logWithoutJob(
  app: TestApp,
  tokenId: number,
  event: { event_id: string; product: Record<string, unknown>; [field: string]: unknown },
): Promise<void> {
  await app.query(
    `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, payload)
     SELECT user_id, store_id, id, $2, $3, $4, $5 FROM integration_tokens WHERE id = $1`,
    [tokenId, event.event_id, event.event_type, event.product.id, JSON.stringify(event)],
  );
}
