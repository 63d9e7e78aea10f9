import type { Schemas } from '../../api/client';

type Bucket = Schemas['BucketDto'];
type Queue = Schemas['QueueDto'];
type Day = Schemas['EmbeddingDayDto'];

export interface EventTotals {
  accepted: number;
  processed: number;
  failed: number;
  /** The bucket in which most arrived; null where none did. */
  busiest: Bucket | null;
}

export function totalsOf(buckets: readonly Bucket[]): EventTotals {
  const totals: EventTotals = { accepted: 0, processed: 0, failed: 0, busiest: null };
  for (const bucket of buckets) {
    totals.accepted += bucket.accepted;
    totals.processed += bucket.processed;
    totals.failed += bucket.failed;
    if (bucket.accepted > (totals.busiest?.accepted ?? 0)) totals.busiest = bucket;
  }
  return totals;
}

export const happened = ({ accepted, processed, failed }: Omit<EventTotals, 'busiest'>): boolean =>
  accepted + processed + failed > 0;

/** Jobs that are still to be done. */
export const jobsToDo = (queues: readonly Queue[]): number =>
  queues.reduce((sum, { waiting, active, delayed }) => sum + waiting + active + delayed, 0);

export interface UsageTotals {
  requests: number;
  tokens: number;
  /** Null where the price of one of the models is not known: a part of the sum would be taken for all of it. */
  cost: number | null;
}

export function usageOf(days: readonly Day[]): UsageTotals {
  const totals: UsageTotals = { requests: 0, tokens: 0, cost: 0 };
  for (const { requests, tokens, cost_usd } of days) {
    totals.requests += requests;
    totals.tokens += tokens;
    // A day without requests costs nothing, whatever the model.
    if (cost_usd === null && requests > 0) totals.cost = null;
    if (totals.cost !== null) totals.cost += cost_usd ?? 0;
  }
  return totals;
}

/** A calendar day as a moment of it that is of the same day everywhere near. @param day `2026-01-31` */
export const noonOf = (day: string): string => `${day}T12:00:00`;
