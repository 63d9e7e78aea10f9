import type { Schemas } from '../../api/client';

type Usage = Schemas['UsageDto'];

export interface UsageSum {
  /** The day, or the reason. */
  key: string;
  requests: number;
  texts: number;
  tokens: number;
  cached: number;
  rejected: number;
}

/** Sums in the order in which their keys come. */
function sumBy(usage: readonly Usage[], keyOf: (row: Usage) => string): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of usage) {
    const key = keyOf(row);
    const sum = sums.get(key) ?? { key, requests: 0, texts: 0, tokens: 0, cached: 0, rejected: 0 };
    sum.requests += row.requests;
    sum.texts += row.texts;
    sum.tokens += row.tokens;
    sum.cached += row.cached;
    sum.rejected += row.rejected;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

export const usageByDay = (usage: readonly Usage[]): UsageSum[] => sumBy(usage, ({ day }) => day);

/** What was asked for most first. */
export const usageByReason = (usage: readonly Usage[]): UsageSum[] =>
  sumBy(usage, ({ reason }) => reason).sort((a, b) => b.tokens - a.tokens);

/** How much of a generation is made, 0 to 1: all chunks of the products that are done, and of the others none yet. */
export function progressOf(building: Schemas['BuildingDto']): number {
  const {
    products,
    products_done: done,
    chunks,
    chunks_embedded: embedded,
    chunks_failed: failed,
  } = building;
  if (products === 0) return 1;
  const settled = chunks === 0 ? 0 : (embedded + failed) / chunks;
  return Math.min(1, (done / products) * settled);
}
