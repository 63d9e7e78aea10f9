import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { OptionalField, RequiredText, Text } from '../validation/rules';

export class LoginDto {
  @ApiPropertyOptional({ example: 'admin@example.com', description: 'Either this or `username`' })
  @OptionalField()
  @Text(254)
  email?: string;

  @ApiPropertyOptional({ example: 'admin' })
  @OptionalField()
  @Text(254)
  username?: string;

  @ApiProperty({ example: 'correct horse battery staple' })
  @RequiredText(200)
  password: string;
}

export class RefreshDto {
  @ApiProperty()
  @RequiredText(4096)
  refresh: string;
}

export class SessionTokensDto {
  @ApiProperty({ description: 'For `Authorization: Bearer`' })
  access: string;

  @ApiProperty({ description: 'For `POST /api/v1/auth/token/refresh/`' })
  refresh: string;
}
