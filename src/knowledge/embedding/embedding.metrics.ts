import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { Metrics, REQUEST_SECONDS } from '../../telemetry/metrics.service';
import { EMBEDDING_FAULTS, EmbeddingError, type Embedder } from './embedder';
import { Embedders } from './embedders';

/** What texts are embedded for: to be found, or to find. */
export type EmbeddingPurpose = 'chunks' | 'question';

const PURPOSES: readonly EmbeddingPurpose[] = ['chunks', 'question'];

/** What this process asks of embedders; also of the local one, which is no service and costs nothing. */
@Injectable()
export class EmbeddingMetrics {
  private readonly requests: Counter<'model' | 'purpose' | 'outcome'>;
  private readonly duration: Histogram<'model' | 'purpose'>;
  private readonly texts: Counter<'model' | 'purpose'>;
  private readonly tokens: Counter<'model' | 'purpose'>;
  private readonly cached: Counter<'model'>;
  private readonly refused: Counter<'model'>;

  constructor(metrics: Metrics, { configured }: Embedders) {
    const model = [configured.model];
    this.requests = metrics.counter(
      'fiko_embedding_requests_total',
      'Requests to the embedder, by what came of them; cancelled are those that the end of the process cut off',
      { model, purpose: PURPOSES, outcome: ['embedded', ...EMBEDDING_FAULTS, 'cancelled'] },
    );
    this.duration = metrics.histogram(
      'fiko_embedding_request_duration_seconds',
      'Seconds that requests to the embedder took, those that failed included',
      { model, purpose: PURPOSES },
      REQUEST_SECONDS,
    );
    this.texts = metrics.counter('fiko_embedding_texts_total', 'Texts that were embedded', {
      model,
      purpose: PURPOSES,
    });
    this.tokens = metrics.counter(
      'fiko_embedding_tokens_total',
      'Tokens of the texts that were embedded, as we count them',
      { model, purpose: PURPOSES },
    );
    this.cached = metrics.counter(
      'fiko_embedding_cached_texts_total',
      'Texts that were not sent since their vectors were known',
      { model },
    );
    this.refused = metrics.counter(
      'fiko_embedding_refused_texts_total',
      'Texts that were given up, since the service refused them or they are too long',
      { model },
    );
  }

  /** @throws what the request throws */
  async measure<T>(
    { model }: Embedder,
    { purpose, texts, tokens }: { purpose: EmbeddingPurpose; texts: number; tokens: number },
    request: () => Promise<T>,
    isCancelled: () => boolean,
  ): Promise<T> {
    const startedAt = performance.now();
    let outcome = 'embedded';
    try {
      const answer = await request();
      this.texts.inc({ model, purpose }, texts);
      this.tokens.inc({ model, purpose }, tokens);
      return answer;
    } catch (error) {
      outcome = isCancelled() ? 'cancelled' : error instanceof EmbeddingError ? error.fault : 'bad_answer';
      throw error;
    } finally {
      this.requests.inc({ model, purpose, outcome });
      this.duration.observe({ model, purpose }, (performance.now() - startedAt) / 1000);
    }
  }

  countCached({ model }: Embedder, texts: number): void {
    if (texts > 0) this.cached.inc({ model }, texts);
  }

  countRefused({ model }: Embedder): void {
    this.refused.inc({ model });
  }
}
