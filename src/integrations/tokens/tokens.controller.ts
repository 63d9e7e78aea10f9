import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
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
import { pageOf, sliceOf } from '../../http/page';
import type { Language } from '../../i18n/language';
import { display, say } from '../../i18n/messages';
import type { IntegrationToken } from './integration-token.entity';
import {
  GenerateTokenDto,
  PatchTokenDto,
  TokenDto,
  TokenPageDto,
  TokensQueryDto,
  TokenWithSecretDto,
} from './tokens.dto';
import { TokensService, type TokenWithSecret } from './tokens.service';

/** What is recorded of a request, by the name of its field. */
const LIMITS = ['allowed_ips', 'expires_at', 'require_signature', 'rate_limit_per_minute'];
const GENERATED = ['integration_type', 'name', 'user_id', 'store_url', ...LIMITS];
const CHANGED = ['name', 'is_active', ...LIMITS];

@ApiTags('integration tokens')
@ApiBearerAuth('session')
@ApiErrors(401, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/integrations/tokens')
export class TokensController {
  constructor(
    private readonly tokens: TokensService,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List tokens: staff all, others their own' })
  @ApiOkResponse({ type: TokenPageDto })
  @ApiErrors(400)
  async list(
    @CurrentUser() user: User,
    @Query() query: TokensQueryDto,
    @CurrentLanguage() language: Language,
    @Req() request: FastifyRequest,
  ): Promise<TokenPageDto> {
    const slice = sliceOf(query);
    const [tokens, count] = await this.tokens.list(user, query, slice);
    const results = tokens.map((token) => toDto(token, language));
    return pageOf(request, this.config.server.publicUrl, slice, count, results);
  }

  @Post('generate')
  @Audited('token.generated', { target: 'token', details: GENERATED })
  @ApiOperation({ summary: 'Make a token; it is shown this one time' })
  @ApiCreatedResponse({ type: TokenWithSecretDto })
  @ApiErrors(400, 403, 409)
  async generate(
    @CurrentUser() user: User,
    @Body() body: GenerateTokenDto,
    @CurrentLanguage() language: Language,
  ): Promise<TokenWithSecretDto> {
    return withSecret(await this.tokens.generate(user, body), language);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One token' })
  @ApiOkResponse({ type: TokenDto })
  @ApiErrors(404)
  async find(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @CurrentLanguage() language: Language,
  ): Promise<TokenDto> {
    return toDto(await this.tokens.find(user, id), language);
  }

  @Patch(':id')
  @Audited('token.changed', { target: 'token', details: CHANGED })
  @ApiOperation({
    summary:
      'Change name, state, allowed addresses, expiry, what it may do in a minute, and whether it must sign',
  })
  @ApiOkResponse({ type: TokenDto })
  @ApiErrors(400, 403, 404, 409)
  async patch(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @Body() body: PatchTokenDto,
    @CurrentLanguage() language: Language,
  ): Promise<TokenDto> {
    return toDto(await this.tokens.patch(user, id, body), language);
  }

  @Delete(':id')
  @Audited('token.deactivated', { target: 'token' })
  @HttpCode(204)
  @ApiOperation({ summary: 'Deactivate a token' })
  @ApiNoContentResponse()
  @ApiErrors(404)
  deactivate(@CurrentUser() user: User, @Param('id', IdPipe) id: number): Promise<void> {
    return this.tokens.deactivate(user, id);
  }

  @Post(':id/rotate')
  @Audited('token.rotated', { target: 'token', answer: { name: 'name' } })
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a token a new secret; the old one is refused from then on' })
  @ApiOkResponse({ type: TokenWithSecretDto })
  @ApiErrors(404)
  async rotate(
    @CurrentUser() user: User,
    @Param('id', IdPipe) id: number,
    @CurrentLanguage() language: Language,
  ): Promise<TokenWithSecretDto> {
    return withSecret(await this.tokens.rotate(user, id), language);
  }
}

function toDto(token: IntegrationToken, language: Language): TokenDto {
  const expired = token.expiresAt !== null && token.expiresAt.getTime() <= Date.now();
  return {
    id: token.id,
    user_id: token.userId,
    user_email: token.user.email,
    integration_type: token.integrationType,
    integration_type_display: display(language, '', token.integrationType),
    name: token.name,
    token_preview: token.tokenPreview,
    is_active: token.isActive,
    is_valid_status: token.isActive && !expired,
    last_used_at: token.lastUsedAt,
    usage_count: token.usageCount,
    allowed_ips: token.allowedIps,
    rate_limit_per_minute: token.rateLimitPerMinute,
    require_signature: token.requireSignature,
    signing_keys: token.signingKeys,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
  };
}

const withSecret = ({ token, secret }: TokenWithSecret, language: Language): TokenWithSecretDto => ({
  ...toDto(token, language),
  token: secret,
  message: say(language, 'token_generated'),
});
