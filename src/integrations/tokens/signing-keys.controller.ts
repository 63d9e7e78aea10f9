import { Controller, Delete, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
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
import { ApiErrors } from '../../http/api-docs';
import { IdPipe } from '../../http/id.pipe';
import { parseBody } from '../../http/json-body';
import { CurrentLanguage } from '../../http/language.decorator';
import type { Language } from '../../i18n/language';
import { say } from '../../i18n/messages';
import { readDto } from '../../validation/read-dto';
import type { SigningKey } from './signing-key.entity';
import { CreateSigningKeyDto, SigningKeyDto, SigningKeyWithSecretDto } from './signing-keys.dto';
import { SigningKeysService } from './signing-keys.service';

@ApiTags('integration tokens')
@ApiBearerAuth('session')
@ApiErrors(401, 404, 429)
@UseGuards(SessionGuard)
@Controller('api/v1/integrations/tokens/:id/signing-keys')
export class SigningKeysController {
  constructor(private readonly keys: SigningKeysService) {}

  @Get()
  @ApiOperation({ summary: 'The keys that requests with a token are signed with' })
  @ApiOkResponse({ type: [SigningKeyDto] })
  async list(@CurrentUser() user: User, @Param('id', IdPipe) tokenId: number): Promise<SigningKeyDto[]> {
    return (await this.keys.list(user, tokenId)).map(toDto);
  }

  @Post()
  @Audited('signing_key.created', {
    target: 'token',
    details: ['expire_others_in_hours'],
    answer: { key_id: 'id' },
  })
  @ApiOperation({
    summary: 'Make a signing key; its secret is shown this one time',
    description: 'Of a token, at most five are valid at a time. The others stay so unless told otherwise.',
  })
  @ApiBody({ type: CreateSigningKeyDto, required: false })
  @ApiCreatedResponse({ type: SigningKeyWithSecretDto })
  @ApiErrors(400, 409)
  async create(
    @CurrentUser() user: User,
    @Param('id', IdPipe) tokenId: number,
    @Req() request: FastifyRequest,
    @CurrentLanguage() language: Language,
  ): Promise<SigningKeyWithSecretDto> {
    // It may come without a body, which a parameter with @Body would refuse.
    const { expire_others_in_hours: hours } = readDto(CreateSigningKeyDto, parseBody(request.body || '{}'));
    const { key, secret } = await this.keys.create(user, tokenId, typeof hours === 'number' ? hours : null);
    return { ...toDto(key), secret, message: say(language, 'signing_key_generated') };
  }

  @Delete(':key_id')
  @Audited('signing_key.removed', { target: 'token', details: ['key_id'] })
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a signing key; what it signed is refused from then on' })
  @ApiNoContentResponse()
  remove(
    @CurrentUser() user: User,
    @Param('id', IdPipe) tokenId: number,
    @Param('key_id', IdPipe) keyId: number,
  ): Promise<void> {
    return this.keys.remove(user, tokenId, keyId);
  }
}

const toDto = ({ id, preview, createdAt, expiresAt, lastUsedAt }: SigningKey): SigningKeyDto => ({
  id,
  preview,
  created_at: createdAt,
  expires_at: expiresAt,
  last_used_at: lastUsedAt,
});
