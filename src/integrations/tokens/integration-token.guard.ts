import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../../config/config';
import { AppError, tooMany, unauthorized } from '../../validation/errors';
import type { TokenIdentity } from './token-identity';
import { UsageCounter } from './usage-counter.service';

/** Failed authentications that one address may make in a minute: far above a misconfigured shop. */
const REFUSALS_PER_MINUTE = 600;

type Authenticated = FastifyRequest & { user: TokenIdentity };

/** Lets a request pass that carries a valid integration token for WooCommerce, within its rate limit. */
@Injectable()
export class WooCommerceTokenGuard extends AuthGuard('integration-token') {
  private readonly requests: RateLimiterMemory;
  private readonly refusals = new RateLimiterMemory({ points: REFUSALS_PER_MINUTE, duration: 60 });

  constructor(
    config: Config,
    private readonly usage: UsageCounter,
  ) {
    super();
    this.requests = new RateLimiterMemory({ points: config.events.requestsPerMinute, duration: 60 });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Authenticated>();
    try {
      await super.canActivate(context);
    } catch (error) {
      // Counted after the check, so that whoever shares an address with a misconfigured shop is not refused with it.
      if (error instanceof AppError && error.status === 401) {
        await this.refusals.consume(request.ip).catch((refusal: unknown) => {
          throw refusal instanceof RateLimiterRes ? tooManyUntil(refusal) : refusal;
        });
      }
      throw error;
    }
    const { tokenId, integrationType } = request.user;
    if (integrationType !== 'woocommerce') throw new AppError(403, 'token_wrong_type');
    await this.requests.consume(tokenId).catch((refusal: unknown) => {
      throw refusal instanceof RateLimiterRes ? tooManyUntil(refusal) : refusal;
    });
    this.usage.count(request.user);
    return true;
  }

  override handleRequest<T>(error: Error | null, identity: T | false): T {
    if (error) throw error;
    if (!identity) throw unauthorized('token_missing');
    return identity;
  }
}

const tooManyUntil = ({ msBeforeNext }: RateLimiterRes) =>
  tooMany('too_many_requests', Math.max(1, Math.ceil(msBeforeNext / 1000)));

/** The identity behind the integration token that the request carries. */
export const CurrentToken = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Authenticated>().user,
);
