import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, SessionGuard } from '../../accounts/session.guard';
import { User } from '../../accounts/user.entity';
import { Audited } from '../../audit/audited.decorator';
import { Config } from '../../config/config';
import { ApiErrors } from '../../http/api-docs';
import { IdPipe } from '../../http/id.pipe';
import { CurrentLanguage } from '../../http/language.decorator';
import { baseUrl } from '../../http/page';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { NATIVE_TOPICS } from '../woocommerce/native-event';
import { NativeWebhookDto, NativeWebhookWithSecretDto, TakeNativeWebhooksDto } from './native-webhooks.dto';
import { NativeWebhooksService } from './native-webhooks.service';

@ApiTags('integration tokens')
@ApiBearerAuth('session')
@ApiErrors(401, 404, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/integrations/tokens/:id/native-webhooks')
export class NativeWebhooksController {
  constructor(
    private readonly webhooks: NativeWebhooksService,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: "Where WooCommerce's own webhooks are to be pointed; 404 where none are taken" })
  @ApiOkResponse({ type: NativeWebhookDto })
  async find(
    @CurrentUser() user: User,
    @Param('id', IdPipe) tokenId: number,
    @Req() request: FastifyRequest,
  ): Promise<NativeWebhookDto> {
    const { currency } = await this.webhooks.find(user, tokenId);
    return this.toDto(request, tokenId, currency);
  }

  @Post()
  @Audited('native_webhooks.taken', { target: 'token', details: ['currency'] })
  @ApiOperation({
    summary:
      "Take WooCommerce's own webhooks, for a shop without the plugin; their secret is shown this one time",
    description: 'Called again it makes a new secret; the one before is believed for 24 hours more.',
  })
  @ApiCreatedResponse({ type: NativeWebhookWithSecretDto })
  @ApiErrors(400)
  async take(
    @CurrentUser() user: User,
    @Param('id', IdPipe) tokenId: number,
    @Body() { currency }: TakeNativeWebhooksDto,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<NativeWebhookWithSecretDto> {
    const { secret, previousUntil } = await this.webhooks.take(user, tokenId, currency);
    return {
      ...this.toDto(request, tokenId, currency.toUpperCase()),
      secret,
      previous_secret_until: previousUntil,
      message: say(language, 'native_webhooks_taken'),
    };
  }

  @Delete()
  @Audited('native_webhooks.refused', { target: 'token' })
  @HttpCode(204)
  @ApiOperation({ summary: "Take WooCommerce's own webhooks no more" })
  @ApiNoContentResponse()
  refuse(@CurrentUser() user: User, @Param('id', IdPipe) tokenId: number): Promise<void> {
    return this.webhooks.refuse(user, tokenId);
  }

  private toDto(request: FastifyRequest, tokenId: number, currency: string): NativeWebhookDto {
    return {
      delivery_url: `${baseUrl(request, this.config.server.publicUrl)}/api/integrations/woocommerce/native/${tokenId}/`,
      topics: [...NATIVE_TOPICS],
      currency,
    };
  }
}
