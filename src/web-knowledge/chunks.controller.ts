import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentUser, SessionGuard } from '../accounts/session.guard';
import { User } from '../accounts/user.entity';
import { Audited } from '../audit/audited.decorator';
import { Config } from '../config/config';
import { ApiErrors } from '../http/api-docs';
import { IdPipe } from '../http/id.pipe';
import { CurrentLanguage } from '../http/language.decorator';
import { pageOf, sliceOf } from '../http/page';
import type { Language } from '../i18n/language';
import { say } from '../i18n/messages';
import { ChunkOwnerDto, ChunkPageDto, ChunksFilterDto, ChunksRetryDto, EmbeddingsDto } from './chunks.dto';
import { ChunksService } from './chunks.service';

@ApiTags('embeddings')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/web-knowledge')
export class ChunksController {
  constructor(
    private readonly chunks: ChunksService,
    private readonly config: Config,
  ) {}

  @Get('chunks')
  @ApiOperation({ summary: 'List chunks and what became of their embeddings: staff all, others their own' })
  @ApiOkResponse({ type: ChunkPageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() user: User,
    @Query() filter: ChunksFilterDto,
    @Req() request: FastifyRequest,
  ): Promise<ChunkPageDto> {
    const slice = sliceOf(filter);
    const [results, count] = await this.chunks.list(user, filter, slice);
    return pageOf(request, this.config.server.publicUrl, slice, count, results);
  }

  @Post('chunks/retry')
  @Audited('chunks.retried', { details: ['user_id'], answer: { count: 'count' } })
  @HttpCode(200)
  @ApiOperation({ summary: 'Have all refused chunks embedded once more: staff all, others their own' })
  @ApiOkResponse({ type: ChunksRetryDto })
  @ApiErrors(400)
  async retryAll(
    @CurrentUser() user: User,
    @Query() owner: ChunkOwnerDto,
    @CurrentLanguage() language: Language,
  ): Promise<ChunksRetryDto> {
    return answer(await this.chunks.retryAll(user, owner), language);
  }

  @Post('chunks/:id/retry')
  @Audited('chunk.retried', { target: 'chunk' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Have a refused chunk embedded once more' })
  @ApiOkResponse({ type: ChunksRetryDto })
  @ApiErrors(404, 409)
  async retry(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @CurrentLanguage() language: Language,
  ): Promise<ChunksRetryDto> {
    await this.chunks.retry(user, id);
    return answer(1, language);
  }

  @Get('embeddings')
  @ApiOperation({
    summary: 'Staff: which embeddings answer, what waits, and what the service was asked, by reason',
  })
  @ApiOkResponse({ type: EmbeddingsDto })
  @ApiErrors(403)
  embeddings(@CurrentUser() user: User): Promise<EmbeddingsDto> {
    return this.chunks.embeddings(user);
  }
}

const answer = (count: number, language: Language): ChunksRetryDto => ({
  status: 'queued',
  message: say(language, 'chunks_requeued'),
  count,
});
