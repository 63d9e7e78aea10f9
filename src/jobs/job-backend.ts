import { createPostgresBackend, Queue, Worker, type Processor, type WorkerOptions } from 'bullmq';
import type { QueueName } from './jobs';

/** Where BullMQ keeps its jobs: here, PostgreSQL tables in a schema of their own. */
export class JobBackend {
  constructor(private readonly databaseUrl: string) {}

  queue(name: QueueName): Queue {
    return new Queue(name, { connection: this.connection() }, createPostgresBackend) as AnyBackend as Queue;
  }

  worker(name: QueueName, processor: Processor, options: Partial<WorkerOptions>): Worker {
    const all = { ...options, connection: this.connection() };
    return new Worker(name, processor, all, createPostgresBackend) as AnyBackend as Worker;
  }

  private connection() {
    return { connectionString: this.databaseUrl, schema: 'bullmq', migrate: true, max: 3 };
  }
}

/** BullMQ's types carry the backend; callers here must not depend on which it is. */
type AnyBackend = unknown;
