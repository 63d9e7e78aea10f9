import { Controller, Get, Header, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, SessionGuard } from '../../accounts/session.guard';
import { User } from '../../accounts/user.entity';
import { Audited } from '../../audit/audited.decorator';
import { Config } from '../../config/config';
import { ApiErrors } from '../../http/api-docs';
import { IdPipe } from '../../http/id.pipe';
import { CurrentLanguage } from '../../http/language.decorator';
import { pageOf, sliceOf } from '../../http/page';
import type { Language } from '../../i18n/language';
import { display, say } from '../../i18n/messages';
import {
  EventDetailDto,
  EventDto,
  EventPageDto,
  EventsFilterDto,
  EventStatsDto,
  RetryDto,
} from './events.dto';
import { EventsService, type EventView } from './events.service';

@ApiTags('event log')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/integrations/woocommerce/events')
export class EventsController {
  constructor(
    private readonly events: EventsService,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List events, the latest first: staff all, others their own' })
  @ApiOkResponse({ type: EventPageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() user: User,
    @Query() filter: EventsFilterDto,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<EventPageDto> {
    const slice = sliceOf(filter);
    const [views, count] = await this.events.list(user, filter, slice);
    const results = views.map((view) => toDto(view, language));
    return pageOf(request, this.config.server.publicUrl, slice, count, results);
  }

  @Get('stats')
  @ApiOperation({ summary: 'Counts and times of the events that match' })
  @ApiOkResponse({ type: EventStatsDto })
  @ApiErrors(400)
  stats(@CurrentUser() user: User, @Query() filter: EventsFilterDto): Promise<EventStatsDto> {
    return this.events.stats(user, filter);
  }

  @Get(':id')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'One event with its payload' })
  @ApiOkResponse({ type: EventDetailDto })
  @ApiErrors(404)
  async find(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @CurrentLanguage() language: Language,
  ): Promise<string> {
    const view = await this.events.find(user, id);
    const timeline = await this.events.timeline(view);
    const dto = JSON.stringify({ ...toDto(view, language), timeline });
    return `${dto.slice(0, -1)},"payload":${view.event.payload}}`;
  }

  @Post(':id/retry')
  @Audited('event.retried', { target: 'event', answer: { event_id: 'event_id' } })
  @HttpCode(200)
  @ApiOperation({ summary: 'Queue a failed event again' })
  @ApiOkResponse({ type: RetryDto })
  @ApiErrors(404, 409)
  async retry(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @CurrentLanguage() language: Language,
  ): Promise<RetryDto> {
    const event = await this.events.retry(user, id);
    return { status: 'queued', message: say(language, 'event_requeued'), event_id: event.eventId };
  }
}

function toDto({ event, userEmail, tokenName }: EventView, language: Language): EventDto {
  return {
    id: event.id,
    event_id: event.eventId,
    event_type: event.eventType,
    event_type_display: display(language, '', event.eventType),
    user: event.userId,
    user_email: userEmail,
    token: event.tokenId,
    token_name: tokenName,
    store: event.storeId,
    woo_product_id: event.wooProductId,
    product_name: event.productName,
    status: event.status,
    processed_successfully: event.status === 'queued' ? null : event.status === 'processed',
    outcome: event.outcome,
    error_message: event.errorMessage,
    failure_cause: event.failureCause,
    attempts: event.attempts,
    processing_time_ms: event.processingTimeMs,
    source_ip: event.sourceIp,
    user_agent: event.userAgent,
    created_at: event.createdAt,
    started_at: event.startedAt,
    processed_at: event.processedAt,
    next_attempt_at: event.status === 'queued' && event.attempts > 0 ? event.nextAttemptAt : null,
  };
}
