import { cpus, totalmem } from 'node:os';
import { Client } from 'pg';
import { PostgresServer, RedisServer } from '../../test/support/servers';

/**
 * A durable server as one would run it: each commit is on disk before it is acknowledged.
 * `shared_buffers` and the rest as the manual of PostgreSQL proposes for a small machine.
 */
const POSTGRES_SETTINGS = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  maintenance_work_mem: '512MB',
};

/** The servers that product and baselines share, each with a database and a Redis database of its own. */
export class Machine {
  private databases = 0;
  private redisDatabases = 0;

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
  ) {}

  static async start(): Promise<Machine> {
    const postgres = await PostgresServer.start({ settings: POSTGRES_SETTINGS });
    try {
      return new Machine(postgres, await RedisServer.start());
    } catch (error) {
      await postgres.remove();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.postgres.remove(), this.redis.remove()]);
  }

  /** A new, empty database and Redis database. */
  async store(name: string): Promise<{ databaseUrl: string; redisUrl: string }> {
    const database = `bench_${name}_${++this.databases}`;
    await this.postgres.run('createdb', [database]);
    const number = this.redisDatabases++ % 16;
    await this.redis.command('-n', String(number), 'flushdb');
    return { databaseUrl: this.postgres.url(database), redisUrl: `${this.redis.url}/${number}` };
  }

  async describe(): Promise<string> {
    const version = (await this.postgres.run('psql', ['-At', '-c', 'SHOW server_version'])).trim();
    const cores = cpus();
    const redis = /redis_version:(\S+)/.exec(await this.redis.command('info', 'server'))?.[1] ?? '';
    return (
      `${cores.length} cores (${cores[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, ` +
      `Node.js ${process.versions.node}, PostgreSQL ${version.split(' ')[0]} (fsync on), Redis ${redis}; ` +
      'client, processes and servers share the machine'
    );
  }
}

/** Runs statements on a connection of their own. */
export async function withDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
