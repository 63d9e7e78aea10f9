import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Config } from '../../config/config';

/** How long an answer about an index is believed. One that is gone or new in between costs time, never an answer. */
const BELIEVED_MS = 30_000;
const BELIEFS_AT_MOST = 10_000;

/** The approximate index (HNSW) of one tenant's vectors of one generation. */
export const vectorIndexName = (userId: number, generation: number): string =>
  `chunks_hnsw_u${userId}_g${generation}`;

/**
 * Knows which tenants have outgrown an exact scan. A shop of ordinary size is scanned: that is exact, for some thousand
 * chunks no slower, and its writes cost a twentieth or less. A large one has an index of its own, which
 * `VectorIndexKeeper` makes.
 */
@Injectable()
export class VectorIndexes {
  private readonly beliefs = new Map<string, { exists: boolean; until: number }>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  async exists(userId: number, generation: number): Promise<boolean> {
    if (!this.config.vectorIndex.enabled) return false;
    const name = vectorIndexName(userId, generation);
    const belief = this.beliefs.get(name);
    if (belief && belief.until > Date.now()) return belief.exists;
    const [row] = await this.dataSource.query<{ exists: boolean }[]>(
      `SELECT EXISTS (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND indisvalid) AS exists`,
      [name],
    );
    if (this.beliefs.size >= BELIEFS_AT_MOST) this.beliefs.clear();
    this.beliefs.set(name, { exists: row!.exists, until: Date.now() + BELIEVED_MS });
    return row!.exists;
  }
}
