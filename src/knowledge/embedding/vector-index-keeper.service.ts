import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config';
import { valueTypes } from '../../database/value-types';
import { Generations } from './generations.service';
import { vectorIndexName } from './vector-indexes';

const INTERVAL_MS = 10 * 60_000;
const CONNECT_TIMEOUT_MS = 15_000;
/** Of all processes one keeps the indexes; any number that no other part of the product locks. */
const LOCK = 7_310_204;
/** What pgvector builds a graph in; beyond it building takes many times as long. */
const BUILD_MEMORY_MB = 256;
/** How carefully a graph is built. More takes longer than it is worth; docs/decisions.md has what was measured. */
const GRAPH = ['m=16', 'ef_construction=200'];

interface IndexRow {
  name: string;
  is_valid: boolean;
}

interface WantedIndex {
  name: string;
  sql: string;
}

/**
 * Gives each tenant of HNSW_FROM_CHUNKS chunks or more an index of its own, and takes it away below half of that. Built
 * and dropped concurrently: searches and writes go on, by the exact scan until it is there. Not in embedded mode, whose
 * statements would all wait for it.
 */
@Injectable()
export class VectorIndexKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  /** The server's process that builds for this one. */
  private backend: number | null = null;
  private stopping = false;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly generations: Generations,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(VectorIndexKeeper.name);
  }

  onApplicationBootstrap(): void {
    if (!this.config.vectorIndex.enabled) return;
    const keep = (): void => {
      this.running = this.running
        .then(() => this.keep())
        .catch((err: unknown) => {
          if (!this.stopping) this.logger.error({ err }, 'vector indexes not kept; tried again later');
        });
    };
    keep();
    this.timer = setInterval(keep, INTERVAL_MS).unref();
  }

  /** An index that is being built is given up; the next process repairs it. */
  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    if (this.backend !== null) {
      await this.dataSource.query(`SELECT pg_cancel_backend($1)`, [this.backend]).catch(() => undefined);
    }
    await this.running;
  }

  /** Makes, repairs and drops indexes until each tenant has what it should. @returns how many were touched */
  async keep(): Promise<number> {
    // A connection of its own: building takes longer than any statement of a request may.
    const { url } = this.dataSource.options as { url: string };
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      types: valueTypes,
    });
    // A server that goes away says so to the statement in hand; without a listener it would end this process.
    client.on('error', (err) => this.logger.warn({ err }, 'connection of the vector indexes lost'));
    try {
      await client.connect();
      const { rows } = await client.query<{ mine: boolean; pid: number }>(
        `SELECT pg_try_advisory_lock(${LOCK}) AS mine, pg_backend_pid() AS pid`,
      );
      if (!rows[0]!.mine) return 0;
      this.backend = rows[0]!.pid;
      return await this.keepAlone(client);
    } finally {
      this.backend = null;
      await client.end();
    }
  }

  private async keepAlone(client: Client): Promise<number> {
    const { rows: existing } = await client.query<IndexRow>(
      `SELECT c.relname AS name, i.indisvalid AND coalesce(c.reloptions @> $1, false) AS is_valid
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'chunks'::regclass AND c.relname ~ '^chunks_hnsw_u[0-9]+_g[0-9]+$'`,
      [GRAPH],
    );
    const { wanted, tolerated } = await this.plan(client);
    const valid = new Set(existing.flatMap(({ name, is_valid: isValid }) => (isValid ? [name] : [])));
    const surplus = existing.filter(({ name }) => !valid.has(name) || !tolerated.has(name));
    const missing = wanted.filter(({ name }) => !valid.has(name));
    let touched = 0;
    for (const { name } of surplus) {
      if (this.stopping) return touched;
      await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      this.logger.info({ index: name }, 'vector index dropped');
      touched++;
    }
    for (const { name, sql } of missing) {
      if (this.stopping) return touched;
      const startedAt = performance.now();
      await client.query(
        `SELECT set_config('maintenance_work_mem', greatest(${BUILD_MEMORY_MB} * 1024, setting::bigint) || 'kB', false)
           FROM pg_settings WHERE name = 'maintenance_work_mem'`,
      );
      await client.query(sql);
      this.logger.info(
        { index: name, duration_ms: Math.round(performance.now() - startedAt) },
        'vector index built',
      );
      touched++;
    }
    return touched;
  }

  private async plan(client: Client): Promise<{ wanted: WantedIndex[]; tolerated: Set<string> }> {
    const { fromChunks } = this.config.vectorIndex;
    // By the primary key alone, without a look at the rows; only those of large tenants are read then.
    const { rows: large } = await client.query<{ user_id: number }>(
      `SELECT user_id FROM chunks GROUP BY user_id HAVING count(*) >= $1`,
      [Math.ceil(fromChunks / 2)],
    );
    const { rows: sizes } = await client.query<{ user_id: number; generation: number; count: number }>(
      `SELECT user_id, generation, count(*) AS count FROM chunks
        WHERE user_id = ANY($1) AND status = 'embedded' GROUP BY 1, 2`,
      [large.map(({ user_id: id }) => id)],
    );
    const live = new Map((await this.generations.live()).map(({ id, key }) => [id, key]));
    const wanted: WantedIndex[] = [];
    const tolerated = new Set<string>();
    for (const { user_id: userId, generation, count } of sizes) {
      const dimensions = /@(\d+)$/.exec(live.get(generation) ?? '')?.[1];
      if (dimensions === undefined || count < fromChunks / 2) continue;
      const name = vectorIndexName(userId, generation);
      tolerated.add(name);
      if (count < fromChunks) continue;
      wanted.push({
        name,
        sql: `CREATE INDEX CONCURRENTLY ${name} ON chunks
                USING hnsw ((embedding::halfvec(${dimensions})) halfvec_cosine_ops) WITH (${GRAPH.join(', ')})
                WHERE user_id = ${userId} AND generation = ${generation} AND status = 'embedded'`,
      });
    }
    return { wanted, tolerated };
  }
}
