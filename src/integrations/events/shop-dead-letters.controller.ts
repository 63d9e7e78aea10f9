import { Controller, Get, HttpCode, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../config/config';
import { SHOP_API } from '../../contract/shop-api';
import { ApiErrors } from '../../http/api-docs';
import { parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import { PageQueryDto, pageOf, sliceOf } from '../../http/page';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { invalidField } from '../../validation/errors';
import { readDto } from '../../validation/read-dto';
import { shopOf } from '../stores/shop-request';
import { StoresService } from '../stores/stores.service';
import { CurrentToken, WooCommerceTokenGuard } from '../tokens/integration-token.guard';
import { ApiSignature } from '../tokens/signature.decorator';
import type { TokenIdentity } from '../tokens/token-identity';
import { FailedEventDto, FailedEventPageDto, RetriedDto, RetryShopEventsDto } from './dead-letters.dto';
import { DeadLetters } from './dead-letters.service';
import type { EventLog } from './event-log.entity';

@ApiTags('woocommerce')
@ApiBearerAuth('integration-token')
@ApiSignature()
@ApiErrors(400, 401, 403, 429)
@UseGuards(WooCommerceTokenGuard)
@Controller(SHOP_API.base)
export class ShopDeadLettersController {
  constructor(
    private readonly stores: StoresService,
    private readonly deadLetters: DeadLetters,
    private readonly config: Config,
  ) {}

  @Get(SHOP_API.failedEvents)
  @ApiOperation({ summary: 'List the shop’s own failed events, the latest first' })
  @ApiOkResponse({ type: FailedEventPageDto })
  async failed(
    @CurrentToken() identity: TokenIdentity,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<FailedEventPageDto> {
    const slice = sliceOf(query);
    const storeId = await this.stores.find(identity, shopOf(request));
    const [events, count] =
      storeId === null ? [[], 0] : await this.deadLetters.listOfStore(identity.user.id, storeId, slice);
    return pageOf(request, this.config.server.publicUrl, slice, count, events.map(toDto));
  }

  @Post(SHOP_API.retryEvents)
  @HttpCode(200)
  @ApiOperation({ summary: 'Queue failed events of the shop again: some, or all' })
  @ApiBody({ type: RetryShopEventsDto })
  @ApiOkResponse({ type: RetriedDto })
  @ApiErrors(413, 415)
  async retry(
    @CurrentToken() identity: TokenIdentity,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<RetriedDto> {
    const body = parseBody(request.body);
    const { all, event_ids: eventIds } = readDto(RetryShopEventsDto, body);
    if (!all && !eventIds) throw invalidField('body', 'field_retry_scope');
    const storeId = await this.stores.find(identity, shopOf(request, body));
    const retried =
      storeId === null ? 0 : await this.deadLetters.retryOfStore(identity.user.id, storeId, eventIds || null);
    return { status: 'queued', retried, message: say(language, 'events_requeued', { count: retried }) };
  }
}

const toDto = (event: EventLog): FailedEventDto => ({
  event_id: event.eventId,
  event_type: event.eventType,
  woo_product_id: event.wooProductId,
  product_name: event.productName,
  error: event.errorMessage,
  cause: event.failureCause,
  attempts: event.attempts,
  created_at: event.createdAt,
  failed_at: event.processedAt,
});
