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

interface Ended {
  arrived_in: number;
  ended_in: number;
  status: 'processed' | 'failed';
  events: number;
}

/** How many events came and ended when. Of one user, or of all where that is null. */
@Injectable()
export class EventActivity {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Empty buckets are left out. Nothing but indexes is read, in the main: what arrived in the stretch has ended since it
   * began, and stands in events_ended_idx with both times, or waits still, and stands in events_waiting_idx.
   * @param count of buckets
   */
  async between(
    userId: number | null,
    from: Date,
    bucketSeconds: number,
    count: number,
  ): Promise<Activity[]> {
    const [ended, waiting] = await Promise.all([
      this.ended(userId, from, bucketSeconds),
      this.waiting(userId, from, bucketSeconds),
    ]);
    const buckets = new Map<number, Activity>();
    const add = (bucket: number, kind: 'accepted' | 'processed' | 'failed', events: number): void => {
      if (bucket < 0 || bucket >= count) return;
      const known = buckets.get(bucket) ?? { bucket, accepted: 0, processed: 0, failed: 0 };
      known[kind] += events;
      buckets.set(bucket, known);
    };
    for (const { arrived_in: arrivedIn, ended_in: endedIn, status, events } of ended) {
      add(arrivedIn, 'accepted', events);
      add(endedIn, status, events);
    }
    for (const { arrived_in: arrivedIn, events } of waiting) add(arrivedIn, 'accepted', events);
    return [...buckets.values()].sort((a, b) => a.bucket - b.bucket);
  }

  private ended(userId: number | null, from: Date, bucketSeconds: number): Promise<Ended[]> {
    const counts = (user: string): string => `
      SELECT ${bucketOf('e.created_at')} AS arrived_in, ${bucketOf('e.processed_at')} AS ended_in, e.status,
             count(*) AS events
        FROM events e WHERE e.user_id = ${user} AND e.processed_at >= $1 GROUP BY 1, 2, 3`;
    if (userId !== null) return this.dataSource.query(counts('$3'), [from, bucketSeconds, userId]);
    // From user to user, since the index begins with them.
    return this.dataSource.query(
      `SELECT arrived_in, ended_in, status, sum(events)::bigint AS events
         FROM users u CROSS JOIN LATERAL (${counts('u.id')}) counted GROUP BY 1, 2, 3`,
      [from, bucketSeconds],
    );
  }

  private waiting(
    userId: number | null,
    from: Date,
    bucketSeconds: number,
  ): Promise<{ arrived_in: number; events: number }[]> {
    return this.dataSource.query(
      `SELECT ${bucketOf('created_at')} AS arrived_in, count(*) AS events FROM events
        WHERE status = 'queued' AND created_at >= $1 ${userId === null ? '' : 'AND user_id = $3'} GROUP BY 1`,
      [from, bucketSeconds, ...(userId === null ? [] : [userId])],
    );
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

/**
 * `$1` is when bucket 0 begins, `$2` how many seconds each has; what was before is in one below 0. By floating point:
 * `extract` gives decimals, which a week of events is too many for.
 */
const bucketOf = (column: string): string =>
  `floor(date_part('epoch', ${column} - $1::timestamptz) / $2::integer)::integer`;
