import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimits } from '../../limits/rate-limits.service';
import { AppError, isUnauthorized, unauthorized } from '../../validation/errors';
import { SignatureVerifier } from './signature-verifier.service';
import type { TokenIdentity } from './token-identity';
import { UsageCounter } from './usage-counter.service';

type Authenticated = FastifyRequest & { user: TokenIdentity };

/**
 * Lets a request pass that carries a valid integration token for WooCommerce, within its rate limit, and is signed
 * where it must be.
 */
@Injectable()
export class WooCommerceTokenGuard extends AuthGuard('integration-token') {
  constructor(
    private readonly signatures: SignatureVerifier,
    private readonly limits: RateLimits,
    private readonly usage: UsageCounter,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Authenticated>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    let signingKeyId: number | null;
    try {
      await super.canActivate(context);
      signingKeyId = this.signatures.verify(request, request.user);
    } catch (error) {
      // Counted after the check, so that whoever shares an address with a misconfigured shop is not refused with it.
      if (isUnauthorized(error)) await this.limits.consumeRefused(request.ip, reply);
      throw error;
    }
    const { tokenId, integrationType, rateLimitPerMinute } = request.user;
    if (integrationType !== 'woocommerce') throw new AppError(403, 'token_wrong_type');
    await this.limits.consume(this.limits.ofToken(rateLimitPerMinute), tokenId, reply);
    this.usage.count(request.user, signingKeyId);
    return true;
  }

  override handleRequest<T>(error: Error | null, identity: T | false): T {
    if (error) throw error;
    if (!identity) throw unauthorized('token_missing');
    return identity;
  }
}

/** The identity behind the integration token that the request carries. */
export const CurrentToken = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Authenticated>().user,
);
