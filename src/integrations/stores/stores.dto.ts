import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageDto, PageQueryDto } from '../../http/page';
import { Integer, OptionalField, Text } from '../../validation/rules';

export class StoresQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Staff: of this user only', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;

  @ApiPropertyOptional({ description: 'In address, host or the owner’s e-mail' })
  @OptionalField()
  @Text(200)
  search?: string;
}

export class StoreDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 1 })
  user_id: number;

  @ApiProperty({ example: 'owner@example.com' })
  user_email: string;

  @ApiProperty({ example: 'woocommerce' })
  platform: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'shop.example.com',
    description: 'Null until it names its site',
  })
  url: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "The host of its products' addresses, where it names no site",
  })
  host: string | null;

  @ApiProperty({
    description:
      "How far the shop's clock is ahead of ours, in seconds; 0 where that is little, or not known",
  })
  clock_ahead_seconds: number;

  @ApiProperty({
    type: Date,
    nullable: true,
    description:
      "Since when each change that arrives is later than all before it: when the shop's state was last told to win",
  })
  resynced_at: Date | null;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'When the shop last compared its catalogue with ours',
  })
  compared_at: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'When such a comparison last found no difference' })
  in_step_at: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'Since when comparisons have found one' })
  drift_since: Date | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Products that differ, as far as the shop has asked which; null where it has not',
  })
  drift_products: number | null;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'When its last event arrived; null where none has',
  })
  last_event_at: Date | null;

  @ApiProperty({ description: 'Events that wait' })
  events_queued: number;

  @ApiProperty({ description: 'Events that failed for good' })
  events_failed: number;

  @ApiProperty({ description: 'Active products' })
  products: number;

  @ApiProperty()
  created_at: Date;
}

export class StorePageDto extends PageDto(StoreDto) {}

export class ResyncDto {
  @ApiProperty({ example: 'resync_started' })
  status: string;

  @ApiProperty()
  message: string;

  @ApiProperty({ description: 'Changes that arrive from now on win over all that arrived before' })
  resynced_at: Date;
}
