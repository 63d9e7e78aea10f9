import type { Schemas } from '../../api/client';

type Chunk = Pick<Schemas['ChunkDto'], 'status' | 'error_message'>;

/** Whether buyers find a product, and why not. */
export type Searchable =
  | { state: 'found' }
  | { state: 'deleted' }
  /** Its text has not been cut into chunks yet. */
  | { state: 'unread' }
  | { state: 'pending'; waiting: number; chunks: number; reason: string | null }
  | { state: 'failed'; failed: number; chunks: number; reason: string | null };

const reasonOf = (chunks: readonly Chunk[]) =>
  chunks.find(({ error_message: reason }) => reason)?.error_message ?? null;

export function searchableOf(product: { is_active: boolean }, chunks: readonly Chunk[]): Searchable {
  if (!product.is_active) return { state: 'deleted' };
  if (chunks.length === 0) return { state: 'unread' };
  const failed = chunks.filter(({ status }) => status === 'failed');
  if (failed.length > 0) {
    return { state: 'failed', failed: failed.length, chunks: chunks.length, reason: reasonOf(failed) };
  }
  const waiting = chunks.filter(({ status }) => status === 'pending');
  if (waiting.length > 0) {
    return { state: 'pending', waiting: waiting.length, chunks: chunks.length, reason: reasonOf(waiting) };
  }
  return { state: 'found' };
}
