import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import type { Histogram } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics, WAIT_SECONDS } from '../../telemetry/metrics.service';

const HELP = [
  'Seconds from the acceptance of an event until the product that it changed was searchable as changed',
  'none: at once with the processing, since no text of it was new (a price)',
  'awaited: once the last of its new texts had its embedding',
  'Once for each product and change, from the oldest event where several wait for the same embeddings',
  'Deletions, what changed nothing, and products of which a text was refused are not counted',
].join('. ');

/** A chunk that was given its vector, as `GIVEN` returns it. */
export interface GivenChunk {
  user_id: number;
  product_id: number;
  generation: number;
  /** Since the acceptance of the event that waited for it; null where none did. */
  waited_seconds: number | null;
  /** Whether other chunks of its product are, or were, awaited by others. */
  shared: boolean;
}

/**
 * What a chunk that gets its vector keeps of its wait: nothing, unless other chunks of the product are awaited too and
 * in other hands. Of those the last one counts, which none of them can tell alone: see `SearchableMetrics`.
 *
 * To be used where `c` is the chunk; `ids` are the chunks that get their vectors in the same statement.
 */
export const keptWait = (ids: string): string => `CASE WHEN c.accepted_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM chunks other
   WHERE other.user_id = c.user_id AND other.product_id = c.product_id AND other.generation = c.generation
     AND other.accepted_at IS NOT NULL AND other.id <> ALL (${ids})) THEN c.accepted_at END`;

/** What such a statement returns; `was` is the chunk's `accepted_at` before it. */
export const GIVEN = `c.user_id, c.product_id, c.generation, c.accepted_at IS NOT NULL AS shared,
  extract(epoch FROM clock_timestamp() - was)::float8 AS waited_seconds`;

/** How long a change of a shop took until buyers could find it: the measure of the whole. */
@Injectable()
export class SearchableMetrics {
  private readonly wait: Histogram<'embedding'>;

  constructor(
    metrics: Metrics,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(SearchableMetrics.name);
    this.wait = metrics.histogram(
      'fiko_event_searchable_seconds',
      HELP,
      { embedding: ['none', 'awaited'] },
      WAIT_SECONDS,
    );
  }

  /** Of a product that awaits no embedding. */
  countProcessed(seconds: number): void {
    this.wait.observe({ embedding: 'none' }, seconds);
  }

  /** Of chunks that were given their vectors, by a statement that is committed. */
  async countGiven(chunks: readonly GivenChunk[]): Promise<void> {
    const waits = new Map<string, { chunk: GivenChunk; seconds: number; shared: boolean }>();
    for (const chunk of chunks) {
      if (chunk.waited_seconds === null) continue;
      const known = waits.get(productOf(chunk));
      waits.set(productOf(chunk), {
        chunk,
        seconds: Math.max(known?.seconds ?? 0, chunk.waited_seconds),
        shared: chunk.shared || (known?.shared ?? false),
      });
    }
    const shared = [...waits.values()].filter((wait) => wait.shared).map(({ chunk }) => chunk);
    const ended = new Set((await this.endSharedOrLog(shared)).map(productOf));
    for (const [product, wait] of waits) {
      if (!wait.shared || ended.has(product)) this.wait.observe({ embedding: 'awaited' }, wait.seconds);
    }
  }

  /** The vectors stand: what only measures must not fail the work that is done. */
  private async endSharedOrLog(chunks: readonly GivenChunk[]): ReturnType<SearchableMetrics['endShared']> {
    try {
      return await this.endShared(chunks);
    } catch (err) {
      this.logger.warn({ err }, 'waits of products not ended; not measured');
      return [];
    }
  }

  /**
   * Ends the waits of products whose chunks were in several hands. Of those who ask at the same time the first that
   * locks a product's chunks is answered, and the others find nothing left.
   */
  private async endShared(
    chunks: readonly GivenChunk[],
  ): Promise<Pick<GivenChunk, 'user_id' | 'product_id' | 'generation'>[]> {
    if (chunks.length === 0) return [];
    const [rows] = await this.dataSource.query<[GivenChunk[], number]>(
      `WITH ended AS (
         SELECT c.user_id, c.id
           FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS mine (user_id, product_id, generation)
           JOIN chunks c ON c.user_id = mine.user_id AND c.product_id = mine.product_id
                        AND c.generation = mine.generation
          WHERE c.accepted_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM chunks late
                             WHERE late.user_id = c.user_id AND late.product_id = c.product_id
                               AND late.generation = c.generation
                               AND late.accepted_at IS NOT NULL AND late.embedding IS NULL)
          ORDER BY c.user_id, c.id FOR UPDATE OF c)
       UPDATE chunks c SET accepted_at = NULL FROM ended
        WHERE c.user_id = ended.user_id AND c.id = ended.id
       RETURNING c.user_id, c.product_id, c.generation`,
      [
        chunks.map((chunk) => chunk.user_id),
        chunks.map((chunk) => chunk.product_id),
        chunks.map(({ generation }) => generation),
      ],
    );
    return rows;
  }
}

const productOf = (chunk: Pick<GivenChunk, 'user_id' | 'product_id' | 'generation'>): string =>
  `${chunk.user_id} ${chunk.product_id} ${chunk.generation}`;
