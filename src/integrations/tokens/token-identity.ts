import type { IntegrationType } from './integration-token.entity';

/**
 * Who calls with an integration token, as the database has it, or had it when this process last looked: see
 * `fingerprint`.
 */
export interface TokenIdentity {
  tokenId: number;
  tokenName: string;
  integrationType: IntegrationType;
  usageCount: number;
  lastUsedAt: Date | null;
  /** Null for what the configuration says. */
  rateLimitPerMinute: number | null;
  requireSignature: boolean;
  /** Those that are valid now, sealed by SecretBox. */
  signingKeys: { id: number; sealed: string }[];
  user: { id: number; email: string; username: string };
  /** Null until the token's first event. */
  store: { id: number; url: string | null; host: string | null; clockAheadMs: number } | null;
  /** As `ACCESS_FINGERPRINT` has it: by it a statement tells whether all this still holds. */
  fingerprint: string;
}

/**
 * The identity behind the same request as the database has it now, checked anew.
 * @throws AppError 401 or 403 where the request would be refused now
 */
export type Confirm = () => Promise<TokenIdentity>;
