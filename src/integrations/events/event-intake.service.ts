import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { cleanText } from '../../contract/clean-text';
import type { ProductEvent } from '../../contract/product-event';
import { JobQueue } from '../../jobs/job-queue.service';
import { StoresService } from '../stores/stores.service';
import { siteOfUserAgent } from '../stores/site-key';
import type { TokenIdentity } from '../tokens/token-identity';

/** Where a request came from. */
export interface RequestOrigin {
  address: string;
  userAgent: string | undefined;
  requestId: string;
}

export interface IntakeResult {
  status: 'accepted' | 'skipped';
  /** Milliseconds spent on the log row, and on queueing the job. */
  timings: { log: number; queue: number };
}

/** Takes events in: once `accept` resolves to `accepted`, the event is on disk and will be processed. */
@Injectable()
export class EventIntake {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly stores: StoresService,
    private readonly jobs: JobQueue,
  ) {}

  /** @param payload the body as it arrived, to the letter */
  async accept(
    identity: TokenIdentity,
    event: ProductEvent,
    payload: string,
    origin: RequestOrigin,
  ): Promise<IntakeResult> {
    const startedAt = performance.now();
    const storeId = await this.stores.resolve(identity, {
      site: event.siteUrl,
      agentSite: siteOfUserAgent(origin.userAgent),
      permalink: event.product.permalink ?? null,
    });
    const id = await this.insert(identity, storeId, event, payload, origin);
    const loggedAt = performance.now();
    if (id !== null) {
      await this.jobs.nudge('events.process', { user_id: identity.user.id, store_id: storeId });
    }
    return {
      status: id === null ? 'skipped' : 'accepted',
      timings: { log: loggedAt - startedAt, queue: performance.now() - loggedAt },
    };
  }

  /**
   * One statement stores the event or finds that its store has it already: of many copies that race, exactly one
   * gets an id, the others null.
   */
  private async insert(
    { user, tokenId }: TokenIdentity,
    storeId: number,
    event: ProductEvent,
    payload: string,
    origin: RequestOrigin,
  ): Promise<number | null> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `INSERT INTO events (user_id, store_id, token_id, event_id, event_type, woo_product_id, product_name, occurred_at,
                           payload,
                           source_ip, user_agent, request_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT ON CONSTRAINT events_event_id_key DO NOTHING
       RETURNING id`,
      [
        user.id,
        storeId,
        tokenId,
        event.eventId,
        event.eventType,
        event.product.id,
        event.product.name ? cleanText(event.product.name) : null,
        event.occurredAt,
        payload,
        origin.address,
        origin.userAgent ? cleanText(origin.userAgent).slice(0, 500) : null,
        origin.requestId,
      ],
    );
    return rows[0]?.id ?? null;
  }
}
