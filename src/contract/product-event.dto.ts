import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  Choice,
  Flag,
  Identifier,
  IsoDate,
  ItemList,
  Money,
  OptionalField,
  ProductId,
  Quantity,
  ShopText,
  TextList,
} from '../validation/rules';
import { EVENT_TYPES, LIMITS, MAX_BATCH, STOCK_STATUSES, type EventType, type StockStatus } from './shop-api';

const money = { oneOf: [{ type: 'number' }, { type: 'string' }], nullable: true };

/** What is sold, and how: the same of a product and of one of its variations. */
class OfferDto {
  @ApiProperty({ example: 414, description: 'WooCommerce product id, up to 64 bits; digits in a string too' })
  @ProductId()
  id: string;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'PROD-001' })
  @OptionalField()
  @ShopText(LIMITS.sku)
  sku?: string | null;

  @ApiPropertyOptional({ ...money, example: 850000, description: 'What a buyer pays now' })
  @OptionalField()
  @Money()
  price?: number | string | null;

  @ApiPropertyOptional({ ...money, example: 950000 })
  @OptionalField()
  @Money()
  regular_price?: number | string | null;

  @ApiPropertyOptional({ ...money, example: 850000 })
  @OptionalField()
  @Money()
  sale_price?: number | string | null;

  @ApiPropertyOptional({ type: Boolean, example: true, nullable: true })
  @OptionalField()
  @Flag()
  on_sale?: boolean | null;

  @ApiPropertyOptional({ example: 12, type: Number, nullable: true })
  @OptionalField()
  @Quantity()
  stock_quantity?: number | string | null;

  @ApiPropertyOptional({ enum: STOCK_STATUSES })
  @OptionalField()
  @Choice(STOCK_STATUSES)
  stock_status?: StockStatus | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'https://shop.example.com/shoe.jpg' })
  @OptionalField()
  @ShopText(LIMITS.url)
  image?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'https://shop.example.com/product/shoe/' })
  @OptionalField()
  @ShopText(LIMITS.url)
  permalink?: string | null;
}

/** One variation of a product: a size, a colour. */
export class VariationPayloadDto extends OfferDto {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'publish',
    description: '`publish` is for sale; any other, such as `private`, is not',
  })
  @OptionalField()
  @ShopText(50)
  status?: string | null;

  @ApiPropertyOptional({
    example: [{ name: 'سایز', option: '42' }],
    description:
      'What tells it from the others, as a list or as WooCommerce\'s own map; an attribute that is left out, or "", ' +
      'stands for any',
    oneOf: [
      {
        type: 'array',
        items: { type: 'object', properties: { name: { type: 'string' }, option: { type: 'string' } } },
      },
      { type: 'object', additionalProperties: { type: 'string' } },
    ],
  })
  attributes?: unknown;
}

/** A product as a shop's plugin sends it. A field that a shop leaves out, or sends as null or "", is not set. */
export class ProductPayloadDto extends OfferDto {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'کفش اسپرت مردانه',
    description: 'Required unless the product is deleted',
  })
  @OptionalField()
  @ShopText(LIMITS.name)
  name?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'کفش سبک برای هر روز' })
  @OptionalField()
  @ShopText(LIMITS.description)
  short_description?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, example: '<p>رویهٔ تنفسی و زیرهٔ نرم</p>' })
  @OptionalField()
  @ShopText(LIMITS.description)
  description?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'IRT',
    description: 'ISO 4217, or IRT for toman',
  })
  @OptionalField()
  @ShopText(10)
  currency?: string | null;

  @ApiPropertyOptional({ example: ['کفش', 'مردانه'], type: [String] })
  @OptionalField()
  @TextList(LIMITS.categories, LIMITS.label)
  categories?: (string | null)[] | null;

  @ApiPropertyOptional({ example: ['ورزشی'], type: [String] })
  @OptionalField()
  @TextList(LIMITS.tags, LIMITS.label)
  tags?: (string | null)[] | null;

  @ApiPropertyOptional({ example: ['https://shop.example.com/shoe-2.jpg'], type: [String] })
  @OptionalField()
  @TextList(LIMITS.gallery, LIMITS.url)
  gallery?: (string | null)[] | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'simple',
    description: "WooCommerce's product type; unknown ones are kept",
  })
  @OptionalField()
  @ShopText(50)
  type?: string | null;

  @ApiPropertyOptional({ example: '2025-11-10T09:30:00+00:00', type: String, format: 'date-time' })
  @OptionalField()
  @IsoDate()
  date_modified?: Date | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 414,
    description: 'Of a `type` of `variation`, which comes by itself: the product that it is a variation of',
  })
  parent_id?: unknown;

  @ApiPropertyOptional({
    type: [VariationPayloadDto],
    description: `All variations, at most ${LIMITS.variations}; one of which only the id is given is kept as it is known`,
  })
  variations?: unknown;
}

/** The envelope of one change. Fields that are not declared here are kept in the logged payload. */
export class ProductEventDto {
  @ApiProperty({ example: 'wc_2025_11_10_54321', minLength: 1, maxLength: LIMITS.eventId })
  @Identifier(LIMITS.eventId)
  event_id: string;

  @ApiProperty({ enum: EVENT_TYPES })
  @Choice(EVENT_TYPES)
  event_type: EventType;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'When the change happened in the shop; `product.date_modified` stands in for it',
  })
  @OptionalField()
  @IsoDate()
  occurred_at?: Date | null;

  @ApiProperty({ type: ProductPayloadDto })
  product: ProductPayloadDto;
}

/** Several changes in one request. */
export class EventBatchDto {
  @ApiProperty({
    type: [ProductEventDto],
    minItems: 1,
    maxItems: MAX_BATCH,
    example: [
      {
        event_id: 'wc_1',
        event_type: 'product.created',
        occurred_at: '2025-11-10T09:30:00.000Z',
        product: {
          id: 414,
          name: 'کفش نایک',
          type: 'variable',
          price: '850000',
          currency: 'IRT',
          attributes: [{ name: 'سایز', options: ['41', '42'] }],
          variations: [
            {
              id: 415,
              sku: 'NK-41',
              price: '850000',
              stock_status: 'instock',
              status: 'publish',
              attributes: [{ name: 'سایز', option: '41' }],
            },
            {
              id: 416,
              sku: 'NK-42',
              price: '990000',
              stock_status: 'outofstock',
              status: 'publish',
              attributes: [{ name: 'سایز', option: '42' }],
            },
          ],
        },
      },
      { event_id: 'wc_2', event_type: 'product.deleted', product: { id: 9 } },
    ],
  })
  @ItemList(1, MAX_BATCH)
  events: unknown[];
}
