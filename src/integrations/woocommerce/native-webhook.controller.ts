import { Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiSecurity,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MAX_JSON_DEPTH } from '../../contract/json';
import { SHOP_API } from '../../contract/shop-api';
import { ApiErrors } from '../../http/api-docs';
import { FORM_BODY, parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { invalidField } from '../../validation/errors';
import { EventIntake } from '../events/event-intake.service';
import { IntakeMetrics } from '../events/intake.metrics';
import { incomingDelivery, isNativeTopic, NATIVE_TOPICS } from './native-event';
import { CurrentSender, NativeWebhookGuard, type NativeSender } from './native-webhook.guard';
import { NativeAnswerDto } from './woocommerce.dto';
import { originOf } from './request-origin';

const MAX_DELIVERY_ID = 200;
/** The log keeps a delivery one level deeper, where it is parsed again. */
const MAX_NATIVE_DEPTH = MAX_JSON_DEPTH - 1;

@ApiTags('woocommerce')
@ApiSecurity('webhook-signature')
@ApiErrors(401, 403, 429)
@UseGuards(NativeWebhookGuard)
@Controller(`${SHOP_API.base}/native`)
export class NativeWebhookController {
  constructor(
    private readonly intake: EventIntake,
    private readonly metrics: IntakeMetrics,
  ) {}

  @Post(':tokenId')
  @HttpCode(202)
  @RouteConfig(FORM_BODY)
  @ApiOperation({
    summary: "Take in a delivery of WooCommerce's own webhooks",
    description:
      'For shops without the plugin. The body is the product as its REST API v3 has it, signed with the secret of the ' +
      'token\'s native webhooks; `{"id": N}` for a deletion. The unsigned ping on creation is answered with 200. A product ' +
      'that buyers do not see is taken as deleted; a variation comes by itself and is joined to its product.',
  })
  @ApiParam({ name: 'tokenId', type: Number, description: 'Id of the integration token' })
  @ApiHeader({ name: 'X-WC-Webhook-Topic', enum: NATIVE_TOPICS })
  @ApiHeader({ name: 'X-WC-Webhook-Source', description: "The shop's address" })
  @ApiHeader({ name: 'X-WC-Webhook-Delivery-ID' })
  @ApiAcceptedResponse({ type: NativeAnswerDto })
  @ApiOkResponse({ type: NativeAnswerDto, description: 'A ping, or received before' })
  @ApiErrors(400, 413, 415)
  async deliver(
    @CurrentSender() sender: NativeSender | null,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NativeAnswerDto> {
    if (!sender) {
      reply.status(200);
      return { status: 'ok', message: say(language, 'webhook_ping'), event_id: null };
    }
    const { identity, currency, confirm } = sender;
    const topic = request.headers['x-wc-webhook-topic'];
    if (!isNativeTopic(topic)) {
      throw invalidField('X-WC-Webhook-Topic', 'field_choice', { values: NATIVE_TOPICS.join(', ') });
    }
    const body = request.body as string;
    const delivery = {
      topic,
      source: headerOf(request, 'x-wc-webhook-source', 2048),
      deliveryId: headerOf(request, 'x-wc-webhook-delivery-id', MAX_DELIVERY_ID) ?? '',
      currency,
    };
    const incoming = incomingDelivery(delivery, body, parseBody(body, MAX_NATIVE_DEPTH));
    if (!incoming) {
      this.metrics.count('rejected', topic);
      throw invalidField('id', 'field_product_id');
    }
    const { verdicts } = await this.intake.accept(identity, [incoming], originOf(request), confirm);
    const status = verdicts[0]!;
    reply.status(status === 'accepted' ? 202 : 200);
    return {
      status,
      message: say(language, status === 'accepted' ? 'event_accepted' : 'event_skipped'),
      event_id: incoming.eventId,
    };
  }
}

function headerOf(request: FastifyRequest, name: string, max: number): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, max) : null;
}
