import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import type { Wording } from '../language/question';
import { sampleOf } from './document-sample';
import { lexemesOfOne, toQuery } from './wording-query';

/** Products of a shop up to which it is counted, for each question, in how many of them a word stands. */
const MOST_COUNTED = 5000;
/** Of a larger one, up to what number of products words are counted that a sample has not shown to be common. */
const COUNTED_AT_MOST = 1000;
/** Products of the sample, and those of them from which on a word is common. */
const SAMPLED = 1000;
const SAMPLED_OFTEN = 20;
const SHOP_BELIEVED_MS = 600_000;
const SHOPS_AT_MOST = 1000;
/** Words whose counts are remembered, of all shops. */
const WORDS_AT_MOST = 20_000;
const WORD_BELIEVED_MS = 60_000;
/** By what share a shop may have grown or shrunk since for a count to be believed. */
const TOLERATED_CHANGE = 0.05;

/** What is remembered of a shop that is too large to be counted for each question. */
interface LargeShop {
  total: number;
  /** The share of its products that have a lexeme, of those that many have. */
  common: ReadonlyMap<string, number>;
}

interface KnownCount {
  count: number;
  /** How many products the shop had then. */
  total: number;
}

/**
 * How common words are in a shop. What was counted is believed for a while: it decides how much a word tells, not what
 * is found. That a shop does not have a word is never believed.
 */
@Injectable()
export class WordFrequencies {
  /** To be set by a test. */
  mostCounted = MOST_COUNTED;
  private readonly large = new LRUCache<number, LargeShop>({ max: SHOPS_AT_MOST, ttl: SHOP_BELIEVED_MS });
  private readonly known = new LRUCache<string, KnownCount>({ max: WORDS_AT_MOST });

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** In how many of the shop's products each wording stands, and how many there are; of a large shop about so. */
  async of(
    userId: number,
    wordings: readonly Wording[],
  ): Promise<[counts: Map<string, number>, total: number]> {
    const large = this.large.get(userId);
    if (large) return [await this.estimate(userId, wordings, large), large.total];
    const queries = [...new Set(wordings.map((each) => toQuery(each)))];
    const known = this.remembered(userId, queries);
    const [counts, total] = await this.count(
      userId,
      queries.filter((query) => !known.has(query)),
    );
    if (total > this.mostCounted) {
      const shop = { total, common: await this.commonLexemes(userId) };
      this.large.set(userId, shop);
      return [await this.estimate(userId, wordings, shop), total];
    }
    const outdated: string[] = [];
    for (const [query, { count, total: before }] of known) {
      if (Math.abs(total - before) > TOLERATED_CHANGE * before) outdated.push(query);
      else counts.set(query, count);
    }
    if (outdated.length > 0) {
      const [anew] = await this.count(userId, outdated);
      for (const [query, count] of anew) counts.set(query, count);
    }
    return [counts, total];
  }

  /** Counts, of a shop that is not large, and remembers. */
  private async count(
    userId: number,
    queries: readonly string[],
  ): Promise<[counts: Map<string, number>, total: number]> {
    const rows = await this.dataSource.query<{ query: string; count: number }[]>(
      `WITH size AS MATERIALIZED (SELECT count(*) AS count FROM documents d WHERE d.user_id = $1)
       SELECT w.query, (SELECT count(*) FROM documents d WHERE d.user_id = $1 AND d.terms @@ w.query::tsquery) AS count
         FROM unnest($2::text[]) AS w (query) WHERE (SELECT count FROM size) <= $3
        UNION ALL
       SELECT '', count FROM size`,
      [userId, queries, this.mostCounted],
    );
    const counts = new Map(rows.map(({ query, count }) => [query, Number(count)]));
    const total = counts.get('') ?? 0;
    counts.delete('');
    this.remember(userId, counts, total, WORD_BELIEVED_MS);
    return [counts, total];
  }

  /** What words many products have is known; to count it anew takes as long as to read them all. Others are counted. */
  private async estimate(
    userId: number,
    wordings: readonly Wording[],
    { total, common }: LargeShop,
  ): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    const rare = new Set<string>();
    for (const wording of wordings) {
      const share = Math.max(0, ...lexemesOfOne(wording).map((lexeme) => common.get(lexeme) ?? 0));
      if (share > 0) counts.set(toQuery(wording), Math.round(share * total));
      else rare.add(toQuery(wording));
    }
    for (const [query, { count }] of this.remembered(userId, [...rare])) {
      counts.set(query, count);
      rare.delete(query);
    }
    if (rare.size === 0) return counts;
    const rows = await this.dataSource.query<{ query: string; count: number }[]>(
      `SELECT w.query, (SELECT count(*) FROM (SELECT 1 FROM documents d
                          WHERE d.user_id = $1 AND d.terms @@ w.query::tsquery LIMIT $3) found) AS count
         FROM unnest($2::text[]) AS w (query)`,
      [userId, [...rare], COUNTED_AT_MOST],
    );
    const counted = new Map(rows.map(({ query, count }) => [query, Number(count)]));
    this.remember(userId, counted, total, SHOP_BELIEVED_MS);
    for (const [query, count] of counted) counts.set(query, count);
    return counts;
  }

  private remembered(userId: number, queries: readonly string[]): Map<string, KnownCount> {
    return new Map(
      queries.flatMap((query): [string, KnownCount][] => {
        const known = this.known.get(`${userId} ${query}`);
        return known ? [[query, known]] : [];
      }),
    );
  }

  private remember(userId: number, counts: Map<string, number>, total: number, forMs: number): void {
    for (const [query, count] of counts)
      if (count > 0) this.known.set(`${userId} ${query}`, { count, total }, { ttl: forMs });
  }

  /** In what share of a large shop's products its frequent words stand, by a sample from all of them. */
  private async commonLexemes(userId: number): Promise<Map<string, number>> {
    const rows = await this.dataSource.query<{ lexeme: string; share: number }[]>(
      `SELECT t.lexeme, count(*)::float8 / $2 AS share
         FROM ${sampleOf('terms')} sample
        CROSS JOIN LATERAL unnest(sample.terms) AS t (lexeme, positions, weights)
        GROUP BY t.lexeme HAVING count(*) >= $3`,
      [userId, SAMPLED, SAMPLED_OFTEN],
    );
    return new Map(rows.map(({ lexeme, share }) => [lexeme, share]));
  }
}
