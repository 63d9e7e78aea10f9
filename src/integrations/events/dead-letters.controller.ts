import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, SessionGuard } from '../../accounts/session.guard';
import { User } from '../../accounts/user.entity';
import { Audited } from '../../audit/audited.decorator';
import { ApiErrors } from '../../http/api-docs';
import { CurrentLanguage } from '../../http/language.decorator';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { invalidField } from '../../validation/errors';
import { FailureGroupListDto, RetriedDto, RetryEventsDto } from './dead-letters.dto';
import { DeadLetters } from './dead-letters.service';
import { EventConditionsDto } from './events.dto';

/** What is recorded of which events were meant. */
const RETRY_SCOPE = [
  ...[
    'all',
    'ids',
    'user_id',
    'store_id',
    'event_type',
    'success',
    'status',
    'woo_product_id',
    'cause',
    'search',
  ],
  ...['created_after', 'created_before'],
];

@ApiTags('event log')
@ApiBearerAuth('session')
@ApiErrors(400, 401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/integrations/woocommerce/events')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Get('failures')
  @ApiOperation({ summary: 'Failed events by their cause, the latest first: staff all, others their own' })
  @ApiOkResponse({ type: FailureGroupListDto })
  async failures(
    @CurrentUser() user: User,
    @Query() filter: EventConditionsDto,
  ): Promise<FailureGroupListDto> {
    return { results: await this.deadLetters.groups(user, filter) };
  }

  @Post('retry')
  @Audited('events.retried', { details: RETRY_SCOPE, answer: { retried: 'retried' } })
  @HttpCode(200)
  @ApiOperation({
    summary: 'Queue failed events again: those that match, or all',
    description: 'With the conditions of the list, or `ids`, or both. Without any, `all` must be true.',
  })
  @ApiOkResponse({ type: RetriedDto })
  async retry(
    @CurrentUser() user: User,
    @Body() scope: RetryEventsDto,
    @CurrentLanguage() language: Language,
  ): Promise<RetriedDto> {
    const { all, ...conditions } = scope;
    if (
      !all &&
      Object.values(conditions).every((value) => value === undefined || value === null || value === '')
    ) {
      throw invalidField('body', 'field_retry_scope');
    }
    const retried = await this.deadLetters.retry(user, conditions);
    return { status: 'queued', retried, message: say(language, 'events_requeued', { count: retried }) };
  }
}
