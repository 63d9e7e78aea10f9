import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { IntegrationToken } from './integration-token.entity';

/** A key that a shop signs its requests with, beside its token. Several are valid while they are being changed. */
@Entity('signing_keys')
@Index('signing_keys_token_idx', ['userId', 'tokenId'])
export class SigningKey {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'signing_keys_pkey' })
  userId: number;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'signing_keys_pkey',
  })
  id: number;

  @Column('bigint')
  tokenId: number;

  @ManyToOne(() => IntegrationToken)
  @JoinColumn([
    {
      name: 'user_id',
      referencedColumnName: 'userId',
      foreignKeyConstraintName: 'signing_keys_token_fkey',
    },
    { name: 'token_id', referencedColumnName: 'id', foreignKeyConstraintName: 'signing_keys_token_fkey' },
  ])
  token?: IntegrationToken;

  /** By SecretBox: HMAC needs the secret itself. */
  @Column('text')
  secretSealed: string;

  @Column('text')
  preview: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Null for never. */
  @Column('timestamptz', { nullable: true })
  expiresAt: Date | null;

  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;
}
