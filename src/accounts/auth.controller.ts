import { Body, Controller, HttpCode, Ip, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiErrors } from '../http/api-docs';
import { RateLimits } from '../limits/rate-limits.service';
import { invalidField, isUnauthorized } from '../validation/errors';
import { AccountsService } from './accounts.service';
import { LoginDto, RefreshDto, SessionTokensDto } from './auth.dto';
import { LoginLimiter } from './login-limiter.service';
import { SessionsService, type SessionTokens } from './sessions.service';

@ApiTags('auth')
@Controller('api/v1/auth/token')
export class AuthController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly sessions: SessionsService,
    private readonly limiter: LoginLimiter,
    private readonly limits: RateLimits,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by e-mail or username' })
  @ApiOkResponse({ type: SessionTokensDto })
  @ApiErrors(400, 401, 429)
  async logIn(
    @Body() { email, username, password }: LoginDto,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionTokens> {
    const login = email || username;
    if (!login) throw invalidField('email', 'field_email_or_username');
    const named = await this.accounts.findByLogin(login);
    // By the user's id, so that e-mail and username count together; by the name for one that is not there.
    const account = named ? `user ${named.id}` : `name ${login.trim().toLowerCase()}`;
    await this.limiter.attempt(account, address, reply);
    const user = await this.accounts.authenticate(named, password);
    await this.limiter.succeeded(account, address, reply);
    return this.sessions.open(user);
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
