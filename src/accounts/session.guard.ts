import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimits } from '../limits/rate-limits.service';
import { isUnauthorized, unauthorized } from '../validation/errors';
import type { User } from './user.entity';

type Authenticated = FastifyRequest & { user: User };

/** Lets a request pass that carries a valid access token, within its user's rate limit. */
@Injectable()
export class SessionGuard extends AuthGuard('jwt') {
  constructor(private readonly limits: RateLimits) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Authenticated>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    try {
      await super.canActivate(context);
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
}

/** The user whose session the request carries. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Authenticated>().user,
);
