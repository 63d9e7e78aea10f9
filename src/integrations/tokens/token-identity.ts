import type { IntegrationType } from './integration-token.entity';

/** Who calls with an integration token, as the database has it at this moment. */
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
}
