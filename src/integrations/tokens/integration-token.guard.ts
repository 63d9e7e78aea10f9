import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimits } from '../../limits/rate-limits.service';
import { AppError, isUnauthorized, unauthorized } from '../../validation/errors';
import { SignatureVerifier } from './signature-verifier.service';
import { TokenAuthenticator } from './token-authenticator.service';
import type { Confirm, TokenIdentity } from './token-identity';
import { bearerOf } from './token-secret';
import { UsageCounter } from './usage-counter.service';

/** A request that the guard has let pass. */
export type TokenRequest = FastifyRequest & { user: TokenIdentity; confirm: Confirm };

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
    private readonly authenticator: TokenAuthenticator,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<TokenRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    request.confirm = () => this.refusalsCounted(request, reply, () => this.lookAgain(request));
    return this.admitRemembered(request, reply) || this.admit(context, request, reply);
  }

  private async admit(
    context: ExecutionContext,
    request: TokenRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    const signingKeyId = await this.refusalsCounted(request, reply, async () => {
      await super.canActivate(context);
      return this.check(request, request.user);
    });
    const { tokenId, rateLimitPerMinute } = request.user;
    await this.limits.consume(this.limits.ofToken(rateLimitPerMinute), tokenId, reply);
    this.usage.count(request.user, signingKeyId);
    return true;
  }

  /**
   * By what is remembered of the token, where its endpoint confirms that. Nobody is refused by it: what it does not let
   * pass is asked for.
   */
  private admitRemembered(request: TokenRequest, reply: FastifyReply): boolean {
    // With a query the strategy has to see that there is no token in it.
    if (!request.routeOptions.config.confirmsToken || request.url.includes('?')) return false;
    const token = bearerOf(request.headers.authorization);
    const identity = token === undefined ? null : this.authenticator.recall(token, request.ip);
    if (!identity) return false;
    let signingKeyId: number | null;
    try {
      signingKeyId = this.check(request, identity);
    } catch {
      return false;
    }
    const limit = this.limits.ofToken(identity.rateLimitPerMinute);
    if (!this.limits.consumeForeseen(limit, identity.tokenId, reply)) return false;
    this.usage.count(identity, signingKeyId);
    request.user = identity;
    return true;
  }

  private async lookAgain(request: TokenRequest): Promise<TokenIdentity> {
    const identity = await this.authenticator.authenticate(
      bearerOf(request.headers.authorization)!,
      request.ip,
    );
    this.check(request, identity);
    return identity;
  }

  /** @returns the id of the key that signed the request; null for one that is not signed */
  private check(request: TokenRequest, identity: TokenIdentity): number | null {
    const signingKeyId = this.signatures.verify(request, identity);
    if (identity.integrationType !== 'woocommerce') throw new AppError(403, 'token_wrong_type');
    return signingKeyId;
  }

  private async refusalsCounted<T>(
    request: TokenRequest,
    reply: FastifyReply,
    authenticate: () => Promise<T>,
  ): Promise<T> {
    try {
      return await authenticate();
    } catch (error) {
      // Counted after the check, so that whoever shares an address with a misconfigured shop is not refused with it.
      if (isUnauthorized(error)) await this.limits.consumeRefused(request.ip, reply);
      throw error;
    }
  }

  override handleRequest<T>(error: Error | null, identity: T | false): T {
    if (error) throw error;
    if (!identity) throw unauthorized('token_missing');
    return identity;
  }
}

/** The identity behind the integration token that the request carries. */
export const CurrentToken = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<TokenRequest>().user,
);
