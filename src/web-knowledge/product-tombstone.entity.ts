import { Column, Entity, PrimaryColumn } from 'typeorm';

// A new object for each column: TypeORM writes the column's type into it.
const key = () => ({ primaryKeyConstraintName: 'product_tombstones_pkey' });

/** The deletion of a product that this installation never saw. */
@Entity('product_tombstones')
export class ProductTombstone {
  @PrimaryColumn('bigint', key())
  userId: number;

  @PrimaryColumn('bigint', key())
  storeId: number;

  @PrimaryColumn('text', key())
  externalSource: string;

  @PrimaryColumn('text', key())
  externalId: string;

  @Column('timestamptz')
  changedAt: Date;

  @Column('boolean')
  changedOnArrival: boolean;

  @Column('boolean')
  changedByDeletion: boolean;

  @Column('bigint')
  changedByEvent: number;

  @Column('integer', { default: 0 })
  changedEpoch: number;

  /** Of the latest list of its variations, which came late. */
  @Column('jsonb', { nullable: true, select: false })
  listedMoment: unknown;
}
