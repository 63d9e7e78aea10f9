import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  likelyWithin,
  soundOf,
  spellingDistance,
  swaps,
  toleratedDistance,
  trigramSimilarity,
} from '../language/spelling';

/** A word of a shop that a misspelt one may be meant for. */
export interface SimilarWord {
  word: string;
  /** Found by its consonants, which may be of another script. */
  bySound: boolean;
}

interface FoundWord extends SimilarWord {
  asked: string;
}

/** Of any word. */
const MAX_LENGTH = 1_000_000;
const MOST_BY_SOUND = 30;
const MOST_BY_TRIGRAMS = 30;

/** Finds words of a shop that are written or sound like others. */
@Injectable()
export class SimilarWords {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Words within the distance that each form tolerates, the likeliest first, and words that sound like it.
   * @param isSmall whether all words of the shop can be looked at
   * @returns by form
   */
  async to(userId: number, forms: readonly string[], isSmall: boolean): Promise<Map<string, SimilarWord[]>> {
    const similar = new Map<string, SimilarWord[]>();
    const rows = await (isSmall ? this.amongAll(userId, forms) : this.byTrigrams(userId, forms));
    for (const { asked, ...word } of rows) similar.set(asked, [...(similar.get(asked) ?? []), word]);
    return similar;
  }

  /** Complete: to compare letters here takes a fourth of what trigrams of so few words take in the database. */
  private async amongAll(userId: number, forms: readonly string[]): Promise<FoundWord[]> {
    const mendable = forms
      .map((form) => [form, toleratedDistance(form)] as const)
      .filter(([, most]) => most > 0);
    const rows = await this.dataSource.query<{ asked: string | null; word: string | null }[]>(
      `SELECT NULL AS asked, string_agg(v.word, ' ') AS word
         FROM vocabulary v WHERE v.user_id = $1 AND length(v.word) BETWEEN $4 AND $5
        UNION ALL
       SELECT asked.word, near.word
         FROM unnest($2::text[], $3::text[]) AS asked (word, sound)
        CROSS JOIN LATERAL (${BY_SOUND}) near`,
      [
        userId,
        forms,
        forms.map(soundOf),
        // An empty range where nothing can be mended.
        Math.floor(Math.min(MAX_LENGTH, ...mendable.map(([form, most]) => form.length - most))),
        Math.ceil(Math.max(0, ...mendable.map(([form, most]) => form.length + most))),
      ],
    );
    const words = rows.flatMap(({ asked, word }) => (asked === null ? (word?.split(' ') ?? []) : []));
    const written = mendable.flatMap(([form, most]) => {
      const isLikely = likelyWithin(form, most);
      return words
        .filter((word) => isLikely(word) && spellingDistance(form, word) <= most)
        .map((word) => ({ word, similarity: trigramSimilarity(form, word) }))
        .sort((a, b) => b.similarity - a.similarity)
        .map(({ word }) => ({ asked: form, word, bySound: false }));
    });
    const sounding = rows.flatMap(({ asked, word }) =>
      asked !== null && word !== null ? [{ asked, word, bySound: true }] : [],
    );
    return [...written, ...sounding];
  }

  private byTrigrams(userId: number, forms: readonly string[]): Promise<FoundWord[]> {
    return this.dataSource.query(
      `SELECT asked.word AS asked, near.word, near.by_sound AS "bySound"
         FROM unnest($2::text[], $3::text[], $4::text[], $5::float8[]) AS asked (word, sound, variants, tolerated)
        CROSS JOIN LATERAL (
          (SELECT v.word, false AS by_sound FROM vocabulary v
            WHERE asked.tolerated > 0 AND v.user_id = $1 AND v.word % asked.word
              AND abs(length(v.word) - length(asked.word)) <= asked.tolerated
            ORDER BY similarity(v.word, asked.word) DESC LIMIT ${MOST_BY_TRIGRAMS})
          UNION ALL
          -- Two letters swapped leave few trigrams in common.
          (SELECT v.word, false FROM vocabulary v
            WHERE v.user_id = $1 AND v.word = ANY (string_to_array(asked.variants, ' ')))
          UNION ALL
          (SELECT word, true FROM (${BY_SOUND}) sounding)) near`,
      [
        userId,
        forms,
        forms.map(soundOf),
        forms.map((form) => swaps(form).join(' ')),
        forms.map(toleratedDistance),
      ],
    );
  }
}

/** Of `asked`, with a column `sound`. */
const BY_SOUND = `SELECT v.word FROM vocabulary v
  WHERE v.user_id = $1 AND v.sound = asked.sound AND v.sound <> '' LIMIT ${MOST_BY_SOUND}`;
