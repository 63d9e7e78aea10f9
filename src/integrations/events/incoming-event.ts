import type { ProductEvent } from '../../contract/product-event';
import type { EventType } from '../../contract/shop-api';
import type { EventFormat } from './event-log.entity';

/** Where a request came from. */
export interface RequestOrigin {
  address: string;
  userAgent: string | undefined;
  requestId: string;
  /** When this attempt was sent, by the shop's clock; null where the request does not say. */
  sentAt: Date | null;
}

/** One event as it came: what the log says of it. */
export interface IncomingEvent {
  eventId: string;
  eventType: EventType;
  /** The shop's id of the product; of a variation, that of its product. */
  productId: string;
  productName: string | null;
  /** By the shop's clock. */
  occurredAt: Date | null;
  /** The shop's own address, where it names it. */
  siteUrl: string | null;
  /** The product's address. */
  permalink: string | null;
  format: EventFormat;
  /** As it arrived, to the letter: its text, or the UTF-8 of it. */
  payload: string | Buffer;
}

/** An event as our plugin writes it. */
export const incomingEvent = (event: ProductEvent, payload: string | Buffer): IncomingEvent => ({
  eventId: event.eventId,
  eventType: event.eventType,
  productId: event.variationOf ?? event.product.id,
  productName: event.product.name ?? null,
  occurredAt: event.occurredAt,
  siteUrl: event.siteUrl,
  permalink: event.product.permalink ?? null,
  format: 'fiko',
  payload,
});
