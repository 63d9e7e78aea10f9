import { overviewWith } from './overview.fake';
import { deletions, listed } from './totals';

it('tells what the products list shows from deletions, of which it shows nothing', () => {
  const totals = {
    ...overviewWith().totals,
    ...{ synced: 7, waiting: 5, failed: 3, waiting_deletions: 2, failed_deletions: 3 },
  };
  const states = ['synced', 'waiting', 'failed', 'excluded', 'never'] as const;
  expect(states.map((state) => listed(totals, state))).toEqual([7, 3, 0, 0, 0]);
  expect(states.map((state) => deletions(totals, state))).toEqual([0, 2, 3, 0, 0]);
});
