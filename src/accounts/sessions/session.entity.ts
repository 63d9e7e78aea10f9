import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from '../user.entity';

/** A browser that is logged in. */
@Entity('sessions')
@Index('sessions_user_idx', ['userId'])
export class Session {
  /** SHA-256 of the cookie's token, in hexadecimal: who reads the table is not logged in by it. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sessions_pkey' })
  id: string;

  @Column('bigint')
  userId: number;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'sessions_user_fkey' })
  user: User;

  /** The user's when it was opened: as with access tokens, raising the user's ends it. */
  @Column('integer')
  sessionVersion: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** To the minute. */
  @Column('timestamptz', { default: () => 'now()' })
  lastSeenAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('text')
  sourceIp: string;

  @Column('text', { nullable: true })
  userAgent: string | null;
}
