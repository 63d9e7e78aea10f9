import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Choice, Integer, OptionalField } from '../validation/rules';
import { WINDOW_NAMES, type WindowName } from './time-window';

export const DASHBOARD_STORES = 50;

export class DashboardQueryDto {
  @ApiPropertyOptional({ description: 'Staff: of this user only; without it of all', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;

  @ApiPropertyOptional({
    enum: WINDOW_NAMES,
    default: 'hour',
    description: 'How far back: an hour by the minute, a day by quarters of an hour, a week by two hours',
  })
  @OptionalField()
  @Choice(WINDOW_NAMES)
  window?: WindowName;
}

class BucketDto {
  @ApiProperty({ description: 'When it begins' })
  at: Date;

  @ApiProperty({ description: 'Events that arrived' })
  accepted: number;

  @ApiProperty({ description: 'Events that were processed, whenever they arrived' })
  processed: number;

  @ApiProperty({ description: 'Events that failed for good, and have not been queued again since' })
  failed: number;
}

class EventCountsDto {
  @ApiProperty({ description: 'That wait, now' })
  queued: number;

  @ApiProperty({ description: 'That failed for good and stand so, whenever that was' })
  failed: number;

  @ApiProperty()
  processed_in_window: number;

  @ApiProperty()
  failed_in_window: number;

  @ApiProperty({ type: Date, nullable: true, description: 'When the oldest that waits arrived' })
  oldest_queued_at: Date | null;
}

class QueueDto {
  @ApiProperty({ example: 'sync' })
  name: string;

  @ApiProperty()
  waiting: number;

  @ApiProperty()
  active: number;

  @ApiProperty({ description: 'For a later time' })
  delayed: number;

  @ApiProperty({ description: 'As long as the queue keeps them' })
  failed: number;
}

class EmbeddingDayDto {
  @ApiProperty({ example: '2026-01-31' })
  day: string;

  @ApiProperty()
  requests: number;

  @ApiProperty()
  texts: number;

  @ApiProperty()
  tokens: number;

  @ApiProperty({ description: 'Texts whose vector was known' })
  cached: number;

  @ApiProperty()
  rejected: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0.0123,
    description: 'By the list prices of the models; null where that of one that was used is not known',
  })
  cost_usd: number | null;
}

class EmbeddingDto {
  @ApiProperty({ type: String, nullable: true, description: 'Whose vectors answer questions' })
  embedder: string | null;

  @ApiProperty({ description: 'What the configuration asks for' })
  configured: string;

  @ApiProperty()
  pending_chunks: number;

  @ApiProperty()
  failed_chunks: number;

  @ApiProperty({ type: Date, nullable: true, description: 'When the oldest that waits was made' })
  oldest_pending_at: Date | null;

  @ApiProperty({
    type: [EmbeddingDayDto],
    nullable: true,
    description: 'Staff: of the whole installation, each of the last 30 days, the latest last; else null',
  })
  usage: EmbeddingDayDto[] | null;
}

class DashboardStoreDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 1 })
  user_id: number;

  @ApiProperty({ example: 'owner@example.com' })
  user_email: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'shop.example.com',
    description: "Its site, or the host of its products' addresses; null where it has told neither",
  })
  name: string | null;

  @ApiProperty({ type: Date, nullable: true, description: 'Null where none has arrived' })
  last_event_at: Date | null;

  @ApiProperty()
  events_queued: number;

  @ApiProperty()
  events_failed: number;

  @ApiProperty({ type: Date, nullable: true, description: 'When a comparison last found no difference' })
  in_step_at: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'When the shop last compared its catalogue' })
  compared_at: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'Since when comparisons have found a difference' })
  drift_since: Date | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Products that differ, as far as is known' })
  drift_products: number | null;

  @ApiProperty({ description: 'Active products' })
  products: number;
}

export class DashboardDto {
  @ApiProperty({ description: 'By the clock of the database' })
  as_of: Date;

  @ApiProperty({ enum: WINDOW_NAMES })
  window: WindowName;

  @ApiProperty({ example: 60 })
  bucket_seconds: number;

  @ApiProperty({
    type: [BucketDto],
    description:
      'All of the window, also empty ones, the latest last; each begins at a multiple of its length',
  })
  buckets: BucketDto[];

  @ApiProperty({ type: EventCountsDto })
  events: EventCountsDto;

  @ApiProperty({
    type: [QueueDto],
    nullable: true,
    description: 'Staff: jobs by queue and state; null for others, and while the queue does not answer',
  })
  queues: QueueDto[] | null;

  @ApiProperty({ type: EmbeddingDto })
  embedding: EmbeddingDto;

  @ApiProperty({
    type: [DashboardStoreDto],
    description:
      `At most ${DASHBOARD_STORES}, those that most need a look first: with failed events, then with a catalogue that ` +
      'differs, then by how long they have been silent',
  })
  stores: DashboardStoreDto[];

  @ApiProperty({ description: 'Shops of which these are some' })
  stores_total: number;
}
