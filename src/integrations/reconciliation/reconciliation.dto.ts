import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MAX_MANIFEST_ENTRIES } from '../../contract/shop-api';
import { MAX_BUCKETS } from './manifest';

const HEX_16 = '^[0-9a-f]{16}$';
const wireIds = (description: string) => ({
  type: 'array' as const,
  items: { oneOf: [{ type: 'number' }, { type: 'string' }] },
  description,
});

class NamedShopDto {
  @ApiPropertyOptional({
    type: 'object',
    properties: { url: { type: 'string' } },
    example: { url: 'https://shop.example.com' },
    description: 'Which of the shops of the token’s user, as with the webhook',
  })
  store?: { url: string };

  @ApiProperty({ minimum: 1, maximum: MAX_BUCKETS, example: 4 })
  bucket_count: number;
}

/** First round. */
export class BucketManifestDto extends NamedShopDto {
  @ApiProperty({
    type: [String],
    example: ['0000000000000000', '0000000000000000', '31c1b5a1f0f4b3d2', '0000000000000000'],
    description: `${HEX_16}, exactly bucket_count of them: the XOR of the fingerprints of the bucket’s products`,
  })
  buckets: string[];

  @ApiPropertyOptional({ example: 1, description: 'How many products the shop has; not compared' })
  products?: number;
}

/** Second round. */
export class EntryManifestDto extends NamedShopDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'array', items: {} } },
    example: { '2': [[414, '0f343b0931126a20f133d67c2b018a3b']] },
    description:
      'By the number of the bucket, all products of it as [id, digest]; a bucket that is empty in the shop as []. ' +
      `At most ${MAX_MANIFEST_ENTRIES} products in one request: use more buckets, or several requests`,
  })
  entries: Record<string, [number | string, string][]>;
}

export class BucketComparisonDto {
  @ApiProperty({ description: 'Nothing differs, and no event waits' })
  in_step: boolean;

  @ApiProperty({ example: 4 })
  bucket_count: number;

  @ApiProperty({ type: [Number], example: [2], description: 'Numbers of the buckets that differ' })
  buckets: number[];

  @ApiProperty({ example: 1, description: 'Products that are active here' })
  products: number;

  @ApiProperty({ example: 0, description: 'Events of the shop that wait: they may explain a difference' })
  queued_events: number;
}

export class EntryComparisonDto {
  @ApiProperty({ description: 'Nothing differs in these buckets, and no event of theirs waits' })
  in_step: boolean;

  @ApiProperty(wireIds('Not active here: to be sent'))
  missing: (number | string)[];

  @ApiProperty(wireIds('Otherwise here than in the shop: to be sent'))
  different: (number | string)[];

  @ApiProperty(wireIds('Active here and not in the shop: a deletion is to be sent'))
  orphaned: (number | string)[];

  @ApiProperty(wireIds('With an event that waits, and so in none of the lists above: not to be sent again'))
  pending: (number | string)[];
}
