import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** What happened in the buckets of a stretch of time; `bucket` counts from 0. */
export interface Activity {
  bucket: number;
  accepted: number;
  processed: number;
  failed: number;
}

/** What is not done, now. */
export interface Backlog {
  queued: number;
  failed: number;
  /** When the oldest that waits arrived. */
  oldestQueuedAt: Date | null;
}

/** Rows get their ids and their times in one order, but for statements that take long. */
const DISORDER = `interval '5 minutes'`;

/** How many events came and ended when. Of one user, or of all where that is null. */
@Injectable()
export class EventActivity {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Empty buckets are left out. @param to the first moment that does not count any more */
  async between(userId: number | null, from: Date, to: Date, bucketSeconds: number): Promise<Activity[]> {
    const [accepted, ended] = await Promise.all([
      this.accepted(userId, from, to, bucketSeconds),
      this.ended(userId, from, to, bucketSeconds),
    ]);
    const buckets = new Map<number, Activity>();
    for (const { bucket, ...counts } of [...accepted, ...ended]) {
      const known = buckets.get(bucket) ?? { bucket, accepted: 0, processed: 0, failed: 0 };
      buckets.set(bucket, { ...known, ...counts });
    }
    return [...buckets.values()].sort((a, b) => a.bucket - b.bucket);
  }

  /**
   * By arrival, of which there is no index: each event would pay for it twice. Ids grow with time, so those of the
   * stretch are all that are read.
   */
  private async accepted(userId: number | null, from: Date, to: Date, bucketSeconds: number) {
    const first = await this.firstIdSince(from);
    if (first === null) return [];
    return this.dataSource.query<{ bucket: number; accepted: number }[]>(
      `SELECT ${bucketOf('created_at')} AS bucket, count(*) AS accepted FROM events
        WHERE id >= $4 AND created_at >= $1 AND created_at < $2 ${userId === null ? '' : 'AND user_id = $5'}
        GROUP BY 1`,
      [from, to, bucketSeconds, first, ...(userId === null ? [] : [userId])],
    );
  }

  /** By their end, along events_ended_idx: an event that was queued again may be much older than its end. */
  private ended(userId: number | null, from: Date, to: Date, bucketSeconds: number) {
    const counts = `SELECT ${bucketOf('e.processed_at')} AS bucket,
                           count(*) FILTER (WHERE e.status = 'processed') AS processed,
                           count(*) FILTER (WHERE e.status = 'failed') AS failed
                      FROM events e
                     WHERE e.user_id = user_id_of AND e.processed_at >= $1 AND e.processed_at < $2
                     GROUP BY 1`;
    type Row = { bucket: number; processed: number; failed: number };
    if (userId !== null) {
      return this.dataSource.query<Row[]>(counts.replace('user_id_of', '$4'), [
        from,
        to,
        bucketSeconds,
        userId,
      ]);
    }
    // From user to user, since the index begins with them.
    return this.dataSource.query<Row[]>(
      `SELECT bucket, sum(processed)::bigint AS processed, sum(failed)::bigint AS failed
         FROM users u CROSS JOIN LATERAL (${counts.replace('user_id_of', 'u.id')}) counted GROUP BY 1`,
      [from, to, bucketSeconds],
    );
  }

  /** An id before which no event arrived since then, by halving: some 25 steps in events_id_idx among millions. */
  private async firstIdSince(moment: Date): Promise<number | null> {
    const [row] = await this.dataSource.query<{ id: number | null }[]>(
      `WITH RECURSIVE range AS (
         SELECT min(id) AS low, max(id) + 1 AS high FROM events
         UNION ALL
         SELECT CASE WHEN probe.is_older THEN probe.id + 1 ELSE range.low END,
                CASE WHEN probe.is_older THEN range.high ELSE (range.low + range.high) / 2 END
           FROM range
          CROSS JOIN LATERAL (SELECT e.id, e.created_at < $1::timestamptz - ${DISORDER} AS is_older FROM events e
                               WHERE e.id >= (range.low + range.high) / 2 ORDER BY e.id LIMIT 1) probe
          WHERE range.low < range.high
       )
       SELECT max(low) AS id FROM range`,
      [moment],
    );
    return row!.id;
  }

  /** Along events_waiting_idx and events_failed_idx, which have nothing else. */
  async backlog(userId: number | null): Promise<Backlog> {
    const ofUser = userId === null ? '' : 'AND user_id = $1';
    const [row] = await this.dataSource.query<Backlog[]>(
      `SELECT queued.count AS queued, queued.oldest AS "oldestQueuedAt",
              (SELECT count(*) FROM events WHERE status = 'failed' ${ofUser}) AS failed
         FROM (SELECT count(*) AS count, min(created_at) AS oldest FROM events
                WHERE status = 'queued' ${ofUser}) queued`,
      userId === null ? [] : [userId],
    );
    return row!;
  }
}

/** `$1` is when bucket 0 begins, `$3` how many seconds each has. */
const bucketOf = (column: string): string =>
  `floor(extract(epoch FROM ${column} - $1::timestamptz) / $3::integer)::integer`;
