import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Metrics } from '../telemetry/metrics.service';

/** Rows that are counted at most: beyond it the number says no more, and takes long. */
const MOST = 100_000;

interface Events {
  queued: number;
  failed: number;
  oldest: number;
}

interface Chunks {
  pending: number;
  failed: number;
  due: number;
  awaited: number;
}

/** What is not done yet, or was given up, of all tenants together; each process says the same. */
@Injectable()
export class WaitMetrics {
  constructor(
    metrics: Metrics,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    const events = metrics.shared(() => this.read<Events>(EVENTS));
    const chunks = metrics.shared(() => this.read<Chunks>(CHUNKS));
    const most = `at most ${MOST} are counted`;
    metrics.gauge('fiko_events', `Events of the log that are not done; ${most}`, ['status'], async () => {
      const { queued, failed } = await events();
      return [
        { labels: { status: 'queued' }, value: queued },
        { labels: { status: 'failed' }, value: failed },
      ];
    });
    metrics.gauge(
      'fiko_events_oldest_queued_seconds',
      'Age of the event that has been queued longest, retries included; 0 where none is',
      [],
      async () => [{ value: (await events()).oldest }],
    );
    metrics.gauge(
      'fiko_chunks',
      `Chunks that await their embedding, products whose chunks are still to be made among them, or were refused it; ${most}`,
      ['status'],
      async () => {
        const { pending, failed } = await chunks();
        return [
          { labels: { status: 'pending' }, value: pending },
          { labels: { status: 'failed' }, value: failed },
        ];
      },
    );
    metrics.gauge(
      'fiko_chunks_oldest_due_seconds',
      'For how long the chunk, or the product whose chunks are to be made, that has been due longest has been so, one that waits after a failed attempt not counted; 0 where none is due',
      [],
      async () => [{ value: (await chunks()).due }],
    );
    metrics.gauge(
      'fiko_searchable_oldest_wait_seconds',
      'Age of the oldest accepted event whose product still awaits its chunks or their embedding; 0 where none does',
      [],
      async () => [{ value: (await chunks()).awaited }],
    );
  }

  /** The planner may take what waits for a large part of a table that it then reads whole. */
  private read<T>(sql: string): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT set_config('enable_seqscan', 'off', true)`);
      const [row] = await manager.query<T[]>(sql);
      return row!;
    });
  }
}

/**
 * Each part reads a partial index, and no row that is done. The oldest: from store to store along that of waiting events,
 * since of each the first is the oldest.
 */
const EVENTS = `
  WITH RECURSIVE head AS (
    (SELECT user_id, store_id, created_at FROM events WHERE status = 'queued' ORDER BY user_id, store_id, id LIMIT 1)
    UNION ALL
    SELECT following.user_id, following.store_id, following.created_at
      FROM head CROSS JOIN LATERAL (
        SELECT e.user_id, e.store_id, e.created_at FROM events e
         WHERE e.status = 'queued' AND (e.user_id, e.store_id) > (head.user_id, head.store_id)
         ORDER BY e.user_id, e.store_id, e.id LIMIT 1) following)
  SELECT (SELECT count(*) FROM (SELECT 1 FROM events WHERE status = 'queued' LIMIT ${MOST}) part) AS queued,
         (SELECT count(*) FROM (SELECT 1 FROM events WHERE status = 'failed' LIMIT ${MOST}) part) AS failed,
         coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest
    FROM head`;
const CHUNKS = `
  SELECT count(*) AS pending,
         (SELECT count(*) FROM (SELECT 1 FROM chunks WHERE status = 'failed' LIMIT ${MOST}) part) AS failed,
         greatest(0, coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0))::float8 AS due,
         coalesce(extract(epoch FROM now() - min(accepted_at)), 0)::float8 AS awaited
    FROM (SELECT next_attempt_at, accepted_at FROM chunks WHERE status = 'pending'
          UNION ALL SELECT next_attempt_at, accepted_at FROM due_knowledge LIMIT ${MOST}) waiting`;
