import { createHmac, timingSafeEqual } from 'node:crypto';
import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { RateLimits } from '../../limits/rate-limits.service';
import { AppError, isUnauthorized, notFound } from '../../validation/errors';
import { SecretBox } from '../tokens/secret-box';
import { TokenAuthenticator, type TokenWebhook } from '../tokens/token-authenticator.service';
import type { Confirm, TokenIdentity } from '../tokens/token-identity';
import { UsageCounter } from '../tokens/usage-counter.service';

/** Who sent a delivery of WooCommerce's own webhooks. */
export interface NativeSender {
  identity: TokenIdentity;
  currency: string | null;
  confirm: Confirm;
}

/** `nativeSender` is null for a ping: WooCommerce tries an address once, without a signature, when a webhook is made. */
type Sent = FastifyRequest<{ Params: { tokenId: string } }> & { nativeSender: NativeSender | null };

const PING = /^webhook_id=\d{1,20}$/;

/** Lets a delivery pass that is signed with the secret of the token in its address, within the token's rate limit. */
@Injectable()
export class NativeWebhookGuard implements CanActivate {
  constructor(
    private readonly authenticator: TokenAuthenticator,
    private readonly box: SecretBox,
    private readonly limits: RateLimits,
    private readonly usage: UsageCounter,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(NativeWebhookGuard.name);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Sent>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const { tokenId } = request.params;
    if (!/^[1-9]\d{0,14}$/.test(tokenId)) throw notFound();
    const signature = request.headers['x-wc-webhook-signature'];
    const body = request.rawBody ?? Buffer.alloc(0);
    if (signature === undefined && body.length < 100 && PING.test(body.toString('latin1'))) {
      // Anybody can send one: it costs no token anything, and tells nothing of which there are.
      await this.limits.consumeRefused(request.ip, reply);
      request.nativeSender = null;
      return true;
    }
    const authenticate = async () => {
      const sender = await this.authenticator.authenticateWebhook(
        Number(tokenId),
        request.ip,
        (webhook) => typeof signature === 'string' && this.isSigned(webhook, body, signature),
      );
      if (sender.identity.integrationType !== 'woocommerce') throw new AppError(403, 'token_wrong_type');
      return sender;
    };
    try {
      const { identity, currency } = await authenticate();
      await this.limits.consume(this.limits.ofToken(identity.rateLimitPerMinute), identity.tokenId, reply);
      this.usage.count(identity, null);
      const confirm = async () => {
        try {
          return (await authenticate()).identity;
        } catch (error) {
          if (isUnauthorized(error)) await this.limits.consumeRefused(request.ip, reply);
          throw error;
        }
      };
      request.nativeSender = { identity, currency, confirm };
      return true;
    } catch (error) {
      if (isUnauthorized(error)) await this.limits.consumeRefused(request.ip, reply);
      throw error;
    }
  }

  /** Base64 of HMAC-SHA256 over the body as it came. All secrets are tried, in constant time. */
  private isSigned({ tokenId, sealedSecrets }: TokenWebhook, body: Buffer, signature: string): boolean {
    const given = Buffer.from(signature, 'base64');
    let isSigned = false;
    for (const sealed of sealedSecrets) {
      const secret = this.open(tokenId, sealed);
      if (secret === null) continue;
      const expected = createHmac('sha256', secret).update(body).digest();
      if (given.length === expected.length && timingSafeEqual(given, expected)) isSigned = true;
    }
    return isSigned;
  }

  private open(tokenId: number, sealed: string): string | null {
    try {
      return this.box.open(sealed, { purpose: 'webhook-secret', tokenId });
    } catch {
      this.logger.error(
        { token_id: tokenId },
        'a webhook secret does not open, as when JWT_SECRET has changed; it verifies nothing until it is replaced',
      );
      return null;
    }
  }
}

/** Who sent the delivery; null for a ping. */
export const CurrentSender = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Sent>().nativeSender,
);
