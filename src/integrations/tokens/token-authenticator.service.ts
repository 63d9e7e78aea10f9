import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { addressSet } from '../../config/keys';
import { AppError, unauthorized } from '../../validation/errors';
import { ACCESS_FINGERPRINT } from './access-fingerprint';
import type { IntegrationType } from './integration-token.entity';
import type { TokenIdentity } from './token-identity';
import { hashToken, TOKEN_PREFIX } from './token-secret';

interface TokenRow {
  user_id: number;
  id: number;
  name: string;
  integration_type: IntegrationType;
  is_active: boolean;
  is_expired: boolean;
  allowed_ips: string[];
  usage_count: number;
  last_used_at: Date | null;
  rate_limit_per_minute: number | null;
  require_signature: boolean;
  signing_keys: { id: number; sealed: string }[];
  email: string;
  username: string;
  user_is_active: boolean;
  store_id: number | null;
  store_url: string | null;
  store_host: string | null;
  clock_ahead_ms: number | null;
  webhook_currency: string | null;
  webhook_secrets: string[];
  fingerprint: string;
}

/** Tokens that are remembered at most: those of the shops that sent last. */
const MEMORY = 10_000;

/** A token as the database had it. */
interface Remembered {
  row: TokenRow;
  /** Who sent it last: a shop sends from one address, and each event would have an identity of its own. */
  last: { address: string; identity: TokenIdentity } | null;
}

/** What a token's webhooks are signed with. */
export interface TokenWebhook {
  tokenId: number;
  /** The one that is valid, and the one before while it still is; sealed by SecretBox. */
  sealedSecrets: string[];
}

@Injectable()
export class TokenAuthenticator {
  /** By hash, the one looked up last at the end. */
  private readonly remembered = new Map<string, Remembered>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * The identity behind a token sent from an address.
   * @throws AppError 401 `token_unknown`, `token_inactive` or `token_expired`; 403 `address_not_allowed`
   */
  async authenticate(token: string, address: string): Promise<TokenIdentity> {
    const row = token.startsWith(TOKEN_PREFIX) ? await this.look(hashToken(token)) : null;
    if (!row) throw unauthorized('token_unknown');
    return identityOf(row, address);
  }

  /**
   * As `authenticate`, by what this process remembers of the token: only for requests whose effect depends on a statement
   * that holds the identity's `fingerprint` against the database.
   * @returns null where nothing is remembered, or nobody would be let in by it: nobody is refused by that
   */
  recall(token: string, address: string): TokenIdentity | null {
    const known = this.remembered.get(hashToken(token));
    if (!known) return null;
    if (known.last?.address === address) return known.last.identity;
    try {
      known.last = { address, identity: identityOf(known.row, address) };
      return known.last.identity;
    } catch {
      return null;
    }
  }

  private async look(hash: string): Promise<TokenRow | null> {
    const row = await this.find('token_hash', hash);
    this.remembered.delete(hash);
    if (row) this.remembered.set(hash, { row, last: null });
    if (this.remembered.size > MEMORY) this.remembered.delete(this.remembered.keys().next().value!);
    return row;
  }

  /**
   * The identity behind a request that names a token by its id alone, once `isGenuine` has said that its sender knows the
   * secret of the token's webhooks.
   * @throws AppError 401 `webhook_signature_invalid` also for a token that is not there, or takes no such webhooks; else as
   * `authenticate`
   */
  async authenticateWebhook(
    tokenId: number,
    address: string,
    isGenuine: (webhook: TokenWebhook) => boolean,
  ): Promise<{ identity: TokenIdentity; currency: string | null }> {
    const row = await this.find('id', tokenId);
    const secrets = row?.webhook_secrets ?? [];
    if (!row || secrets.length === 0 || !isGenuine({ tokenId, sealedSecrets: secrets }))
      throw unauthorized('webhook_signature_invalid');
    return { identity: identityOf(row, address), currency: row.webhook_currency };
  }

  /** On every request of a shop: one look-up of all that is needed, without the ORM's hydration. */
  private async find(column: 'token_hash' | 'id', value: string | number): Promise<TokenRow | null> {
    const rows = await this.dataSource.query<TokenRow[]>(
      `SELECT t.user_id, t.id, t.name, t.integration_type, t.is_active, t.allowed_ips, t.usage_count, t.last_used_at,
              t.rate_limit_per_minute, t.require_signature, coalesce(t.expires_at <= now(), false) AS is_expired,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'sealed', k.secret_sealed)), '[]')
                 FROM signing_keys k
                WHERE k.user_id = t.user_id AND k.token_id = t.id
                  AND (k.expires_at IS NULL OR k.expires_at > now())) AS signing_keys,
              u.email, u.username, u.is_active AS user_is_active,
              t.store_id, s.url AS store_url, s.host AS store_host, s.clock_ahead_ms,
              t.webhook_currency,
              array_remove(ARRAY[t.webhook_secret_sealed,
                CASE WHEN t.previous_webhook_secret_until > now() THEN t.previous_webhook_secret_sealed END], NULL)
                AS webhook_secrets,
              ${ACCESS_FINGERPRINT} AS fingerprint
         FROM integration_tokens t
         JOIN users u ON u.id = t.user_id
         LEFT JOIN stores s ON s.user_id = t.user_id AND s.id = t.store_id
        WHERE t.${column} = $1`,
      [value],
    );
    return rows[0] ?? null;
  }
}

/** @throws AppError 401 `token_inactive` or `token_expired`; 403 `address_not_allowed` */
function identityOf(row: TokenRow, address: string): TokenIdentity {
  if (!row.is_active || !row.user_is_active) throw unauthorized('token_inactive');
  if (row.is_expired) throw unauthorized('token_expired');
  if (row.allowed_ips.length > 0 && !addressSet(row.allowed_ips).contains(address)) {
    throw new AppError(403, 'address_not_allowed', { address });
  }
  return {
    tokenId: row.id,
    tokenName: row.name,
    integrationType: row.integration_type,
    usageCount: row.usage_count,
    lastUsedAt: row.last_used_at,
    rateLimitPerMinute: row.rate_limit_per_minute,
    requireSignature: row.require_signature,
    signingKeys: row.signing_keys,
    user: { id: row.user_id, email: row.email, username: row.username },
    fingerprint: row.fingerprint,
    store:
      row.store_id === null
        ? null
        : {
            id: row.store_id,
            url: row.store_url,
            host: row.store_host,
            clockAheadMs: row.clock_ahead_ms!,
          },
  };
}
