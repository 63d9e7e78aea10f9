import { randomBytes } from 'node:crypto';
import { TestApp } from './test-app';
import { environmentOf, startDatabase, type TestDatabase } from './test-database';

/** An api and a worker, each for itself, on one database and one queue. */
export class Pair {
  private constructor(
    readonly api: TestApp,
    readonly worker: TestApp,
    private readonly database: TestDatabase,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<Pair> {
    const database = await startDatabase();
    const shared = {
      ...environmentOf(database),
      // Also where it is the embedded one, which serves both here since they stand in one process.
      DATABASE_URL: database.url,
      REDIS_PREFIX: `pair-${randomBytes(8).toString('hex')}`,
      ...environment,
    };
    const api = await TestApp.startOn(database, { ...shared, ROLES: 'api' });
    const worker = await TestApp.startOn(database, { ...shared, ROLES: 'worker' });
    return new Pair(api, worker, database);
  }

  async close(): Promise<void> {
    await this.worker.nest.close();
    await this.api.nest.close();
    await this.database.stop();
  }
}
