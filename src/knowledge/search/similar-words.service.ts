import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { likelyWithin, soundOf, spellingDistance, swaps, trigramSimilarity } from '../language/spelling';

export interface AskedForm {
  word: string;
  /** How far a word may be from it: see `spellingDistance`. */
  tolerated: number;
}

/** A word of a shop that a misspelt one may be meant for. */
export interface SimilarWord {
  word: string;
  /** Found by its consonants, which may be of another script. */
  bySound: boolean;
}

const MOST_BY_SOUND = 30;
const MOST_BY_TRIGRAMS = 30;

/** Finds words of a shop that are written or sound like others. */
@Injectable()
export class SimilarWords {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param isSmall whether all words of the shop can be looked at */
  async to(
    userId: number,
    asked: readonly AskedForm[],
    isSmall: boolean,
  ): Promise<Map<string, SimilarWord[]>> {
    const similar = new Map<string, SimilarWord[]>();
    const add = (form: string, word: SimilarWord) => similar.set(form, [...(similar.get(form) ?? []), word]);
    const rows = await (isSmall ? this.amongAll(userId, asked) : this.byTrigrams(userId, asked));
    for (const { asked: form, ...word } of rows) add(form, word);
    return similar;
  }

  /** Complete: to compare letters here takes a third of what trigrams of so few words take in the database. */
  private async amongAll(
    userId: number,
    asked: readonly AskedForm[],
  ): Promise<(SimilarWord & { asked: string })[]> {
    const mendable = asked.filter(({ tolerated }) => tolerated > 0);
    const shortest = Math.min(...mendable.map(({ word, tolerated }) => word.length - tolerated));
    const longest = Math.max(...mendable.map(({ word, tolerated }) => word.length + tolerated));
    const rows = await this.dataSource.query<{ asked: string | null; word: string | null }[]>(
      `SELECT NULL AS asked, string_agg(v.word, ' ') AS word
         FROM vocabulary v WHERE v.user_id = $1 AND length(v.word) BETWEEN $4 AND $5
        UNION ALL
       SELECT asked.word, near.word
         FROM unnest($2::text[], $3::text[]) AS asked (word, sound)
        CROSS JOIN LATERAL (${BY_SOUND}) near`,
      [
        userId,
        asked.map(({ word }) => word),
        asked.map(({ word }) => soundOf(word)),
        ...(mendable.length > 0 ? [Math.floor(shortest), Math.ceil(longest)] : [1, 0]),
      ],
    );
    const words = rows.flatMap(({ asked: form, word }) => (form === null ? (word?.split(' ') ?? []) : []));
    const written = mendable.flatMap(({ word: form, tolerated }) => {
      const isLikely = likelyWithin(form, tolerated);
      return words
        .filter((word) => isLikely(word) && spellingDistance(form, word) <= tolerated)
        .map((word) => ({ asked: form, word, bySound: false, similarity: trigramSimilarity(form, word) }))
        .sort((a, b) => b.similarity - a.similarity);
    });
    const sounding = rows.flatMap(({ asked: form, word }) =>
      form !== null && word !== null ? [{ asked: form, word, bySound: true }] : [],
    );
    return [...written, ...sounding];
  }

  private byTrigrams(
    userId: number,
    asked: readonly AskedForm[],
  ): Promise<(SimilarWord & { asked: string })[]> {
    const words = asked.map(({ word }) => word);
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
        words,
        words.map(soundOf),
        words.map((word) => swaps(word).join(' ')),
        asked.map(({ tolerated }) => tolerated),
      ],
    );
  }
}

/** Of `asked`, with a column `sound`. */
const BY_SOUND = `SELECT v.word FROM vocabulary v
  WHERE v.user_id = $1 AND v.sound = asked.sound AND v.sound <> '' LIMIT ${MOST_BY_SOUND}`;
