import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source';

/** Any number that nothing else in the database takes a lock by. */
const MIGRATION_LOCK = 0x46494b4f;

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
    const [first] = (await lock.query(`SELECT pg_try_advisory_lock(${MIGRATION_LOCK}) AS taken`)) as {
      taken: boolean;
    }[];
    if (!first!.taken) {
      onWait();
      await lock.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    }
    const ran = await runMigrations(dataSource);
    await lock.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    return ran.map(({ name }) => name);
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}

const DEADLOCK = '40P01';
const ATTEMPTS = 5;

/** Processes of the previous version go on meanwhile: one that is in the way is let past. */
async function runMigrations(dataSource: DataSource): Promise<{ name: string }[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dataSource.runMigrations();
    } catch (error) {
      if ((error as { code?: string }).code !== DEADLOCK || attempt === ATTEMPTS) throw error;
    }
  }
}
