import { inDatabase } from './check';
import { ok, warning, type Finding } from './finding';
import { duration, number } from './values';

/** An event that is due for longer is not being worked on. */
const LATE_MS = 300_000;

export interface EventFacts {
  queued: number;
  /** Of those that are due, how long the first has been so. */
  overdue_ms: number | null;
  failed: number;
  cause: string | null;
}

export const eventsCheck = inDatabase('Events', async (database, { visit }) => {
  const facts = await database.one<EventFacts>(
    `SELECT (SELECT count(*)::int FROM events WHERE status = 'queued') AS queued,
            (SELECT (extract(epoch FROM now() - min(next_attempt_at)) * 1000)::float8 FROM events
              WHERE status = 'queued' AND next_attempt_at <= now()) AS overdue_ms,
            (SELECT count(*)::int FROM events WHERE status = 'failed') AS failed,
            (SELECT failure_cause FROM events WHERE status = 'failed' AND failure_cause IS NOT NULL
              GROUP BY failure_cause ORDER BY count(*) DESC LIMIT 1) AS cause`,
  );
  return eventFindings(facts, visit.kind === 'stopped');
});

export function eventFindings(facts: EventFacts, stopped: boolean): Finding[] {
  const { queued, overdue_ms: overdue, failed, cause } = facts;
  const age = overdue === null ? '' : `, the oldest due for ${duration(overdue)}`;
  const late = overdue !== null && overdue > LATE_MS && !stopped;
  return [
    late
      ? warning(
          'Queued',
          `${number(queued)}${age}`,
          'is a worker running? npm start, or ROLES=worker npm start; see docs/troubleshooting.md#the-queue-grows',
        )
      : ok('Queued', `${number(queued)}${stopped && queued > 0 ? ', processed once the server runs' : age}`),
    failed === 0
      ? ok('Failed', '0')
      : warning(
          'Failed',
          `${number(failed)}${cause === null ? '' : `, most of them: ${cause}`}`,
          'causes: /admin/events or GET /api/v1/integrations/woocommerce/events/failures/; then POST /api/v1/integrations/woocommerce/events/retry/ {"all":true}',
        ),
  ];
}
