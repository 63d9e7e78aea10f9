import { Entity, Index, PrimaryColumn } from 'typeorm';

/** A word that some product of the tenant has in its name, brand, categories, tags or attributes; normalised. */
@Entity('vocabulary')
@Index('vocabulary_word_idx', { synchronize: false })
export class VocabularyWord {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'vocabulary_pkey' })
  userId: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'vocabulary_pkey' })
  word: string;
}
