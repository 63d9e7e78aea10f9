import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A product's words in normalised spelling, for finding and filtering. */
@Entity('documents')
@Index('documents_text_idx', { synchronize: false })
@Index('documents_facets_idx', { synchronize: false })
@Index('documents_terms_idx', { synchronize: false })
@Index('documents_title_idx', { synchronize: false })
@Index('documents_title_terms_idx', { synchronize: false })
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

  /** Words and stems with their weights; see `searchTerms`. */
  @Column({ type: 'tsvector', default: '', select: false })
  terms: string;

  /** NORMALIZER_VERSION of the code that wrote it. */
  @Column('integer')
  version: number;
}
