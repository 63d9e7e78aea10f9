import type { Check } from './check';
import { fault, ok, skipped, warning, type Finding } from './finding';
import type { ReadOnlyDatabase } from './read-only-database';
import { duration } from './values';

const NOTED_MS = 2000;
const HARMFUL_MS = 60_000;
/** `Date` has whole seconds. */
const DATE_HEADER_MS = 500;

/** Signatures and sessions are refused by a clock that is off, and changes of shops are ordered by it. */
export const clockCheck: Check = {
  group: 'Clock',
  async run({ visit, probe, offline, config }) {
    const now = ok('This machine', new Date().toISOString());
    const findings = [now];
    if (visit.kind === 'server') {
      findings.push(
        ...(visit.database
          ? await databaseFindings(visit.database)
          : [skipped('Database server', visit.reason)]),
      );
    }
    if (config.embedding.apiKey === null) return findings;
    const answer = await probe;
    const offset = answer?.clockOffsetMs ?? null;
    findings.push(
      offset === null
        ? skipped('Embedding service', offline ? '--offline' : 'it gave no date')
        : offsetFinding('Embedding service', offset, DATE_HEADER_MS),
    );
    return findings;
  },
};

async function databaseFindings(database: ReadOnlyDatabase): Promise<Finding[]> {
  const sentAt = Date.now();
  const { now, zone } = await database.one<{ now: number; zone: string }>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
            (timestamptz '2026-07-01 00:00Z' AT TIME ZONE 'Asia/Tehran')::time::text AS zone`,
  );
  const way = Date.now() - sentAt;
  return [
    offsetFinding('Database server', now - (sentAt + way / 2), way / 2),
    zone === '03:30:00'
      ? ok('Its time zones', 'known')
      : warning(
          'Its time zones',
          `out of date (Asia/Tehran +${zone})`,
          'update tzdata on the database server',
        ),
  ];
}

/** @param uncertaintyMs what the offset may be wrong by */
export function offsetFinding(title: string, offsetMs: number, uncertaintyMs: number): Finding {
  const off = Math.max(0, Math.abs(offsetMs) - uncertaintyMs);
  if (off <= NOTED_MS) return ok(title, `agrees within ${duration(NOTED_MS)}`);
  const value = `${offsetMs > 0 ? 'ahead of' : 'behind'} this machine by ${duration(Math.abs(offsetMs))}`;
  const mend = 'timedatectl set-ntp true (or chrony), on whichever of the two is wrong';
  return off > HARMFUL_MS ? fault(title, value, mend) : warning(title, value, mend);
}
