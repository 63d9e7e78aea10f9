/** What WordPress's script does without a translation, for tests. */
export const __ = (text: string): string => text;
export const _n = (single: string, plural: string, count: number): string => (count === 1 ? single : plural);
export function sprintf(format: string, ...values: (string | number)[]): string {
  let next = 0;
  return format.replace(/%(?:(\d+)\$)?s/g, (_, position?: string) =>
    String(values[position === undefined ? next++ : Number(position) - 1]),
  );
}
