import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { User } from '../../accounts/user.entity';
import { containing } from '../../database/like-pattern';
import type { Slice } from '../../http/page';
import { JobQueue } from '../../jobs/job-queue.service';
import { ACTIVE_GENERATION } from '../../knowledge/embedding/generations.service';
import { AppError, notFound } from '../../validation/errors';
import { IntegrationToken } from '../tokens/integration-token.entity';
import { EventLog } from './event-log.entity';
import type { EventConditionsDto, EventsFilterDto, EventStatsDto, TimelineDto } from './events.dto';

/** An event with the names that a list shows. */
export interface EventView {
  event: EventLog;
  userEmail: string;
  tokenName: string;
}

/** The event log as its owner or an admin reads it. The acting user comes first everywhere. */
@Injectable()
export class EventsService {
  constructor(
    @InjectRepository(EventLog) private readonly events: Repository<EventLog>,
    private readonly jobs: JobQueue,
  ) {}

  /** The latest first. */
  async list(actor: User, filter: EventsFilterDto, slice: Slice): Promise<[EventView[], number]> {
    const query = this.matching(actor, await this.withOwner(filter));
    const count = await query.getCount();
    const views = await withNames(query.orderBy('event.id', 'DESC').offset(slice.offset).limit(slice.limit));
    return [views, count];
  }

  /** The payload comes as text: parsed, its long numbers would lose digits. @throws AppError 404 */
  async find(actor: User, id: number): Promise<EventView> {
    const query = this.matching(actor, {}).andWhere('event.id = :id', { id }).addSelect('event.payload');
    const [view] = await withNames(query);
    if (!view) throw notFound();
    return view;
  }

  /** The event's times and those of its product's chunks. */
  async timeline({ event }: EventView): Promise<TimelineDto> {
    const rows = await this.events.query<{ chunks: number; searchable_at: Date | null }[]>(
      `SELECT count(*) AS chunks,
              CASE WHEN bool_and(c.status = 'embedded') THEN max(c.embedded_at) END AS searchable_at
         FROM products p
         JOIN chunks c ON c.user_id = p.user_id AND c.product_id = p.id AND c.generation = ${ACTIVE_GENERATION}
        WHERE p.user_id = $1 AND p.store_id = $2 AND p.external_source = 'woocommerce'
          AND p.external_id = 'woo_' || $3::text`,
      [event.userId, event.storeId, event.wooProductId],
    );
    return {
      accepted_at: event.createdAt,
      started_at: event.startedAt,
      processed_at: event.processedAt,
      ...rows[0]!,
    };
  }

  async stats(actor: User, filter: EventsFilterDto): Promise<EventStatsDto> {
    const rows = await this.matching(actor, await this.withOwner(filter))
      .select('event.eventType', 'type')
      .addSelect('event.status', 'status')
      .addSelect('count(*)', 'count')
      .addSelect('avg(event.processingTimeMs)', 'average')
      .addSelect('max(event.createdAt)', 'last')
      .groupBy('event.eventType')
      .addGroupBy('event.status')
      .getRawMany<{ type: string; status: string; count: number; average: number | null; last: Date }>();
    const sum = (of: typeof rows) => of.reduce((total, { count }) => total + count, 0);
    const withStatus = (status: string) => rows.filter((row) => row.status === status);
    const [processed, failed] = [sum(withStatus('processed')), sum(withStatus('failed'))];
    const timed = rows.filter((row) => row.average !== null);
    const byType: Record<string, number> = {};
    for (const { type, count } of rows) byType[type] = (byType[type] ?? 0) + count;
    return {
      total: sum(rows),
      processed,
      failed,
      queued: sum(withStatus('queued')),
      success_rate: processed + failed > 0 ? round((100 * processed) / (processed + failed)) : null,
      average_processing_time_ms:
        timed.length > 0
          ? round(timed.reduce((total, { average, count }) => total + average! * count, 0) / sum(timed))
          : null,
      by_type: byType,
      last_event_at: rows.length > 0 ? new Date(Math.max(...rows.map(({ last }) => last.getTime()))) : null,
    };
  }

  /** Queues a failed event again, with all its attempts before it. @throws AppError 404, or 409 unless it failed */
  async retry(actor: User, id: number): Promise<EventLog> {
    const { event } = await this.find(actor, id);
    const result = await this.events
      .createQueryBuilder()
      .update()
      .set({
        status: 'queued',
        attempts: 0,
        errorMessage: null,
        failureCause: null,
        processedAt: null,
        startedAt: null,
        nextAttemptAt: () => 'now()',
      })
      .where({ userId: event.userId, id, status: 'failed' })
      .execute();
    if (result.affected !== 1) throw new AppError(409, 'event_not_failed');
    await this.jobs.nudge('events.process', { user_id: event.userId, store_id: event.storeId });
    return event;
  }

  /**
   * Names the owner of the shop where a filter has the shop alone: all indexes begin with the user, and the planner must
   * see which. Who may see it `matching` decides.
   */
  async withOwner<F extends EventConditionsDto>(filter: F): Promise<F> {
    if (!filter.store_id || filter.user_id) return filter;
    const [store] = await this.events.query<{ user_id: number }[]>(
      `SELECT user_id FROM stores WHERE id = $1`,
      [filter.store_id],
    );
    // Of a shop that there is not, there are no events.
    return { ...filter, user_id: store?.user_id ?? -1 };
  }

  /** The events that match, as far as the actor may see them: staff all, others their own. */
  matching(actor: User, filter: EventConditionsDto): SelectQueryBuilder<EventLog> {
    const query = this.events.createQueryBuilder('event');
    if (!actor.isStaff) query.andWhere('event.userId = :actorId', { actorId: actor.id });
    const { user_id: userId, event_type: type, success, status } = filter;
    if (userId) query.andWhere('event.userId = :userId', { userId });
    if (filter.store_id) {
      query.andWhere('event.storeId = :storeId', { storeId: filter.store_id });
    }
    if (type) query.andWhere('event.eventType = :type', { type });
    if (typeof success === 'boolean') {
      query.andWhere('event.status = :ended', { ended: success ? 'processed' : 'failed' });
    }
    if (status) query.andWhere('event.status = :status', { status });
    if (filter.woo_product_id) {
      query.andWhere('event.wooProductId = :productId', { productId: filter.woo_product_id });
    }
    if (filter.created_after) query.andWhere('event.createdAt >= :after', { after: filter.created_after });
    if (filter.created_before)
      query.andWhere('event.createdAt <= :before', { before: filter.created_before });
    if (filter.cause) query.andWhere('event.failureCause = :cause', { cause: filter.cause });
    if (filter.search) {
      query.andWhere(
        '(event.eventId ILIKE :pattern OR event.productName ILIKE :pattern OR event.errorMessage ILIKE :pattern)',
        { pattern: containing(filter.search) },
      );
    }
    return query;
  }
}

async function withNames(query: SelectQueryBuilder<EventLog>): Promise<EventView[]> {
  const { entities, raw } = await query
    .innerJoin(User, 'owner', 'owner.id = event.userId')
    .leftJoin(IntegrationToken, 'token', 'token.userId = event.userId AND token.id = event.tokenId')
    .addSelect('owner.email', 'owner_email')
    .addSelect('token.name', 'token_name')
    .getRawAndEntities<{ owner_email: string; token_name: string | null }>();
  return entities.map((event, index) => ({
    event,
    userEmail: raw[index]!.owner_email,
    tokenName: raw[index]!.token_name ?? '',
  }));
}

const round = (value: number) => Math.round(value * 100) / 100;
