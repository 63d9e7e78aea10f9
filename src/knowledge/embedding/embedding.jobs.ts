import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { toSql } from 'pgvector';
import { DataSource } from 'typeorm';
import { readSetting, writeSetting } from '../../database/settings';
import { JobHandler } from '../../jobs/job-handler.decorator';
import { JobQueue } from '../../jobs/job-queue.service';
import { Embedders } from './embedders';
import { EmbeddingError, type Embedder } from './embedder';

/** How long a chunk is this worker's; renewed while it is at it, so that one which died keeps it no longer. */
const CLAIM_MS = 30_000;
const RENEW_CLAIMS_MS = 10_000;
/** Where the process is to end: how long an answer of the service is still waited for. */
const STOP_GRACE_MS = 5000;
/** The embedder of the last start, among the settings. */
const EMBEDDER_SETTING = 'embedder';
/** Then the job is queued anew, so that a process with much to embed can stop in between. */
const MAX_RUN_MS = 5000;
const FIRST_BACKOFF_MS = 2000;
const MAX_BACKOFF_MS = 10 * 60_000;
/** OpenAI takes 300,000 tokens a request; a margin, since its count may differ by a little. */
const MAX_REQUEST_TOKENS = 250_000;

/** Chunks that await their embedding now and that no worker is at. */
const DUE = `status = 'pending' AND next_attempt_at <= now() AND (claimed_until IS NULL OR claimed_until < now())`;

interface ClaimedChunk {
  user_id: number;
  id: number;
  text: string;
  text_hash: string;
  token_count: number;
  attempts: number;
}

/** Gives chunks their embeddings. Which chunks await one stands in the database; the job says only that some do. */
@Injectable()
export class EmbeddingJobs implements OnApplicationBootstrap {
  /** Milliseconds since 1970 until which this process leaves the service alone. Saves calls; decides nothing. */
  private notBefore = 0;
  private readonly embedder: Embedder;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    embedders: Embedders,
    private readonly jobs: JobQueue,
    private readonly logger: PinoLogger,
  ) {
    this.embedder = embedders.configured;
    logger.setContext(EmbeddingJobs.name);
  }

  /** Sends chunks of another model, and those that were refused, to be embedded anew. */
  async onApplicationBootstrap(): Promise<void> {
    let outdated = await this.requeue(`status = 'failed'`);
    // Only after a change: it reads the chunks of all tenants.
    const previous = await readSetting(this.dataSource, EMBEDDER_SETTING);
    if (previous !== this.embedder.key) {
      outdated += await this.requeue(`status = 'embedded' AND embedding_model <> $1`, [this.embedder.key]);
      await writeSetting(this.dataSource, EMBEDDER_SETTING, this.embedder.key);
    }
    if (outdated > 0) {
      this.logger.info(
        { chunks: outdated },
        'chunks refused, or of another embedding model, are embedded anew',
      );
      await this.jobs.nudge('knowledge.embed', {});
    }
  }

  private async requeue(condition: string, parameters: unknown[] = []): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE chunks SET status = 'pending', attempts = 0, next_attempt_at = now(), claimed_until = NULL
        WHERE ${condition}`,
      parameters,
    );
    return count;
  }

  /** Ends claims of a process that died. Only where no other process can hold any. */
  async releaseClaims(): Promise<void> {
    await this.jobs.forget('knowledge.embed', {});
    await this.dataSource.query(
      `UPDATE chunks SET claimed_until = NULL WHERE status = 'pending' AND claimed_until IS NOT NULL`,
    );
  }

  /** Whether chunks await their embedding that no worker is at. */
  async areDue(): Promise<boolean> {
    const [row] = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM chunks WHERE ${DUE}) AS due`,
    );
    return row!.due;
  }

  @JobHandler('knowledge.embed')
  async embedPending(_payload: unknown, stopping: AbortSignal): Promise<void> {
    const giveUp = new AbortController();
    const onStop = (): void => void setTimeout(() => giveUp.abort(), STOP_GRACE_MS).unref();
    stopping.addEventListener('abort', onStop, { once: true });
    try {
      await this.embedDue(stopping, giveUp.signal);
    } finally {
      stopping.removeEventListener('abort', onStop);
    }
  }

  private async embedDue(stopping: AbortSignal, giveUp: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + MAX_RUN_MS;
    // A service that asked for a rest gets it from every chunk; the job that comes after it is queued already.
    while (Date.now() >= this.notBefore) {
      const claimed = await this.claim();
      if (claimed.length === 0) return;
      const renewal = setInterval(() => void this.renewClaims(claimed), RENEW_CLAIMS_MS);
      try {
        if (!(await this.embedBatch(claimed, giveUp))) return;
      } catch (error) {
        // A fault of ours, or of the database: not a reason for the chunks to wait until the claim ends.
        await this.claimUntil(claimed, 'NULL');
        throw error;
      } finally {
        clearInterval(renewal);
      }
      if (stopping.aborted || Date.now() > turnEnds) {
        await this.jobs.add('knowledge.embed', {});
        return;
      }
    }
  }

  /** False when the service is away: the rest would fail too. */
  private async embedBatch(chunks: ClaimedChunk[], giveUp: AbortSignal): Promise<boolean> {
    const startedAt = performance.now();
    try {
      const vectors = await this.embedder.embed(
        chunks.map(({ text }) => text),
        { signal: giveUp },
      );
      await this.store(chunks, vectors);
      this.logger.info(
        {
          chunks: chunks.length,
          tokens: chunks.reduce((sum, { token_count: tokens }) => sum + tokens, 0),
          duration_ms: Math.round(performance.now() - startedAt),
        },
        'chunks embedded',
      );
      return true;
    } catch (error) {
      if (!(error instanceof EmbeddingError)) throw error;
      if (giveUp.aborted) {
        await this.handBack(chunks);
        return false;
      }
      if (error.kind === 'unavailable') {
        await this.postpone(chunks, error);
        return false;
      }
      if (chunks.length === 1) {
        await this.fail(chunks[0]!, error);
        return true;
      }
      // Halved until the text that is refused stands alone.
      const middle = Math.ceil(chunks.length / 2);
      return (
        (await this.embedBatch(chunks.slice(0, middle), giveUp)) &&
        (await this.embedBatch(chunks.slice(middle), giveUp))
      );
    }
  }

  /** Takes the next chunks for this worker, as many as one request holds. */
  private async claim(): Promise<ClaimedChunk[]> {
    const [rows] = await this.dataSource.query<[ClaimedChunk[], number]>(
      `UPDATE chunks c SET claimed_until = now() + make_interval(secs => $2)
         FROM (SELECT user_id, id FROM (
                 SELECT user_id, id, sum(token_count) OVER (ORDER BY next_attempt_at, id) AS tokens,
                        row_number() OVER (ORDER BY next_attempt_at, id) AS number
                   FROM (SELECT user_id, id, token_count, next_attempt_at FROM chunks
                          WHERE ${DUE}
                          ORDER BY next_attempt_at, id LIMIT $1 FOR UPDATE SKIP LOCKED) locked
               ) counted WHERE tokens <= $3 OR number = 1) due
        WHERE c.user_id = due.user_id AND c.id = due.id
        RETURNING c.user_id, c.id, c.text, c.text_hash, c.token_count, c.attempts`,
      [this.embedder.batchSize, CLAIM_MS / 1000, MAX_REQUEST_TOKENS],
    );
    return rows;
  }

  private async renewClaims(chunks: ClaimedChunk[]): Promise<void> {
    try {
      await this.claimUntil(chunks, `now() + make_interval(secs => ${CLAIM_MS / 1000})`);
    } catch (err) {
      this.logger.warn({ err }, 'claims not renewed; another worker may embed the same chunks');
    }
  }

  /** Leaves the chunks to another worker, at once. */
  private async handBack(chunks: ClaimedChunk[]): Promise<void> {
    await this.claimUntil(chunks, 'NULL');
    await this.jobs.nudge('knowledge.embed', {});
  }

  private async claimUntil(chunks: ClaimedChunk[], end: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE chunks c SET claimed_until = ${end}
         FROM unnest($1::bigint[], $2::bigint[]) AS mine (user_id, id)
        WHERE c.user_id = mine.user_id AND c.id = mine.id AND c.status = 'pending' AND c.claimed_until IS NOT NULL`,
      [chunks.map((chunk) => chunk.user_id), chunks.map(({ id }) => id)],
    );
  }

  /** A chunk that was renewed or deleted in the meantime is left alone: its text is no longer the one embedded. */
  private async store(chunks: ClaimedChunk[], vectors: number[][]): Promise<void> {
    await this.dataSource.query(
      `UPDATE chunks c
          SET status = 'embedded', embedding = done.embedding::halfvec, embedding_model = $5, embedded_at = now(),
              attempts = c.attempts + 1, error_message = NULL, claimed_until = NULL
         FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS done (user_id, id, text_hash, embedding)
        WHERE c.user_id = done.user_id AND c.id = done.id AND c.text_hash = done.text_hash`,
      [
        chunks.map((chunk) => chunk.user_id),
        chunks.map(({ id }) => id),
        chunks.map((chunk) => chunk.text_hash),
        vectors.map((vector) => toSql(vector) as string),
        this.embedder.key,
      ],
    );
  }

  private async postpone(chunks: ClaimedChunk[], error: EmbeddingError): Promise<void> {
    const attempts = Math.max(...chunks.map((chunk) => chunk.attempts));
    const delayMs =
      error.retryAfterMs ?? Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts, 20), MAX_BACKOFF_MS);
    await this.dataSource.query(
      `UPDATE chunks c
          SET attempts = c.attempts + 1, error_message = $3, claimed_until = NULL,
              next_attempt_at = now() + make_interval(secs => $4)
         FROM unnest($1::bigint[], $2::bigint[]) AS late (user_id, id)
        WHERE c.user_id = late.user_id AND c.id = late.id AND c.status = 'pending'`,
      [chunks.map((chunk) => chunk.user_id), chunks.map(({ id }) => id), error.message, delayMs / 1000],
    );
    this.notBefore = Date.now() + delayMs;
    this.logger.warn({ chunks: chunks.length, delay_ms: delayMs }, error.message);
    await this.jobs.nudge('knowledge.embed', {}, delayMs);
  }

  private async fail(chunk: ClaimedChunk, error: EmbeddingError): Promise<void> {
    await this.dataSource.query(
      `UPDATE chunks SET status = 'failed', attempts = attempts + 1, error_message = $3, embedding_model = $4,
              claimed_until = NULL
        WHERE user_id = $1 AND id = $2 AND status = 'pending'`,
      [chunk.user_id, chunk.id, error.message, this.embedder.key],
    );
    this.logger.error({ chunk_id: chunk.id, user_id: chunk.user_id }, error.message);
  }
}
