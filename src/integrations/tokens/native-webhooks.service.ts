import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { User } from '../../accounts/user.entity';
import { notFound } from '../../validation/errors';
import { IntegrationToken } from './integration-token.entity';
import { SecretBox } from './secret-box';
import { TokensService } from './tokens.service';

const SECRET_BYTES = 32;
/** WooCommerce tries a delivery once: a secret that is replaced is believed while its webhooks are changed over. */
const PREVIOUS_HOURS = 24;

/** Whether a token takes WooCommerce's own webhooks, as its owner or an admin manages it. The acting user comes first. */
@Injectable()
export class NativeWebhooksService {
  constructor(
    @InjectRepository(IntegrationToken) private readonly repository: Repository<IntegrationToken>,
    private readonly tokens: TokensService,
    private readonly box: SecretBox,
  ) {}

  /** @throws AppError 404 also for another user's token, and where none are taken */
  async find(actor: User, tokenId: number): Promise<{ currency: string }> {
    const { webhookCurrency } = await this.tokens.find(actor, tokenId);
    if (webhookCurrency === null) throw notFound();
    return { currency: webhookCurrency };
  }

  /**
   * Takes them from now on, signed with a new secret.
   * @throws AppError 404 also for another user's token
   */
  async take(
    actor: User,
    tokenId: number,
    currency: string,
  ): Promise<{ secret: string; previousUntil: Date | null }> {
    const { userId } = await this.tokens.find(actor, tokenId);
    // Letters and digits alone: WooCommerce decodes entities in a secret before it signs with it.
    const secret = randomBytes(SECRET_BYTES).toString('hex');
    const sealed = this.box.seal(secret, { purpose: 'webhook-secret', tokenId });
    const [rows] = await this.repository.query<[{ until: Date | null }[], number]>(
      `UPDATE integration_tokens
          SET webhook_secret_sealed = $3, webhook_currency = $4,
              previous_webhook_secret_sealed = webhook_secret_sealed,
              previous_webhook_secret_until =
                CASE WHEN webhook_secret_sealed IS NOT NULL THEN now() + make_interval(hours => ${PREVIOUS_HOURS}) END
        WHERE user_id = $1 AND id = $2
        RETURNING previous_webhook_secret_until AS until`,
      [userId, tokenId, sealed, currency.toUpperCase()],
    );
    return { secret, previousUntil: rows[0]!.until };
  }

  /** Takes none any more. @throws AppError 404 also for another user's token */
  async refuse(actor: User, tokenId: number): Promise<void> {
    const { userId } = await this.tokens.find(actor, tokenId);
    await this.repository.query(
      `UPDATE integration_tokens
          SET webhook_secret_sealed = NULL, webhook_currency = NULL, previous_webhook_secret_sealed = NULL,
              previous_webhook_secret_until = NULL
        WHERE user_id = $1 AND id = $2`,
      [userId, tokenId],
    );
  }
}
