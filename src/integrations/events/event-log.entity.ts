import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { EventType } from '../../contract/shop-api';

export const EVENT_STATUSES = ['queued', 'processed', 'failed'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/**
 * What an event did: `superseded` changed nothing since a later change of the product had been applied,
 * `awaiting_product` is kept until the product is known of which it tells a variation.
 */
export const EVENT_OUTCOMES = [
  'created',
  'updated',
  'unchanged',
  'deleted',
  'restored',
  'superseded',
  'awaiting_product',
] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/** How a payload is written: as our plugin does, or as WooCommerce's own webhooks do. */
export type EventFormat = 'fiko' | 'woocommerce';

/** The record of one event, from arrival to outcome. It is the truth; jobs only point at it. */
@Entity('events')
@Unique('events_event_id_key', ['userId', 'storeId', 'eventId'])
@Index('events_product_idx', ['userId', 'wooProductId', 'storeId', 'id'])
@Index('events_payload_idx', ['processedAt'], { where: `status = 'processed' AND payload IS NOT NULL` })
@Index('events_waiting_idx', ['userId', 'storeId', 'id'], { where: `status = 'queued'` })
@Index('events_failed_idx', ['userId', 'id'], { where: `status = 'failed'` })
@Index('events_ended_idx', { synchronize: false })
export class EventLog {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'events_pkey' })
  userId: number;

  @Index('events_id_idx')
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'events_pkey',
  })
  id: number;

  @Column('bigint')
  storeId: number;

  @Column('bigint')
  tokenId: number;

  /** The shop's own id of the event, unique in the store. */
  @Column('text')
  eventId: string;

  @Column('text')
  eventType: EventType;

  /** A number, or digits where a number would lose some. */
  @Column('bigint')
  wooProductId: number | string;

  @Column('text', { nullable: true })
  productName: string | null;

  /** The shop's own date of the change, by our clock where the shop's is far off. */
  @Column('timestamptz', { nullable: true })
  occurredAt: Date | null;

  /** As the shop's clock had it, where that was off. */
  @Column('timestamptz', { nullable: true })
  shopOccurredAt: Date | null;

  /** The body as it arrived, to the letter; null once it was pruned by age. */
  @Column('json', { select: false, nullable: true })
  payload: string | null;

  @Column('text', { default: 'fiko' })
  format: EventFormat;

  /** Of its store, when it arrived; see `contract/change-order.ts`. */
  @Column('integer', { default: 0 })
  epoch: number;

  @Column('text', { default: 'queued' })
  status: EventStatus;

  @Column('text', { nullable: true })
  outcome: EventOutcome | null;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('text', { nullable: true })
  errorMessage: string | null;

  /** What failures alike have in common: see `failureCauseOf`. */
  @Column('text', { nullable: true })
  failureCause: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  nextAttemptAt: Date;

  /** Of the last attempt, its share where events were processed together. */
  @Column('double precision', { nullable: true })
  processingTimeMs: number | null;

  @Column('text', { nullable: true })
  sourceIp: string | null;

  @Column('text', { nullable: true })
  userAgent: string | null;

  /** Links the lines of the log that speak of this event, in API and worker. */
  @Column('text', { nullable: true })
  requestId: string | null;

  /** The trace of the request that brought it, as W3C's header has it; null while traces are off. */
  @Column('text', { nullable: true, select: false })
  traceparent: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  processedAt: Date | null;
}
