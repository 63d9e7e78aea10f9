import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import type { EmbeddingReason } from './chunk.entity';

export interface UsageCounts {
  requests: number;
  texts: number;
  tokens: number;
  /** Texts whose vectors were known. */
  cached: number;
  rejected: number;
}

const FLUSH_MS = 1000;
const NAMES = ['requests', 'texts', 'tokens', 'cached', 'rejected'] as const;

/** Counts what the embedding service is asked, and why. Kept in memory for a second: a killed process loses that much. */
@Injectable()
export class EmbeddingUsageCounter implements OnApplicationShutdown {
  private readonly counts = new Map<string, UsageCounts>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(EmbeddingUsageCounter.name);
  }

  count(embedder: string, reason: EmbeddingReason, more: Partial<UsageCounts>): void {
    const key = JSON.stringify([embedder, reason]);
    const known = this.counts.get(key) ?? { requests: 0, texts: 0, tokens: 0, cached: 0, rejected: 0 };
    for (const name of NAMES) known[name] += more[name] ?? 0;
    this.counts.set(key, known);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const entries = [...this.counts].map(([key, counts]) => {
      const [embedder, reason] = JSON.parse(key) as [string, EmbeddingReason];
      return { embedder, reason, ...counts };
    });
    if (entries.length === 0) return;
    this.counts.clear();
    try {
      await this.dataSource.query(
        `INSERT INTO embedding_usage AS u (day, embedder, reason, ${NAMES.join(', ')})
         SELECT current_date, embedder, reason, ${NAMES.join(', ')}
           FROM jsonb_to_recordset($1::jsonb)
                AS row (embedder text, reason text, ${NAMES.map((name) => `${name} bigint`).join(', ')})
         ON CONFLICT ON CONSTRAINT embedding_usage_pkey
         DO UPDATE SET ${NAMES.map((name) => `${name} = u.${name} + excluded.${name}`).join(', ')}`,
        [JSON.stringify(entries)],
      );
    } catch (err) {
      for (const { embedder, reason, ...counts } of entries) this.count(embedder, reason, counts);
      this.logger.warn({ err }, 'use of the embedding service not counted yet');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
    if (this.timer) clearTimeout(this.timer);
  }
}
