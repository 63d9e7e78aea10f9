import { ApiProperty } from '@nestjs/swagger';
import { NewPassword, PASSWORD_LENGTH, RequiredText } from '../../validation/rules';

export class SessionUserDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty({ example: 'owner@example.com' })
  email: string;

  @ApiProperty({ example: 'owner' })
  username: string;

  @ApiProperty()
  is_staff: boolean;
}

export class SessionDto {
  @ApiProperty({ type: SessionUserDto })
  user: SessionUserDto;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'When the cookie is worth nothing any more, in use or not; null for an access token',
  })
  expires_at: Date | null;
}

export class ChangePasswordDto {
  @ApiProperty()
  @RequiredText(200)
  current_password: string;

  @ApiProperty({ minLength: PASSWORD_LENGTH.min, maxLength: PASSWORD_LENGTH.max })
  @NewPassword()
  new_password: string;
}
