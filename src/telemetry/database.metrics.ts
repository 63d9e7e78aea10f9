import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Metrics } from './metrics.service';

/** The connections of this process to the database. */
@Injectable()
export class DatabaseMetrics {
  constructor(metrics: Metrics, @InjectDataSource() dataSource: DataSource) {
    const pool = () => (dataSource.driver as unknown as { master: Pool }).master;
    metrics.gauge(
      'fiko_database_pool_connections',
      'Connections that the pool of this process has open, busy or idle',
      ['state'],
      () => {
        const { totalCount, idleCount } = pool();
        return [
          { labels: { state: 'busy' }, value: totalCount - idleCount },
          { labels: { state: 'idle' }, value: idleCount },
        ];
      },
    );
    metrics.gauge(
      'fiko_database_pool_max',
      'Connections that the pool may open (DATABASE_POOL_SIZE)',
      [],
      () => [{ value: pool().options.max }],
    );
    metrics.gauge(
      'fiko_database_pool_waiting',
      'Statements and transactions that wait for a free connection',
      [],
      () => [{ value: pool().waitingCount }],
    );
  }
}
