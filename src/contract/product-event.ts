import type { FieldError } from '../validation/errors';
import { checkDto } from '../validation/read-dto';
import { isProductId } from '../validation/rules';
import { ProductEventDto, ProductPayloadDto, VariationPayloadDto } from './product-event.dto';
import { type EventType, LIMITS } from './shop-api';

/** One change of one product, checked. */
export interface ProductEvent {
  eventId: string;
  eventType: EventType;
  occurredAt: Date | null;
  product: ProductPayloadDto;
  /** Fields that only newer plugins send. They are read leniently: one that is malformed is passed over. */
  extra: ProductExtra;
  /** All variations of the product in their order; null where it does not speak of them. */
  variations: VariationPayload[] | null;
  /** Set where the product is a variation that comes by itself: the id of the product that it is one of. */
  variationOf: string | null;
  /** What tells such a variation from the others. */
  attributes: VariationAttribute[];
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
}

/** One variation among those that a product says it has. */
export interface VariationPayload {
  id: string;
  /** Null where only its id was said. */
  payload: VariationPayloadDto | null;
  attributes: VariationAttribute[];
}

/** What tells a variation from the others; an attribute that is not among them stands for any. */
export interface VariationAttribute {
  name: string;
  option: string;
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
  const given = isObject(raw.product) ? raw.product : {};
  const deletion = raw.event_type === 'product.deleted';
  // A deletion needs no more than an id; one that names the product it is of is that of a variation.
  const isVariation = given.type === 'variation' && (!deletion || isProductId(given.parent_id));
  if (isVariation && !isProductId(given.parent_id)) {
    errors.push({ field: 'product.parent_id', message: 'field_product_id' });
  }
  if (!deletion && !isVariation && isObject(raw.product) && isBlank(given.name)) {
    errors.push({ field: 'product.name', message: 'field_required' });
  }
  const variations = readVariations(isVariation ? undefined : given.variations, errors);
  if (!envelope.value || !product.value || errors.length > 0) return { event: null, errors };
  return {
    event: {
      eventId: envelope.value.event_id,
      eventType: envelope.value.event_type,
      occurredAt: envelope.value.occurred_at || product.value.date_modified || null,
      product: product.value,
      extra: readExtra(given),
      variations,
      variationOf: isVariation ? String(given.parent_id) : null,
      attributes: isVariation ? readVariationAttributes(given.attributes) : [],
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
  return { brand, attributes };
}

/** A product with a thousand bad variations is told of some of them. */
const MAX_VARIATION_ERRORS = 20;

/**
 * The variations that a product says it has, checked: a price that is none is no less wrong there than on the product.
 * Where WooCommerce gives their ids alone, those are all that is known. Bad ones are added to `errors`.
 */
function readVariations(given: unknown, errors: FieldError[]): VariationPayload[] | null {
  if (given === undefined || given === null || given === '') return null;
  if (!Array.isArray(given) || given.length > LIMITS.variations) {
    errors.push({
      field: 'product.variations',
      message: 'field_list',
      values: { min: 0, max: LIMITS.variations },
    });
    return null;
  }
  const found: FieldError[] = [];
  const ids = new Set<string>();
  const variations: VariationPayload[] = [];
  for (const [index, item] of (given as unknown[]).entries()) {
    const prefix = `product.variations.${index}.`;
    const isId = isProductId(item);
    const { value, errors: bad } = isId
      ? { value: null, errors: [] }
      : checkDto(VariationPayloadDto, item, prefix);
    found.push(...bad);
    const id = isId ? String(item) : value?.id;
    if (id === undefined) continue;
    if (ids.has(id)) found.push({ field: `${prefix}id`, message: 'field_duplicate' });
    ids.add(id);
    const attributes = value ? readVariationAttributes((item as Record<string, unknown>).attributes) : [];
    variations.push({ id, payload: value, attributes });
  }
  errors.push(...found.slice(0, MAX_VARIATION_ERRORS));
  return variations;
}

/** As a list, or as WooCommerce's own map of `attribute_pa_…`; what is malformed is passed over. */
function readVariationAttributes(given: unknown): VariationAttribute[] {
  const entries: [unknown, unknown][] = [];
  if (Array.isArray(given)) {
    for (const item of given.slice(0, 200) as unknown[]) {
      if (!isObject(item)) continue;
      entries.push([item.name ?? item.slug, item.option ?? item.value]);
    }
  } else if (isObject(given)) {
    for (const [key, option] of Object.entries(given).slice(0, 200))
      entries.push([percentDecoded(key).replace(/^attribute_(pa_)?/, ''), option]);
  }
  return entries.flatMap(([name, option]) => {
    const text = typeof option === 'number' ? String(option) : option;
    if (typeof text !== 'string' || text.trim() === '' || text.length > LIMITS.label) return [];
    return [{ name: typeof name === 'string' ? name.slice(0, LIMITS.label) : '', option: text }];
  });
}

/** WooCommerce's keys of attributes with Persian names are percent-encoded. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
