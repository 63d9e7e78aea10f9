import type { Schemas } from '../../api/client';

export type EventDetail = Schemas['EventDetailDto'];

export type StepName = 'accepted' | 'started' | 'processed' | 'failed' | 'searchable' | 'removed';
export type StepState = 'done' | 'awaited' | 'failed' | 'skipped';

export interface Step {
  name: StepName;
  state: StepState;
  at: string | null;
  /** Milliseconds since the step before; null where it is not known, or was earlier. */
  after: number | null;
}

/** Of products whose text is being searched already: such an event adds nothing to await. */
const CHANGES_NO_TEXT = new Set<EventDetail['outcome']>(['unchanged', 'superseded', 'awaiting_product']);
/** So long after an event, what is still not searchable waits for something else than for it. */
const PATIENCE_MS = 10 * 60_000;

const between = (from: string | null, to: string | null): number | null => {
  if (from === null || to === null) return null;
  const length = Date.parse(to) - Date.parse(from);
  return length >= 0 ? length : null;
};

/** From arrival to searchable: what has been, and what is still to come. */
export function stepsOf({ status, event_type: type, outcome, timeline }: EventDetail): Step[] {
  const { accepted_at: accepted, started_at: started, processed_at: processed } = timeline;
  const steps: Step[] = [
    { name: 'accepted', state: 'done', at: accepted, after: null },
    {
      name: 'started',
      state: started ? 'done' : 'awaited',
      at: started,
      after: between(accepted, started),
    },
  ];
  if (status === 'failed') {
    return [
      ...steps,
      { name: 'failed', state: 'failed', at: processed, after: between(started, processed) },
      { name: 'searchable', state: 'skipped', at: null, after: null },
    ];
  }
  const isProcessed = status === 'processed';
  steps.push({
    name: 'processed',
    state: isProcessed ? 'done' : 'awaited',
    at: isProcessed ? processed : null,
    after: isProcessed ? between(started, processed) : null,
  });
  if (type === 'product.deleted') {
    steps.push({ name: 'removed', state: isProcessed ? 'done' : 'awaited', at: null, after: null });
    return steps;
  }
  const searchable = isProcessed ? timeline.searchable_at : null;
  const awaited = searchable === null && !(outcome !== null && CHANGES_NO_TEXT.has(outcome));
  steps.push({
    name: 'searchable',
    state: searchable ? 'done' : awaited ? 'awaited' : 'skipped',
    at: searchable,
    after: between(processed, searchable),
  });
  return steps;
}

/** Whether something more is to be expected soon. @param now milliseconds since 1970 */
export function isUnderWay(event: EventDetail, now: number): boolean {
  if (!stepsOf(event).some(({ state }) => state === 'awaited')) return false;
  const processed = event.status === 'processed' ? event.timeline.processed_at : null;
  return processed === null || now - Date.parse(processed) < PATIENCE_MS;
}
