import { Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { Tracing } from '../../telemetry/tracing.service';
import type { Embedder, EmbedOptions, Vector } from './embedder';
import { EmbeddingMetrics, type EmbeddingPurpose } from './embedding.metrics';

export interface EmbedRequest extends EmbedOptions {
  purpose: EmbeddingPurpose;
  /** Of all texts together. */
  tokens: number;
}

/** Every request to an embedder goes through here, to be measured and traced. */
@Injectable()
export class EmbeddingRequests {
  constructor(
    private readonly metrics: EmbeddingMetrics,
    private readonly tracing: Tracing,
  ) {}

  /** One vector per text, in their order. @throws EmbeddingError */
  embed(
    embedder: Embedder,
    texts: readonly string[],
    { purpose, tokens, ...options }: EmbedRequest,
  ): Promise<Vector[]> {
    const { model, pricePerMillionTokens: price } = embedder;
    const isService = price !== 0;
    const attributes = {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': isService ? 'openai' : 'local',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': tokens,
      'fiko.texts': texts.length,
      'fiko.purpose': purpose,
    };
    const kind = isService ? SpanKind.CLIENT : SpanKind.INTERNAL;
    return this.tracing.span(`embeddings ${model}`, kind, attributes, () =>
      this.metrics.measure(
        embedder,
        { purpose, texts: texts.length, tokens },
        () => embedder.embed(texts, options),
        () => options.signal?.aborted ?? false,
      ),
    );
  }
}
