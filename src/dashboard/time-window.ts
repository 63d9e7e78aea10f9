/** How far back a chart looks, in buckets of equal length. */
const WINDOWS = {
  hour: { buckets: 60, seconds: 60 },
  day: { buckets: 96, seconds: 900 },
  week: { buckets: 84, seconds: 7200 },
} as const;

export type WindowName = keyof typeof WINDOWS;
export const WINDOW_NAMES = Object.keys(WINDOWS) as WindowName[];

export interface TimeWindow {
  name: WindowName;
  bucketSeconds: number;
  /** When each bucket begins, the earliest first. */
  starts: Date[];
  /** The beginning of the first bucket. */
  from: Date;
  /** The end of the last one, which has this moment in it. */
  to: Date;
}

/** The buckets up to the one of this moment. They begin at multiples of their length, so that they stand still. */
export function windowUntil(name: WindowName, now: Date): TimeWindow {
  const { buckets, seconds } = WINDOWS[name];
  const length = seconds * 1000;
  const last = Math.floor(now.getTime() / length) * length;
  const starts = Array.from(
    { length: buckets },
    (_, index) => new Date(last - (buckets - 1 - index) * length),
  );
  return { name, bucketSeconds: seconds, starts, from: starts[0]!, to: new Date(last + length) };
}
