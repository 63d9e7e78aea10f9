import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A product's words in normalised spelling, for finding and filtering. */
@Entity('documents')
@Index('documents_text_idx', { synchronize: false })
@Index('documents_facets_idx', { synchronize: false })
export class Document {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'documents_pkey' })
  userId: number;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'documents_pkey' })
  productId: number;

  @Column('text')
  title: string;

  /** Title, SKU, brand, categories, tags, attributes and descriptions. */
  @Column('text')
  text: string;

  /** `category:…`, `tag:…`, `brand:…`. */
  @Column('text', { array: true })
  facets: string[];
}
