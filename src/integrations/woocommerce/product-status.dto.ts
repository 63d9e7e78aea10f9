import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_STATUS_IDS } from '../../contract/shop-api';
import { IdList } from '../../validation/rules';
import { PRODUCT_STATES, type ProductSyncState } from './product-status';

const wireId = { oneOf: [{ type: 'number' }, { type: 'string' }] };

export class ProductStatusQueryDto {
  @ApiProperty({
    type: 'array',
    items: wireId,
    minItems: 1,
    maxItems: MAX_STATUS_IDS,
    example: [414],
    description: 'The shop’s product ids; beyond 2^53 as strings of digits',
  })
  @IdList(MAX_STATUS_IDS, { required: true })
  ids: string[];

  @ApiPropertyOptional({
    type: 'object',
    properties: { url: { type: 'string' } },
    example: { url: 'https://shop.example.com' },
    description: 'Which of the shops of the token’s user, as with the webhook',
  })
  store?: { url: string };
}

export class ProductStatusDto {
  @ApiProperty({ ...wireId, example: 414, description: 'A string of digits beyond 2^53' })
  id: number | string;

  @ApiProperty({
    enum: PRODUCT_STATES,
    description:
      '`queued`: its last event waits. `failed`: an event of it failed, and nothing later in time was applied, ' +
      'whatever arrived after it. `synced`: as the shop last said it. `deleted`: as the shop last said. `unknown`: ' +
      'nothing of it ever arrived.',
  })
  state: ProductSyncState;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'wc_2025_11_10_54321',
    description: 'Of the product’s last event; null where the log has none any more',
  })
  last_event_id: string | null;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'When a change of it was last applied; null where none was, or only a deletion',
  })
  synced_at: Date | null;

  @ApiProperty({ description: 'Active, and all chunks of the text that it has now have their embedding' })
  searchable: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why that event failed, its last one is tried again, or its text cannot be made searchable',
  })
  error: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '0f343b0931126a20f133d67c2b018a3b',
    description: 'Of what is active here, as in a manifest',
  })
  digest: string | null;
}

export class ProductStatusListDto {
  @ApiProperty({ type: [ProductStatusDto], description: 'In the order asked, each product once' })
  results: ProductStatusDto[];
}
