import type { CookieSerializeOptions } from '@fastify/cookie';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../config/config';

export const SESSION_COOKIE = 'fiko_session';

/** The cookie that a browser's session is in: for no script, and for no request that another site makes. */
@Injectable()
export class SessionCookie {
  constructor(private readonly config: Config) {}

  read(request: FastifyRequest): string | undefined {
    return request.cookies[SESSION_COOKIE];
  }

  set(request: FastifyRequest, reply: FastifyReply, token: string, expires: Date): void {
    void reply.setCookie(SESSION_COOKIE, token, { ...this.options(request), expires });
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    void reply.clearCookie(SESSION_COOKIE, this.options(request));
  }

  private options(request: FastifyRequest): CookieSerializeOptions {
    const secure =
      request.protocol === 'https' || this.config.server.publicUrl?.startsWith('https:') === true;
    return { httpOnly: true, sameSite: 'strict', path: '/', secure };
  }
}
