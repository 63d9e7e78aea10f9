import { createHash } from 'node:crypto';
import { readProductEvent, type ProductEventResult } from '../../contract/product-event';
import type { EventType } from '../../contract/shop-api';
import { isProductId } from '../../validation/rules';
import type { IncomingEvent } from '../events/incoming-event';

/** The topics of WooCommerce's own webhooks that tell of products. Source: class-wc-webhook.php. */
export const NATIVE_TOPICS = [
  'product.created',
  'product.updated',
  'product.deleted',
  'product.restored',
] as const;
export type NativeTopic = (typeof NATIVE_TOPICS)[number];

export const isNativeTopic = (topic: unknown): topic is NativeTopic =>
  (NATIVE_TOPICS as readonly unknown[]).includes(topic);

/** What one delivery of WooCommerce says beside its body. */
export interface NativeDelivery {
  topic: NativeTopic;
  /** The shop's address. */
  source: string | null;
  deliveryId: string;
  /** The token's, since a product of WooCommerce names none. */
  currency: string | null;
}

/**
 * A delivery as it is kept in the log: the body to the letter beside what stood in headers.
 * @param body the product, as JSON
 */
export function nativePayload({ topic, source, deliveryId, currency }: NativeDelivery, body: string): string {
  const head = JSON.stringify({ topic, source, delivery_id: deliveryId, currency });
  return `${head.slice(0, -1)},"product":${body}}`;
}

/**
 * Its id. WooCommerce's own is made of webhook and second, and shared by two deliveries within one; a body is repeated
 * when a product is deleted, restored and deleted again.
 */
export const nativeEventId = ({ topic, deliveryId }: NativeDelivery, body: string): string =>
  `wc_native_${createHash('sha256')
    .update(JSON.stringify([topic, deliveryId, body]))
    .digest('hex')
    .slice(0, 40)}`;

/**
 * A delivery as it is taken in. WooCommerce tries each once, and gives a webhook up after a few that were refused: one that
 * cannot be understood is taken in all the same, to fail in the log and be tried again once it can.
 * @returns null for what names no product
 */
export function incomingDelivery(
  delivery: NativeDelivery,
  body: string,
  parsed: unknown,
): IncomingEvent | null {
  const raw = asRecord(parsed);
  if (!isProductId(raw.id)) return null;
  const { event } = readNativeEvent({ ...delivery, product: raw });
  return {
    eventId: nativeEventId(delivery, body),
    eventType:
      event?.eventType ?? (delivery.topic === 'product.deleted' ? 'product.deleted' : 'product.updated'),
    productId: event?.variationOf ?? String(raw.id),
    productName: event?.product.name ?? null,
    occurredAt: event?.occurredAt ?? null,
    siteUrl: delivery.source,
    permalink: event?.product.permalink ?? null,
    format: 'woocommerce',
    payload: nativePayload(delivery, body),
  };
}

/**
 * Reads a delivery as an event of ours. A product of WooCommerce's REST API v3 has prices as strings, names in objects,
 * and variations as ids. One that buyers do not see (a draft, private, hidden, with a password) is none: a deletion.
 */
export function readNativeEvent(kept: unknown): ProductEventResult {
  const { topic, source, currency, product } = asRecord(kept);
  const raw = asRecord(product);
  const isVariation = raw.type === 'variation';
  const type: EventType =
    topic === 'product.deleted' || (!isVariation && !isOnSale(raw))
      ? 'product.deleted'
      : topic === 'product.created'
        ? 'product.created'
        : 'product.updated';
  const images = namesOf(raw.images, 'src');
  const single = asRecord(raw.image).src;
  return readProductEvent({
    event_id: 'native',
    event_type: type,
    store: { url: source },
    product: {
      ...pick(raw, [
        'id',
        'sku',
        'short_description',
        'description',
        'price',
        'regular_price',
        'sale_price',
        'on_sale',
        'stock_quantity',
        'stock_status',
        'permalink',
        'type',
        'status',
        'parent_id',
        'attributes',
        'variations',
      ]),
      // WordPress lets a product have no name, and shows its address or number then.
      name: raw.name || raw.slug || `#${String(raw.id)}`,
      currency,
      categories: namesOf(raw.categories, 'name'),
      tags: namesOf(raw.tags, 'name'),
      brand: namesOf(raw.brands, 'name')[0] ?? null,
      image: single ?? images[0] ?? null,
      gallery: images.slice(1),
      // In UTC, and without a zone; `date_modified` is in the shop's own time.
      date_modified: raw.date_modified_gmt ?? null,
    },
  });
}

function isOnSale({
  status,
  catalog_visibility: visibility,
  post_password: password,
}: Record<string, unknown>) {
  return (status ?? 'publish') === 'publish' && visibility !== 'hidden' && !password;
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

const pick = (from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.flatMap((name) => (name in from ? [[name, from[name]]] : [])));

/** `[{ "name": "x" }]` as `["x"]`. */
const namesOf = (items: unknown, field: string): string[] =>
  Array.isArray(items)
    ? (items as unknown[]).map((item) => asRecord(item)[field]).filter((name) => typeof name === 'string')
    : [];
