import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EVENT_TYPES, type EventType } from '../../contract/shop-api';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, PageDto, type PageQueryDto } from '../../http/page';
import { Choice, Flag, Integer, IsoDate, OptionalField, ProductId, Text } from '../../validation/rules';
import { EVENT_OUTCOMES, EVENT_STATUSES, type EventOutcome, type EventStatus } from './event-log.entity';

/** Which events. */
export class EventConditionsDto {
  @ApiPropertyOptional({ description: 'Staff: of this user only', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;

  @ApiPropertyOptional({ description: 'Of this shop only, by its id', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  store_id?: number;

  @ApiPropertyOptional({ enum: EVENT_TYPES })
  @OptionalField()
  @Choice(EVENT_TYPES)
  event_type?: EventType;

  @ApiPropertyOptional({ description: 'Processed well (true) or failed (false)', type: Boolean })
  @OptionalField()
  @Flag()
  success?: boolean;

  @ApiPropertyOptional({ enum: EVENT_STATUSES })
  @OptionalField()
  @Choice(EVENT_STATUSES)
  status?: EventStatus;

  @ApiPropertyOptional({ type: Number, description: "The shop's product id" })
  @OptionalField()
  @ProductId()
  woo_product_id?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @OptionalField()
  @IsoDate()
  created_after?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @OptionalField()
  @IsoDate()
  created_before?: Date;

  @ApiPropertyOptional({ description: 'In event id, product name or error' })
  @OptionalField()
  @Text(200)
  search?: string;

  @ApiPropertyOptional({
    description: 'That failed of this cause, as the groups of failures name it',
    example: '22P02: invalid input syntax for type bigint: *',
  })
  @OptionalField()
  @Text(200)
  cause?: string;
}

export class EventsFilterDto extends EventConditionsDto implements PageQueryDto {
  @ApiPropertyOptional({ minimum: 1, default: 1, type: Number })
  @OptionalField()
  @Integer(1, 1_000_000)
  page?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE, type: Number })
  @OptionalField()
  @Integer(1, MAX_PAGE_SIZE)
  page_size?: number;
}

export class EventDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'wc_2025_11_10_54321' })
  event_id: string;

  @ApiProperty({ enum: EVENT_TYPES })
  event_type: EventType;

  @ApiProperty({ example: 'Product updated' })
  event_type_display: string;

  @ApiProperty({ example: 1, description: 'User id' })
  user: number;

  @ApiProperty({ example: 'owner@example.com' })
  user_email: string;

  @ApiProperty({ example: 1, description: 'Token id' })
  token: number;

  @ApiProperty({ example: 'My shop' })
  token_name: string;

  @ApiProperty({ example: 1, description: 'Id of the shop among those of its user' })
  store: number;

  @ApiProperty({
    example: 414,
    description: 'A string of digits beyond 2^53',
    oneOf: [{ type: 'number' }, { type: 'string' }],
  })
  woo_product_id: number | string;

  @ApiProperty({ type: String, nullable: true })
  product_name: string | null;

  @ApiProperty({ enum: EVENT_STATUSES })
  status: EventStatus;

  @ApiProperty({ type: Boolean, nullable: true, description: 'Null until processed' })
  processed_successfully: boolean | null;

  @ApiProperty({ enum: EVENT_OUTCOMES, nullable: true, description: 'What it did to the product' })
  outcome: EventOutcome | null;

  @ApiProperty({ type: String, nullable: true })
  error_message: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What failures alike have in common' })
  failure_cause: string | null;

  @ApiProperty()
  attempts: number;

  @ApiProperty({ type: Number, nullable: true })
  processing_time_ms: number | null;

  @ApiProperty({ type: String, nullable: true })
  source_ip: string | null;

  @ApiProperty({ type: String, nullable: true })
  user_agent: string | null;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({ type: Date, nullable: true, description: 'Start of the last attempt' })
  started_at: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  processed_at: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'While queued after a failure' })
  next_attempt_at: Date | null;
}

/** From arrival to searchable. */
export class TimelineDto {
  @ApiProperty()
  accepted_at: Date;

  @ApiProperty({ type: Date, nullable: true })
  started_at: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  processed_at: Date | null;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: "When the last of the product's chunks got its embedding",
  })
  searchable_at: Date | null;

  @ApiProperty({ description: "Chunks of the product's text" })
  chunks: number;
}

export class EventDetailDto extends EventDto {
  @ApiProperty({ type: TimelineDto })
  timeline: TimelineDto;

  @ApiProperty({
    type: Object,
    nullable: true,
    description: 'The body as it arrived; null for a processed event older than PAYLOAD_RETENTION_DAYS',
  })
  payload: unknown;
}

export class EventPageDto extends PageDto(EventDto) {}

export class EventStatsDto {
  @ApiProperty()
  total: number;

  @ApiProperty()
  processed: number;

  @ApiProperty()
  failed: number;

  @ApiProperty()
  queued: number;

  @ApiProperty({
    description: 'Of those that have ended, in percent; null where none has',
    type: Number,
    nullable: true,
  })
  success_rate: number | null;

  @ApiProperty({ type: Number, nullable: true })
  average_processing_time_ms: number | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'number' } })
  by_type: Record<string, number>;

  @ApiProperty({ type: Date, nullable: true })
  last_event_at: Date | null;
}

export class RetryDto {
  @ApiProperty({ example: 'queued' })
  status: string;

  @ApiProperty()
  message: string;

  @ApiProperty()
  event_id: string;
}
