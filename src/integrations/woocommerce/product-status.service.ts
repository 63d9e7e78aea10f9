import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ACTIVE_GENERATION } from '../../knowledge/embedding/generations.service';
import type { EventStatus } from '../events/event-log.entity';
import { syncStateOf } from './product-status';
import type { ProductStatusDto } from './product-status.dto';

interface StatusRow {
  id: number | string;
  /** Null where the product has no event in the store's log. */
  event_row: string | null;
  event_id: string;
  status: EventStatus;
  deletion: boolean;
  occurred_at: Date | null;
  created_at: Date;
  error_message: string | null;
  /** Null where neither a product nor the memory of its deletion stands. */
  changed_at: Date | null;
  changed_on_arrival: boolean;
  changed_by_deletion: boolean;
  changed_by_event: string;
  changed_epoch: number;
  epoch: number;
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
      const state = syncStateOf(lastEventOf(row), standingOf(row));
      return {
        id: row.id,
        state,
        last_event_id: row.event_id,
        synced_at: row.last_sync_at,
        searchable: row.searchable,
        error: state === 'failed' || state === 'queued' ? row.error_message : null,
        digest: row.is_active ? row.payload_digest : null,
      };
    });
  }

  /** One statement: each id costs a look-up in the index of each table. */
  private rows(userId: number, storeId: number | null, ids: string[]): Promise<StatusRow[]> {
    return this.dataSource.query(
      `SELECT asked.id, e.id::text AS event_row, e.event_id, e.status, e.event_type = 'product.deleted' AS deletion,
              e.occurred_at, e.created_at, e.epoch, e.error_message,
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
         LEFT JOIN products p ON p.user_id = $1 AND p.store_id = $2 AND p.external_source = 'woocommerce'
                             AND p.external_id = 'woo_' || asked.id
         LEFT JOIN product_tombstones t ON t.user_id = $1 AND t.store_id = $2 AND t.external_source = 'woocommerce'
                                       AND t.external_id = 'woo_' || asked.id
        ORDER BY asked.place`,
      [userId, storeId, ids],
    );
  }
}

const lastEventOf = (row: StatusRow) =>
  row.event_row === null
    ? null
    : {
        id: BigInt(row.event_row),
        status: row.status,
        deletion: row.deletion,
        epoch: row.epoch,
        occurredAt: row.occurred_at?.getTime() ?? null,
        createdAt: row.created_at.getTime(),
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
