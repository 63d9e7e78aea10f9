import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Integer, OptionalField } from '../../validation/rules';

const MAX_HOURS = 720;

export class CreateSigningKeyDto {
  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 0,
    maximum: MAX_HOURS,
    description: 'Hours that the other keys stay valid; 0 ends them now. Without it they stay as they are',
  })
  @OptionalField()
  @Integer(0, MAX_HOURS)
  expire_others_in_hours?: number | null;
}

export class SigningKeyDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'whsec_...x0z9Q=' })
  preview: string;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'Null for never; in the past, it is no longer valid',
  })
  expires_at: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  last_used_at: Date | null;
}

export class SigningKeyWithSecretDto extends SigningKeyDto {
  @ApiProperty({
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
    description: 'Shown this one time',
  })
  secret: string;

  @ApiProperty()
  message: string;
}
