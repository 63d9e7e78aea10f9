import { momentOf } from '../../contract/change-order';
import { syncStateOf, type LastEvent, type Standing } from './product-status';

const NOON = Date.UTC(2025, 10, 10, 12);
const event = (status: LastEvent['status'], more: Partial<LastEvent> = {}): LastEvent => ({
  id: 5n,
  status,
  deletion: false,
  occurredAt: NOON,
  epoch: 0,
  createdAt: NOON,
  ...more,
});
const applied = (sequence: bigint, minutes: number, isActive = true): Standing => ({
  isActive,
  moment: momentOf({
    occurredAt: NOON + minutes * 60_000,
    arrivedAt: NOON + 3_600_000,
    deletion: !isActive,
    sequence,
  }),
});

describe('what a shop is told of a product', () => {
  it.each<[string, LastEvent | null, Standing | null, string]>([
    ['of which nothing arrived', null, null, 'unknown'],
    ['whose first event waits', event('queued'), null, 'queued'],
    ['whose next event waits', event('queued'), applied(4n, -1), 'queued'],
    ['whose only event failed', event('failed'), null, 'failed'],
    ['whose last event failed', event('failed'), applied(4n, -1), 'failed'],
    ['whose last event failed after a deletion', event('failed'), applied(4n, -1, false), 'failed'],
    ['that is active', event('processed'), applied(5n, 0), 'synced'],
    ['that is deleted', event('processed', { deletion: true }), applied(5n, 0, false), 'deleted'],
    ['that is active, its events pruned', null, applied(5n, 0), 'synced'],
    ['that is deleted, its events pruned', null, applied(5n, 0, false), 'deleted'],
    ['whose failed event was followed by one since pruned', event('failed'), applied(6n, 1), 'synced'],
    ['whose failed event is older than what was applied', event('failed'), applied(4n, 1), 'synced'],
    ['that was deleted after its failed event', event('failed'), applied(6n, 1, false), 'deleted'],
    [
      'whose failed event has no date and arrived last',
      event('failed', { occurredAt: null }),
      applied(4n, 30),
      'failed',
    ],
    [
      'whose failed event has no date and arrived before what was applied',
      event('failed', { occurredAt: null }),
      applied(6n, -30),
      'synced',
    ],
    ['that is of an event whose product is gone', event('processed'), null, 'unknown'],
  ])('%s', (_, last, standing, state) => {
    expect(syncStateOf(last, standing)).toBe(state);
  });
});
