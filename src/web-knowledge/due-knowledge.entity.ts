import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EmbeddingReason } from '../knowledge/embedding/chunk.entity';

/** A product whose documents and chunks are still to be made of what it says now; see `KnowledgeRenewer`. */
@Entity('due_knowledge')
@Index('due_knowledge_store_idx', ['userId', 'storeId', 'nextAttemptAt'])
export class DueKnowledge {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'due_knowledge_pkey' })
  userId: number;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'due_knowledge_pkey' })
  productId: number;

  /** Whose lock its changes take: the store that its event came to. */
  @Column('bigint')
  storeId: number;

  /** Why its new chunks are to be embedded. */
  @Column('text')
  reason: EmbeddingReason;

  /** When the oldest event was accepted that waits for it. */
  @Column('timestamptz', { nullable: true })
  acceptedAt: Date | null;

  /** Of that event's processing; null while traces are off. */
  @Column('text', { nullable: true })
  traceparent: string | null;

  /** Since when: a later change of what is still due leaves it. */
  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;

  /** Those that failed, for reasons of its own. */
  @Column('integer', { default: 0 })
  attempts: number;

  /** The order of a store's: what failed, and what changed once it was renewed, goes behind the others. */
  @Column('timestamptz', { default: () => 'now()' })
  nextAttemptAt: Date;

  /** Why the last attempt failed. */
  @Column('text', { nullable: true })
  errorMessage: string | null;
}
