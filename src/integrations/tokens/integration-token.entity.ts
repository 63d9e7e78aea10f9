import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
  VirtualColumn,
} from 'typeorm';
import { User } from '../../accounts/user.entity';
import { Store } from '../stores/store.entity';

export const INTEGRATION_TYPES = ['woocommerce', 'shopify'] as const;
export type IntegrationType = (typeof INTEGRATION_TYPES)[number];

/** The secret that a shop's plugin sends; only its hash is kept. */
@Entity('integration_tokens')
@Unique('integration_tokens_hash_key', ['tokenHash'])
@Unique('integration_tokens_id_key', ['id'])
export class IntegrationToken {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'integration_tokens_pkey' })
  userId: number;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'integration_tokens_pkey',
  })
  id: number;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'integration_tokens_user_fkey' })
  user: User;

  /** The shop that uses this token; null until its first request. */
  @Column('bigint', { nullable: true })
  storeId: number | null;

  @ManyToOne(() => Store)
  @JoinColumn([
    {
      name: 'user_id',
      referencedColumnName: 'userId',
      foreignKeyConstraintName: 'integration_tokens_store_fkey',
    },
    {
      name: 'store_id',
      referencedColumnName: 'id',
      foreignKeyConstraintName: 'integration_tokens_store_fkey',
    },
  ])
  store?: Store;

  @Column('text')
  integrationType: IntegrationType;

  @Column('text')
  name: string;

  /** SHA-256 in hexadecimal: enough for a secret of 206 random bits, and it can be looked up. */
  @Column('text')
  tokenHash: string;

  @Column('text')
  tokenPreview: string;

  @Column('boolean', { default: true })
  isActive: boolean;

  /** Addresses and CIDR networks; empty for any. */
  @Column('text', { array: true, default: () => "'{}'" })
  allowedIps: string[];

  /** Requests it may make; null for what the configuration says. */
  @Column('integer', { nullable: true })
  rateLimitPerMinute: number | null;

  /** Whether requests without a signature are refused. */
  @Column('boolean', { default: false })
  requireSignature: boolean;

  /** How many of its signing keys are valid now. */
  @VirtualColumn('integer', {
    query: (token) =>
      `SELECT count(*)::integer FROM signing_keys k
        WHERE k.user_id = ${token}.user_id AND k.token_id = ${token}.id AND (k.expires_at IS NULL OR k.expires_at > now())`,
  })
  signingKeys: number;

  @Column('bigint', { default: 0 })
  usageCount: number;

  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;

  /** Of WooCommerce's own webhooks, sealed; null where they are not taken. */
  @Column('text', { nullable: true, select: false })
  webhookSecretSealed: string | null;

  /** The secret before that, which is believed for a while. */
  @Column('text', { nullable: true, select: false })
  previousWebhookSecretSealed: string | null;

  @Column('timestamptz', { nullable: true, select: false })
  previousWebhookSecretUntil: Date | null;

  /** Of what WooCommerce's own webhooks tell, which name none. */
  @Column('text', { nullable: true })
  webhookCurrency: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;
}
