import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audited } from '../../audit/audited.decorator';
import { ApiErrors } from '../../http/api-docs';
import { LoginDto } from '../auth.dto';
import { Login } from '../login.service';
import { CurrentUser, SessionGuard, type Authenticated } from '../session.guard';
import { User } from '../user.entity';
import { CookieSessions } from './cookie-sessions.service';
import { PasswordChanger } from './password-changer.service';
import { SessionCookie } from './session-cookie';
import { ChangePasswordDto, SessionDto } from './session.dto';

/** The session of a browser: its token is in a cookie that no script can read. */
@ApiTags('auth')
@Controller('api/v1/auth')
export class SessionController {
  constructor(
    private readonly login: Login,
    private readonly sessions: CookieSessions,
    private readonly passwords: PasswordChanger,
    private readonly cookie: SessionCookie,
  ) {}

  @Post('session')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in by e-mail or username, in a browser: sets the cookie `fiko_session`' })
  @ApiOkResponse({ type: SessionDto })
  @ApiErrors(400, 401, 429)
  async open(
    @Body() credentials: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionDto> {
    const user = await this.login.check(credentials, request, reply);
    const { token, expiresAt } = await this.sessions.open(user, request);
    // What the browser had is overwritten: nobody could use it any more, and nobody shall.
    await this.sessions.end(this.cookie.read(request));
    this.cookie.set(request, reply, token, expiresAt);
    return toDto(user, expiresAt);
  }

  @Get('session')
  @UseGuards(SessionGuard)
  @ApiBearerAuth('session')
  @ApiOperation({ summary: 'Who is logged in' })
  @ApiOkResponse({ type: SessionDto })
  @ApiErrors(401, 429)
  find(@CurrentUser() user: User, @Req() request: Authenticated): SessionDto {
    return toDto(user, request.cookieSession?.expiresAt ?? null);
  }

  @Delete('session')
  @HttpCode(204)
  @UseGuards(SessionGuard)
  @ApiBearerAuth('session')
  @Audited('session.closed')
  @ApiOperation({ summary: 'Log out: ends the session of the cookie and clears it' })
  @ApiNoContentResponse()
  @ApiErrors(401, 403, 429)
  async close(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.end(this.cookie.read(request));
    this.cookie.clear(request, reply);
  }

  @Post('password')
  @HttpCode(204)
  @UseGuards(SessionGuard)
  @ApiBearerAuth('session')
  @Audited('password.changed')
  @ApiOperation({
    summary: 'Change your own password',
    description:
      'Ends all your access and refresh tokens, and all sessions but the one that this request came by.',
  })
  @ApiNoContentResponse()
  @ApiErrors(400, 401, 403, 429)
  changePassword(
    @CurrentUser() user: User,
    @Body() change: ChangePasswordDto,
    @Req() request: Authenticated,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    return this.passwords.change(user, change, request, reply);
  }
}

const toDto = ({ id, email, username, isStaff }: User, expiresAt: Date | null): SessionDto => ({
  user: { id, email, username, is_staff: isStaff },
  expires_at: expiresAt,
});
