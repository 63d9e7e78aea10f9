import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { EmbeddingReason } from './chunk.entity';
import type { Embedder, Vector } from './embedder';
import { halfvecArray } from './halfvec';
import { GIVEN, keptWait, SearchableMetrics, type GivenChunk } from './searchable.metrics';

/** How long a chunk is one worker's; renewed while it is at it, so that one which died keeps it no longer. */
export const CLAIM_MS = 30_000;
/** OpenAI takes 300,000 tokens a request; a margin, since its count may differ by a little. */
export const MAX_REQUEST_TOKENS = 250_000;
/** Tenants that one turn looks at; the next begins behind them. */
const MAX_TENANTS = 1000;

/** Chunks that await their embedding now and that no worker is at. */
const DUE = `status = 'pending' AND next_attempt_at <= now() AND (claimed_until IS NULL OR claimed_until < now())`;

export interface ClaimedChunk {
  user_id: number;
  id: number;
  generation: number;
  text: string;
  /** SHA-256, hexadecimal. */
  text_hash: string;
  token_count: number;
  attempts: number;
  reason: EmbeddingReason;
  /** Of the processing that asked for it; null while traces are off. */
  traceparent: string | null;
}

/** Which chunks await an embedding: the database says, with short statements of their own. */
@Injectable()
export class EmbeddingQueue {
  /** The tenant whose turn was last. */
  private lastTenant = 0;
  /**
   * The oid of `halfvec` in this database, once it was asked for. Of types that are not its own PostgreSQL takes another
   * oid too, since 15: a restored database needs no restart.
   */
  private vectorType: number | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly searchable: SearchableMetrics,
  ) {}

  /** Whether chunks of these generations await their embedding that no worker is at. */
  async areDue(generations: readonly number[]): Promise<boolean> {
    const [row] = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM chunks WHERE ${DUE} AND generation = ANY($1)) AS due`,
      [generations],
    );
    return row!.due;
  }

  /**
   * How many chunks of these generations are due (counted up to `enough`), for how long the first has been, and whether more are on their
   * way: events that will be chunks, or a generation whose chunks are being made.
   */
  async outlook(
    generations: readonly number[],
    enough: number,
  ): Promise<{ due: number; oldestMs: number; moreComing: boolean }> {
    const [row] = await this.dataSource.query<{ due: number; oldest_ms: number; more_coming: boolean }[]>(
      `SELECT count(*) AS due,
              coalesce(extract(epoch FROM now() - min(next_attempt_at)) * 1000, 0)::float8 AS oldest_ms,
              EXISTS (SELECT 1 FROM events WHERE status = 'queued' AND next_attempt_at <= now())
                OR EXISTS (SELECT 1 FROM due_knowledge WHERE attempts = 0 AND next_attempt_at <= now())
                OR EXISTS (SELECT 1 FROM generations WHERE state = 'building' AND walked_at IS NULL) AS more_coming
         FROM (SELECT next_attempt_at FROM chunks WHERE ${DUE} AND generation = ANY($2) LIMIT $1) due`,
      [enough, generations],
    );
    return { due: Number(row!.due), oldestMs: row!.oldest_ms, moreComing: row!.more_coming };
  }

  /**
   * Takes chunks of one generation for this worker, as many as one request holds: from each tenant that has some an
   * equal share, so that a large shop keeps nobody waiting, and then whatever is left of the request.
   */
  async claim(generation: number, texts: number, tokens: number): Promise<ClaimedChunk[]> {
    const tenants = await this.tenants();
    if (tenants.length === 0) return [];
    const claimed = await this.claimFrom(tenants, generation, Math.ceil(texts / tenants.length), texts);
    if (claimed.length > 0 && claimed.length < texts && tenants.length > 1) {
      claimed.push(...(await this.claimFrom(tenants, generation, texts, texts - claimed.length)));
    }
    this.lastTenant = claimed.at(-1)?.user_id ?? this.lastTenant;
    let sum = 0;
    const fitting = claimed.filter(
      ({ token_count: count }, index) => (sum += count) <= tokens || index === 0,
    );
    await this.release(claimed.filter((chunk) => !fitting.includes(chunk)));
    return fitting;
  }

  /** Goes from tenant to tenant along the index, on from the last: a long queue of one costs no more than a short. */
  private async tenants(): Promise<number[]> {
    const rows = await this.dataSource.query<{ user_id: number }[]>(
      `WITH RECURSIVE waiting AS (
         (SELECT user_id FROM chunks WHERE status = 'pending' ORDER BY user_id LIMIT 1)
         UNION ALL
         SELECT following.user_id FROM waiting CROSS JOIN LATERAL (
           SELECT c.user_id FROM chunks c WHERE c.status = 'pending' AND c.user_id > waiting.user_id
            ORDER BY c.user_id LIMIT 1) following)
       SELECT user_id FROM waiting ORDER BY user_id <= $1, user_id LIMIT ${MAX_TENANTS}`,
      [this.lastTenant],
    );
    return rows.map(({ user_id: id }) => id);
  }

  private async claimFrom(
    tenants: readonly number[],
    generation: number,
    each: number,
    most: number,
  ): Promise<ClaimedChunk[]> {
    const [rows] = await this.dataSource.query<[ClaimedChunk[], number]>(
      `UPDATE chunks c SET claimed_until = now() + make_interval(secs => $5)
         FROM (SELECT mine.user_id, mine.id
                 FROM unnest($1::bigint[]) WITH ORDINALITY AS tenant (user_id, turn)
                CROSS JOIN LATERAL (
                  SELECT user_id, id FROM chunks
                   WHERE user_id = tenant.user_id AND generation = $2 AND ${DUE}
                   ORDER BY next_attempt_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) mine
                LIMIT $4) due
        WHERE c.user_id = due.user_id AND c.id = due.id
        RETURNING c.user_id, c.id, c.generation, c.text, c.text_hash, c.token_count, c.attempts, c.reason, c.traceparent`,
      [tenants, generation, each, most, CLAIM_MS / 1000],
    );
    return rows;
  }

  async renewClaims(chunks: readonly ClaimedChunk[]): Promise<void> {
    await this.claimUntil(chunks, `now() + make_interval(secs => ${CLAIM_MS / 1000})`);
  }

  /** Leaves chunks to whoever comes next, at once. */
  async release(chunks: readonly ClaimedChunk[]): Promise<void> {
    await this.claimUntil(chunks, 'NULL');
  }

  /** Ends claims of a process that died. Only where no other process can hold any. */
  async releaseAll(): Promise<void> {
    await this.dataSource.query(
      `UPDATE chunks SET claimed_until = NULL WHERE status = 'pending' AND claimed_until IS NOT NULL`,
    );
  }

  private async claimUntil(chunks: readonly ClaimedChunk[], end: string): Promise<void> {
    if (chunks.length === 0) return;
    await this.dataSource.query(
      `UPDATE chunks c SET claimed_until = ${end}
         FROM unnest($1::bigint[], $2::bigint[]) AS mine (user_id, id)
        WHERE c.user_id = mine.user_id AND c.id = mine.id AND c.status = 'pending' AND c.claimed_until IS NOT NULL`,
      [chunks.map((chunk) => chunk.user_id), chunks.map(({ id }) => id)],
    );
  }

  /** A chunk that was renewed or deleted in the meantime is left alone: its text is no longer the one embedded. */
  async store(
    chunks: readonly ClaimedChunk[],
    vectors: readonly Vector[],
    embedder: Embedder,
  ): Promise<void> {
    this.vectorType ??= await this.findVectorType();
    const [given] = await this.dataSource.query<[GivenChunk[], number]>(
      `UPDATE chunks c
          SET status = 'embedded', embedding = done.embedding, embedding_model = $5, embedded_at = now(),
              attempts = c.attempts + 1, error_message = NULL, claimed_until = NULL,
              accepted_at = ${keptWait('$2')}, traceparent = NULL
         FROM (SELECT mine.*, before.accepted_at AS was
                 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::halfvec[]) AS mine (user_id, id, text_hash, embedding)
                 JOIN chunks before ON before.user_id = mine.user_id AND before.id = mine.id) done
        WHERE c.user_id = done.user_id AND c.id = done.id AND c.text_hash = done.text_hash
        RETURNING ${GIVEN}`,
      [
        chunks.map((chunk) => chunk.user_id),
        chunks.map(({ id }) => id),
        chunks.map((chunk) => chunk.text_hash),
        halfvecArray(vectors, this.vectorType),
        embedder.key,
      ],
    );
    await this.searchable.countGiven(given);
  }

  private async findVectorType(): Promise<number> {
    const [row] = await this.dataSource.query<{ oid: number }[]>(
      `SELECT 'halfvec'::regtype::oid::int AS oid`,
    );
    return row!.oid;
  }

  async postpone(chunks: readonly ClaimedChunk[], reason: string, delayMs: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE chunks c
          SET attempts = c.attempts + 1, error_message = $3, claimed_until = NULL,
              next_attempt_at = now() + make_interval(secs => $4)
         FROM unnest($1::bigint[], $2::bigint[]) AS late (user_id, id)
        WHERE c.user_id = late.user_id AND c.id = late.id AND c.status = 'pending'`,
      [chunks.map((chunk) => chunk.user_id), chunks.map(({ id }) => id), reason, delayMs / 1000],
    );
  }

  /** Its product is not whole then: nobody waits for its other chunks any more, as far as that is measured. */
  async fail(chunk: ClaimedChunk, reason: string, embedder: Embedder): Promise<void> {
    await this.dataSource.query(
      `WITH refused AS (
         UPDATE chunks SET status = 'failed', attempts = attempts + 1, error_message = $3, embedding_model = $4,
                claimed_until = NULL, accepted_at = NULL
          WHERE user_id = $1 AND id = $2 AND status = 'pending' AND text_hash = $5
          RETURNING user_id, id, product_id, generation)
       UPDATE chunks c SET accepted_at = NULL FROM refused
        WHERE c.user_id = refused.user_id AND c.product_id = refused.product_id
          AND c.generation = refused.generation AND c.id <> refused.id AND c.accepted_at IS NOT NULL`,
      [chunk.user_id, chunk.id, reason, embedder.key, chunk.text_hash],
    );
  }
}
