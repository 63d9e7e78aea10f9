/**
 * Everything that happens later: each job with its queue, its payload and when it is tried again. Payloads are ids;
 * the database is the truth and a job only a nudge to look at it, so a lost or doubled job does no harm.
 */
export const QUEUES = {
  /** Events into products. */
  sync: { concurrency: 4 },
  /** Chunks into embeddings: apart, so that a slow embedding service keeps no event waiting. */
  knowledge: { concurrency: 2 },
} as const;
export type QueueName = keyof typeof QUEUES;

export interface JobPayloads {
  /** Process the events of this store that are due. */
  'events.process': { user_id: number; store_id: number };
  /** Bring the products and events of this store to the one that it turned out to be. */
  'stores.merge': { user_id: number; store_id: number };
  /** Make documents and chunks of products of this store whose texts changed. */
  'knowledge.renew': { user_id: number; store_id: number };
  /** Embed chunks that await it, until none is left. */
  'knowledge.embed': Record<string, never>;
  /** Make what other code or configuration asks for: chunks of a new generation, documents of a newer normaliser. */
  'knowledge.build': Record<string, never>;
}
export type JobName = keyof JobPayloads;

export interface JobDefinition<Payload> {
  queue: QueueName;
  /** For faults of the machinery (a database that is away): an event's own retries stand in the event log. */
  attempts: number;
  backoffMs: number;
  /** Whether the others of its queue go first, save once it is insisted upon. */
  isPatient?: boolean;
  /** While a job with this key waits, another is not added; while one runs, one more is kept for after it. */
  key: (payload: Payload) => string;
}

export const JOBS: { [N in JobName]: JobDefinition<JobPayloads[N]> } = {
  'events.process': {
    queue: 'sync',
    attempts: 4,
    backoffMs: 1000,
    key: ({ user_id: user, store_id: store }) => `store-${user}-${store}`,
  },
  'stores.merge': {
    queue: 'sync',
    attempts: 4,
    backoffMs: 1000,
    key: ({ user_id: user, store_id: store }) => `merge-${user}-${store}`,
  },
  'knowledge.renew': {
    queue: 'sync',
    attempts: 4,
    backoffMs: 1000,
    isPatient: true,
    key: ({ user_id: user, store_id: store }) => `renew-${user}-${store}`,
  },
  'knowledge.embed': { queue: 'knowledge', attempts: 1, backoffMs: 0, key: () => 'embed' },
  'knowledge.build': { queue: 'knowledge', attempts: 4, backoffMs: 1000, key: () => 'build' },
};
