import type { Tone } from '../../parts/values';

const DAY_MS = 86_400_000;
/** A shop compares its catalogue every day, also where nothing changes: what is silent for longer may be cut off. */
const SILENT_MS = 3 * DAY_MS;

interface Compared {
  compared_at: string | null;
  drift_since: string | null;
}

export type CatalogueState = 'differs' | 'inStep' | 'neverCompared';

/** Whether what we know of a shop's products is what the shop has, as far as its last comparison has told. */
export function catalogueState({ compared_at, drift_since }: Compared): CatalogueState {
  if (drift_since) return 'differs';
  return compared_at ? 'inStep' : 'neverCompared';
}

export const CATALOGUE_TONES: Record<CatalogueState, Tone> = {
  differs: 'bad',
  inStep: 'good',
  neverCompared: 'quiet',
};

interface Heard {
  last_event_at: string | null;
  compared_at: string | null;
}

/** When anything last came from a shop; null where nothing is known to have. */
export function heardAt({ last_event_at, compared_at }: Heard): string | null {
  if (!last_event_at || !compared_at) return last_event_at ?? compared_at;
  return Date.parse(last_event_at) > Date.parse(compared_at) ? last_event_at : compared_at;
}

/** @param now milliseconds since 1970 */
export function isSilent(shop: Heard, now: number): boolean {
  const at = heardAt(shop);
  return at !== null && now - Date.parse(at) > SILENT_MS;
}
