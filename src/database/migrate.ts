import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from './data-source';

/** Any number that nothing else in the database takes a lock by. */
const MIGRATION_LOCK = 0x46494b4f;
const ASK_MS = 200;

/**
 * Brings the schema up to date and returns the names of the migrations that ran. Of many processes that start at
 * once, one does it and the others wait.
 * @param onWait called when another process is at it
 */
export async function migrate(databaseUrl: string, onWait: () => void = () => {}): Promise<string[]> {
  const dataSource = await new DataSource(dataSourceOptions(databaseUrl, { max: 2 })).initialize();
  // The lock is its session's, since migrations commit one by one.
  const lock = dataSource.createQueryRunner();
  try {
    if (!(await tryLock(lock))) {
      onWait();
      // Not by a statement that waits: an index that is built beside the others' work waits for all statements to end.
      do await sleep(ASK_MS);
      while (!(await tryLock(lock)));
    }
    const ran = await runMigrations(dataSource);
    await lock.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    return ran.map(({ name }) => name);
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}

async function tryLock(session: QueryRunner): Promise<boolean> {
  const [row] = (await session.query(`SELECT pg_try_advisory_lock(${MIGRATION_LOCK}) AS taken`)) as {
    taken: boolean;
  }[];
  return row!.taken;
}

/** A deadlock, and a lock that was not to be had in time. */
const IN_THE_WAY = ['40P01', '55P03'];
const ATTEMPTS = 5;

/** Processes of the previous version go on meanwhile: one that is in the way is let past. */
async function runMigrations(dataSource: DataSource): Promise<{ name: string }[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.runMigrations();
    } catch (error) {
      if (!IN_THE_WAY.includes((error as { code?: string }).code ?? '') || attempt === ATTEMPTS) throw error;
    }
  }
}
