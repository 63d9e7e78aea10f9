import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A word that some product of the tenant has in its name, brand, categories, tags or attributes; normalised. */
@Entity('vocabulary')
@Index('vocabulary_word_idx', { synchronize: false })
@Index('vocabulary_sound_idx', ['userId', 'sound'], { where: `sound <> ''` })
export class VocabularyWord {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'vocabulary_pkey' })
  userId: number;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'vocabulary_pkey' })
  word: string;

  /** Its consonants, by which it is found in another script; see `soundOf`. */
  @Column('text')
  sound: string;
}
