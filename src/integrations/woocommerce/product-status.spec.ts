import { momentOf, type ChangeMoment } from '../../contract/change-order';
import { syncStateOf, type Standing } from './product-status';

const NOON = Date.UTC(2025, 10, 10, 12);
const HOUR = 3_600_000;
const failed = (change: Partial<Parameters<typeof momentOf>[0]> = {}): ChangeMoment =>
  momentOf({ occurredAt: NOON, arrivedAt: NOON + HOUR, deletion: false, sequence: 5n, ...change });
const applied = (sequence: bigint, minutes: number, isActive = true): Standing => ({
  isActive,
  moment: momentOf({
    occurredAt: NOON + minutes * 60_000,
    arrivedAt: NOON + HOUR,
    deletion: !isActive,
    sequence,
  }),
});
const undated = { occurredAt: null, arrivedAt: NOON };

describe('what a shop is told of a product', () => {
  it.each<[string, boolean, ChangeMoment | null, Standing | null, string]>([
    ['of which nothing stands', false, null, null, 'unknown'],
    ['whose first event waits', true, null, null, 'queued'],
    ['whose next event waits', true, null, applied(4n, -1), 'queued'],
    ['whose next event waits after one that failed', true, failed(), applied(4n, -1), 'queued'],
    ['whose only event failed', false, failed(), null, 'failed'],
    ['whose last event failed', false, failed(), applied(4n, -1), 'failed'],
    ['whose last event failed after a deletion', false, failed(), applied(4n, -1, false), 'failed'],
    ['whose failed event was followed by an older one', false, failed(), applied(6n, -1), 'failed'],
    [
      'whose failed event was followed by an older deletion',
      false,
      failed(),
      applied(6n, -1, false),
      'failed',
    ],
    ['that is active', false, null, applied(5n, 0), 'synced'],
    ['that is deleted', false, null, applied(5n, 0, false), 'deleted'],
    ['whose failed event was followed by a newer one', false, failed(), applied(6n, 1), 'synced'],
    ['whose failed event is older than what was applied', false, failed(), applied(4n, 1), 'synced'],
    ['that was deleted after its failed event', false, failed(), applied(6n, 1, false), 'deleted'],
    [
      'whose failed event is of an earlier state that counts',
      false,
      failed({ epoch: 1 }),
      applied(6n, 1),
      'failed',
    ],
    [
      'whose failed event has no date and came after one from ahead',
      false,
      failed({ ...undated, latestBefore: NOON + 5 * 60_000 }),
      applied(4n, 5),
      'failed',
    ],
    [
      'whose failed event has no date, before one of an hour ago',
      false,
      failed(undated),
      applied(6n, -60),
      'failed',
    ],
    ['whose failed event has no date, before a newer one', false, failed(undated), applied(6n, 1), 'synced'],
  ])('%s', (_, isQueued, latest, standing, state) => {
    expect(syncStateOf(isQueued, latest, standing)).toBe(state);
  });
});
