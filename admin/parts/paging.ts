/**
 * Which page to show where the asked one is past the end: rows have gone, or others are looked at.
 * @returns undefined where the asked one will do
 */
export function pageInstead(
  page: number,
  pageSize: number,
  { count, results }: { count: number; results: readonly unknown[] },
): number | undefined {
  if (page <= 1 || count === 0 || results.length > 0) return undefined;
  return Math.max(1, Math.min(Math.ceil(count / pageSize), page - 1));
}
