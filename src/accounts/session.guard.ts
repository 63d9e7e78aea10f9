import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { unauthorized } from '../validation/errors';
import type { User } from './user.entity';

/** Lets a request pass that carries a valid access token. */
@Injectable()
export class SessionGuard extends AuthGuard('jwt') {
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
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<{ user: User }>().user,
);
