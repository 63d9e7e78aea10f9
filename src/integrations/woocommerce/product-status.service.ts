import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isLaterThan, type ChangeMoment } from '../../contract/change-order';
import { ACTIVE_GENERATION } from '../../knowledge/embedding/generations.service';
import type { EventStatus } from '../events/event-log.entity';
import { PLACE_COLUMNS, placeOf, type PlacedEvent } from '../events/event-place';
import { syncStateOf, type ProductSyncState } from './product-status';
import type { ProductStatusDto } from './product-status.dto';

interface StatusRow {
  id: number | string;
  /** Of its last event; null where the product has none in the store's log. */
  event_id: string | null;
  status: EventStatus | null;
  error_message: string | null;
  /** Null where neither a product nor the memory of its deletion stands. */
  changed_at: Date | null;
  changed_on_arrival: boolean;
  changed_by_deletion: boolean;
  changed_by_event: string;
  changed_epoch: number;
  is_active: boolean | null;
  last_sync_at: Date | null;
  payload_digest: string | null;
  searchable: boolean;
  /** Why what it says could not be made searchable. */
  text_error: string | null;
}

interface FailedRow extends PlacedEvent {
  product_id: number | string;
  error_message: string | null;
}

interface Failure {
  moment: ChangeMoment;
  message: string | null;
}

@Injectable()
export class ProductStatuses {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param ids of the shop, each once. @param storeId null where the shop is not known yet */
  async of(userId: number, storeId: number | null, ids: string[]): Promise<ProductStatusDto[]> {
    // Failed events first: one that is processed in between is then told as it ended.
    const failures = await this.failures(userId, storeId, ids);
    return (await this.rows(userId, storeId, ids)).map((row) => {
      const failed = failures.get(row.id) ?? null;
      const state = syncStateOf(row.status === 'queued', failed?.moment ?? null, standingOf(row));
      return {
        id: row.id,
        state,
        last_event_id: row.event_id,
        synced_at: row.last_sync_at,
        searchable: row.searchable,
        error: errorOf(state, row, failed),
        digest: row.is_active ? row.payload_digest : null,
      };
    });
  }

  /** Of each product the failed event that is the latest in time; read from the index of what failed. */
  private async failures(
    userId: number,
    storeId: number | null,
    ids: string[],
  ): Promise<Map<number | string, Failure>> {
    const rows = await this.dataSource.query<FailedRow[]>(
      `SELECT e.woo_product_id AS product_id, e.error_message, ${PLACE_COLUMNS}
         FROM events e
        WHERE e.user_id = $1 AND e.store_id = $2 AND e.status = 'failed' AND e.woo_product_id = ANY ($3::bigint[])`,
      [userId, storeId, ids],
    );
    const latest = new Map<number | string, Failure>();
    for (const row of rows) {
      const failure = { moment: placeOf(row), message: row.error_message };
      const known = latest.get(row.product_id);
      if (!known || isLaterThan(failure.moment, known.moment)) latest.set(row.product_id, failure);
    }
    return latest;
  }

  /** Each id costs a look-up in the index of each table. */
  private rows(userId: number, storeId: number | null, ids: string[]): Promise<StatusRow[]> {
    return this.dataSource.query(
      `SELECT asked.id, e.event_id, e.status, e.error_message,
              coalesce(p.changed_at, t.changed_at) AS changed_at,
              coalesce(p.changed_on_arrival, t.changed_on_arrival) AS changed_on_arrival,
              coalesce(p.changed_by_deletion, t.changed_by_deletion) AS changed_by_deletion,
              coalesce(p.changed_by_event, t.changed_by_event)::text AS changed_by_event,
              coalesce(p.changed_epoch, t.changed_epoch) AS changed_epoch,
              p.is_active, p.last_sync_at, p.payload_digest,
              coalesce(p.is_active AND (
                SELECT bool_and(c.status = 'embedded') FROM chunks c
                 WHERE c.user_id = $1 AND c.product_id = p.id AND c.generation = ${ACTIVE_GENERATION})
                AND d.product_id IS NULL, false) AS searchable,
              d.error_message AS text_error
         FROM unnest($3::bigint[]) WITH ORDINALITY AS asked (id, place)
         LEFT JOIN LATERAL (
           SELECT * FROM events e
            WHERE e.user_id = $1 AND e.woo_product_id = asked.id AND e.store_id = $2
            ORDER BY e.id DESC LIMIT 1) e ON true
         LEFT JOIN products p ON p.user_id = $1 AND p.store_id = $2 AND p.external_source = 'woocommerce'
                             AND p.external_id = 'woo_' || asked.id
         LEFT JOIN due_knowledge d ON d.user_id = $1 AND d.product_id = p.id
         LEFT JOIN product_tombstones t ON t.user_id = $1 AND t.store_id = $2 AND t.external_source = 'woocommerce'
                                       AND t.external_id = 'woo_' || asked.id
        ORDER BY asked.place`,
      [userId, storeId, ids],
    );
  }
}

function errorOf(state: ProductSyncState, row: StatusRow, failed: Failure | null): string | null {
  if (state === 'queued') return row.error_message;
  return state === 'failed' ? failed!.message : row.text_error;
}

const standingOf = (row: StatusRow) =>
  row.changed_at === null
    ? null
    : {
        isActive: row.is_active ?? false,
        moment: {
          epoch: row.changed_epoch,
          at: row.changed_at.getTime(),
          onArrival: row.changed_on_arrival,
          deletion: row.changed_by_deletion,
          sequence: BigInt(row.changed_by_event),
        },
      };
