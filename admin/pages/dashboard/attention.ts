import type { Schemas } from '../../api/client';
import { isSilent } from '../stores/catalogue';

type Dashboard = Schemas['DashboardDto'];
type Ready = Schemas['ReadyDto'];

/** An event is processed within seconds where workers run; a text waits for its batch. */
const LATE_MS = 5 * 60_000;

export type Problem =
  | { kind: 'databaseAway' | 'queueAway' | 'stopping'; severe: true }
  | { kind: 'embeddingsWrong'; severe: boolean; reason: string }
  | { kind: 'eventsFailed' | 'textsFailed'; severe: true; count: number }
  | { kind: 'eventsLate' | 'textsLate'; severe: boolean; since: string }
  | { kind: 'shopsDiffer' | 'shopsSilent'; severe: false; count: number };

const fails = (check: string | undefined): boolean => check !== undefined && check !== 'ok';

/**
 * What is wrong, the worst first.
 * @param ready what the server says of what it depends on; null where that is not known
 */
export function problemsOf(dashboard: Dashboard, ready: Ready | null): Problem[] {
  const problems: Problem[] = [];
  const now = Date.parse(dashboard.as_of);
  const late = (at: string | null): at is string => at !== null && now - Date.parse(at) > LATE_MS;
  const { events, embedding, stores } = dashboard;
  const checks = ready?.checks ?? {};
  if (ready?.status === 'stopping') problems.push({ kind: 'stopping', severe: true });
  if (fails(checks.database)) problems.push({ kind: 'databaseAway', severe: true });
  if (fails(checks.queue)) problems.push({ kind: 'queueAway', severe: true });
  // While the database is away it is not known; that alone is no fault.
  if (fails(checks.embeddings) && !fails(checks.database))
    problems.push({ kind: 'embeddingsWrong', severe: true, reason: checks.embeddings! });
  if (events.failed > 0) problems.push({ kind: 'eventsFailed', severe: true, count: events.failed });
  if (late(events.oldest_queued_at))
    problems.push({ kind: 'eventsLate', severe: true, since: events.oldest_queued_at });
  if (embedding.failed_chunks > 0)
    problems.push({ kind: 'textsFailed', severe: true, count: embedding.failed_chunks });
  if (late(embedding.oldest_pending_at))
    problems.push({ kind: 'textsLate', severe: false, since: embedding.oldest_pending_at });
  const differ = stores.filter(({ drift_since }) => drift_since !== null).length;
  if (differ > 0) problems.push({ kind: 'shopsDiffer', severe: false, count: differ });
  const silent = stores.filter((store) => isSilent(store, now)).length;
  if (silent > 0) problems.push({ kind: 'shopsSilent', severe: false, count: silent });
  return problems;
}
