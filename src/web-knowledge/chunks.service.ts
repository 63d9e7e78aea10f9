import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { User } from '../accounts/user.entity';
import { containing } from '../database/like-pattern';
import type { Slice } from '../http/page';
import { JobQueue } from '../jobs/job-queue.service';
import { Embedders } from '../knowledge/embedding/embedders';
import { Generations, LIVE_GENERATIONS } from '../knowledge/embedding/generations.service';
import { AppError, forbidden, notFound } from '../validation/errors';
import type { ChunkDto, ChunkOwnerDto, ChunksFilterDto, EmbeddingsDto } from './chunks.dto';

const USAGE_DAYS = 30;
const LIVE = `generation IN ${LIVE_GENERATIONS}`;
const RETRIED = `status = 'pending', reason = 'retry', attempts = 0, error_message = NULL, next_attempt_at = now(),
                 claimed_until = NULL`;

/** Chunks and their embeddings as their owner or an admin sees to them. The acting user comes first everywhere. */
@Injectable()
export class ChunksService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly generations: Generations,
    private readonly embedders: Embedders,
    private readonly jobs: JobQueue,
  ) {}

  /** User by user, of each the latest first: in the order of the primary key, which no number of chunks makes slow. */
  async list(actor: User, filter: ChunksFilterDto, slice: Slice): Promise<[ChunkDto[], number]> {
    const { sql, values } = matching(actor, filter);
    const [[counted], rows] = await Promise.all([
      this.dataSource.query<[{ count: number }]>(
        `SELECT count(*) AS count FROM chunks c WHERE ${sql}`,
        values,
      ),
      this.dataSource.query<ChunkDto[]>(
        `SELECT c.id, c.user_id AS "user", c.product_id AS product, p.title AS product_title, c.chunk_type, c.text,
                c.token_count, c.status, c.error_message, c.attempts, c.embedding_model, c.created_at, c.embedded_at
           FROM (SELECT * FROM chunks c WHERE ${sql} ORDER BY c.user_id DESC, c.id DESC
                  LIMIT $${values.length + 1} OFFSET $${values.length + 2}) c
           JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
          ORDER BY c.user_id DESC, c.id DESC`,
        [...values, slice.limit, slice.offset],
      ),
    ]);
    return [rows, counted.count];
  }

  /** Has one refused chunk embedded once more. @throws AppError 404, or 409 unless it was refused */
  async retry(actor: User, id: number): Promise<void> {
    const { sql, values } = matching(actor, {});
    const mine = `${sql} AND c.id = $${values.length + 1}`;
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE chunks c SET ${RETRIED} WHERE ${mine} AND c.status = 'failed'`,
      [...values, id],
    );
    if (count === 0) {
      const found = await this.dataSource.query<unknown[]>(`SELECT 1 FROM chunks c WHERE ${mine}`, [
        ...values,
        id,
      ]);
      throw found.length > 0 ? new AppError(409, 'chunk_not_failed') : notFound();
    }
    await this.jobs.nudge('knowledge.embed', {});
  }

  /** Has all refused chunks embedded once more. @returns how many */
  async retryAll(actor: User, owner: ChunkOwnerDto): Promise<number> {
    const { sql, values } = matching(actor, owner);
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE chunks c SET ${RETRIED} WHERE ${sql} AND c.status = 'failed'`,
      values,
    );
    if (count > 0) await this.jobs.nudge('knowledge.embed', {});
    return count;
  }

  /** What the installation embeds, and what that asked of the service. @throws AppError 403 save for staff */
  async embeddings(actor: User): Promise<EmbeddingsDto> {
    if (!actor.isStaff) throw forbidden();
    const [active, building, [counts], usage] = await Promise.all([
      this.generations.active(),
      this.generations.progress(),
      this.dataSource.query<[{ pending: number; failed: number }]>(
        `SELECT (SELECT count(*) FROM chunks WHERE status = 'pending' AND ${LIVE})
                + (SELECT count(*) FROM due_knowledge) AS pending,
                (SELECT count(*) FROM chunks WHERE status = 'failed' AND ${LIVE}) AS failed`,
      ),
      this.dataSource.query<EmbeddingsDto['usage']>(
        `SELECT day::text AS day, embedder, reason, requests, texts, tokens, cached, rejected FROM embedding_usage
          WHERE day > current_date - ${USAGE_DAYS} ORDER BY embedding_usage.day DESC, embedder, reason`,
      ),
    ]);
    return {
      embedder: active?.key ?? null,
      configured: this.embedders.configured.key,
      building: building && {
        embedder: building.embedder,
        products_done: building.products.done,
        products: building.products.of,
        chunks_embedded: building.chunks.embedded,
        chunks_failed: building.chunks.failed,
        chunks: building.chunks.of,
      },
      pending_chunks: counts.pending,
      failed_chunks: counts.failed,
      usage,
    };
  }
}

function matching(
  actor: User,
  { user_id: userId, status, product_id: productId, store_id: storeId, search }: ChunksFilterDto,
): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = [`c.${LIVE}`];
  const equal = (column: string, value: unknown): void => {
    values.push(value);
    conditions.push(`c.${column} = $${values.length}`);
  };
  if (!actor.isStaff) equal('user_id', actor.id);
  if (userId) equal('user_id', userId);
  if (status) equal('status', status);
  if (productId) equal('product_id', productId);
  if (storeId) {
    values.push(storeId);
    const store = `$${values.length}`;
    // All indexes begin with the user: staff who name a shop alone are told its owner.
    if (actor.isStaff && !userId)
      conditions.push(`c.user_id = (SELECT max(s.user_id) FROM stores s WHERE s.id = ${store})`);
    conditions.push(productWith(`p.store_id = ${store}`));
  }
  if (search) {
    values.push(containing(search));
    const pattern = `$${values.length}`;
    conditions.push(`(c.text ILIKE ${pattern} OR ${productWith(`p.title ILIKE ${pattern}`)})`);
  }
  return { sql: conditions.join(' AND '), values };
}

const productWith = (condition: string): string =>
  `EXISTS (SELECT 1 FROM products p WHERE p.user_id = c.user_id AND p.id = c.product_id AND ${condition})`;
