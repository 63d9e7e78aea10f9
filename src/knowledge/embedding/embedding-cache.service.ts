import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config';
import type { Embedder } from './embedder';
import type { ClaimedChunk } from './embedding-queue.service';
import { GIVEN, keptWait, SearchableMetrics, type GivenChunk } from './searchable.metrics';

/** Rows in one statement: each holds its locks for a moment only. */
const PRUNE_BATCH = 1000;

/** Vectors by model, dimensions and hash of the text: what one shop's text cost, an equal text of any other does not. */
@Injectable()
export class EmbeddingCache {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly searchable: SearchableMetrics,
    private readonly config: Config,
  ) {}

  private keeps({ pricePerMillionTokens: price }: Embedder): boolean {
    return this.config.embedding.cacheDays > 0 && price !== 0;
  }

  /**
   * Gives the chunks whose texts are known their vectors. Each is looked up by itself: a planner that knows nothing of new
   * tables yet would read them whole.
   *
   * @returns those that are not
   */
  async serve(chunks: readonly ClaimedChunk[], embedder: Embedder): Promise<ClaimedChunk[]> {
    if (!this.keeps(embedder)) return [...chunks];
    const { model, dimensions } = embedder;
    const [served] = await this.dataSource.query<
      [(GivenChunk & { id: number; text_hash: string })[], number]
    >(
      `WITH known AS (
         SELECT mine.*, before.accepted_at AS was, k.embedding
           FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS mine (user_id, id, text_hash)
          CROSS JOIN LATERAL (SELECT embedding FROM embedding_cache
                               WHERE model = $4 AND dimensions = $5 AND text_hash = decode(mine.text_hash, 'hex')
                               LIMIT 1) k
          CROSS JOIN LATERAL (SELECT accepted_at FROM chunks
                               WHERE user_id = mine.user_id AND id = mine.id LIMIT 1) before)
       UPDATE chunks c
          SET status = 'embedded', embedding = k.embedding, embedding_model = $6, embedded_at = now(),
              attempts = c.attempts + 1, error_message = NULL, claimed_until = NULL,
              accepted_at = ${keptWait('SELECT id FROM known')}, traceparent = NULL
         FROM known k
        WHERE c.user_id = k.user_id AND c.id = k.id AND c.text_hash = k.text_hash
        RETURNING c.id, c.text_hash, ${GIVEN}`,
      [
        chunks.map((chunk) => chunk.user_id),
        chunks.map(({ id }) => id),
        chunks.map((chunk) => chunk.text_hash),
        model,
        dimensions,
        embedder.key,
      ],
    );
    if (served.length === 0) return [...chunks];
    await this.searchable.countGiven(served);
    await this.dataSource.query(
      `UPDATE embedding_cache SET used_at = now()
        WHERE model = $1 AND dimensions = $2 AND used_at < now() - interval '1 day'
          AND text_hash IN (SELECT decode(hash, 'hex') FROM unnest($3::text[]) AS used (hash))`,
      [model, dimensions, served.map((row) => row.text_hash)],
    );
    const done = new Set(served.map((row) => `${row.user_id} ${row.id}`));
    return chunks.filter((chunk) => !done.has(`${chunk.user_id} ${chunk.id}`));
  }

  /** Remembers the vectors that these chunks have just been given. */
  async remember(chunks: readonly ClaimedChunk[], embedder: Embedder): Promise<void> {
    if (!this.keeps(embedder)) return;
    await this.dataSource.query(
      `INSERT INTO embedding_cache (model, dimensions, text_hash, embedding)
       SELECT DISTINCT ON (c.text_hash) $3, $4::int, decode(c.text_hash, 'hex'), c.embedding
         FROM unnest($1::bigint[], $2::bigint[]) AS mine (user_id, id)
         JOIN chunks c ON c.user_id = mine.user_id AND c.id = mine.id
        WHERE c.status = 'embedded' AND c.embedding_model = $5
        ORDER BY c.text_hash
       ON CONFLICT ON CONSTRAINT embedding_cache_pkey DO NOTHING`,
      [
        chunks.map((chunk) => chunk.user_id),
        chunks.map(({ id }) => id),
        embedder.model,
        embedder.dimensions,
        embedder.key,
      ],
    );
  }

  /** Forgets what has spared no request for EMBEDDING_CACHE_DAYS. @returns how many vectors */
  async prune(): Promise<number> {
    for (let total = 0; ;) {
      const [, count] = await this.dataSource.query<[unknown, number]>(
        `DELETE FROM embedding_cache WHERE (model, dimensions, text_hash) IN (
           SELECT model, dimensions, text_hash FROM embedding_cache
            WHERE used_at < now() - make_interval(days => $1) ORDER BY used_at LIMIT ${PRUNE_BATCH})`,
        [this.config.embedding.cacheDays],
      );
      total += count;
      if (count < PRUNE_BATCH) return total;
    }
  }
}
