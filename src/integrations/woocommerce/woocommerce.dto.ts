import { ApiProperty } from '@nestjs/swagger';

export class WebhookAnswerDto {
  @ApiProperty({ enum: ['accepted', 'skipped'] })
  status: 'accepted' | 'skipped';

  @ApiProperty({ example: 'The event has been accepted.' })
  message: string;

  @ApiProperty({ example: 'wc_2025_11_10_54321' })
  event_id: string;
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
