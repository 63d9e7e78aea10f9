import { createPostgresBackend, Queue, Worker, type Processor, type WorkerOptions } from 'bullmq';
import pg from 'pg';
import { HeardClient } from './heard-client';
import type { QueueName } from './jobs';

/** Where BullMQ keeps its jobs. */
export interface JobBackend {
  queue(name: QueueName): Queue;
  worker(name: QueueName, processor: Processor, options: Partial<WorkerOptions>): Worker;
}
/** Injection token: interfaces have none. */
export const JOB_BACKEND = Symbol('job backend');

/** In PostgreSQL tables, in a schema of their own. */
export class PostgresJobBackend implements JobBackend {
  constructor(private readonly databaseUrl: string) {
    // BullMQ listens to no error of a client that it has taken from its pool, nor for a moment of the one by which it
    // is notified: that one it makes of this, and lets nobody choose another.
    pg.Client = HeardClient;
  }

  queue(name: QueueName): Queue {
    return new Queue(name, { connection: this.connection() }, createPostgresBackend) as AnyBackend as Queue;
  }

  worker(name: QueueName, processor: Processor, options: Partial<WorkerOptions>): Worker {
    const all = { ...options, connection: this.connection() };
    return new Worker(name, processor, all, createPostgresBackend) as AnyBackend as Worker;
  }

  private connection() {
    return {
      connectionString: this.databaseUrl,
      schema: 'bullmq',
      migrate: true,
      max: 3,
      keepAlive: true,
      Client: HeardClient,
    };
  }
}

/** In Redis, or what speaks its protocol. */
export class RedisJobBackend implements JobBackend {
  constructor(
    private readonly url: string,
    private readonly prefix: string,
  ) {}

  /** Adding a job fails at once while Redis is away: whoever adds one must not wait for its return. */
  queue(name: QueueName): Queue {
    const connection = { ...this.connection(), enableOfflineQueue: false, maxRetriesPerRequest: 0 };
    return new Queue(name, { connection, prefix: this.prefix });
  }

  worker(name: QueueName, processor: Processor, options: Partial<WorkerOptions>): Worker {
    const connection = { ...this.connection(), maxRetriesPerRequest: null };
    return new Worker(name, processor, { ...options, connection, prefix: this.prefix });
  }

  private connection() {
    return {
      url: this.url,
      keepAlive: 10_000,
      connectTimeout: 5000,
      retryStrategy: (times: number) => Math.min(200 * times, 2000),
    };
  }
}

/** BullMQ's types carry the backend; callers here must not depend on which it is. */
type AnyBackend = unknown;
