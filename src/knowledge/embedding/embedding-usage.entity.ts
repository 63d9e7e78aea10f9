import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the embedding service was asked on one day, by reason. Counts of texts add up over reasons; a request that carries texts of two reasons counts for both. */
@Entity('embedding_usage')
export class EmbeddingUsage {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'embedding_usage_pkey' })
  day: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'embedding_usage_pkey' })
  embedder: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'embedding_usage_pkey' })
  reason: string;

  @Column('bigint', { default: 0 })
  requests: number;

  @Column('bigint', { default: 0 })
  texts: number;

  @Column('bigint', { default: 0 })
  tokens: number;

  /** Texts whose vectors were known. */
  @Column('bigint', { default: 0 })
  cached: number;

  @Column('bigint', { default: 0 })
  rejected: number;
}
