import { Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { SHOP_API } from '../../contract/shop-api';
import { ApiErrors } from '../../http/api-docs';
import { parseBody } from '../../http/json-body';
import { readDto } from '../../validation/read-dto';
import { shopOf } from '../stores/shop-request';
import { StoresService } from '../stores/stores.service';
import { CurrentToken, WooCommerceTokenGuard } from '../tokens/integration-token.guard';
import { ApiSignature } from '../tokens/signature.decorator';
import type { TokenIdentity } from '../tokens/token-identity';
import { ProductStatusListDto, ProductStatusQueryDto } from './product-status.dto';
import { ProductStatuses } from './product-status.service';

@ApiTags('woocommerce')
@ApiBearerAuth('integration-token')
@ApiSignature()
@ApiErrors(401, 403, 429)
@UseGuards(WooCommerceTokenGuard)
@Controller(SHOP_API.base)
export class ProductStatusController {
  constructor(
    private readonly stores: StoresService,
    private readonly statuses: ProductStatuses,
  ) {}

  @Post(SHOP_API.status)
  @HttpCode(200)
  @ApiOperation({ summary: 'What became of products of the shop' })
  @ApiBody({ type: ProductStatusQueryDto })
  @ApiOkResponse({ type: ProductStatusListDto })
  @ApiErrors(400, 413, 415)
  async status(
    @CurrentToken() identity: TokenIdentity,
    @Req() request: FastifyRequest,
  ): Promise<ProductStatusListDto> {
    const body = parseBody(request.body);
    const { ids } = readDto(ProductStatusQueryDto, body);
    const storeId = await this.stores.find(identity, shopOf(request, body));
    return { results: await this.statuses.of(identity.user.id, storeId, [...new Set(ids)]) };
  }
}
