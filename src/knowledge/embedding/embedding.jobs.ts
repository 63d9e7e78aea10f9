import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../config/config';
import { JobHandler } from '../../jobs/job-handler.decorator';
import { JobQueue } from '../../jobs/job-queue.service';
import { Tracing } from '../../telemetry/tracing.service';
import { EmbeddingError, type Embedder } from './embedder';
import { EmbeddingCache } from './embedding-cache.service';
import { EmbeddingQueue, MAX_REQUEST_TOKENS, type ClaimedChunk } from './embedding-queue.service';
import { EmbeddingMetrics } from './embedding.metrics';
import { EmbeddingRequests } from './embedding-requests.service';
import { EmbeddingUsageCounter } from './embedding-usage.service';
import { Generations, type LiveGeneration } from './generations.service';

const RENEW_CLAIMS_MS = 10_000;
/** Where the process is to end: how long an answer of the service is still waited for. */
const STOP_GRACE_MS = 5000;
/** Then the job is queued anew, so that a process with much to embed can stop in between. */
const MAX_RUN_MS = 5000;
const FIRST_BACKOFF_MS = 2000;
const MAX_BACKOFF_MS = 10 * 60_000;
/** OpenAI takes no longer text. */
const MAX_TEXT_TOKENS = 8191;
/** How long a request waits for each text that it could still hold while more are being made. */
const FILL_MS_PER_TEXT = 50;
const FILL_POLL_MS = 50;
const PRUNE_INTERVAL_MS = 3_600_000;

type EmbeddableGeneration = LiveGeneration & { embedder: Embedder };

interface Batch {
  chunks: ClaimedChunk[];
  embedder: Embedder;
}

/** A batch's place among the requests that are open. */
interface Slot {
  /** The service has answered; what is left is to store it. */
  answered: () => void;
  end: () => void;
}

/** Gives chunks their embeddings. Which chunks await one stands in the database; the job says only that some do. */
@Injectable()
export class EmbeddingJobs implements OnApplicationBootstrap, OnModuleDestroy {
  /** Milliseconds since 1970 until which this process leaves the service alone. Saves calls; decides nothing. */
  private notBefore = 0;
  /** What the service bears at present: halved when it fails, and grown again with each success. */
  private readonly pace: { inFlight: number; texts: number };
  /** Requests that this process has open, of however many jobs. */
  private inFlight = 0;
  /** Batches in hand: those whose vectors are being stored too. */
  private inHand = 0;
  /** One batch is chosen at a time: two that see the same chunks would share them, and neither request be full. */
  private choosing: Promise<unknown> = Promise.resolve();
  private pruning: NodeJS.Timeout | undefined;

  constructor(
    private readonly queue: EmbeddingQueue,
    private readonly cache: EmbeddingCache,
    private readonly requests: EmbeddingRequests,
    private readonly metrics: EmbeddingMetrics,
    private readonly usage: EmbeddingUsageCounter,
    private readonly generations: Generations,
    private readonly jobs: JobQueue,
    private readonly tracing: Tracing,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    const { concurrency, batchSize } = config.embedding;
    this.pace = { inFlight: concurrency, texts: batchSize };
    logger.setContext(EmbeddingJobs.name);
  }

  onApplicationBootstrap(): void {
    const prune = () =>
      void this.cache
        .prune()
        .catch((err: unknown) => this.logger.error({ err }, 'cache of embeddings not pruned'));
    this.pruning = setInterval(prune, PRUNE_INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.pruning);
  }

  /** Ends claims of a process that died. Only where no other process can hold any. */
  async releaseClaims(): Promise<void> {
    await this.jobs.forget('knowledge.embed', {});
    await this.queue.releaseAll();
  }

  /** Whether chunks await their embedding that no worker is at. */
  async areDue(): Promise<boolean> {
    return this.queue.areDue((await this.embeddable()).map(({ id }) => id));
  }

  /** The generations that this process can embed, that which answers questions first. */
  private async embeddable(): Promise<EmbeddableGeneration[]> {
    return (await this.generations.live()).flatMap(({ embedder, ...generation }) =>
      embedder ? [{ ...generation, embedder }] : [],
    );
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

  /** Keeps several requests in flight until nothing is due, the service needs a rest, or the turn is over. */
  private async embedDue(stopping: AbortSignal, giveUp: AbortSignal): Promise<void> {
    const turnEnds = Date.now() + MAX_RUN_MS;
    const mine = new Set<Promise<void>>();
    const faults: unknown[] = [];
    const generations = await this.embeddable();
    let resting = false;
    let done = false;
    const mayGoOn = () => !resting && faults.length === 0 && !stopping.aborted && Date.now() < turnEnds;
    // A service that asked for a rest gets it from every chunk; the job that comes after it is queued already.
    while (!done && mayGoOn() && Date.now() >= this.notBefore) {
      if (this.inFlight >= this.pace.inFlight || this.inHand >= 2 * this.pace.inFlight) {
        await Promise.race([sleep(FILL_POLL_MS), ...mine]);
        continue;
      }
      const slot = this.takeSlot();
      const next = await this.nextBatch(generations).catch((error: unknown) => {
        faults.push(error);
        return 'none' as const;
      });
      if (next === 'none yet' || next === 'none') {
        slot.end();
        done = next === 'none' && mine.size === 0;
        if (!done) await Promise.race([sleep(FILL_POLL_MS), ...mine]);
        continue;
      }
      const flight = this.traced(next, () => this.embedClaimed(next, giveUp, slot))
        .then((succeeded) => {
          resting ||= !succeeded;
        })
        .catch((error: unknown) => void faults.push(error))
        .finally(() => {
          slot.end();
          mine.delete(flight);
        });
      mine.add(flight);
    }
    await Promise.all(mine);
    if (faults.length > 0) throw faults[0];
    if (!done && !resting) await this.jobs.add('knowledge.embed', {});
    if (done && generations.length > 1) await this.jobs.nudge('knowledge.build', {});
  }

  private takeSlot(): Slot {
    this.inFlight++;
    this.inHand++;
    let [isAsking, isOpen] = [true, true];
    const answered = (): void => {
      if (isAsking) this.inFlight--;
      isAsking = false;
    };
    const end = (): void => {
      answered();
      if (isOpen) this.inHand--;
      isOpen = false;
    };
    return { answered, end };
  }

  /**
   * The next request's chunks: of the generation that answers questions first, then of one that is to follow it. None
   * yet while products are still coming in that may fill the request, so that thousands of them are some dozens of
   * requests.
   */
  private nextBatch(generations: readonly EmbeddableGeneration[]): Promise<Batch | 'none yet' | 'none'> {
    const next = this.choosing.then(() => this.chooseBatch(generations));
    this.choosing = next.catch(() => undefined);
    return next;
  }

  private async chooseBatch(
    generations: readonly EmbeddableGeneration[],
  ): Promise<Batch | 'none yet' | 'none'> {
    const wanted = this.pace.texts;
    const { due, oldestMs, moreComing } = await this.queue.outlook(
      generations.map(({ id }) => id),
      wanted,
    );
    // Chunks that came since would be a request of their own; whoever made them asks for the next job.
    if (due === 0) return 'none';
    // What runs in this process gains nothing by fuller requests.
    const isAsked = generations.some(({ embedder }) => embedder.pricePerMillionTokens !== 0);
    if (isAsked && due < wanted && moreComing && oldestMs < wanted * FILL_MS_PER_TEXT) return 'none yet';
    for (const { id, embedder } of generations) {
      const chunks = await this.queue.claim(id, Math.min(wanted, embedder.batchSize), MAX_REQUEST_TOKENS);
      if (chunks.length > 0) return { chunks, embedder };
    }
    return 'none';
  }

  private traced<T>({ chunks }: Batch, work: () => Promise<T>): Promise<T> {
    const traceparents = chunks.map(({ traceparent }) => traceparent);
    return this.tracing.batch('embed chunks', traceparents, { 'fiko.chunks': chunks.length }, work);
  }

  /** False when the service is away: the rest would fail too. */
  private async embedClaimed({ chunks, embedder }: Batch, giveUp: AbortSignal, slot: Slot): Promise<boolean> {
    const renewal = setInterval(() => void this.renewClaims(chunks), RENEW_CLAIMS_MS);
    try {
      const unknown = await this.cache.serve(chunks, embedder);
      this.metrics.countCached(embedder, chunks.length - unknown.length);
      this.count(
        embedder,
        chunks.filter((chunk) => !unknown.includes(chunk)),
        () => ({ cached: 1 }),
      );
      const fitting = unknown.filter(({ token_count: tokens }) => tokens <= MAX_TEXT_TOKENS);
      for (const chunk of unknown.filter((each) => !fitting.includes(each))) {
        const reason = `The text has ${chunk.token_count} tokens, the embedding service takes ${MAX_TEXT_TOKENS}`;
        await this.fail(chunk, embedder, reason);
      }
      return fitting.length === 0 || (await this.embedBatch({ chunks: fitting, embedder }, giveUp, slot));
    } catch (error) {
      // A fault of ours, or of the database: not a reason for the chunks to wait until the claim ends.
      await this.queue.release(chunks);
      throw error;
    } finally {
      clearInterval(renewal);
    }
  }

  private async embedBatch({ chunks, embedder }: Batch, giveUp: AbortSignal, slot?: Slot): Promise<boolean> {
    const startedAt = performance.now();
    // Equal texts, such as those of two shops, are asked for once.
    const texts = [...new Map(chunks.map(({ text_hash: hash, text }) => [hash, text]))];
    const order = new Map(texts.map(([hash], index) => [hash, index]));
    try {
      const sent = new Map(chunks.map((each) => [each.text_hash, each.token_count]));
      const vectors = await this.requests.embed(
        embedder,
        texts.map(([, text]) => text),
        { purpose: 'chunks', tokens: [...sent.values()].reduce((a, b) => a + b, 0), signal: giveUp },
      );
      // The next request goes out while these are stored.
      slot?.answered();
      await this.queue.store(
        chunks,
        chunks.map(({ text_hash: hash }) => vectors[order.get(hash)!]!),
        embedder,
      );
      await this.cache.remember(chunks, embedder);
      const tokens = chunks.reduce((sum, { token_count: count }) => sum + count, 0);
      this.countRequest(embedder, chunks);
      this.grow();
      this.logger.info(
        { chunks: chunks.length, tokens, duration_ms: Math.round(performance.now() - startedAt) },
        'chunks embedded',
      );
      return true;
    } catch (error) {
      if (!(error instanceof EmbeddingError)) throw error;
      if (giveUp.aborted) {
        await this.queue.release(chunks);
        await this.jobs.nudge('knowledge.embed', {});
        return false;
      }
      this.countRequest(embedder, chunks, false);
      if (error.kind === 'unavailable') {
        await this.postpone(chunks, error);
        return false;
      }
      if (texts.length === 1) {
        for (const chunk of chunks) await this.fail(chunk, embedder, error.message);
        return true;
      }
      // Halved until the text that is refused stands alone.
      const middle = texts[Math.ceil(texts.length / 2) - 1]![0];
      const half = order.get(middle)!;
      const first = chunks.filter(({ text_hash: hash }) => order.get(hash)! <= half);
      const second = chunks.filter(({ text_hash: hash }) => order.get(hash)! > half);
      return (
        (await this.embedBatch({ chunks: first, embedder }, giveUp)) &&
        (await this.embedBatch({ chunks: second, embedder }, giveUp))
      );
    }
  }

  private async renewClaims(chunks: readonly ClaimedChunk[]): Promise<void> {
    try {
      await this.queue.renewClaims(chunks);
    } catch (err) {
      this.logger.warn({ err }, 'claims not renewed; another worker may embed the same chunks');
    }
  }

  private async postpone(chunks: readonly ClaimedChunk[], error: EmbeddingError): Promise<void> {
    const attempts = Math.max(...chunks.map((chunk) => chunk.attempts));
    const delayMs =
      error.retryAfterMs ?? Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(attempts, 20), MAX_BACKOFF_MS);
    await this.queue.postpone(chunks, error.message, delayMs);
    this.notBefore = Math.max(this.notBefore, Date.now() + delayMs);
    this.shrink();
    this.logger.warn({ chunks: chunks.length, delay_ms: delayMs, ...this.pace }, error.message);
    await this.jobs.nudge('knowledge.embed', {}, delayMs);
  }

  private async fail(chunk: ClaimedChunk, embedder: Embedder, reason: string): Promise<void> {
    await this.queue.fail(chunk, reason, embedder);
    this.metrics.countRefused(embedder);
    this.usage.count(embedder.key, chunk.reason, { rejected: 1 });
    this.logger.error({ chunk_id: chunk.id, user_id: chunk.user_id }, reason);
  }

  private shrink(): void {
    this.pace.inFlight = Math.max(1, Math.floor(this.pace.inFlight / 2));
    this.pace.texts = Math.max(1, Math.floor(this.pace.texts / 2));
  }

  private grow(): void {
    const { concurrency, batchSize } = this.config.embedding;
    this.pace.inFlight = Math.min(concurrency, this.pace.inFlight + 1);
    this.pace.texts = Math.min(batchSize, this.pace.texts * 2);
  }

  /** One that failed counts as a request; its texts count once they are embedded. */
  private countRequest(embedder: Embedder, chunks: readonly ClaimedChunk[], succeeded = true): void {
    for (const reason of new Set(chunks.map((chunk) => chunk.reason))) {
      this.usage.count(embedder.key, reason, { requests: 1 });
    }
    if (succeeded) this.count(embedder, chunks, ({ token_count: tokens }) => ({ texts: 1, tokens }));
  }

  private count(
    embedder: Embedder,
    chunks: readonly ClaimedChunk[],
    of: (chunk: ClaimedChunk) => Parameters<EmbeddingUsageCounter['count']>[2],
  ): void {
    for (const chunk of chunks) this.usage.count(embedder.key, chunk.reason, of(chunk));
  }
}
