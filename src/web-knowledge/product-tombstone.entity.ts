import { Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'product_tombstones_pkey' };

/** The deletion of a product that this installation never saw. */
@Entity('product_tombstones')
export class ProductTombstone {
  @PrimaryColumn('bigint', KEY)
  userId: number;

  @PrimaryColumn('bigint', KEY)
  storeId: number;

  @PrimaryColumn('text', KEY)
  externalSource: string;

  @PrimaryColumn('text', KEY)
  externalId: string;

  @Column('timestamptz')
  changedAt: Date;

  @Column('boolean')
  changedOnArrival: boolean;

  @Column('boolean')
  changedByDeletion: boolean;

  @Column('bigint')
  changedByEvent: number;
}
