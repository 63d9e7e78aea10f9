import { Injectable } from '@nestjs/common';
import type { Histogram } from 'prom-client';
import { Metrics, REQUEST_SECONDS } from '../../telemetry/metrics.service';

/** How a question was answered: `browse` by filters alone, `words` where the embedder was away or knows no vectors. */
export type SearchWay = 'hybrid' | 'words' | 'vector' | 'browse';

/** Searches that this process answers. */
@Injectable()
export class SearchMetrics {
  private readonly duration: Histogram<'method' | 'outcome'>;

  constructor(metrics: Metrics) {
    this.duration = metrics.histogram(
      'fiko_search_duration_seconds',
      'Seconds that a search took, by how the question was answered and whether products were found; failed are those that neither vectors nor words could answer',
      { method: ['hybrid', 'words', 'vector', 'browse'], outcome: ['found', 'nothing', 'failed'] },
      REQUEST_SECONDS,
    );
  }

  async measure<T extends { results: unknown[] }>(
    search: (answeredBy: (way: SearchWay) => void) => Promise<T>,
  ): Promise<T> {
    const startedAt = performance.now();
    let [method, outcome]: [SearchWay, string] = ['hybrid', 'failed'];
    try {
      const answer = await search((way) => (method = way));
      outcome = answer.results.length > 0 ? 'found' : 'nothing';
      return answer;
    } finally {
      this.duration.observe({ method, outcome }, (performance.now() - startedAt) / 1000);
    }
  }
}
