import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, type EntityManager } from 'typeorm';
import { CHUNKER_VERSION } from '../documents/chunker';
import type { Embedder } from './embedder';
import { Embedders } from './embedders';

/** A generation whose chunks are kept up to date. */
export interface LiveGeneration {
  id: number;
  /** Null where this process has no access to it. */
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

  /** The first process of an installation makes its first generation; another embedder than before has all embedded anew. */
  async onApplicationBootstrap(): Promise<void> {
    const { key } = this.embedders.configured;
    await this.dataSource.query(
      `INSERT INTO generations (embedder, chunker, state, walked_at, activated_at)
       VALUES ($1, $2, 'active', now(), now())
       ON CONFLICT (state) WHERE state IN ('active', 'building') DO NOTHING`,
      [key, CHUNKER_VERSION],
    );
    await this.dataSource.transaction(async (manager) => {
      const [changed] = await manager.query<[{ id: number }[], number]>(
        `UPDATE generations SET embedder = $1, chunker = $2
          WHERE state = 'active' AND embedder <> $1 RETURNING id`,
        [key, CHUNKER_VERSION],
      );
      for (const { id } of changed) {
        // Words answer until the new vectors are there.
        const [, count] = await manager.query<[unknown, number]>(
          `UPDATE chunks SET status = 'pending', reason = 'reembed', attempts = 0, next_attempt_at = now(),
                  claimed_until = NULL WHERE generation = $1`,
          [id],
        );
        if (count > 0)
          this.logger.info({ chunks: count }, 'chunks of another embedding model are embedded anew');
      }
    });
    this.logger.info({ embedder: key }, this.embedders.configured.description);
  }

  /** What answers questions now. Without its embedder words answer alone. */
  async active(): Promise<LiveGeneration | null> {
    return this.find(`state = 'active'`).then(([generation]) => generation ?? null);
  }

  /** The active one first, then one that is being built. */
  live(): Promise<LiveGeneration[]> {
    return this.find(`state IN ('active', 'building')`);
  }

  private async find(condition: string): Promise<LiveGeneration[]> {
    const rows = await this.dataSource.query<{ id: number; embedder: string }[]>(
      `SELECT id, embedder FROM generations WHERE ${condition} ORDER BY state = 'building', id`,
    );
    return rows.map(({ id, embedder }) => ({ id, embedder: this.embedders.of(embedder) }));
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
