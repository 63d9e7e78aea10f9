import type { DataSource } from 'typeorm';
import { cleanText } from '../../contract/clean-text';
import { byOurClock } from '../../contract/shop-clock';
import { prepared } from '../../database/prepared';
import type { StoreBinding } from '../stores/stores.service';
import { ACCESS_FINGERPRINT } from '../tokens/access-fingerprint';
import type { TokenIdentity } from '../tokens/token-identity';
import type { IncomingEvent, RequestOrigin } from './incoming-event';

/** One event as it is to be stored. */
export interface EventRow {
  identity: TokenIdentity;
  store: StoreBinding;
  /** The store's clock as it must be for the row to be stored; null where the request has shown it. */
  clockAheadMs: number | null;
  incoming: IncomingEvent;
  /** By our clock. */
  occurredAt: Date | null;
  origin: RequestOrigin;
  /** Of the request: rows of several are written together. */
  traceparent: string | null;
}

/** What came of a row: `outdated` where the token, or the shop's clock, is no longer what it was taken for. */
export type RowVerdict = 'accepted' | 'skipped' | 'outdated';

/** @param isFresh whether what is known of the store has been asked for by this request */
export const rowOf = (
  identity: TokenIdentity,
  store: StoreBinding,
  incoming: IncomingEvent,
  origin: RequestOrigin,
  traceparent: string | null,
  isFresh: boolean,
): EventRow => ({
  identity,
  store,
  // Of two servers of a shop whose clocks differ each would outdate the other's.
  clockAheadMs: isFresh && origin.sentAt ? null : store.clockAheadMs,
  incoming,
  occurredAt: byOurClock(incoming.occurredAt, store.clockAheadMs),
  origin,
  traceparent,
});

/** What a statement is told of each row, with its type. */
const COLUMNS = Object.entries({
  fingerprint: 'text',
  clock: 'bigint',
  user_id: 'bigint',
  token_id: 'bigint',
  store_id: 'bigint',
  event_id: 'text',
  event_type: 'text',
  woo_product_id: 'bigint',
  product_name: 'text',
  occurred_at: 'timestamptz',
  shop_occurred_at: 'timestamptz',
  payload: 'json',
  format: 'text',
  source_ip: 'text',
  user_agent: 'text',
  request_id: 'text',
  traceparent: 'text',
});
/** Of the first parameter of a row; before it are the ids of all tokens. */
const FIRST = 2;
const NAMES = COLUMNS.map(([name]) => name);
const STORED = NAMES.slice(2).join(', ');

/** Rows of one statement at most. */
export const MAX_ROWS = 200;

/** For so many rows a statement is prepared; what has fewer is filled up with rows of nulls, which store nothing. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

const INSERTS = new Map(SIZES.map((size) => [size, prepared(`intake-${size}`, insertOf(size))]));

function insertOf(size: number): string {
  const tuples = Array.from({ length: size }, (_, row) => {
    const first = FIRST + row * COLUMNS.length;
    return `(${[row, ...COLUMNS.map(([, type], index) => `$${first + index}::${type}`)].join(', ')})`;
  });
  return `
    WITH token AS (
      SELECT t.user_id, t.id, ${ACCESS_FINGERPRINT} AS fingerprint
        FROM integration_tokens t JOIN users u ON u.id = t.user_id WHERE t.id = ANY($1::bigint[])
    ), given AS (
      SELECT v.*, s.epoch, s.id IS NOT NULL AND v.fingerprint = t.fingerprint AND coalesce(v.clock, s.clock_ahead_ms) = s.clock_ahead_ms
               AS is_current
        FROM (VALUES ${tuples.join(', ')}) AS v (place, ${NAMES.join(', ')})
        LEFT JOIN token t ON t.user_id = v.user_id AND t.id = v.token_id
        LEFT JOIN stores s ON s.user_id = v.user_id AND s.id = v.store_id
       WHERE v.event_id IS NOT NULL
    ), stored AS (
      INSERT INTO events (${STORED}, epoch)
      SELECT ${STORED}, epoch FROM given WHERE is_current ORDER BY place
      ON CONFLICT ON CONSTRAINT events_event_id_key DO NOTHING
      RETURNING user_id, store_id, event_id
    )
    SELECT NULL::int AS place, user_id, store_id, event_id FROM stored
    UNION ALL
    SELECT place, user_id, store_id, event_id FROM given WHERE is_current IS NOT TRUE`;
}

/**
 * One statement stores the events or finds that their store has them already: of many copies that race, or stand in
 * one request, exactly one is accepted. What the rows were made with (the token's rights, the shop's clock) it holds
 * against the database, so that it may have been remembered.
 *
 * @param rows at most MAX_ROWS
 * @returns a verdict for each, in their order
 */
export async function insertRows(dataSource: DataSource, rows: readonly EventRow[]): Promise<RowVerdict[]> {
  const values: unknown[] = [[...new Set(rows.map(({ identity }) => identity.tokenId))]];
  for (const { identity, store, clockAheadMs, incoming, occurredAt, origin, traceparent } of rows) {
    values.push(
      identity.fingerprint,
      clockAheadMs,
      identity.user.id,
      identity.tokenId,
      store.id,
      incoming.eventId,
      incoming.eventType,
      incoming.productId,
      incoming.productName ? cleanText(incoming.productName) : null,
      occurredAt,
      store.clockAheadMs === 0 ? null : incoming.occurredAt,
      incoming.payload,
      incoming.format,
      origin.address,
      origin.userAgent ? cleanText(origin.userAgent).slice(0, 500) : null,
      origin.requestId,
      traceparent,
    );
  }
  const size = SIZES.find((each) => each >= rows.length)!;
  while (values.length < FIRST - 1 + size * COLUMNS.length) values.push(null);
  const told = await dataSource.query<Told[]>(INSERTS.get(size)!, values);
  const [stored, outdated] = [new Set<string>(), new Set<number>()];
  for (const { place, user_id: userId, store_id: storeId, event_id: eventId } of told) {
    if (place === null) stored.add(keyOf(userId, storeId, eventId));
    else outdated.add(place);
  }
  return rows.map(({ identity, store, incoming }, place) => {
    if (outdated.has(place)) return 'outdated';
    // Of two copies in one statement the first is the one that was stored.
    return stored.delete(keyOf(identity.user.id, store.id, incoming.eventId)) ? 'accepted' : 'skipped';
  });
}

/** A row that was stored; or, with its place among those given, one that was outdated. */
interface Told {
  place: number | null;
  user_id: number;
  store_id: number;
  event_id: string;
}

const keyOf = (userId: number, storeId: number, eventId: string): string => `${userId} ${storeId} ${eventId}`;
