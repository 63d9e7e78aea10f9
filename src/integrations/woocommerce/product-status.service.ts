import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { MAX_CLOCK_LEAD_MS, type ChangeMoment } from '../../contract/change-order';
import { ACTIVE_GENERATION } from '../../knowledge/embedding/generations.service';
import type { EventStatus } from '../events/event-log.entity';
import { syncStateOf } from './product-status';
import type { ProductStatusDto } from './product-status.dto';

interface StatusRow {
  id: number | string;
  /** Of its last event; null where the product has none in the store's log. */
  event_id: string | null;
  status: EventStatus | null;
  error_message: string | null;
  /** Of its failed events the latest; null where none failed. */
  failed_event: string | null;
  failed_epoch: number;
  failed_at: Date;
  failed_on_arrival: boolean;
  failed_deletion: boolean;
  failed_message: string | null;
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
}

@Injectable()
export class ProductStatuses {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param ids of the shop, each once. @param storeId null where the shop is not known yet */
  async of(userId: number, storeId: number | null, ids: string[]): Promise<ProductStatusDto[]> {
    return (await this.rows(userId, storeId, ids)).map((row) => {
      const state = syncStateOf(row.status === 'queued', failedOf(row), standingOf(row));
      return {
        id: row.id,
        state,
        last_event_id: row.event_id,
        synced_at: row.last_sync_at,
        searchable: row.searchable,
        error: state === 'queued' ? row.error_message : state === 'failed' ? row.failed_message : null,
        digest: row.is_active ? row.payload_digest : null,
      };
    });
  }

  /**
   * One statement: each id costs a look-up in the index of each table, and the user's failed events are read once, from
   * an index of theirs. They are placed in time as where they are processed.
   */
  private rows(userId: number, storeId: number | null, ids: string[]): Promise<StatusRow[]> {
    return this.dataSource.query(
      `WITH placed AS (
         SELECT f.id, f.woo_product_id, f.epoch, f.error_message, f.event_type = 'product.deleted' AS deletion,
                f.occurred_at IS NULL OR f.occurred_at > f.created_at + $4 * interval '1 ms' AS on_arrival,
                CASE
                  WHEN f.occurred_at IS NULL OR f.occurred_at > f.created_at + $4 * interval '1 ms' THEN
                    greatest(f.created_at, (
                      SELECT max(earlier.occurred_at) + interval '1 ms' FROM events earlier
                       WHERE earlier.user_id = $1 AND earlier.woo_product_id = f.woo_product_id
                         AND earlier.store_id = $2 AND earlier.id < f.id AND earlier.epoch = f.epoch
                         AND earlier.occurred_at <= earlier.created_at + $4 * interval '1 ms'))
                  WHEN f.format = 'woocommerce' THEN
                    greatest(f.occurred_at, (
                      SELECT max(earlier.created_at) + interval '1 ms' FROM events earlier
                       WHERE earlier.user_id = $1 AND earlier.woo_product_id = f.woo_product_id
                         AND earlier.store_id = $2 AND earlier.id < f.id AND earlier.epoch = f.epoch
                         AND earlier.format = 'woocommerce' AND earlier.occurred_at IS NULL))
                  ELSE f.occurred_at
                END AS at
           FROM events f
          WHERE f.user_id = $1 AND f.status = 'failed' AND f.store_id = $2 AND f.woo_product_id = ANY($3::bigint[])
       ), failed AS (
         SELECT DISTINCT ON (woo_product_id) * FROM placed
          ORDER BY woo_product_id, epoch DESC, at DESC, on_arrival, (deletion AND NOT on_arrival) DESC, placed.id DESC
       )
       SELECT asked.id, e.event_id, e.status, e.error_message,
              f.id::text AS failed_event, f.epoch AS failed_epoch, f.at AS failed_at,
              f.on_arrival AS failed_on_arrival, f.deletion AS failed_deletion, f.error_message AS failed_message,
              coalesce(p.changed_at, t.changed_at) AS changed_at,
              coalesce(p.changed_on_arrival, t.changed_on_arrival) AS changed_on_arrival,
              coalesce(p.changed_by_deletion, t.changed_by_deletion) AS changed_by_deletion,
              coalesce(p.changed_by_event, t.changed_by_event)::text AS changed_by_event,
              coalesce(p.changed_epoch, t.changed_epoch) AS changed_epoch,
              p.is_active, p.last_sync_at, p.payload_digest,
              coalesce(p.is_active AND (
                SELECT bool_and(c.status = 'embedded') FROM chunks c
                 WHERE c.user_id = $1 AND c.product_id = p.id AND c.generation = ${ACTIVE_GENERATION}), false)
                AS searchable
         FROM unnest($3::bigint[]) WITH ORDINALITY AS asked (id, place)
         LEFT JOIN LATERAL (
           SELECT * FROM events e
            WHERE e.user_id = $1 AND e.woo_product_id = asked.id AND e.store_id = $2
            ORDER BY e.id DESC LIMIT 1) e ON true
         LEFT JOIN failed f ON f.woo_product_id = asked.id
         LEFT JOIN products p ON p.user_id = $1 AND p.store_id = $2 AND p.external_source = 'woocommerce'
                             AND p.external_id = 'woo_' || asked.id
         LEFT JOIN product_tombstones t ON t.user_id = $1 AND t.store_id = $2 AND t.external_source = 'woocommerce'
                                       AND t.external_id = 'woo_' || asked.id
        ORDER BY asked.place`,
      [userId, storeId, ids, MAX_CLOCK_LEAD_MS],
    );
  }
}

const failedOf = (row: StatusRow): ChangeMoment | null =>
  row.failed_event === null
    ? null
    : {
        epoch: row.failed_epoch,
        at: row.failed_at.getTime(),
        onArrival: row.failed_on_arrival,
        deletion: row.failed_deletion,
        sequence: BigInt(row.failed_event),
      };

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
