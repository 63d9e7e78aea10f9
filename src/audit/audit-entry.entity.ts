import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * How an action ended: `started` is written before it is done, and stays where the process ended within it; `refused`
 * is the client's fault, `failed` the server's.
 */
export const AUDIT_OUTCOMES = ['started', 'done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** Who did what, when, and how it ended. Kept for ever; names users by id without a key, so that it outlives them. */
@Entity('audit_log')
@Index('audit_log_actor_idx', ['actorId', 'id'])
export class AuditEntry {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'audit_log_pkey',
  })
  id: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Null where nobody is logged in: the command line, and a login that was refused. */
  @Column('bigint', { nullable: true })
  actorId: number | null;

  /** As it was then. */
  @Column('text', { nullable: true })
  actorEmail: string | null;

  @Column('text')
  action: string;

  @Column('text', { nullable: true })
  targetType: string | null;

  /** Text, since not everything is known by a number. */
  @Column('text', { nullable: true })
  targetId: string | null;

  /** Only what the action names: never a secret. */
  @Column('jsonb', { default: () => "'{}'" })
  details: object;

  @Column('text', { default: 'started' })
  outcome: AuditOutcome;

  @Column('integer', { nullable: true })
  statusCode: number | null;

  @Column('text', { nullable: true })
  errorCode: string | null;

  @Column('text', { nullable: true })
  sourceIp: string | null;

  @Column('text', { nullable: true })
  userAgent: string | null;
}
