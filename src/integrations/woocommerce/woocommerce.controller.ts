import { Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readProductEvent } from '../../contract/product-event';
import { ProductEventDto } from '../../contract/product-event.dto';
import { ApiErrors } from '../../http/api-docs';
import { parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { invalidFields } from '../../validation/errors';
import { EventIntake } from '../events/event-intake.service';
import { CurrentToken, WooCommerceTokenGuard } from '../tokens/integration-token.guard';
import { ApiSignature } from '../tokens/signature.decorator';
import type { TokenIdentity } from '../tokens/token-identity';
import { UsageCounter } from '../tokens/usage-counter.service';
import { ConnectionDto, WebhookAnswerDto } from './woocommerce.dto';

@ApiTags('woocommerce')
@ApiBearerAuth('integration-token')
@ApiSignature()
@ApiErrors(401, 403, 429)
@UseGuards(WooCommerceTokenGuard)
@Controller('api/integrations/woocommerce')
export class WooCommerceController {
  constructor(
    private readonly intake: EventIntake,
    private readonly usage: UsageCounter,
  ) {}

  @Post('webhook')
  @ApiOperation({
    summary: 'Take in one change of one product',
    description:
      '202 once the event is durably stored; 200 for an event_id that the store has sent before. ' +
      'Fields that are not listed are kept in the logged payload.',
  })
  @ApiBody({ type: ProductEventDto })
  @ApiAcceptedResponse({ type: WebhookAnswerDto })
  @ApiOkResponse({ type: WebhookAnswerDto, description: 'Skipped: received before' })
  @ApiErrors(400, 413, 415)
  async webhook(
    @CurrentToken() identity: TokenIdentity,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookAnswerDto> {
    const { event, errors } = readProductEvent(parseBody(request.body));
    if (!event) throw invalidFields(errors);
    const checkedMs = reply.elapsedTime;
    const { status, timings } = await this.intake.accept(identity, event, request.body as string, {
      address: request.ip,
      userAgent: request.headers['user-agent'],
      requestId: request.id,
    });
    reply.status(status === 'accepted' ? 202 : 200);
    reply.header('server-timing', serverTiming({ check: checkedMs, ...timings }));
    return {
      status,
      message: say(language, status === 'accepted' ? 'event_accepted' : 'event_skipped'),
      event_id: event.eventId,
    };
  }

  @Get('health')
  @ApiOperation({ summary: 'Check the connection and say whose token it is' })
  @ApiOkResponse({ type: ConnectionDto })
  health(@CurrentToken() identity: TokenIdentity, @CurrentLanguage() language: Language): ConnectionDto {
    const { tokenId: id, tokenName: name, integrationType: type, user } = identity;
    const { count, lastUsedAt } = this.usage.uncounted(id);
    return {
      status: 'ok',
      message: say(language, 'connection_ok'),
      user,
      token: {
        id,
        name,
        integration_type: type,
        last_used_at: lastUsedAt ?? identity.lastUsedAt,
        usage_count: identity.usageCount + count,
      },
      integration_type: type,
      timestamp: new Date(),
    };
  }
}

/** Milliseconds by step, as the Server-Timing header has them (W3C). */
const serverTiming = (steps: Record<string, number>): string =>
  Object.entries(steps)
    .map(([name, ms]) => `${name};dur=${ms.toFixed(2)}`)
    .join(', ');
