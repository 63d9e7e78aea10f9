import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageDto, PageQueryDto } from '../../http/page';
import {
  AddressList,
  Choice,
  Flag,
  HttpUrl,
  Integer,
  IsoDate,
  MayBeAbsent,
  OptionalField,
  RequiredText,
  Text,
} from '../../validation/rules';
import { INTEGRATION_TYPES, type IntegrationType } from './integration-token.entity';

export const TOKEN_STATUSES = ['active', 'expired', 'inactive'] as const;
export type TokenStatus = (typeof TOKEN_STATUSES)[number];

const MAX_ID = Number.MAX_SAFE_INTEGER;
const MAX_RATE_LIMIT = 1_000_000;
const RATE_LIMIT = 'Staff: requests that it may make in a minute; null for the default of the installation';
const REQUIRE_SIGNATURE = 'Refuse requests without a valid signature; needs a signing key';

export class TokensQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Staff: of this user only', type: Number })
  @OptionalField()
  @Integer(1, MAX_ID)
  user_id?: number;

  @ApiPropertyOptional({
    enum: TOKEN_STATUSES,
    description:
      'Inactive are those that were deactivated, expired those that were not and whose time is over',
  })
  @OptionalField()
  @Choice(TOKEN_STATUSES)
  status?: TokenStatus;

  @ApiPropertyOptional({ description: 'In name, preview or the owner’s e-mail' })
  @OptionalField()
  @Text(200)
  search?: string;
}

export class GenerateTokenDto {
  @ApiProperty({ enum: INTEGRATION_TYPES, example: 'woocommerce' })
  @Choice(INTEGRATION_TYPES)
  integration_type: IntegrationType;

  @ApiProperty({ example: 'My shop' })
  @RequiredText(200)
  name: string;

  @ApiPropertyOptional({ description: 'Staff: for this user', type: Number })
  @OptionalField()
  @Integer(1, MAX_ID)
  user_id?: number;

  @ApiPropertyOptional({ type: [String], example: ['203.0.113.7', '198.51.100.0/24'] })
  @OptionalField()
  @AddressList(100)
  allowed_ips?: string[] | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @OptionalField()
  @IsoDate()
  expires_at?: Date | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'https://shop.example.com',
    description: 'Binds the token to the shop at this address at once, instead of at its first event',
  })
  @OptionalField()
  @HttpUrl(2048)
  store_url?: string | null;

  @ApiPropertyOptional({ description: REQUIRE_SIGNATURE, type: Boolean })
  @OptionalField()
  @Flag()
  require_signature?: boolean | null;

  @ApiPropertyOptional({ description: RATE_LIMIT, type: Number, nullable: true })
  @OptionalField()
  @Integer(1, MAX_RATE_LIMIT)
  rate_limit_per_minute?: number | null;
}

export class PatchTokenDto {
  @ApiPropertyOptional()
  @MayBeAbsent()
  @RequiredText(200)
  name?: string;

  @ApiPropertyOptional()
  @MayBeAbsent()
  @Flag()
  is_active?: boolean;

  @ApiPropertyOptional({ type: [String], nullable: true })
  @OptionalField()
  @AddressList(100)
  allowed_ips?: string[] | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true })
  @OptionalField()
  @IsoDate()
  expires_at?: Date | null;

  @ApiPropertyOptional({ description: REQUIRE_SIGNATURE })
  @MayBeAbsent()
  @Flag()
  require_signature?: boolean;

  @ApiPropertyOptional({ description: RATE_LIMIT, type: Number, nullable: true })
  @OptionalField()
  @Integer(1, MAX_RATE_LIMIT)
  rate_limit_per_minute?: number | null;
}

export class TokenDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 1 })
  user_id: number;

  @ApiProperty({ example: 'owner@example.com' })
  user_email: string;

  @ApiProperty({ enum: INTEGRATION_TYPES })
  integration_type: IntegrationType;

  @ApiProperty({ example: 'WooCommerce' })
  integration_type_display: string;

  @ApiProperty()
  name: string;

  @ApiProperty({ example: 'wc_sk_...abc123' })
  token_preview: string;

  @ApiProperty()
  is_active: boolean;

  @ApiProperty({ description: 'Active and not expired' })
  is_valid_status: boolean;

  @ApiProperty({ type: Date, nullable: true })
  last_used_at: Date | null;

  @ApiProperty()
  usage_count: number;

  @ApiProperty({ type: [String], description: 'Empty for any address' })
  allowed_ips: string[];

  @ApiProperty({ type: Number, nullable: true, description: 'Null for the default of the installation' })
  rate_limit_per_minute: number | null;

  @ApiProperty({ description: 'Requests without a valid signature are refused' })
  require_signature: boolean;

  @ApiProperty({ description: 'How many signing keys are valid' })
  signing_keys: number;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({ type: Date, nullable: true })
  expires_at: Date | null;
}

export class TokenWithSecretDto extends TokenDto {
  @ApiProperty({
    example: 'wc_sk_live_0123456789abcdefghij0123456789abcdefghij',
    description: 'Shown this one time',
  })
  token: string;

  @ApiProperty()
  message: string;
}

export class TokenPageDto extends PageDto(TokenDto) {}
