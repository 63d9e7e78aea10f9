import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ownedBy } from '../accounts/ownership';
import type { User } from '../accounts/user.entity';
import { EventActivity, type Activity } from '../integrations/events/event-activity.service';
import { storesToLookAt, type StoreToLookAt } from '../integrations/stores/store-health';
import { JobQueue } from '../jobs/job-queue.service';
import { Embedders } from '../knowledge/embedding/embedders';
import { EmbeddingReport } from '../knowledge/embedding/embedding-report.service';
import { Generations } from '../knowledge/embedding/generations.service';
import { Metrics } from '../telemetry/metrics.service';
import { DASHBOARD_STORES, type DashboardDto, type DashboardQueryDto } from './dashboard.dto';
import { windowUntil, type TimeWindow } from './time-window';

const USAGE_DAYS = 30;
const MOST_READINGS = 500;

/**
 * What is going on, for whoever may see it: staff all or one user, others themselves. Panels ask for it again and
 * again, so each part reads what an index gives and no more.
 */
@Injectable()
export class DashboardService {
  private readonly readings = new Map<string, () => Promise<DashboardDto>>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly activity: EventActivity,
    private readonly embeddings: EmbeddingReport,
    private readonly embedders: Embedders,
    private readonly generations: Generations,
    private readonly jobs: JobQueue,
    private readonly metrics: Metrics,
  ) {}

  /** Panels ask every few seconds, several of them for the same: they share what was read a moment ago. */
  read(actor: User, { user_id, window }: DashboardQueryDto): Promise<DashboardDto> {
    const userId = ownedBy(actor, user_id).userId ?? null;
    const key = JSON.stringify([userId, window, actor.isStaff]);
    let reading = this.readings.get(key);
    if (!reading) {
      if (this.readings.size >= MOST_READINGS) this.readings.clear();
      reading = this.metrics.shared(() => this.readNow(userId, actor.isStaff, window));
      this.readings.set(key, reading);
    }
    return reading();
  }

  private async readNow(
    userId: number | null,
    isStaff: boolean,
    name: DashboardQueryDto['window'],
  ): Promise<DashboardDto> {
    const asOf = await this.now();
    const window = windowUntil(name || 'hour', asOf);
    const [queues, usage, active, happened, backlog, chunks, { stores, total }] = await Promise.all([
      isStaff ? this.jobs.states() : null,
      isStaff ? this.embeddings.usage(USAGE_DAYS) : null,
      this.generations.active(),
      this.activity.between(userId, window.from, window.bucketSeconds, window.starts.length),
      this.activity.backlog(userId),
      this.embeddings.backlog(userId),
      storesToLookAt(this.dataSource.manager, userId, DASHBOARD_STORES),
    ]);
    const buckets = bucketsOf(window, happened);
    return {
      as_of: asOf,
      window: window.name,
      bucket_seconds: window.bucketSeconds,
      buckets,
      events: {
        queued: backlog.queued,
        failed: backlog.failed,
        processed_in_window: buckets.reduce((sum, { processed }) => sum + processed, 0),
        failed_in_window: buckets.reduce((sum, { failed }) => sum + failed, 0),
        oldest_queued_at: backlog.oldestQueuedAt,
      },
      queues,
      embedding: {
        embedder: active?.key ?? null,
        configured: this.embedders.configured.key,
        pending_chunks: chunks.pending,
        failed_chunks: chunks.failed,
        oldest_pending_at: chunks.oldestPendingAt,
        usage: usage?.map(({ costUsd, ...day }) => ({ ...day, cost_usd: costUsd })) ?? null,
      },
      stores: stores.map(toStoreDto),
      stores_total: total,
    };
  }

  /** By the clock that dates events. */
  private async now(): Promise<Date> {
    const [row] = await this.dataSource.query<{ now: Date }[]>(`SELECT now()`);
    return row!.now;
  }
}

/** All buckets of the window, also those in which nothing happened. */
function bucketsOf({ starts }: TimeWindow, happened: readonly Activity[]): DashboardDto['buckets'] {
  const known = new Map(happened.map((each) => [each.bucket, each]));
  return starts.map((at, index) => {
    const { accepted = 0, processed = 0, failed = 0 } = known.get(index) ?? {};
    return { at, accepted, processed, failed };
  });
}

const toStoreDto = (store: StoreToLookAt): DashboardDto['stores'][number] => ({
  id: store.id,
  user_id: store.userId,
  user_email: store.userEmail,
  name: store.url ?? store.host,
  last_event_at: store.lastEventAt,
  events_queued: store.eventsQueued,
  events_failed: store.eventsFailed,
  in_step_at: store.inStepAt,
  compared_at: store.comparedAt,
  drift_since: store.driftSince,
  drift_products: store.driftProducts,
  products: store.products,
});
