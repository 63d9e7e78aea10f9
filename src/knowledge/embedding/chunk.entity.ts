import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

export const CHUNK_STATUSES = ['pending', 'embedded', 'failed'] as const;
export type ChunkStatus = (typeof CHUNK_STATUSES)[number];

/** Why a text is sent to the embedding service. */
export type EmbeddingReason = 'created' | 'changed' | 'reembed' | 'retry' | 'question';

/** A piece of a product's text with its embedding. */
@Entity('chunks')
@Index('chunks_product_idx', ['userId', 'productId'])
@Index('chunks_failed_idx', ['userId', 'id'], { where: `status = 'failed'` })
@Index('chunks_pending_idx', ['userId', 'nextAttemptAt', 'id'], { where: `status = 'pending'` })
export class Chunk {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'chunks_pkey' })
  userId: number;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'chunks_pkey',
  })
  id: number;

  @Column('bigint')
  productId: number;

  /** Chunks of one generation are comparable, and whole; see `Generation`. */
  @Column('integer')
  generation: number;

  @Column('text', { default: 'product' })
  chunkType: string;

  /** 0 for the first chunk of its product. */
  @Column('integer')
  position: number;

  @Column('text')
  text: string;

  /** Its first sentences, for a card. */
  @Column('text', { default: '' })
  tldr: string;

  /** SHA-256 of `text`, in hexadecimal. */
  @Column('text')
  textHash: string;

  /** Tokens of the embedding model (cl100k_base). */
  @Column('integer')
  tokenCount: number;

  @Column('text', { default: 'created' })
  reason: EmbeddingReason;

  @Column('text', { default: 'pending' })
  status: ChunkStatus;

  @Column('halfvec', { nullable: true, select: false })
  embedding: number[] | null;

  /** Model and dimensions, such as `text-embedding-3-small@1536`: only equal ones can be compared. */
  @Column('text', { nullable: true })
  embeddingModel: string | null;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('text', { nullable: true })
  errorMessage: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  nextAttemptAt: Date;

  /** When the event was accepted that waits for it; null where none does, and once it has its vector. See `SearchableMetrics`. */
  @Column('timestamptz', { nullable: true })
  acceptedAt: Date | null;

  /** Of that event's processing; null while traces are off. */
  @Column('text', { nullable: true, select: false })
  traceparent: string | null;

  /** While in the future, a worker has it in hand. */
  @Column('timestamptz', { nullable: true })
  claimedUntil: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  embeddedAt: Date | null;
}
