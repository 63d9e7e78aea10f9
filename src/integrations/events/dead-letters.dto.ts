import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EVENT_TYPES, type EventType, LIMITS } from '../../contract/shop-api';
import { PageDto } from '../../http/page';
import { Flag, IdentifierList, IdList, OptionalField } from '../../validation/rules';
import { EventConditionsDto } from './events.dto';

export const MAX_RETRY_IDS = 1000;
const MAX_SHOP_RETRY_IDS = 200;
const CAUSE = 'P0001: the product woo_# is refused';

/** Failed events of one cause. */
export class FailureGroupDto {
  @ApiProperty({ example: CAUSE, description: 'For the filter `cause`' })
  cause: string;

  @ApiProperty({ example: 'the product woo_666 is refused', description: 'Of the latest of them' })
  example_error: string;

  @ApiProperty({ example: 12 })
  count: number;

  @ApiProperty({ description: 'When the first of them failed' })
  first_at: Date;

  @ApiProperty()
  last_at: Date;

  @ApiProperty({ enum: EVENT_TYPES, isArray: true })
  event_types: EventType[];

  @ApiProperty({ example: 1, description: 'How many shops have such events' })
  stores: number;
}

export class FailureGroupListDto {
  @ApiProperty({ type: [FailureGroupDto], description: 'The latest first, at most 200' })
  results: FailureGroupDto[];
}

export class RetryEventsDto extends EventConditionsDto {
  @ApiPropertyOptional({ description: 'All failed events that match; needed where nothing else is named' })
  @OptionalField()
  @Flag()
  all?: boolean;

  @ApiPropertyOptional({
    type: [Number],
    maxItems: MAX_RETRY_IDS,
    example: [1, 2],
    description: 'Ids of the log',
  })
  @OptionalField()
  @IdList(MAX_RETRY_IDS)
  ids?: string[];
}

export class RetryShopEventsDto {
  @ApiPropertyOptional({ description: 'All failed events of the shop' })
  @OptionalField()
  @Flag()
  all?: boolean;

  @ApiPropertyOptional({
    type: [String],
    maxItems: MAX_SHOP_RETRY_IDS,
    example: ['wc_2025_11_10_54321'],
    description: 'The shop’s own ids of events',
  })
  @OptionalField()
  @IdentifierList(MAX_SHOP_RETRY_IDS, LIMITS.eventId)
  event_ids?: string[];

  @ApiPropertyOptional({
    type: 'object',
    properties: { url: { type: 'string' } },
    example: { url: 'https://shop.example.com' },
    description: 'Which of the shops of the token’s user, as with the webhook',
  })
  store?: { url: string };
}

export class RetriedDto {
  @ApiProperty({ example: 'queued' })
  status: string;

  @ApiProperty({ example: 12, description: 'How many were failed, and are queued now' })
  retried: number;

  @ApiProperty({ example: 'Queued again: 12 events.' })
  message: string;
}

export class FailedEventDto {
  @ApiProperty({ example: 'wc_2025_11_10_54321' })
  event_id: string;

  @ApiProperty({ enum: EVENT_TYPES })
  event_type: EventType;

  @ApiProperty({ example: 414, oneOf: [{ type: 'number' }, { type: 'string' }] })
  woo_product_id: number | string;

  @ApiProperty({ type: String, nullable: true })
  product_name: string | null;

  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  @ApiProperty({ type: String, nullable: true, example: CAUSE })
  cause: string | null;

  @ApiProperty({ example: 4 })
  attempts: number;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({ type: Date, nullable: true })
  failed_at: Date | null;
}

export class FailedEventPageDto extends PageDto(FailedEventDto) {}
