import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
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
import { say } from '../../i18n/messages';
import { notFound } from '../../validation/errors';
import type { Store } from './store.entity';
import { ResyncDto, StoreDto, StorePageDto, StoresQueryDto } from './stores.dto';
import { StoresService, type StoreView } from './stores.service';

@ApiTags('stores')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/integrations/stores')
export class StoresController {
  constructor(
    private readonly stores: StoresService,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List shops: staff all, others their own' })
  @ApiOkResponse({ type: StorePageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() user: User,
    @Query() query: StoresQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<StorePageDto> {
    const slice = sliceOf(query);
    const [stores, count] = await this.stores.list(user, query, slice);
    return pageOf(request, this.config.server.publicUrl, slice, count, stores.map(toDto));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One shop' })
  @ApiOkResponse({ type: StoreDto })
  @ApiErrors(404)
  async find(@CurrentUser() user: User, @Param('id', IdPipe) id: number): Promise<StoreDto> {
    return toDto(await this.stores.view(user, id));
  }

  @Post(':id/resync')
  @Audited('store.resynced', { target: 'store' })
  @HttpCode(200)
  @ApiOperation({
    summary: "Make the shop's state win",
    description:
      'From now on each change that arrives is later than all that arrived before, whatever its date: for a shop that ' +
      'was restored from a backup, or whose clock was wrong. The shop then sends all its products anew; what it no ' +
      'longer has its reconciliation deletes.',
  })
  @ApiOkResponse({ type: ResyncDto })
  @ApiErrors(404)
  async resync(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @CurrentLanguage() language: Language,
  ): Promise<ResyncDto> {
    const { userId } = await this.stores.findFor(user, id);
    const store = await this.stores.beginEpoch(userId, id);
    if (!store) throw notFound();
    return toResync(store, language);
  }
}

export const toResync = (store: Store, language: Language): ResyncDto => ({
  status: 'resync_started',
  message: say(language, 'resync_started'),
  resynced_at: store.epochAt!,
});

function toDto({ store, health }: StoreView): StoreDto {
  return {
    id: store.id,
    user_id: store.userId,
    user_email: store.user!.email,
    platform: store.platform,
    url: store.url,
    host: store.host,
    clock_ahead_seconds: Math.round(store.clockAheadMs / 1000),
    resynced_at: store.epochAt,
    compared_at: store.comparedAt,
    in_step_at: store.inStepAt,
    drift_since: store.driftSince,
    drift_products: store.driftProducts,
    last_event_at: health.lastEventAt,
    events_queued: health.eventsQueued,
    events_failed: health.eventsFailed,
    products: health.products,
    created_at: store.createdAt,
  };
}
