import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** `active` answers questions; `building` is to follow it; the chunks of a `retired` one are being removed. */
export type GenerationState = 'building' | 'active' | 'retired';

/** All chunks and vectors that one embedder and one chunker made: only vectors of one generation are compared. */
@Entity('generations')
@Index('generations_state_key', ['state'], { unique: true, where: `state IN ('active', 'building')` })
export class Generation {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'generations_pkey',
  })
  id: number;

  /** Model and dimensions, such as `text-embedding-3-small@1536`. */
  @Column('text')
  embedder: string;

  /** CHUNKER_VERSION of the code that cut its chunks. */
  @Column('integer')
  chunker: number;

  @Column('text')
  state: GenerationState;

  /** The last product of which its chunks were made, while it is built. */
  @Column('bigint', { default: 0 })
  builtUserId: number;

  @Column('bigint', { default: 0 })
  builtProductId: number;

  /** When the chunks of all products had been made; their vectors may still be pending. */
  @Column('timestamptz', { nullable: true })
  walkedAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  activatedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  retiredAt: Date | null;
}
