import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-http-bearer';
import { unauthorized } from '../../validation/errors';
import { TokenAuthenticator } from './token-authenticator.service';
import type { TokenIdentity } from './token-identity';
import { bearerOf } from './token-secret';

declare module 'fastify' {
  interface FastifyContextConfig {
    confirmsToken?: boolean;
  }
}

/** The configuration of a route that answers no request before `Confirm`, or a statement, has held its token against the database. */
export const CONFIRMS_TOKEN = { confirmsToken: true };

@Injectable()
export class IntegrationTokenStrategy extends PassportStrategy(Strategy, 'integration-token') {
  constructor(private readonly authenticator: TokenAuthenticator) {
    super({ passReqToCallback: true });
  }

  validate(request: FastifyRequest, token: string): Promise<TokenIdentity> {
    // The strategy also takes a token from the query or the body, where logs and proxies would keep it.
    if (bearerOf(request.headers.authorization) !== token) throw unauthorized('token_missing');
    return this.authenticator.authenticate(token, request.ip);
  }
}
