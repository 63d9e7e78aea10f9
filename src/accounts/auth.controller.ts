import { Body, Controller, HttpCode, Ip, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiErrors } from '../http/api-docs';
import { RateLimits } from '../limits/rate-limits.service';
import { isUnauthorized } from '../validation/errors';
import { LoginDto, RefreshDto, SessionTokensDto } from './auth.dto';
import { Login } from './login.service';
import { SessionsService, type SessionTokens } from './sessions.service';

@ApiTags('auth')
@Controller('api/v1/auth/token')
export class AuthController {
  constructor(
    private readonly login: Login,
    private readonly sessions: SessionsService,
    private readonly limits: RateLimits,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by e-mail or username' })
  @ApiOkResponse({ type: SessionTokensDto })
  @ApiErrors(400, 401, 429)
  async logIn(
    @Body() credentials: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionTokens> {
    return this.sessions.open(await this.login.check(credentials, request, reply));
  }

  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({ summary: 'Exchange a refresh token for new tokens' })
  @ApiOkResponse({ type: SessionTokensDto })
  @ApiErrors(400, 401, 429)
  async refresh(
    @Body() { refresh }: RefreshDto,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionTokens> {
    try {
      return await this.sessions.renew(refresh);
    } catch (error) {
      if (isUnauthorized(error)) await this.limits.consumeRefused(address, reply);
      throw error;
    }
  }
}
