import { overviewWith } from './overview.fake';
import type { Overview } from './overview';
import { isRunning, mayAnnounce, nextPoll } from './polling';

const atRest = overviewWith();
const bulk = (state: Overview['bulk']['state']): Overview =>
  overviewWith({ bulk: { ...atRest.bulk, state, total: 120 } });
const comparing = overviewWith({ reconcile: { ...atRest.reconcile, state: 'running' } });

describe('isRunning', () => {
  it.each([
    ['at rest', atRest, false],
    ['first sync', bulk('running'), true],
    ['paused', bulk('paused'), false],
    ['done', bulk('done'), false],
    ['comparison', comparing, true],
  ])('%s', (_, overview, expected) => {
    expect(isRunning(overview)).toBe(expected);
  });
});

describe('nextPoll', () => {
  it('looks now and then while somebody looks', () => {
    expect(nextPoll(atRest, true, 0, 100)).toEqual({ kind: 'look', inMs: 15_000 });
    expect(nextPoll(null, true, 0, 100)).toEqual({ kind: 'look', inMs: 15_000 });
    expect(nextPoll(atRest, false, 0, 100)).toBeNull();
    expect(nextPoll(null, false, 0, 100)).toBeNull();
  });

  it('goes on with the work, also in a hidden tab', () => {
    expect(nextPoll(bulk('running'), true, 0, 100)).toEqual({ kind: 'tick', inMs: 2400 });
    expect(nextPoll(comparing, false, 0, 100)).toEqual({ kind: 'tick', inMs: 2400 });
  });

  it('sends what waits where nothing else does, without hurry, and only while somebody looks', () => {
    const totals = { ...atRest.totals, waiting: 3 };
    const waiting = overviewWith({ totals });
    expect(nextPoll(waiting, true, 0, 100)).toEqual({ kind: 'tick', inMs: 15_000 });
    expect(nextPoll(waiting, false, 0, 100)).toBeNull();
    const closed = overviewWith({ totals, connection: { ...atRest.connection, state: 'waiting' } });
    expect(nextPoll(closed, true, 0, 100)).toEqual({ kind: 'look', inMs: 15_000 });
  });

  it('leaves a pause after a step that took long', () => {
    expect(nextPoll(bulk('running'), true, 0, 4200)?.inMs).toBe(500);
  });

  it('does not hurry while the server may not be asked', () => {
    const waiting = overviewWith({
      bulk: { ...atRest.bulk, state: 'running' },
      connection: { ...atRest.connection, state: 'waiting' },
    });
    expect(nextPoll(waiting, true, 0, 100)).toEqual({ kind: 'tick', inMs: 15_000 });
  });

  it('asks less often while it gets no answer', () => {
    const delays = [1, 2, 3, 10].map((failures) => nextPoll(bulk('running'), true, failures, 30_000)?.inMs);
    expect(delays).toEqual([5000, 10_000, 20_000, 60_000]);
  });
});

it('reads progress out every ten seconds at most', () => {
  expect(mayAnnounce(0, 9999)).toBe(false);
  expect(mayAnnounce(0, 10_000)).toBe(true);
});
