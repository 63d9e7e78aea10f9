import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EmbeddingReason } from '../knowledge/embedding/chunk.entity';

/** A product whose documents and chunks are still to be made of what it says now; see `KnowledgeRenewer`. */
@Entity('due_knowledge')
@Index('due_knowledge_store_idx', ['userId', 'storeId', 'productId'])
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

  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;
}
