import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A vector that was paid for once. The key is the text's hash alone: equal texts of all shops share one. */
@Entity('embedding_cache')
@Index('embedding_cache_used_idx', ['usedAt'])
export class CachedEmbedding {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'embedding_cache_pkey' })
  model: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'embedding_cache_pkey' })
  dimensions: number;

  /** SHA-256 of the text. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'embedding_cache_pkey' })
  textHash: Buffer;

  @Column('halfvec')
  embedding: number[];

  /** When it last spared a request; old ones are pruned. */
  @Column('timestamptz', { default: () => 'now()' })
  usedAt: Date;
}
