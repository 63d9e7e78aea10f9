import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A tenant: a shop owner with an account, or an admin (`isStaff`). */
@Entity('users')
@Unique('users_email_key', ['email'])
@Unique('users_username_key', ['username'])
export class User {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'users_pkey',
  })
  id: number;

  /** In lower case. */
  @Column('text')
  email: string;

  /** In lower case, without `@`, so that it is never taken for an e-mail. */
  @Column('text')
  username: string;

  /** argon2id. */
  @Column('text')
  passwordHash: string;

  @Column('boolean', { default: false })
  isStaff: boolean;

  @Column('boolean', { default: true })
  isActive: boolean;

  /** Part of every session; raising it ends them all. */
  @Column('integer', { default: 0 })
  sessionVersion: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  lastLoginAt: Date | null;
}
