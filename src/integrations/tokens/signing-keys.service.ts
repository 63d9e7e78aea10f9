import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { User } from '../../accounts/user.entity';
import { SIGNING_SECRET_PREFIX } from '../../contract/signature';
import { AppError, notFound } from '../../validation/errors';
import type { IntegrationToken } from './integration-token.entity';
import { SecretBox } from './secret-box';
import { SigningKey } from './signing-key.entity';
import { TokensService } from './tokens.service';
import { UsageCounter } from './usage-counter.service';

const SECRET_BYTES = 32;
/** Each valid one is tried with each request. */
const MAX_VALID_KEYS = 5;

export interface SigningKeyWithSecret {
  key: SigningKey;
  secret: string;
}

/** The signing keys of a token, as its owner or an admin manages them. The acting user comes first everywhere. */
@Injectable()
export class SigningKeysService {
  constructor(
    @InjectRepository(SigningKey) private readonly keys: Repository<SigningKey>,
    private readonly tokens: TokensService,
    private readonly box: SecretBox,
    private readonly usage: UsageCounter,
  ) {}

  /** @throws AppError 404 also for another user's token */
  async list(actor: User, tokenId: number): Promise<SigningKey[]> {
    const { userId } = await this.tokens.find(actor, tokenId);
    await this.usage.flush();
    return this.keys.find({ where: { userId, tokenId }, order: { id: 'DESC' } });
  }

  /**
   * A new key. The others go on, so that the shop can change over without a request being refused.
   * @param expireOthersInHours when the others end; null for not because of this one
   * @throws AppError 404 also for another user's token; 409 `signing_keys_full`
   */
  async create(
    actor: User,
    tokenId: number,
    expireOthersInHours: number | null,
  ): Promise<SigningKeyWithSecret> {
    const token = await this.tokens.find(actor, tokenId);
    const secret = SIGNING_SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');
    const id = await this.insert(token, secret, expireOthersInHours);
    return { key: await this.keys.findOneByOrFail({ userId: token.userId, id }), secret };
  }

  /** @throws AppError 404 also for a key of another token or another user's */
  async remove(actor: User, tokenId: number, id: number): Promise<void> {
    const { userId } = await this.tokens.find(actor, tokenId);
    const { affected } = await this.keys.delete({ userId, tokenId, id });
    if (affected !== 1) throw notFound();
  }

  private insert(
    { userId, id: tokenId }: IntegrationToken,
    secret: string,
    expireOthersInHours: number | null,
  ): Promise<number> {
    return this.keys.manager.transaction(async (manager) => {
      // Two at once would both find room for one more.
      await manager.query(`SELECT 1 FROM integration_tokens WHERE user_id = $1 AND id = $2 FOR UPDATE`, [
        userId,
        tokenId,
      ]);
      if (expireOthersInHours !== null) {
        await manager.query(
          `UPDATE signing_keys SET expires_at = least(expires_at, now() + make_interval(hours => $3))
            WHERE user_id = $1 AND token_id = $2`,
          [userId, tokenId, expireOthersInHours],
        );
      }
      const [row] = await manager.query<{ valid: number }[]>(
        `SELECT count(*) AS valid FROM signing_keys
          WHERE user_id = $1 AND token_id = $2 AND (expires_at IS NULL OR expires_at > now())`,
        [userId, tokenId],
      );
      if (row!.valid >= MAX_VALID_KEYS) throw new AppError(409, 'signing_keys_full', { max: MAX_VALID_KEYS });
      const inserted = await manager.insert(SigningKey, {
        userId,
        tokenId,
        secretSealed: this.box.seal(secret, { purpose: 'signing-key', tokenId }),
        preview: `${SIGNING_SECRET_PREFIX}...${secret.slice(-6)}`,
      });
      return inserted.identifiers[0]!.id as number;
    });
  }
}
