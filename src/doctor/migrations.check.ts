import { MIGRATIONS } from '../../migrations';
import { inDatabase } from './check';
import { fault, ok, warning, type Finding } from './finding';

export const migrationsCheck = inDatabase('Migrations', async (database) => {
  const { present } = await database.one<{ present: boolean }>(
    `SELECT to_regclass('migrations') IS NOT NULL AS present`,
  );
  const applied = present
    ? await database.query<{ name: string }>(`SELECT name FROM migrations ORDER BY id`)
    : [];
  return migrationFindings(
    applied.map(({ name }) => name),
    MIGRATIONS.map(({ name }) => name),
  );
});

/** @param known names of this code's migrations, in their order */
export function migrationFindings(applied: readonly string[], known: readonly string[]): Finding[] {
  const start = 'npm start brings the database up to date (first a backup: docs/upgrade.md)';
  if (applied.length === 0) return [warning('Migrations', 'none applied: the database is empty', start)];
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    return [
      fault(
        'Migrations',
        `the database is newer than this code: ${newer.join(', ')}`,
        'run the newer version, or restore the backup made before it: docs/upgrade.md',
      ),
    ];
  }
  const pending = known.filter((name) => !applied.includes(name));
  if (pending.length > 0) return [warning('Migrations', `pending: ${pending.join(', ')}`, start)];
  return [ok('Migrations', `all ${known.length} applied`)];
}
