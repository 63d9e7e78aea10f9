import type { Config } from '../config/config';
import type { Inspection } from '../config/inspection';
import type { EmbeddingProbe } from './embedding-probe';
import { fault, skipped, type Finding, type Group } from './finding';
import type { ReadOnlyDatabase } from './read-only-database';
import { reasonOf } from './values';
import type { Visit } from './visit';

/** What checks go by. */
export interface Patient {
  inspection: Inspection;
  config: Config;
  visit: Visit;
  offline: boolean;
  /** One call of the embedding service, which several checks read; null where none is made. */
  probe: Promise<EmbeddingProbe | null>;
}

/** Looks at one thing and changes nothing. */
export interface Check {
  group: string;
  run(patient: Patient): Promise<Finding[]> | Finding[];
}

/** One that asks the database; where that is not open, it says so. */
export function inDatabase(
  group: string,
  run: (database: ReadOnlyDatabase, patient: Patient) => Promise<Finding[]>,
): Check {
  return {
    group,
    run(patient) {
      const { database, reason } = patient.visit;
      return database ? run(database, patient) : [skipped(group, reason)];
    },
  };
}

/** A check that fails, or does not come to an end, is a finding too and stops no other. */
export async function runCheck(check: Check, patient: Patient, limitMs: number): Promise<Group> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const finding = skipped(check.group, `no answer within ${limitMs / 1000} s`);
    timer = setTimeout(() => resolve([finding]), limitMs);
  });
  const findings = Promise.resolve()
    .then(() => check.run(patient))
    .catch((error: unknown) => [failed(check.group, error)]);
  try {
    return { name: check.group, findings: await Promise.race([findings, late]) };
  } finally {
    clearTimeout(timer);
  }
}

function failed(title: string, error: unknown): Finding {
  const { code } = error as { code?: unknown };
  // undefined_table, undefined_column: the schema is of another version, and the migrations say which.
  if (code === '42P01' || code === '42703') return skipped(title, 'the tables of this version are missing');
  return fault(title, `could not be looked at: ${reasonOf(error)}`, 'see docs/troubleshooting.md');
}
