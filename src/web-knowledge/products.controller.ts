import { Controller, Get, Param, Query, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ownedBy } from '../accounts/ownership';
import { CurrentUser, SessionGuard } from '../accounts/session.guard';
import { User } from '../accounts/user.entity';
import { Config } from '../config/config';
import { ApiErrors } from '../http/api-docs';
import { IdPipe } from '../http/id.pipe';
import { CurrentLanguage } from '../http/language.decorator';
import { pageOf, sliceOf } from '../http/page';
import type { Language } from '../i18n/language';
import { toExplanation, toHitExplanation } from './search-explanation.mapper';
import { formatMoney, toProductDetailDto, toProductDto, toVariationDto } from './product.mapper';
import {
  ProductDetailDto,
  ProductOwnerDto,
  ProductPageDto,
  ProductsQueryDto,
  ProductStatsDto,
  ProductStatsQueryDto,
  SearchAnswerDto,
  SearchQueryDto,
} from './products.dto';
import { ProductsService } from './products.service';

@ApiTags('web knowledge')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/web-knowledge')
export class ProductsController {
  constructor(
    private readonly products: ProductsService,
    private readonly config: Config,
  ) {}

  @Get('products')
  @ApiOperation({ summary: "List the user's products" })
  @ApiOkResponse({ type: ProductPageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() user: User,
    @Query() query: ProductsQueryDto,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<ProductPageDto> {
    const slice = sliceOf(query);
    const [products, count] = await this.products.list(tenantOf(user, query), query, slice);
    const results = products.map((product) => toProductDto(product, language));
    return pageOf(request, this.config.server.publicUrl, slice, count, results);
  }

  @Get('products/stats')
  @ApiOperation({ summary: "Counts over the user's products" })
  @ApiOkResponse({ type: ProductStatsDto })
  @ApiErrors(400)
  stats(@CurrentUser() user: User, @Query() query: ProductStatsQueryDto): Promise<ProductStatsDto> {
    return this.products.stats(tenantOf(user, query), query);
  }

  @Get('products/:id')
  @ApiOperation({ summary: 'One product' })
  @ApiOkResponse({ type: ProductDetailDto })
  @ApiErrors(400, 404)
  async find(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @Query() owner: ProductOwnerDto,
    @CurrentLanguage() language: Language,
  ): Promise<ProductDetailDto> {
    const { product, variations } = await this.products.find(tenantOf(user, owner), id);
    return toProductDetailDto(product, variations, language);
  }

  @Get('search')
  @ApiOperation({
    summary: 'Find the products that answer a question',
    description: 'What an assistant calls. Inactive products are never found; price and stock are current.',
  })
  @ApiOkResponse({ type: SearchAnswerDto })
  @ApiErrors(400, 503)
  async search(
    @CurrentUser() user: User,
    @Query() query: SearchQueryDto,
    @CurrentLanguage() language: Language,
  ): Promise<SearchAnswerDto> {
    const { asOf, interpreted, results, explanation } = await this.products.search(
      tenantOf(user, query),
      query,
    );
    return {
      query: query.q,
      count: results.length,
      as_of: asOf,
      interpreted: interpreted && {
        min_price: interpreted.minPrice && formatMoney(interpreted.minPrice),
        max_price: interpreted.maxPrice && formatMoney(interpreted.maxPrice),
        currency: interpreted.currency,
        words: interpreted.words,
        question: interpreted.rest,
      },
      results: results.map(({ product, hit, chunk, fit }) => ({
        product: toProductDto(product, language),
        variation: fit.variation && toVariationDto(fit.variation),
        asked_attributes: fit.asked,
        chunk: { id: chunk.id, chunk_type: 'product', text: chunk.text, tldr: chunk.tldr },
        as_of: product.lastSyncAt,
        score: hit.scores.combined,
        scores: hit.scores,
        ...(query.explain && { explanation: toHitExplanation(hit) }),
      })),
      ...(query.explain && { explanation: toExplanation(explanation, query) }),
    };
  }
}

/** Whose products are asked for: one's own, or, of staff, another user's. Who asks for another's finds none. */
const tenantOf = (actor: User, { user_id: userId }: ProductOwnerDto): number =>
  ownedBy(actor, userId || actor.id).userId!;
