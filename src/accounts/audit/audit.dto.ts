import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AUDIT_OUTCOMES, type AuditOutcome } from '../../audit/audit-entry.entity';
import { PageDto, PageQueryDto } from '../../http/page';
import { Integer, IsoDate, OptionalField, Text } from '../../validation/rules';

export class AuditQueryDto extends PageQueryDto {
  @ApiPropertyOptional({ description: 'Staff: what this user did', type: Number })
  @OptionalField()
  @Integer(1, Number.MAX_SAFE_INTEGER)
  user_id?: number;

  @ApiPropertyOptional({ example: 'token.rotated' })
  @OptionalField()
  @Text(100)
  action?: string;

  @ApiPropertyOptional({ description: "In the actor's e-mail, the target, the address or the details" })
  @OptionalField()
  @Text(200)
  search?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @OptionalField()
  @IsoDate()
  created_after?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  @OptionalField()
  @IsoDate()
  created_before?: Date;
}

export class AuditEntryDto {
  @ApiProperty({ example: 1 })
  id: number;

  @ApiProperty()
  created_at: Date;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'User id; null for the command line, and for a login that was refused',
  })
  actor: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'admin@example.com',
    description: 'As it was then; `command line` for a command of the server',
  })
  actor_email: string | null;

  @ApiProperty({ example: 'token.rotated' })
  action: string;

  @ApiProperty({ example: 'Token given a new secret' })
  action_display: string;

  @ApiProperty({ type: String, nullable: true, example: 'token' })
  target_type: string | null;

  @ApiProperty({ type: String, nullable: true, example: '1' })
  target_id: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { name: 'My shop' },
    description: 'What was asked for, without secrets',
  })
  details: object;

  @ApiProperty({
    enum: AUDIT_OUTCOMES,
    description: '`started` while it runs, and for ever where the server ended within it',
  })
  outcome: AuditOutcome;

  @ApiProperty({ type: Number, nullable: true, example: 200 })
  status_code: number | null;

  @ApiProperty({ type: String, nullable: true, example: 'not_found' })
  error_code: string | null;

  @ApiProperty({ type: String, nullable: true })
  source_ip: string | null;

  @ApiProperty({ type: String, nullable: true })
  user_agent: string | null;
}

export class AuditPageDto extends PageDto(AuditEntryDto) {}
