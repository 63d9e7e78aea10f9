import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { CHUNKER_VERSION } from '../documents/chunker';
import type { Embedder } from './embedder';
import { Embedders } from './embedders';

/** A generation whose chunks are kept up to date. */
export interface LiveGeneration {
  id: number;
  /** Model and dimensions, such as `text-embedding-3-small@1536`. */
  key: string;
  /** CHUNKER_VERSION of the code that cut its chunks. */
  chunker: number;
  /** Null where this process has no access to it. */
  embedder: Embedder | null;
}

/** Where the building of a generation has come to. */
export interface BuildProgress {
  id: number;
  embedder: string;
  /** Active products, and those of them whose chunks were made. */
  products: { done: number; of: number };
  /** Its chunks by now, those with a vector, and those that the embedding service refused. */
  chunks: { embedded: number; failed: number; of: number };
}

/** What a new generation will ask of the embedding service. Chunks that another chunker will cut are not known before. */
export interface BuildEstimate {
  products: number;
  chunks: number;
  tokens: number;
  /** Chunks whose vector is known, or that share their text with another chunk. */
  spared: number;
  /** False where another chunker will cut the texts otherwise. */
  exact: boolean;
}

/** The generation that answers questions, in statements on chunks. */
export const ACTIVE_GENERATION = `(SELECT id FROM generations WHERE state = 'active')`;
/** Those that count: chunks of a retired one are being removed. */
export const LIVE_GENERATIONS = `(SELECT id FROM generations WHERE state IN ('active', 'building'))`;

/**
 * Chunks that may be refused without keeping a generation from following: some texts are never taken. More than that
 * and it is the service, or its configuration, that is at fault.
 */
const REFUSED_AT_MOST = { share: 0.01, count: 5 };
/** How long whoever began to read or write the chunks of a generation may still be at it. */
const RETIREMENT = `interval '60 seconds'`;
/** Chunks that one step looks at for those of a retired generation. */
const REMOVAL_WINDOW = 2000;

/**
 * Which chunks and vectors count: see `Generation`. Another model, dimension or chunker is a new generation, built
 * beside the one that answers and put in its place once it is whole.
 */
@Injectable()
export class Generations implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly embedders: Embedders,
  ) {}

  /** The first process of an installation makes its first generation, before any of them writes a chunk. */
  async onModuleInit(): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO generations (embedder, chunker, state, walked_at, activated_at)
       VALUES ($1, $2, 'active', now(), now())
       ON CONFLICT (state) WHERE state IN ('active', 'building') DO NOTHING`,
      [this.embedders.configured.key, CHUNKER_VERSION],
    );
  }

  /** What answers questions now. Without its embedder words answer alone. */
  async active(): Promise<LiveGeneration | null> {
    return this.find(`state = 'active'`).then(([generation]) => generation ?? null);
  }

  async building(): Promise<LiveGeneration | null> {
    return this.find(`state = 'building'`).then(([generation]) => generation ?? null);
  }

  /** The active one first, then one that is being built. */
  live(): Promise<LiveGeneration[]> {
    return this.find(`state IN ('active', 'building')`);
  }

  /** Whether a generation is what this process is configured to make. */
  isAsConfigured({ key, chunker }: LiveGeneration): boolean {
    return key === this.embedders.configured.key && chunker === CHUNKER_VERSION;
  }

  /** Whether nothing has a text in it, nor will have by what is known. */
  async isEmpty({ id }: LiveGeneration): Promise<boolean> {
    const [row] = await this.dataSource.query<{ empty: boolean }[]>(
      `SELECT NOT EXISTS (SELECT 1 FROM chunks WHERE generation = $1)
              AND NOT EXISTS (SELECT 1 FROM due_knowledge) AS empty`,
      [id],
    );
    return row!.empty;
  }

  private async find(condition: string): Promise<LiveGeneration[]> {
    const rows = await this.dataSource.query<{ id: number; embedder: string; chunker: number }[]>(
      `SELECT id, embedder, chunker FROM generations WHERE ${condition} ORDER BY state = 'building', id`,
    );
    return rows.map(({ id, embedder: key, chunker }) => ({
      id,
      key,
      chunker,
      embedder: this.embedders.of(key),
    }));
  }

  /**
   * Begins a generation as configured; workers build it. Nothing happens where one is being built already.
   * @returns whether it was begun
   */
  async begin(): Promise<boolean> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `INSERT INTO generations (embedder, chunker, state) VALUES ($1, $2, 'building')
       ON CONFLICT (state) WHERE state IN ('active', 'building') DO NOTHING RETURNING id`,
      [this.embedders.configured.key, CHUNKER_VERSION],
    );
    return rows.length > 0;
  }

  /** Gives up the generation that is being built. @returns whether there was one */
  async cancel(): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE generations SET state = 'retired', retired_at = now(), built_user_id = 0, built_product_id = 0
        WHERE state = 'building'`,
    );
    return count > 0;
  }

  /** Whether there is something for `KnowledgeBuilder` to do. */
  async needAttention(): Promise<boolean> {
    const [row] = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM generations
                       WHERE state = 'building' OR (state = 'retired' AND retired_at < now() - ${RETIREMENT})) AS due`,
    );
    return row!.due;
  }

  /**
   * Puts the generation that is whole in the place of the active one: nothing of it awaits a vector save what changed
   * since, and next to nothing was refused.
   * @returns the generation that answers from now on; null where none is ready
   */
  async activate(): Promise<{ embedder: string; chunks: number } | null> {
    return this.dataSource.transaction(async (manager) => {
      const [built] = await manager.query<{ id: number; embedder: string }[]>(
        `SELECT id, embedder FROM generations
          WHERE state = 'building' AND walked_at IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED`,
      );
      if (!built) return null;
      const [awaited] = await manager.query<{ pending: boolean }[]>(
        `SELECT EXISTS (SELECT 1 FROM chunks WHERE generation = $1 AND status = 'pending' AND reason = 'reembed') AS pending`,
        [built.id],
      );
      if (awaited!.pending) return null;
      const { embedded, failed, of } = await countChunks(manager, built.id);
      if (failed > Math.max(REFUSED_AT_MOST.count, of * REFUSED_AT_MOST.share)) return null;
      if (failed > 0 && embedded === 0) return null;
      await manager.query(
        `UPDATE generations SET state = 'retired', retired_at = now(), built_user_id = 0, built_product_id = 0
          WHERE state = 'active'`,
      );
      await manager.query(`UPDATE generations SET state = 'active', activated_at = now() WHERE id = $1`, [
        built.id,
      ]);
      return { embedder: built.embedder, chunks: of };
    });
  }

  /**
   * Removes some chunks of a generation that nobody reads or writes any more, and itself after its last.
   * @returns whether there may be more
   */
  async removeRetired(): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [retired] = await manager.query<{ id: number; user: number; chunk: number }[]>(
        `SELECT id, built_user_id AS "user", built_product_id AS chunk FROM generations
          WHERE state = 'retired' AND retired_at < now() - ${RETIREMENT} ORDER BY id LIMIT 1
            FOR NO KEY UPDATE SKIP LOCKED`,
      );
      if (!retired) return false;
      const [last] = await manager.query<{ user_id: number; id: number }[]>(
        `SELECT user_id, id FROM (SELECT user_id, id FROM chunks WHERE (user_id, id) > ($1, $2)
                                   ORDER BY user_id, id LIMIT ${REMOVAL_WINDOW}) part
          ORDER BY user_id DESC, id DESC LIMIT 1`,
        [retired.user, retired.chunk],
      );
      if (last) {
        await manager.query(
          `DELETE FROM chunks
            WHERE generation = $1 AND (user_id, id) > ($2, $3) AND (user_id, id) <= ($4, $5)`,
          [retired.id, retired.user, retired.chunk, last.user_id, last.id],
        );
        await moveCursor(manager, retired.id, last.user_id, last.id);
        return true;
      }
      await manager.query(`DELETE FROM chunks WHERE generation = $1`, [retired.id]);
      await manager.query(`DELETE FROM generations WHERE id = $1`, [retired.id]);
      return true;
    });
  }

  /** Null where none is being built. */
  async progress(): Promise<BuildProgress | null> {
    const [row] = await this.dataSource.query<
      { id: number; embedder: string; done: number; products: number }[]
    >(
      `SELECT g.id, g.embedder,
              (SELECT count(*) FROM products p
                WHERE p.is_active
                  AND (g.walked_at IS NOT NULL OR (p.user_id, p.id) <= (g.built_user_id, g.built_product_id))) AS done,
              (SELECT count(*) FROM products p WHERE p.is_active) AS products
         FROM generations g WHERE g.state = 'building'`,
    );
    if (!row) return null;
    const { id, embedder, done, products } = row;
    return {
      id,
      embedder,
      products: { done, of: products },
      chunks: await countChunks(this.dataSource.manager, id),
    };
  }

  /** What `begin` would ask of the embedding service, counted over the chunks of the active generation. */
  async estimate(): Promise<BuildEstimate> {
    const { key, model, dimensions } = this.embedders.configured;
    const [row] = await this.dataSource.query<Record<'products' | 'chunks' | 'texts' | 'tokens', number>[]>(
      `WITH texts AS (
         SELECT c.text_hash, max(c.token_count) AS tokens,
                bool_or(c.embedding_model = $1 AND c.status = 'embedded')
                  OR EXISTS (SELECT 1 FROM embedding_cache k
                              WHERE k.model = $2 AND k.dimensions = $3 AND k.text_hash = decode(c.text_hash, 'hex'))
                  AS known
           FROM chunks c WHERE c.generation = ${ACTIVE_GENERATION} GROUP BY c.text_hash)
       SELECT (SELECT count(*) FROM products WHERE is_active) AS products,
              (SELECT count(*) FROM chunks WHERE generation = ${ACTIVE_GENERATION}) AS chunks,
              count(*) FILTER (WHERE NOT known) AS texts,
              coalesce(sum(tokens) FILTER (WHERE NOT known), 0)::bigint AS tokens
         FROM texts`,
      [key, model, dimensions],
    );
    const active = await this.active();
    const { products, chunks, texts, tokens } = row!;
    return {
      products,
      chunks,
      tokens,
      spared: chunks - texts,
      exact: active?.chunker === CHUNKER_VERSION,
    };
  }
}

/** One generation that is being built, in the hands of the transaction that asks. */
export interface UnwalkedGeneration {
  id: number;
  embedder: string;
  userId: number;
  productId: number;
}

/** Null where none is being built, all its chunks were made, or another process is at it. */
export async function lockUnwalked(manager: EntityManager): Promise<UnwalkedGeneration | null> {
  const [row] = await manager.query<UnwalkedGeneration[]>(
    `SELECT id, embedder, built_user_id AS "userId", built_product_id AS "productId" FROM generations
      WHERE state = 'building' AND walked_at IS NULL FOR NO KEY UPDATE SKIP LOCKED`,
  );
  return row ?? null;
}

export async function moveCursor(
  manager: EntityManager,
  id: number,
  userId: number,
  position: number,
): Promise<void> {
  await manager.query(`UPDATE generations SET built_user_id = $2, built_product_id = $3 WHERE id = $1`, [
    id,
    userId,
    position,
  ]);
}

export async function endWalk(manager: EntityManager, id: number): Promise<void> {
  await manager.query(`UPDATE generations SET walked_at = now() WHERE id = $1`, [id]);
}

/**
 * The generations whose chunks a change of a product renews, the one that answers questions first. To be read after the store's lock is held: one that is
 * begun later finds the change when it comes to that store.
 */
export async function liveGenerations(manager: EntityManager): Promise<number[]> {
  const rows = await manager.query<{ id: number }[]>(
    `SELECT id FROM generations WHERE state IN ('active', 'building') ORDER BY state = 'building', id`,
  );
  return rows.map(({ id }) => id);
}

async function countChunks(manager: EntityManager, generation: number): Promise<BuildProgress['chunks']> {
  const [row] = await manager.query<BuildProgress['chunks'][]>(
    `SELECT count(*) FILTER (WHERE status = 'embedded') AS embedded,
            count(*) FILTER (WHERE status = 'failed') AS failed, count(*) AS of
       FROM chunks WHERE generation = $1`,
    [generation],
  );
  return row!;
}
