import Big from 'big.js';
import { decodeHTML } from 'entities';
import { cleanText } from '../../contract/clean-text';
import type { ProductEvent, VariationAttribute } from '../../contract/product-event';
import type { ProductPayloadDto, VariationPayloadDto } from '../../contract/product-event.dto';
import type { StockStatus } from '../../contract/shop-api';
import type { ProductState, VariationState } from '../../web-knowledge/product-state';
import type { VariationStatement } from '../../web-knowledge/variation-set';

type Amount = number | string | null | undefined;

/** The shop's payload as a product. Pure: equal payloads give equal products. */
export function toProductState({ product, extra }: ProductEvent): ProductState {
  const categories = labels(product.categories);
  const images = texts(product.gallery).filter(isHttp);
  const { image: mainImage, ...offer } = toOffer(product);
  return {
    title: label(product.name) ?? '',
    productType: text(product.type) ?? 'simple',
    shortDescription: text(product.short_description) ?? '',
    description: text(product.description) ?? '',
    category: categories[0] ?? null,
    categories,
    brand: label(extra.brand),
    tags: labels(product.tags),
    sku: text(product.sku),
    attributes: extra.attributes.map(({ name, options }) => ({
      name: plain(name),
      options: options.map(plain),
    })),
    currency: text(product.currency)?.toUpperCase() ?? null,
    ...offer,
    mainImage,
    images: mainImage && !images.includes(mainImage) ? [mainImage, ...images] : images,
  };
}

/** One of a product's variations. Pure, as `toProductState`. */
export function toVariationState(
  payload: VariationPayloadDto,
  attributes: readonly VariationAttribute[],
): VariationState {
  return {
    sku: text(payload.sku),
    attributes: attributes.map(({ name, option }) => ({ name: plain(name), option: plain(option) })),
    // WooCommerce's own value for a variation that its owner has switched off is `private`.
    isActive: (text(payload.status) ?? 'publish') === 'publish',
    ...toOffer(payload),
  };
}

/**
 * The variations that a product says it has; null where it does not say. An older plugin does not, and WooCommerce tells
 * them one by one: only a product of a type that has none is known to have none.
 */
export function toVariationStatements({ product, variations }: ProductEvent): VariationStatement[] | null {
  if (variations === null) return /variable/i.test(product.type ?? '') ? null : [];
  return variations.map(({ id, payload, attributes }) => ({
    id,
    state: payload && toVariationState(payload, attributes),
  }));
}

function toOffer(payload: ProductPayloadDto | VariationPayloadDto) {
  const stockQuantity = decimal(payload.stock_quantity);
  const stockStatus: StockStatus =
    payload.stock_status ||
    (stockQuantity !== null && new Big(stockQuantity).lte(0) ? 'outofstock' : 'instock');
  return {
    // Others, such as javascript:, would be run by a frontend that makes them a link.
    link: isHttp(payload.permalink) ? text(payload.permalink) : null,
    ...prices(payload),
    inStock: stockStatus !== 'outofstock',
    stockStatus,
    stockQuantity,
    image: isHttp(payload.image) ? text(payload.image) : null,
  };
}

/**
 * What a buyer pays now, and the regular price while that is more. `price` is WooCommerce's own answer and is
 * believed over `on_sale`; without it, the sale price counts when the product is on sale.
 */
export function prices(product: {
  price?: Amount;
  regular_price?: Amount;
  sale_price?: Amount;
  on_sale?: boolean | null;
}): { price: string | null; originalPrice: string | null } {
  const regular = decimal(product.regular_price);
  const sale = decimal(product.sale_price);
  const onSale =
    product.on_sale !== false && sale !== null && (regular === null || new Big(sale).lt(regular));
  const price = decimal(product.price) ?? (onSale ? sale : regular);
  const discounted =
    product.on_sale !== false && price !== null && regular !== null && new Big(price).lt(regular);
  return { price, originalPrice: discounted ? regular : null };
}

/** A plain decimal without exponent, sign of zero or needless zeros; null where none is set. */
function decimal(value: Amount): string | null {
  if (value === null || value === undefined) return null;
  const digits = String(value).trim().replace(/^\./, '0.').replace(/\.$/, '');
  if (digits === '') return null;
  const plain = new Big(digits).toFixed();
  return plain === '-0' ? '0' : plain;
}

function text(value: string | null | undefined): string | null {
  const clean = cleanText(value ?? '').trim();
  return clean === '' ? null : clean;
}

/** WordPress keeps names with `&` as `&amp;`; whoever reads ours does not expect HTML. */
const plain = (value: string): string => cleanText(value.includes('&') ? decodeHTML(value) : value);

function label(value: string | null | undefined): string | null {
  const clean = text(value);
  return clean === null ? null : text(plain(clean));
}

const labels = (values: (string | null)[] | null | undefined): string[] =>
  (values || []).map(label).filter((value): value is string => value !== null);

const texts = (values: (string | null)[] | null | undefined): string[] =>
  (values || []).map(text).filter((value): value is string => value !== null);

const isHttp = (value: string | null | undefined): value is string =>
  /^https?:\/\//i.test(value?.trim() ?? '');
