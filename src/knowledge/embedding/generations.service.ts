import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, type EntityManager } from 'typeorm';
import { CHUNKER_VERSION } from '../documents/chunker';
import type { Embedder } from './embedder';
import { Embedders } from './embedders';

/** What answers questions now. */
export interface ActiveGeneration {
  id: number;
  /** Null where this process has no access to it: words answer alone. */
  embedder: Embedder | null;
}

/** Which chunks and vectors count: see `Generation`. */
@Injectable()
export class Generations implements OnApplicationBootstrap {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly embedders: Embedders,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Generations.name);
  }

  /** The first process of an installation makes its first generation; one without any chunk takes the configured embedder. */
  async onApplicationBootstrap(): Promise<void> {
    const { key } = this.embedders.configured;
    await this.dataSource.query(
      `INSERT INTO generations (embedder, chunker, state, walked_at, activated_at)
       VALUES ($1, $2, 'active', now(), now())
       ON CONFLICT (state) WHERE state IN ('active', 'building') DO NOTHING`,
      [key, CHUNKER_VERSION],
    );
    await this.dataSource.query(
      `UPDATE generations SET embedder = $1, chunker = $2
        WHERE state = 'active' AND (embedder, chunker) <> ($1, $2) AND NOT EXISTS (SELECT 1 FROM chunks)`,
      [key, CHUNKER_VERSION],
    );
    this.logger.info({ embedder: key }, this.embedders.configured.description);
  }

  async active(): Promise<ActiveGeneration | null> {
    const [row] = await this.dataSource.query<{ id: number; embedder: string }[]>(
      `SELECT id, embedder FROM generations WHERE state = 'active'`,
    );
    return row ? { id: row.id, embedder: this.embedders.of(row.embedder) } : null;
  }
}

/**
 * The generations whose chunks a change of a product renews. To be read after the store's lock is held: one that is
 * begun later finds the change when it comes to that store.
 */
export async function liveGenerations(manager: EntityManager): Promise<number[]> {
  const rows = await manager.query<{ id: number }[]>(
    `SELECT id FROM generations WHERE state IN ('active', 'building') ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}
