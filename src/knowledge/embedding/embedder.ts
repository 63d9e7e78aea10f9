import type { Vector } from './halfvec';

export type { Vector };

/** Turns texts into vectors that are near when the texts mean the like. */
export abstract class Embedder {
  /** Model and dimensions: only vectors of an equal key can be compared. */
  abstract readonly key: string;
  abstract readonly model: string;
  /** One sentence for the log, health and the API's documentation. */
  abstract readonly description: string;
  abstract readonly dimensions: number;
  /** Dollars for a million tokens; 0 where it runs in this process, null where nothing is known. */
  abstract readonly pricePerMillionTokens: number | null;
  /** Texts that one call takes. */
  abstract readonly batchSize: number;
  /** Cosine similarity below which a text has nothing to do with a question. */
  abstract readonly floor: number;
  /** Cosine similarity from which a text answers a question though it has none of its words. */
  abstract readonly confident: number;
  /** Of its ranking beside that by words, which has 1. */
  abstract readonly weight: number;
  /** One vector per text, in their order. @throws EmbeddingError */
  abstract embed(texts: readonly string[], options?: EmbedOptions): Promise<Vector[]>;
}

export interface EmbedOptions {
  /** Milliseconds after which the service counts as unavailable; by default EMBEDDING_TIMEOUT_MS. */
  timeoutMs?: number;
  /** Gives the call up. */
  signal?: AbortSignal;
}

/**
 * How a request failed: `rejected` are the texts themselves, `unauthorized` is the key, `rate_limited` who asks too much,
 * `bad_answer` a success that is none.
 */
export const EMBEDDING_FAULTS = [
  'rejected',
  'unauthorized',
  'rate_limited',
  'server_error',
  'timeout',
  'unreachable',
  'bad_answer',
] as const;
export type EmbeddingFault = (typeof EMBEDDING_FAULTS)[number];

/** Why texts were not embedded, and what may be done about it. */
export class EmbeddingError extends Error {
  override readonly name = 'EmbeddingError';

  constructor(
    message: string,
    readonly fault: EmbeddingFault,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** `rejected`: these texts never succeed as they are; `unavailable`: the same call may succeed later. */
  get kind(): 'rejected' | 'unavailable' {
    return this.fault === 'rejected' ? 'rejected' : 'unavailable';
  }
}
