import { Client } from 'pg';
import { valueTypes } from '../database/value-types';

const CONNECT_MS = 5000;
const STATEMENT_MS = 5000;
const ROUNDS = 10;

/**
 * One connection on which nothing can be written. The transaction says so for each statement by itself: a setting of
 * the session would be that of all, where the embedded engine has one session, or a pooler shares them.
 */
export class ReadOnlyDatabase {
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<ReadOnlyDatabase> {
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS + 1000,
      types: valueTypes,
      application_name: 'fiko doctor',
    });
    // One that ends later is told of by the statement that comes next.
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    return new ReadOnlyDatabase(client);
  }

  /** Checks run side by side and have one connection: they take turns. */
  query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const result = this.turn.then(() => this.run<Row>(sql, values));
    this.turn = result.catch(() => undefined);
    return result;
  }

  async one<Row extends object>(sql: string, values: unknown[] = []): Promise<Row> {
    const [row] = await this.query<Row>(sql, values);
    return row!;
  }

  /** Milliseconds of one statement on its way there and back. */
  async latency(): Promise<number> {
    const started = performance.now();
    for (let round = 0; round < ROUNDS; round++) await this.client.query('SELECT 1');
    return (performance.now() - started) / ROUNDS;
  }

  private async run<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    await this.client.query('BEGIN TRANSACTION READ ONLY');
    try {
      await this.client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
      return (await this.client.query<Row>(sql, values)).rows;
    } finally {
      await this.client.query('ROLLBACK').catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}
