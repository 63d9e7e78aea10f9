import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ExternalSource } from './product.entity';
import type { VariationState } from './product-state';

// A new object for each column: TypeORM writes the column's type into it.
const key = () => ({ primaryKeyConstraintName: 'product_variations_pkey' });

/** What is known of one variation of a product, which itself may not be known yet. */
@Entity('product_variations')
export class ProductVariation {
  @PrimaryColumn('bigint', key())
  userId: number;

  @PrimaryColumn('bigint', key())
  storeId: number;

  @PrimaryColumn('text', key())
  externalSource: ExternalSource;

  /** Of the product: `woo_` and the shop's id. */
  @PrimaryColumn('text', key())
  productExternalId: string;

  /** The shop's own id. */
  @PrimaryColumn('text', key())
  externalId: string;

  /** Its place in the shop's list; null where it is not in it. */
  @Column('integer', { nullable: true })
  position: number | null;

  /** Whether the product has it; the row of one that is gone remembers when. */
  @Column('boolean')
  isMember: boolean;

  /** Whether it is for sale. */
  @Column('boolean')
  isActive: boolean;

  @Column('text', { nullable: true })
  sku: string | null;

  /** By which it is filtered; see `variation-facets.ts`. */
  @Column('text', { array: true })
  facets: string[];

  @Column('numeric', { nullable: true })
  price: string | null;

  @Column('numeric', { nullable: true })
  originalPrice: string | null;

  @Column('boolean')
  inStock: boolean;

  /** All of it; null where only its id is known. */
  @Column('jsonb', { nullable: true })
  state: VariationState | null;

  /** Of the change that said it; see `contract/change-order.ts`. */
  @Column('jsonb', { nullable: true, select: false })
  moment: unknown;
}
