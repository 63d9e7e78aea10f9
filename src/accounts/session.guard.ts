import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config';
import { RateLimits } from '../limits/rate-limits.service';
import { isUnauthorized, unauthorized } from '../validation/errors';
import { CookieSessions } from './sessions/cookie-sessions.service';
import { assertSameOrigin } from './sessions/same-origin';
import { SessionCookie } from './sessions/session-cookie';
import type { Session } from './sessions/session.entity';
import type { User } from './user.entity';

export type Authenticated = FastifyRequest & {
  user: User;
  /** Where it came by a cookie. */
  cookieSession?: Session;
};

/**
 * Lets a request pass that carries a valid access token, or else the cookie of a session that goes on, within its
 * user's rate limit.
 */
@Injectable()
export class SessionGuard extends AuthGuard('jwt') {
  constructor(
    private readonly limits: RateLimits,
    private readonly config: Config,
    private readonly cookie: SessionCookie,
    private readonly sessions: CookieSessions,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Authenticated>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    // A proxy's own login is in the same header, and says nothing of ours.
    const token = /^bearer /i.test(request.headers.authorization ?? '')
      ? undefined
      : this.cookie.read(request);
    try {
      if (token === undefined) await super.canActivate(context);
      else await this.authenticateByCookie(request, token);
    } catch (error) {
      if (isUnauthorized(error)) await this.limits.consumeRefused(request.ip, reply);
      throw error;
    }
    await this.limits.consume(this.limits.ofUser, request.user.id, reply);
    return true;
  }

  override handleRequest<T>(
    error: Error | null,
    user: T | false,
    _info: unknown,
    context: ExecutionContext,
  ): T {
    if (error) throw error;
    if (user) return user;
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    throw unauthorized(authorization ? 'session_invalid' : 'not_authenticated');
  }

  /** @throws AppError 401 `session_invalid`, 403 `cross_origin` */
  private async authenticateByCookie(request: Authenticated, token: string): Promise<void> {
    const session = await this.sessions.find(token);
    if (!session) throw unauthorized('session_invalid');
    assertSameOrigin(request, this.config.server.publicUrl);
    request.cookieSession = session;
    request.user = session.user;
  }
}

/** The user whose session the request carries. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Authenticated>().user,
);
