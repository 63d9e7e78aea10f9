/** The value below which a share of the sorted values lies (nearest rank). @param share 0 to 1 */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]!;
}

export const median = (values: ArrayLike<number>): number => percentile(values, 0.5);

/** The middle, the least and the greatest of what was measured several times. */
export interface Spread {
  median: number;
  least: number;
  greatest: number;
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  greatest: Math.max(...values),
});
