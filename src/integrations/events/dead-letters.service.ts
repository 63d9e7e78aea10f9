import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import type { User } from '../../accounts/user.entity';
import type { Slice } from '../../http/page';
import { JobQueue } from '../../jobs/job-queue.service';
import type { FailureGroupDto, RetryEventsDto } from './dead-letters.dto';
import { EventLog } from './event-log.entity';
import type { EventConditionsDto } from './events.dto';
import { EventsService } from './events.service';

const MAX_GROUPS = 200;
/** Rows in one statement: each holds its locks, and in embedded mode everyone, for a moment only. */
const BATCH = 1000;

interface FailedKey {
  user_id: number;
  store_id: number;
  id: number;
}

/** Events that failed for good: by their cause, and queued again by many. */
@Injectable()
export class DeadLetters {
  constructor(
    @InjectRepository(EventLog) private readonly events: Repository<EventLog>,
    private readonly log: EventsService,
    private readonly jobs: JobQueue,
  ) {}

  /** The latest cause first, at most 200. */
  async groups(actor: User, filter: EventConditionsDto): Promise<FailureGroupDto[]> {
    const groups = await failed(this.log.matching(actor, await this.log.withOwner(filter)))
      .select(`coalesce(event.failureCause, 'unknown')`, 'cause')
      .addSelect('count(*)', 'count')
      .addSelect('max(event.id)', 'latest')
      .addSelect('min(event.processedAt)', 'first_at')
      .addSelect('max(event.processedAt)', 'last_at')
      .addSelect('array_agg(DISTINCT event.eventType)', 'event_types')
      .addSelect('count(DISTINCT event.storeId)', 'stores')
      .groupBy('1')
      .orderBy('last_at', 'DESC', 'NULLS LAST')
      .addOrderBy('latest', 'DESC')
      .limit(MAX_GROUPS)
      .getRawMany<Omit<FailureGroupDto, 'example_error'> & { latest: number }>();
    // One message of each: aggregated with the rest, all of them would be carried along.
    const examples = await this.log
      .matching(actor, {})
      .andWhere('event.id = ANY(:latest)', { latest: groups.map(({ latest }) => latest) })
      .getMany();
    const messages = new Map(examples.map(({ id, errorMessage }) => [id, errorMessage]));
    return groups.map(({ latest, cause, ...group }) => ({
      cause,
      example_error: messages.get(latest) ?? '',
      ...group,
    }));
  }

  /** Queues the failed events that match again, each once. @returns how many */
  async retry(actor: User, { ids, ...conditions }: RetryEventsDto): Promise<number> {
    const filter = await this.log.withOwner(conditions);
    return this.requeue(() => {
      const query = failed(this.log.matching(actor, filter));
      return ids ? query.andWhere('event.id = ANY(:ids)', { ids }) : query;
    });
  }

  /** The failed events of one shop, the latest first. */
  listOfStore(userId: number, storeId: number, slice: Slice): Promise<[EventLog[], number]> {
    return this.ofStore(userId, storeId)
      .orderBy('event.id', 'DESC')
      .skip(slice.offset)
      .take(slice.limit)
      .getManyAndCount();
  }

  /** @param eventIds the shop's own ids; null for all */
  async retryOfStore(userId: number, storeId: number, eventIds: string[] | null): Promise<number> {
    return this.requeue(() => {
      const query = this.ofStore(userId, storeId);
      return eventIds ? query.andWhere('event.eventId = ANY(:eventIds)', { eventIds }) : query;
    });
  }

  private ofStore(userId: number, storeId: number): SelectQueryBuilder<EventLog> {
    return failed(
      this.events.createQueryBuilder('event').where('event.userId = :userId', { userId }),
    ).andWhere('event.storeId = :storeId', { storeId });
  }

  /** Goes up by id, so that an event that fails once more meanwhile is not taken again. */
  private async requeue(matching: () => SelectQueryBuilder<EventLog>): Promise<number> {
    const stores = new Map<number, FailedKey>();
    let retried = 0;
    for (let after = 0, full = true; full;) {
      const keys = await matching()
        .andWhere('event.id > :after', { after })
        .select('event.userId', 'user_id')
        .addSelect('event.storeId', 'store_id')
        .addSelect('event.id', 'id')
        .orderBy('event.id')
        .limit(BATCH)
        .getRawMany<FailedKey>();
      retried += await this.requeueBatch(keys);
      for (const key of keys) stores.set(key.store_id, key);
      full = keys.length === BATCH;
      after = keys.at(-1)?.id ?? after;
    }
    // Not before all are queued: a job that found none left would leave the rest to the sweeper.
    for (const { user_id, store_id } of stores.values()) {
      await this.jobs.nudge('events.process', { user_id, store_id });
    }
    return retried;
  }

  private async requeueBatch(keys: FailedKey[]): Promise<number> {
    if (keys.length === 0) return 0;
    const [, count] = await this.events.query<[unknown, number]>(
      `UPDATE events e
          SET status = 'queued', attempts = 0, error_message = NULL, failure_cause = NULL, processed_at = NULL,
              started_at = NULL, next_attempt_at = now()
         FROM unnest($1::bigint[], $2::bigint[]) AS chosen (user_id, id)
        WHERE e.user_id = chosen.user_id AND e.id = chosen.id AND e.status = 'failed'`,
      [keys.map(({ user_id: userId }) => userId), keys.map(({ id }) => id)],
    );
    return count;
  }
}

const failed = (query: SelectQueryBuilder<EventLog>): SelectQueryBuilder<EventLog> =>
  query.andWhere(`event.status = 'failed'`);
