import Big from 'big.js';
import type { Language } from '../i18n/language';
import { display, say } from '../i18n/messages';
import type { ListedProduct } from './listed-product';
import type { Product } from './product.entity';
import type { ProductVariation } from './product-variation.entity';
import type { ProductDetailDto, ProductDto, VariationDto } from './products.dto';

/** A decimal with at least two places and no digit less than it has: "850000" → "850000.00". */
export function formatMoney(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  return `${whole}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

const moneyOrNull = (amount: string | null): string | null => (amount === null ? null : formatMoney(amount));

interface Discount {
  amount: string;
  /** Of the regular price, rounded to two places. */
  percentage: number;
}

export function discountOf(price: string | null, originalPrice: string | null): Discount | null {
  if (price === null || originalPrice === null || new Big(originalPrice).eq(0)) return null;
  const amount = new Big(originalPrice).minus(price);
  return {
    amount: formatMoney(amount.toFixed()),
    percentage: Number(amount.times(100).div(originalPrice).toFixed(2)),
  };
}

export function toProductDto(product: ListedProduct, language: Language): ProductDto {
  const price = moneyOrNull(product.price);
  const originalPrice = moneyOrNull(product.originalPrice);
  const discount = discountOf(product.price, product.originalPrice);
  const currency = product.currency === null ? null : display(language, 'currency_', product.currency);
  const lines = product.attributes.map(({ name, options }) => [name, options.join('، ')] as const);
  return {
    id: product.id,
    title: product.title,
    product_type: product.productType,
    product_type_display: display(language, 'type_', product.productType),
    short_description: product.shortDescription,
    description: product.description,
    link: product.link,
    has_link: product.link !== null,
    price,
    price_min: price,
    price_max: product.varies ? moneyOrNull(product.priceMax) : price,
    original_price: originalPrice,
    sale_price: discount ? price : null,
    final_price: price,
    currency: product.currency,
    currency_display: currency,
    has_discount: discount !== null,
    discount_percentage: discount?.percentage ?? null,
    discount_amount: discount?.amount ?? null,
    discount_info: discount && {
      original_price: originalPrice!,
      final_price: price!,
      amount: discount.amount,
      percentage: discount.percentage,
      text: say(language, 'discount_sentence', {
        percentage: discount.percentage,
        amount: discount.amount,
        currency: currency ?? '',
      }),
    },
    category: product.category,
    categories: product.categories,
    brand: product.brand,
    tags: product.tags,
    tags_display: product.tags.join(language === 'fa' ? '، ' : ', '),
    features: lines.map(([name, value]) => `${name}: ${value}`),
    specifications: Object.fromEntries(lines),
    is_active: product.isActive,
    in_stock: product.inStock,
    stock_quantity: numberOrNull(product.stockQuantity),
    has_variations: product.varies,
    main_image: product.mainImage,
    images: product.images,
    external_id: product.externalId,
    external_source: product.externalSource,
    extraction_method: product.extractionMethod,
    is_auto_extracted: product.externalSource !== 'manual',
    created_at: product.createdAt,
    updated_at: product.updatedAt,
  };
}

export function toProductDetailDto(
  product: Product,
  variations: readonly ProductVariation[],
  language: Language,
): ProductDetailDto {
  return {
    ...toProductDto(product, language),
    extraction_metadata: {
      woo_product_id: idOf(product.externalId.replace(/^woo_/, '')),
      sku: product.sku,
      content_hash: product.contentHash,
      last_sync_at: product.lastSyncAt,
      store_id: product.storeId,
    },
    attributes: product.attributes,
    variations: variations.map(toVariationDto),
  };
}

export function toVariationDto({ externalId, state }: ProductVariation): VariationDto {
  const discount = state && discountOf(state.price, state.originalPrice);
  return {
    id: idOf(externalId),
    sku: state?.sku ?? null,
    attributes: state?.attributes ?? [],
    price: moneyOrNull(state?.price ?? null),
    original_price: moneyOrNull(state?.originalPrice ?? null),
    has_discount: Boolean(discount),
    in_stock: state?.inStock ?? null,
    stock_status: state?.stockStatus ?? null,
    stock_quantity: numberOrNull(state?.stockQuantity ?? null),
    is_active: state?.isActive ?? null,
    image: state?.image ?? null,
    link: state?.link ?? null,
  };
}

const numberOrNull = (value: string | null): number | null => (value === null ? null : Number(value));

/** A number, or digits where a number would lose some. */
const idOf = (digits: string): number | string =>
  Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
