import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageDto, PageQueryDto } from '../../http/page';
import {
  Email,
  Flag,
  MayBeAbsent,
  NewPassword,
  OptionalField,
  PASSWORD_LENGTH,
  Text,
  Username,
} from '../../validation/rules';

const PASSWORD = {
  minLength: PASSWORD_LENGTH.min,
  maxLength: PASSWORD_LENGTH.max,
  type: String,
  nullable: true,
  description: 'Without it one is made, and shown this one time',
};

export class UsersQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'In e-mail or username' })
  @OptionalField()
  @Text(200)
  search?: string;

  @ApiPropertyOptional({ type: Boolean })
  @OptionalField()
  @Flag()
  is_active?: boolean;

  @ApiPropertyOptional({ type: Boolean })
  @OptionalField()
  @Flag()
  is_staff?: boolean;
}

export class CreateUserDto {
  @ApiProperty({ example: 'owner@example.com', maxLength: 254 })
  @Email()
  email: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'owner',
    description: 'By default the part of the e-mail before the @, made unique',
  })
  @OptionalField()
  @Username()
  username?: string | null;

  @ApiPropertyOptional(PASSWORD)
  @OptionalField()
  @NewPassword()
  password?: string | null;

  @ApiPropertyOptional({ type: Boolean, nullable: true, default: false, description: 'Whether an admin' })
  @OptionalField()
  @Flag()
  is_staff?: boolean | null;
}

export class PatchUserDto {
  @ApiPropertyOptional({ example: 'owner@example.com', maxLength: 254 })
  @MayBeAbsent()
  @Email()
  email?: string;

  @ApiPropertyOptional({ example: 'owner' })
  @MayBeAbsent()
  @Username()
  username?: string;

  @ApiPropertyOptional({
    description: 'When false: all sessions end, and all integration tokens are refused',
  })
  @MayBeAbsent()
  @Flag()
  is_active?: boolean;

  @ApiPropertyOptional({ description: 'Whether an admin' })
  @MayBeAbsent()
  @Flag()
  is_staff?: boolean;
}

export class ResetPasswordDto {
  @ApiPropertyOptional(PASSWORD)
  @OptionalField()
  @NewPassword()
  password?: string | null;
}

export class UserDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'owner@example.com' })
  email: string;

  @ApiProperty({ example: 'owner' })
  username: string;

  @ApiProperty({ description: 'Whether an admin' })
  is_staff: boolean;

  @ApiProperty()
  is_active: boolean;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({ type: Date, nullable: true })
  last_login_at: Date | null;

  @ApiProperty({ example: 1, description: 'How many shops' })
  stores: number;

  @ApiProperty({ example: 1, description: 'How many integration tokens that are active' })
  tokens: number;

  @ApiProperty({ example: 120, description: 'How many products that are active' })
  products: number;
}

export class UserWithPasswordDto extends UserDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Shown this one time, where one was made; null where the request gave it',
  })
  password: string | null;
}

export class UserPageDto extends PageDto(UserDto) {}

export class PasswordDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Shown this one time, where one was made; null where the request gave it',
  })
  password: string | null;

  @ApiProperty()
  message: string;
}
