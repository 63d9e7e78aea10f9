import { MAX_CLOCK_LEAD_MS, momentOf, type ChangeMoment } from '../../contract/change-order';

/** What of the log places an event in time. */
export interface PlacedEvent {
  id: string;
  epoch: number;
  deletion: boolean;
  occurred_at: Date | null;
  created_at: Date;
  /** The latest date among the product's earlier events, as far as it can matter. */
  latest_before: Date | null;
  /** The latest date among those before it by the shop's own dates too, as far as it is not before it by ours. */
  not_before: Date | null;
  /** When WooCommerce itself last told of the product's deletion before, which has no date. */
  deleted_before: Date | null;
}

const EARLIER = `FROM events earlier
  WHERE earlier.user_id = e.user_id AND earlier.woo_product_id = e.woo_product_id
    AND earlier.store_id = e.store_id AND earlier.id < e.id AND earlier.epoch = e.epoch`;
const LEAD = `interval '${MAX_CLOCK_LEAD_MS} ms'`;

/** The columns of `PlacedEvent`, of the alias `e`. Each look-up is made only where it can matter. */
export const PLACE_COLUMNS = `
  e.id::text AS id, e.epoch, e.event_type = 'product.deleted' AS deletion, e.occurred_at, e.created_at,
  CASE WHEN e.occurred_at IS NULL OR e.occurred_at > e.created_at + ${LEAD} THEN
    (SELECT max(earlier.occurred_at) ${EARLIER} AND earlier.occurred_at <= earlier.created_at + ${LEAD})
  END AS latest_before,
  CASE WHEN e.shop_occurred_at IS NOT NULL THEN
    (SELECT max(earlier.occurred_at) ${EARLIER} AND earlier.occurred_at >= e.occurred_at
        AND coalesce(earlier.shop_occurred_at, earlier.occurred_at) < e.shop_occurred_at)
  END AS not_before,
  CASE WHEN e.format = 'woocommerce' AND e.occurred_at IS NOT NULL THEN
    (SELECT max(earlier.created_at) ${EARLIER} AND earlier.format = 'woocommerce'
        AND earlier.event_type = 'product.deleted' AND earlier.occurred_at IS NULL)
  END AS deleted_before`;

/**
 * When the change of an event happened. By the date in its row: the shop's clock was weighed when the event arrived. That
 * it was found to be off must not turn round two changes that arrived in the order of the shop's own dates. And WooCommerce
 * reads a product when it delivers it, up to minutes after the change, and tells no date of a deletion: what it delivers
 * after one is later.
 *
 * @param otherwise the date where the row has none
 */
export function placeOf(row: PlacedEvent, otherwise: Date | null = null): ChangeMoment {
  const date = row.occurred_at ?? otherwise;
  const floors = [row.not_before, row.deleted_before].map((floor) =>
    floor ? floor.getTime() + 1 : -Infinity,
  );
  const at = date ? Math.max(date.getTime(), ...floors) : null;
  return momentOf({
    occurredAt: at,
    arrivedAt: row.created_at.getTime(),
    // Changes that are placed right after the same one have no date of their own by which a deletion could be the later.
    deletion: row.deletion && at === (date?.getTime() ?? null),
    sequence: BigInt(row.id),
    epoch: row.epoch,
    latestBefore: row.latest_before?.getTime() ?? null,
  });
}
