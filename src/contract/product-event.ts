import type { FieldError } from '../validation/errors';
import { checkDto } from '../validation/read-dto';
import { ProductEventDto, ProductPayloadDto, type EventType } from './product-event.dto';

/** One change of one product, checked. */
export interface ProductEvent {
  eventId: string;
  eventType: EventType;
  occurredAt: Date | null;
  product: ProductPayloadDto;
  /** Fields that only newer plugins send. They are read leniently: one that is malformed is passed over. */
  extra: ProductExtra;
  /** The shop's own address, where the payload names it. */
  siteUrl: string | null;
}

export interface ProductAttribute {
  name: string;
  options: string[];
}

export interface ProductExtra {
  brand: string | null;
  attributes: ProductAttribute[];
  /** As the shop sends them, at most 500. */
  variations: Record<string, unknown>[];
}

export type ProductEventResult = { event: ProductEvent; errors: [] } | { event: null; errors: FieldError[] };

/** Checks an untrusted body as a product event, and names every bad field. */
export function readProductEvent(body: unknown): ProductEventResult {
  const envelope = checkDto(ProductEventDto, body);
  if (!isObject(body)) return { event: null, errors: envelope.errors };
  const raw = body;
  const product =
    raw.product === undefined || raw.product === null
      ? { value: null, errors: [{ field: 'product', message: 'field_required' } as const] }
      : checkDto(ProductPayloadDto, raw.product, 'product.');
  const errors: FieldError[] = [...envelope.errors, ...product.errors];
  if (raw.event_type !== 'product.deleted' && isObject(raw.product) && isBlank(raw.product.name)) {
    errors.push({ field: 'product.name', message: 'field_required' });
  }
  if (!envelope.value || !product.value || errors.length > 0) return { event: null, errors };
  return {
    event: {
      eventId: envelope.value.event_id,
      eventType: envelope.value.event_type,
      occurredAt: envelope.value.occurred_at || product.value.date_modified || null,
      product: product.value,
      extra: readExtra(raw.product as Record<string, unknown>),
      siteUrl: readSiteUrl(raw),
    },
    errors: [],
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

function readExtra(product: Record<string, unknown>): ProductExtra {
  const brand = typeof product.brand === 'string' && product.brand.length <= 500 ? product.brand : null;
  const attributes: ProductAttribute[] = [];
  if (Array.isArray(product.attributes)) {
    for (const item of product.attributes.slice(0, 200) as unknown[]) {
      if (typeof item !== 'object' || item === null) continue;
      const { name, options, value } = item as Record<string, unknown>;
      const values = (Array.isArray(options) ? options : [value]).filter(
        (option): option is string => typeof option === 'string' && option.length <= 500,
      );
      if (typeof name === 'string' && name.length <= 500 && values.length > 0) {
        attributes.push({ name, options: values.slice(0, 500) });
      }
    }
  }
  const variations = Array.isArray(product.variations) ? (product.variations as unknown[]).slice(0, 500) : [];
  return { brand, attributes, variations: variations.filter(isObject) };
}

/** An address, or a bare host name; a shop's display name is neither. */
const SITE = /^(https?:\/\/)?[^\s/.]+(\.[^\s/.]+)+(\/\S*)?$|^https?:\/\/\S+$/i;

/** The shop's own address, where a body names it. */
export function readSiteUrl(body: Record<string, unknown>): string | null {
  const { store, store_url: storeUrl, site_url: siteUrl } = body;
  const nested = typeof store === 'object' && store !== null ? (store as Record<string, unknown>) : {};
  const named = [nested.url, nested.site_url, nested.home_url, store, storeUrl, siteUrl];
  const url = named.find((value) => typeof value === 'string' && value.length <= 2048 && SITE.test(value));
  return (url as string | undefined) ?? null;
}
