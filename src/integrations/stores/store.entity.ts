import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import { User } from '../../accounts/user.entity';

/** One shop of a user. */
@Entity('stores')
@Unique('stores_url_key', ['userId', 'platform', 'url'])
@Index('stores_merge_idx', ['userId', 'id'], { where: 'merge_pending' })
export class Store {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'stores_pkey' })
  userId: number;

  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'stores_pkey',
  })
  id: number;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'stores_user_fkey' })
  user?: User;

  @Column('text')
  platform: string;

  /** Host and path of the shop without scheme and `www.`, as `siteKey` makes it; null until the shop names it. */
  @Column('text', { nullable: true })
  url: string | null;

  /** The host of its products' own addresses, where the shop has not named its site: a weaker hint. */
  @Column('text', { nullable: true })
  host: string | null;

  /** How often its owner has declared that from then on the shop's state wins; see `contract/change-order.ts`. */
  @Column('integer', { default: 0 })
  epoch: number;

  @Column('timestamptz', { nullable: true })
  epochAt: Date | null;

  /** How far the shop's clock was ahead of ours when it was last found to have been set. */
  @Column('bigint', { default: 0 })
  clockAheadMs: number;

  /** The store that turned out to be the same shop, and has its products since. */
  @Column('bigint', { nullable: true })
  mergedInto: number | null;

  /** Whether something of it is still to be brought there. */
  @Column('boolean', { default: false })
  mergePending: boolean;

  /** When the shop last compared its catalogue with ours; null until it has. */
  @Column('timestamptz', { nullable: true })
  comparedAt: Date | null;

  /** When a comparison last found no difference. */
  @Column('timestamptz', { nullable: true })
  inStepAt: Date | null;

  /** The first comparison since then that found one. */
  @Column('timestamptz', { nullable: true })
  driftSince: Date | null;

  /** Products that differ, as far as the shop has asked which. */
  @Column('integer', { nullable: true })
  driftProducts: number | null;

  /** When the last of its events arrived that were processed; those that wait or failed are known by the log. */
  @Column('timestamptz', { nullable: true })
  lastEventAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
