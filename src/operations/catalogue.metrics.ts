import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Metrics } from './metrics.service';

interface Drift {
  age: number;
  products: number;
  in_step: number;
  drifting: number;
  never_compared: number;
}

/** Whether the catalogues of shops and ours agree, and what the log holds that is not done. Of all tenants together. */
@Injectable()
export class CatalogueMetrics {
  constructor(
    metrics: Metrics,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    metrics.gauge(
      'fiko_catalogue_drift_age_seconds',
      'Seconds since the first comparison that found the most drifted store to differ; 0 where none does',
      [],
      async () => [{ value: (await this.drift()).age }],
    );
    metrics.gauge(
      'fiko_catalogue_stores',
      'Stores by what their last comparison found',
      ['state'],
      async () => {
        const drift = await this.drift();
        return (['in_step', 'drifting', 'never_compared'] as const).map((state) => ({
          labels: { state },
          value: drift[state],
        }));
      },
    );
    metrics.gauge(
      'fiko_catalogue_drift_products',
      'Products that differ, as far as shops have asked which',
      [],
      async () => [{ value: (await this.drift()).products }],
    );
    metrics.gauge('fiko_events', 'Events of the log that are not done', ['status'], () => this.events());
  }

  private async drift(): Promise<Drift> {
    const [row] = await this.dataSource.query<Drift[]>(
      `SELECT coalesce(extract(epoch FROM now() - min(drift_since)), 0)::float8 AS age,
              coalesce(sum(drift_products), 0) AS products,
              count(*) FILTER (WHERE in_step_at IS NOT NULL AND drift_since IS NULL) AS in_step,
              count(*) FILTER (WHERE drift_since IS NOT NULL) AS drifting,
              count(*) FILTER (WHERE in_step_at IS NULL AND drift_since IS NULL) AS never_compared
         FROM stores WHERE merged_into IS NULL`,
    );
    return row!;
  }

  private async events() {
    const rows = await this.dataSource.query<{ status: string; count: number }[]>(
      `SELECT 'queued' AS status, count(*) AS count FROM events WHERE status = 'queued'
       UNION ALL SELECT 'failed', count(*) FROM events WHERE status = 'failed'`,
    );
    return rows.map(({ status, count }) => ({ labels: { status }, value: count }));
  }
}
