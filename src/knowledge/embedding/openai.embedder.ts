import OpenAI, { APIConnectionError, APIError } from 'openai';
import type { Config } from '../../config/config';
import { StartError } from '../../config/start-error';
import { Embedder, EmbeddingError, type EmbeddingFault, type EmbedOptions, type Vector } from './embedder';

/** Source: OpenAI's model pages. Others need EMBEDDING_DIMENSIONS. */
const KNOWN_DIMENSIONS: Record<string, number> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
};
/** Dollars for a million tokens; source: OpenAI's price list. */
const KNOWN_PRICES: Record<string, number> = {
  'text-embedding-3-small': 0.02,
  'text-embedding-3-large': 0.13,
  'text-embedding-ada-002': 0.1,
};

/** Dollars for a million tokens of a model; null where it is not known. */
export const knownPriceOf = (model: string): number | null =>
  Object.hasOwn(KNOWN_PRICES, model) ? KNOWN_PRICES[model]! : null;

/** Statuses by which the service refuses the texts themselves. */
const REJECTING = new Set([400, 413, 422]);

export class OpenAiEmbedder extends Embedder {
  readonly key: string;
  readonly model: string;
  readonly description: string;
  readonly dimensions: number;
  readonly pricePerMillionTokens: number | null;
  readonly batchSize: number;
  readonly floor = 0.2;
  readonly confident = 0.4;
  readonly weight = 1;

  private readonly client: OpenAI;
  private readonly apiKey: string;
  private readonly timeoutMs: number;
  private readonly requestedDimensions: number | undefined;

  /** @param fetch what requests are made with, for one who looks at them */
  constructor(settings: Config['embedding'] & { apiKey: string }, fetch?: typeof globalThis.fetch) {
    super();
    this.apiKey = settings.apiKey;
    this.timeoutMs = settings.timeoutMs;
    this.model = settings.model;
    this.dimensions = settings.dimensions ?? dimensionsOf(settings.model);
    // A model's own length goes without saying; some models refuse to be told.
    this.requestedDimensions =
      this.dimensions === KNOWN_DIMENSIONS[settings.model] ? undefined : this.dimensions;
    this.pricePerMillionTokens = knownPriceOf(settings.model);
    this.batchSize = settings.batchSize;
    this.key = `${settings.model}@${this.dimensions}`;
    this.description = `OpenAI embeddings, model ${settings.model}, ${this.dimensions} dimensions.`;
    this.client = new OpenAI({
      apiKey: settings.apiKey,
      ...(settings.baseUrl && { baseURL: settings.baseUrl }),
      ...(fetch && { fetch }),
      timeout: settings.timeoutMs,
      // Retries are the database's: a chunk stays pending and says when it is tried again.
      maxRetries: 0,
    });
  }

  async embed(
    texts: readonly string[],
    { timeoutMs = this.timeoutMs, signal }: EmbedOptions = {},
  ): Promise<Vector[]> {
    const startedAt = performance.now();
    let answer: unknown;
    try {
      answer = await this.client.embeddings.create(
        {
          model: this.model,
          input: [...texts],
          // Said, so that the SDK leaves it alone: it would make a list of numbers of each.
          encoding_format: 'base64',
          ...(this.requestedDimensions && { dimensions: this.requestedDimensions }),
        },
        { timeout: timeoutMs, ...(signal && { signal }) },
      );
    } catch (error) {
      // A timer may be early by a millisecond.
      const hasTimedOut = performance.now() - startedAt >= timeoutMs - 1;
      throw toEmbeddingError(error, this.apiKey, hasTimedOut);
    }
    return this.check(answer, texts.length);
  }

  /** A gateway may answer 200 with a page or half a body: what is not one vector per text is no answer. */
  private check(answer: unknown, expected: number): Vector[] {
    const data = (answer as { data?: unknown } | null)?.data;
    if (!Array.isArray(data) || data.length !== expected) {
      throw new EmbeddingError('The embedding service sent no usable answer', 'bad_answer');
    }
    const vectors = new Array<Vector>(expected);
    for (const [order, item] of (data as { index?: number; embedding?: unknown }[]).entries()) {
      const { embedding, index = order } = item;
      const vector = toVector(embedding);
      if (!vector || vector.length !== this.dimensions || !vector.every(Number.isFinite)) {
        throw new EmbeddingError(
          `The embedding service sent a vector that does not have ${this.dimensions} numbers`,
          'bad_answer',
        );
      }
      vectors[index] = vector;
    }
    if (vectors.length !== expected || vectors.includes(undefined as never)) {
      throw new EmbeddingError('The embedding service left out a text', 'bad_answer');
    }
    return vectors;
  }
}

/** Floats in base64, least byte first; or a list, from a service that knows nothing else. */
function toVector(embedding: unknown): Vector | null {
  if (Array.isArray(embedding)) return embedding as number[];
  if (typeof embedding !== 'string') return null;
  const bytes = Buffer.from(embedding, 'base64');
  if (bytes.length % 4 !== 0) return null;
  // Of a buffer of its own: one from the pool may begin anywhere.
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function dimensionsOf(model: string): number {
  const dimensions = KNOWN_DIMENSIONS[model];
  if (dimensions !== undefined) return dimensions;
  throw new StartError('Invalid configuration: EMBEDDING_DIMENSIONS must be set for this EMBEDDING_MODEL.');
}

function toEmbeddingError(error: unknown, apiKey: string, hasTimedOut: boolean): EmbeddingError {
  if (error instanceof APIConnectionError) {
    const fault = hasTimedOut ? 'timeout' : 'unreachable';
    return new EmbeddingError('The embedding service cannot be reached', fault);
  }
  if (error instanceof APIError) {
    const { status, headers } = error as { status?: number; headers?: Headers };
    const reason = `The embedding service answered ${status ?? 'an error'}`;
    if (status !== undefined && REJECTING.has(status)) {
      return new EmbeddingError(
        `${reason}: ${error.message.replaceAll(apiKey, '…').slice(0, 300)}`,
        'rejected',
      );
    }
    return new EmbeddingError(reason, faultOf(status), retryAfterMs(headers));
  }
  return new EmbeddingError(`The embedding service failed: ${(error as Error).message}`, 'bad_answer');
}

function faultOf(status: number | undefined): EmbeddingFault {
  if (status === 401 || status === 403) return 'unauthorized';
  return status === 429 ? 'rate_limited' : 'server_error';
}

function retryAfterMs(headers: Headers | undefined): number | null {
  const header = headers?.get('retry-after');
  if (!header) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, 3_600_000) : null;
}
