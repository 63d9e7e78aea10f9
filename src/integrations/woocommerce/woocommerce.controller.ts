import { Controller, Get, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Config } from '../../config/config';
import { rawItems } from '../../contract/json-slices';
import { readProductEvent, type ProductEvent } from '../../contract/product-event';
import { EventBatchDto, ProductEventDto } from '../../contract/product-event.dto';
import { LIMITS, MAX_BATCH, SHOP_API } from '../../contract/shop-api';
import { ApiErrors } from '../../http/api-docs';
import { fieldSentences } from '../../http/error.filter';
import { bodyBytes, LARGE_BODY, parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import { FOR_MACHINES_ONLY } from '../../http/security-headers';
import { languageOf, type Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { inTurns } from '../../jobs/turns';
import { invalidFields } from '../../validation/errors';
import { readDto } from '../../validation/read-dto';
import { EventIntake } from '../events/event-intake.service';
import { incomingEvent, type IncomingEvent } from '../events/incoming-event';
import { IntakeMetrics } from '../events/intake.metrics';
import { CurrentToken, WooCommerceTokenGuard, type TokenRequest } from '../tokens/integration-token.guard';
import { CONFIRMS_TOKEN } from '../tokens/integration-token.strategy';
import { ApiSignature } from '../tokens/signature.decorator';
import type { TokenIdentity } from '../tokens/token-identity';
import { UsageCounter } from '../tokens/usage-counter.service';
import { originOf } from './request-origin';
import { ApiSentAt } from './sent-at.decorator';
import { BatchAnswerDto, ConnectionDto, WebhookAnswerDto } from './woocommerce.dto';

@ApiTags('woocommerce')
@ApiBearerAuth('integration-token')
@ApiSignature()
@ApiSentAt()
@ApiErrors(401, 403, 429)
@UseGuards(WooCommerceTokenGuard)
@Controller(SHOP_API.base)
export class WooCommerceController {
  constructor(
    private readonly intake: EventIntake,
    private readonly config: Config,
    private readonly usage: UsageCounter,
    private readonly metrics: IntakeMetrics,
  ) {}

  @Post(SHOP_API.webhook)
  @RouteConfig({ ...CONFIRMS_TOKEN, ...FOR_MACHINES_ONLY })
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
    // Whole, as below: a parameter that a pipe looks at costs more than what it is for.
    @Req() request: TokenRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookAnswerDto> {
    const { user: identity, confirm } = request;
    let incoming: IncomingEvent;
    try {
      incoming = incomingEvent(this.readEvent(request.body), bodyBytes(request));
      // Hundreds of requests wait for the database with what they hold.
      request.body = undefined;
    } catch (error) {
      // What stores nothing holds the token against the database by no statement.
      await confirm();
      throw error;
    }
    const checkedMs = reply.elapsedTime;
    const { verdicts, logMs } = await this.intake.accept(identity, [incoming], originOf(request), confirm);
    const status = verdicts[0]!;
    reply.status(status === 'accepted' ? 202 : 200);
    reply.header('server-timing', serverTiming(checkedMs, logMs));
    return {
      status,
      message: say(languageOf(request), status === 'accepted' ? 'event_accepted' : 'event_skipped'),
      event_id: incoming.eventId,
    };
  }

  @Post(SHOP_API.batch)
  @HttpCode(202)
  @RouteConfig({ ...LARGE_BODY, ...CONFIRMS_TOKEN, ...FOR_MACHINES_ONLY })
  @ApiOperation({
    summary: `Take in up to ${MAX_BATCH} changes at once`,
    description:
      'For a first sync. Each event has a verdict of its own: one that is bad does not reject the others, and those ' +
      'that were received before are skipped. All that are accepted are durably stored.',
  })
  @ApiBody({ type: EventBatchDto })
  @ApiAcceptedResponse({ type: BatchAnswerDto })
  @ApiErrors(400, 413, 415)
  async batch(
    @Req() request: TokenRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchAnswerDto> {
    const { user: identity, confirm } = request;
    const text = request.body as string;
    let events: unknown[];
    try {
      ({ events } = readDto(EventBatchDto, parseBody(text)));
    } catch (error) {
      await confirm();
      throw error;
    }
    const payloads = rawItems(text, 'events')!;
    // In turns: an event may have a thousand variations.
    const read = await inTurns(events, (given, index) => this.readOne(given, payloads[index]!));
    const checkedMs = reply.elapsedTime;
    const incoming = read.flatMap((each) => each.incoming ?? []);
    if (incoming.length === 0) await confirm();
    const { verdicts, logMs } = await this.intake.accept(identity, incoming, originOf(request), confirm);
    reply.header('server-timing', serverTiming(checkedMs, logMs));
    const results = read.map(({ incoming, eventId, errors }) =>
      incoming
        ? { event_id: eventId, status: verdicts.shift()! }
        : {
            event_id: eventId,
            status: 'rejected' as const,
            errors: fieldSentences(errors, languageOf(request)),
          },
    );
    return { results };
  }

  /** @throws AppError 400 that names each bad field */
  private readEvent(body: unknown): ProductEvent {
    const given = parseBody(body);
    const { event, errors } = readProductEvent(given);
    if (event) return event;
    this.metrics.count('rejected', typeOf(given));
    throw invalidFields(errors);
  }

  private readOne(given: unknown, payload: string) {
    const { bodyLimit } = this.config.server;
    // By letters first: counting bytes of what is far too long takes time.
    const isTooLarge = payload.length > bodyLimit || Buffer.byteLength(payload) > bodyLimit;
    const { event, errors } = isTooLarge
      ? {
          event: null,
          errors: [{ field: 'event', message: 'field_size' as const, values: { max: bodyLimit } }],
        }
      : readProductEvent(given);
    const incoming = event && incomingEvent(event, payload);
    if (!event) this.metrics.count('rejected', typeOf(given));
    return { incoming, errors, eventId: event?.eventId ?? eventIdOf(given) };
  }

  @Get(SHOP_API.health)
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

/** By which a shop recognises an event that was rejected. */
function eventIdOf(given: unknown): string | null {
  const id = (given as { event_id?: unknown } | null)?.event_id;
  return typeof id === 'string' && id.length <= LIMITS.eventId ? id : null;
}

/** What an event says that it is, for the count of those that were rejected. */
const typeOf = (given: unknown): unknown => (given as { event_type?: unknown } | null)?.event_type;

/** Milliseconds by step, as the Server-Timing header has them (W3C). */
const serverTiming = (checkMs: number, logMs: number): string =>
  `check;dur=${checkMs.toFixed(2)}, log;dur=${logMs.toFixed(2)}`;
