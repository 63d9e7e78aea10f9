import { Controller, Get, Query, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../../audit/audit-entry.entity';
import { Config } from '../../config/config';
import { ApiErrors } from '../../http/api-docs';
import { CurrentLanguage } from '../../http/language.decorator';
import { pageOf, sliceOf } from '../../http/page';
import type { Language } from '../../i18n/language';
import { display } from '../../i18n/messages';
import { CurrentUser, SessionGuard } from '../session.guard';
import { User } from '../user.entity';
import { AuditEntryDto, AuditPageDto, AuditQueryDto } from './audit.dto';
import { AuditReader } from './audit-reader.service';

@ApiTags('audit')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/audit')
export class AuditController {
  constructor(
    private readonly reader: AuditReader,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Who did what, the latest first: staff all, others what they did themselves' })
  @ApiOkResponse({ type: AuditPageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() user: User,
    @Query() query: AuditQueryDto,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<AuditPageDto> {
    const slice = sliceOf(query);
    const [entries, count] = await this.reader.list(user, query, slice);
    const results = entries.map((entry) => toDto(entry, language));
    return pageOf(request, this.config.server.publicUrl, slice, count, results);
  }
}

const toDto = (entry: AuditEntry, language: Language): AuditEntryDto => ({
  id: entry.id,
  created_at: entry.createdAt,
  actor: entry.actorId,
  actor_email: entry.actorEmail,
  action: entry.action,
  action_display: display(language, 'action_', entry.action),
  target_type: entry.targetType,
  target_id: entry.targetId,
  details: entry.details,
  outcome: entry.outcome,
  status_code: entry.statusCode,
  error_code: entry.errorCode,
  source_ip: entry.sourceIp,
  user_agent: entry.userAgent,
});
