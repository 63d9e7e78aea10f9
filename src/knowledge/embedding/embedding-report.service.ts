import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Embedders } from './embedders';
import type { UsageCounts } from './embedding-usage.service';
import { LIVE_GENERATIONS } from './generations.service';

/** What has no vector yet. */
export interface ChunkBacklog {
  /** Products whose chunks are still to be made count as one. */
  pending: number;
  failed: number;
  /** Since when the oldest waits. */
  oldestPendingAt: Date | null;
}

export interface UsageDay extends UsageCounts {
  /** Such as `2026-01-31`. */
  day: string;
  /** Dollars; null where the price of an embedder that was asked is not known. */
  costUsd: number | null;
}

/** What waits for its embedding, and what embeddings have cost. */
@Injectable()
export class EmbeddingReport {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly embedders: Embedders,
  ) {}

  /** Of one user, or of all where that is null: along chunks_pending_idx and chunks_failed_idx. */
  async backlog(userId: number | null): Promise<ChunkBacklog> {
    const mine = userId === null ? 'true' : 'user_id = $1';
    const live = `generation IN ${LIVE_GENERATIONS} AND ${mine}`;
    const [row] = await this.dataSource.query<ChunkBacklog[]>(
      `SELECT waiting.count AS pending, waiting.oldest AS "oldestPendingAt",
              (SELECT count(*) FROM chunks WHERE status = 'failed' AND ${live}) AS failed
         FROM (SELECT count(*) AS count, min(since) AS oldest
                 FROM (SELECT created_at AS since FROM chunks WHERE status = 'pending' AND ${live}
                       UNION ALL SELECT due_at FROM due_knowledge WHERE ${mine}) each) waiting`,
      userId === null ? [] : [userId],
    );
    return row!;
  }

  /** Each of so many days up to today, the earliest first, also those without any. */
  async usage(days: number): Promise<UsageDay[]> {
    const rows = await this.dataSource.query<(UsageCounts & { day: string; embedder: string | null })[]>(
      `SELECT d.day::date::text AS day, u.embedder, coalesce(sum(u.requests), 0)::bigint AS requests,
              coalesce(sum(u.texts), 0)::bigint AS texts, coalesce(sum(u.tokens), 0)::bigint AS tokens,
              coalesce(sum(u.cached), 0)::bigint AS cached, coalesce(sum(u.rejected), 0)::bigint AS rejected
         FROM generate_series(current_date - $1::integer + 1, current_date, interval '1 day') AS d (day)
         LEFT JOIN embedding_usage u ON u.day = d.day::date
        GROUP BY d.day, u.embedder ORDER BY d.day, u.embedder`,
      [days],
    );
    const byDay = new Map<string, UsageDay>();
    for (const { embedder, ...row } of rows) {
      const known = byDay.get(row.day);
      const costUsd = embedder === null ? 0 : this.costOf(embedder, row.tokens);
      byDay.set(row.day, known ? added(known, { ...row, costUsd }) : { ...row, costUsd });
    }
    return [...byDay.values()];
  }

  private costOf(embedder: string, tokens: number): number | null {
    if (tokens === 0) return 0;
    const price = this.embedders.priceOf(embedder);
    return price === null ? null : (price * tokens) / 1_000_000;
  }
}

const added = (a: UsageDay, b: UsageDay): UsageDay => ({
  day: a.day,
  requests: a.requests + b.requests,
  texts: a.texts + b.texts,
  tokens: a.tokens + b.tokens,
  cached: a.cached + b.cached,
  rejected: a.rejected + b.rejected,
  costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
});
