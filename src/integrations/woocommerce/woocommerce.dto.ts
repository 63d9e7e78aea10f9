import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { FieldErrorDto } from '../../http/api-docs';

export class WebhookAnswerDto {
  @ApiProperty({ enum: ['accepted', 'skipped'] })
  status: 'accepted' | 'skipped';

  @ApiProperty({ example: 'The event has been accepted.' })
  message: string;

  @ApiProperty({ example: 'wc_2025_11_10_54321' })
  event_id: string;
}

export class NativeAnswerDto {
  @ApiProperty({ enum: ['accepted', 'skipped', 'ok'], description: '`ok` to a ping' })
  status: 'accepted' | 'skipped' | 'ok';

  @ApiProperty()
  message: string;

  @ApiProperty({ type: String, nullable: true })
  event_id: string | null;
}

export class BatchVerdictDto {
  @ApiProperty({ type: String, nullable: true, description: 'Null where the event has none' })
  event_id: string | null;

  @ApiProperty({ enum: ['accepted', 'skipped', 'rejected'] })
  status: 'accepted' | 'skipped' | 'rejected';

  @ApiPropertyOptional({ type: [FieldErrorDto], description: 'Of one that is rejected' })
  errors?: FieldErrorDto[];
}

export class BatchAnswerDto {
  @ApiProperty({
    type: [BatchVerdictDto],
    description: 'One for each event, in their order',
    example: [
      { event_id: 'wc_1', status: 'accepted' },
      { event_id: 'wc_2', status: 'skipped' },
      {
        event_id: 'wc_3',
        status: 'rejected',
        errors: [{ field: 'product.name', message: 'This field is required.' }],
      },
    ],
  })
  results: BatchVerdictDto[];
}

class HealthUserDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'owner@example.com' })
  email: string;

  @ApiProperty({ example: 'owner' })
  username: string;
}

class HealthTokenDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'My shop' })
  name: string;

  @ApiProperty({ example: 'woocommerce' })
  integration_type: string;

  @ApiProperty({ type: Date, nullable: true })
  last_used_at: Date | null;

  @ApiProperty()
  usage_count: number;
}

export class ConnectionDto {
  @ApiProperty({ example: 'ok' })
  status: string;

  @ApiProperty({ example: 'The connection works.' })
  message: string;

  @ApiProperty({ type: HealthUserDto })
  user: HealthUserDto;

  @ApiProperty({ type: HealthTokenDto })
  token: HealthTokenDto;

  @ApiProperty({ example: 'woocommerce' })
  integration_type: string;

  @ApiProperty()
  timestamp: Date;
}
