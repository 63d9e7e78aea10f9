import type { Schemas } from '../../api/client';
import { problemsOf } from './attention';

type Dashboard = Schemas['DashboardDto'];

const AS_OF = '2026-01-10T12:00:00.000Z';
const before = (minutes: number) => new Date(Date.parse(AS_OF) - minutes * 60_000).toISOString();

const WELL: Dashboard = {
  as_of: AS_OF,
  window: 'hour',
  bucket_seconds: 60,
  buckets: [],
  events: { queued: 0, failed: 0, processed_in_window: 4, failed_in_window: 0, oldest_queued_at: null },
  queues: null,
  embedding: {
    embedder: 'local',
    configured: 'local',
    pending_chunks: 0,
    failed_chunks: 0,
    oldest_pending_at: null,
    usage: null,
  },
  stores: [],
  stores_total: 0,
};

const STORE: Dashboard['stores'][number] = {
  id: 1,
  user_id: 1,
  user_email: 'owner@example.com',
  name: 'shop.example.com',
  last_event_at: before(10),
  events_queued: 0,
  events_failed: 0,
  in_step_at: null,
  compared_at: null,
  drift_since: null,
  drift_products: null,
  products: 1,
};

const ready = (checks: Record<string, string>, status: Schemas['ReadyDto']['status'] = 'ok') => ({
  status,
  checks: { database: 'ok', queue: 'ok', embeddings: 'ok', ...checks },
  embedder: 'local',
  embedder_description: 'local',
  pending_chunks: 0,
  queued_events: 0,
});

const kinds = (...asked: Parameters<typeof problemsOf>) => problemsOf(...asked).map(({ kind }) => kind);

describe('what needs attention', () => {
  it('is nothing where all is well', () => {
    expect(kinds(WELL, ready({}))).toEqual([]);
    expect(kinds({ ...WELL, stores: [STORE] }, null)).toEqual([]);
  });

  it('names what does not answer before what failed', () => {
    const failed = { ...WELL, events: { ...WELL.events, failed: 2 } };
    expect(kinds(failed, ready({ queue: 'down' }, 'degraded'))).toEqual(['queueAway', 'eventsFailed']);
  });

  it('does not blame the embeddings for a database that is away', () => {
    expect(kinds(WELL, ready({ database: 'down', embeddings: 'unknown' }, 'unavailable'))).toEqual([
      'databaseAway',
    ]);
    expect(problemsOf(WELL, ready({ embeddings: 'quota exceeded' }))).toEqual([
      { kind: 'embeddingsWrong', severe: true, reason: 'quota exceeded' },
    ]);
  });

  it('takes waiting for late after five minutes', () => {
    const waiting = (minutes: number) => ({
      ...WELL,
      events: { ...WELL.events, queued: 1, oldest_queued_at: before(minutes) },
      embedding: { ...WELL.embedding, pending_chunks: 1, oldest_pending_at: before(minutes) },
    });
    expect(kinds(waiting(4), null)).toEqual([]);
    expect(kinds(waiting(6), null)).toEqual(['eventsLate', 'textsLate']);
  });

  it('counts shops that differ, and those that nothing comes from', () => {
    const stores = [
      { ...STORE, drift_since: before(60) },
      { ...STORE, last_event_at: before(60 * 24 * 4) },
      { ...STORE, last_event_at: before(60 * 24 * 4), compared_at: before(60) },
    ];
    expect(problemsOf({ ...WELL, stores }, null)).toEqual([
      { kind: 'shopsDiffer', severe: false, count: 1 },
      { kind: 'shopsSilent', severe: false, count: 1 },
    ]);
  });
});
