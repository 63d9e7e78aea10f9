import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Metrics } from '../telemetry/metrics.service';

interface Drift {
  age: number;
  products: number;
  in_step: number;
  drifting: number;
  never_compared: number;
}

/** Whether the catalogues of shops and ours agree, of all tenants together; each process says the same. */
@Injectable()
export class CatalogueMetrics {
  constructor(
    metrics: Metrics,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    const drift = metrics.shared(() => this.drift());
    metrics.gauge(
      'fiko_catalogue_drift_age_seconds',
      'Seconds since the first comparison that found the most drifted store to differ; 0 where none does',
      [],
      async () => [{ value: (await drift()).age }],
    );
    metrics.gauge(
      'fiko_catalogue_stores',
      'Stores by what their last comparison found',
      ['state'],
      async () => {
        const found = await drift();
        return (['in_step', 'drifting', 'never_compared'] as const).map((state) => ({
          labels: { state },
          value: found[state],
        }));
      },
    );
    metrics.gauge(
      'fiko_catalogue_drift_products',
      'Products that differ, as far as shops have asked which',
      [],
      async () => [{ value: (await drift()).products }],
    );
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
}
