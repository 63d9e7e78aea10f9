import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SHOP_API } from '../../contract/shop-api';
import { ApiErrors } from '../../http/api-docs';
import { parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import type { Language } from '../../i18n/language';
import { AppError } from '../../validation/errors';
import { CurrentToken, WooCommerceTokenGuard } from '../tokens/integration-token.guard';
import { ApiSignature } from '../tokens/signature.decorator';
import type { TokenIdentity } from '../tokens/token-identity';
import { shopOf } from './shop-request';
import { toResync } from './stores.controller';
import { ResyncDto } from './stores.dto';
import { StoresService } from './stores.service';

@ApiTags('woocommerce')
@ApiBearerAuth('integration-token')
@ApiSignature()
@ApiErrors(401, 403, 429)
@UseGuards(WooCommerceTokenGuard)
@Controller(SHOP_API.base)
export class ShopResyncController {
  constructor(private readonly stores: StoresService) {}

  @Post(SHOP_API.resync)
  @HttpCode(200)
  @ApiOperation({
    summary: "Make the shop's state win, told by the shop itself",
    description:
      'As `POST /api/v1/integrations/stores/{id}/resync/`; 409 before the first event. The body may be left out; one with ' +
      '`store.url` names the shop, as an event does.',
  })
  @ApiOkResponse({ type: ResyncDto })
  @ApiErrors(400, 409)
  async resync(
    @CurrentToken() identity: TokenIdentity,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<ResyncDto> {
    const body = request.body ? parseBody(request.body) : null;
    const storeId = await this.stores.find(identity, shopOf(request, body));
    const store = storeId === null ? null : await this.stores.beginEpoch(identity.user.id, storeId);
    if (!store) throw new AppError(409, 'store_unknown');
    return toResync(store, language);
  }
}
