import { Injectable } from '@nestjs/common';
import type { Embedder, EmbedOptions } from './embedder';
import { EmbeddingMetrics, type EmbeddingPurpose } from './embedding.metrics';

export interface EmbedRequest extends EmbedOptions {
  purpose: EmbeddingPurpose;
  /** Of all texts together. */
  tokens: number;
}

/** Every request to an embedder goes through here, to be measured. */
@Injectable()
export class EmbeddingRequests {
  constructor(private readonly metrics: EmbeddingMetrics) {}

  /** One vector per text, in their order. @throws EmbeddingError */
  embed(
    embedder: Embedder,
    texts: readonly string[],
    { purpose, tokens, ...options }: EmbedRequest,
  ): Promise<number[][]> {
    return this.metrics.measure(
      embedder,
      { purpose, texts: texts.length, tokens },
      () => embedder.embed(texts, options),
      () => options.signal?.aborted ?? false,
    );
  }
}
