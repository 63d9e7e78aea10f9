import type { Overview } from './overview';

/** When the settings page asks again, and what. */

const TICK_MS = 2500;
const LOOK_MS = 15_000;
const LONGEST_MS = 60_000;
/** Between the end of a step and the start of the next, so that others get their turn on a small host. */
const BREATH_MS = 500;

export interface Poll {
  /** `tick` goes on with the work, `look` only asks how it stands. */
  kind: 'tick' | 'look';
  inMs: number;
}

export const isRunning = (overview: Overview): boolean =>
  overview.bulk.state === 'running' || overview.reconcile.state === 'running';

/**
 * Whether a step finds something to do: what waits is sent too, or asked after. While the server may not be asked, only
 * what is under way takes steps, which is how it is noticed that it may be again.
 */
export const kindOfPoll = (overview: Overview | null): Poll['kind'] =>
  overview !== null &&
  (isRunning(overview) || (overview.connection.state === 'ok' && overview.totals.waiting > 0))
    ? 'tick'
    : 'look';

/**
 * The next request, or none while nobody looks and nothing runs. Work goes on in a hidden tab too: on hosts without
 * background work, the open page is what drives it.
 */
export function nextPoll(
  overview: Overview | null,
  visible: boolean,
  failures: number,
  tookMs: number,
): Poll | null {
  const running = overview !== null && isRunning(overview);
  if (!running && !visible) return null;
  // While the server may not be asked there is no work that a step could do.
  const stepping = running && overview.connection.state === 'ok';
  const base = stepping ? Math.max(TICK_MS - tookMs, BREATH_MS) : LOOK_MS;
  const inMs = failures === 0 ? base : Math.min(LONGEST_MS, Math.max(base, TICK_MS) * 2 ** failures);
  return { kind: kindOfPoll(overview), inMs };
}

const ANNOUNCE_EVERY_MS = 10_000;

/** Progress is read out now and then; said at each step it would drown everything else. */
export const mayAnnounce = (lastMs: number, nowMs: number): boolean => nowMs - lastMs >= ANNOUNCE_EVERY_MS;
