import { happened, jobsToDo, totalsOf, usageOf } from './measures';

const bucket = (minute: number, accepted: number, processed = accepted, failed = 0) => ({
  at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
  accepted,
  processed,
  failed,
});

const day = (requests: number, tokens: number, cost_usd: number | null) => ({
  day: '2026-01-31',
  requests,
  texts: requests,
  tokens,
  cached: 0,
  rejected: 0,
  cost_usd,
});

describe('measures of the dashboard', () => {
  it('sums events and finds when most arrived', () => {
    const buckets = [bucket(0, 2), bucket(1, 5, 4, 1), bucket(2, 5), bucket(3, 0)];
    expect(totalsOf(buckets)).toEqual({ accepted: 12, processed: 11, failed: 1, busiest: buckets[1] });
    expect(totalsOf([bucket(0, 0)]).busiest).toBeNull();
  });

  it('tells that something was done though nothing arrived', () => {
    expect(happened(bucket(0, 0, 3))).toBe(true);
    expect(happened(bucket(0, 0))).toBe(false);
  });

  it('counts jobs that are to be done, not those that failed', () => {
    expect(jobsToDo([{ name: 'sync', waiting: 2, active: 1, delayed: 3, failed: 9 }])).toBe(6);
  });

  it('gives no cost where a part of it is not known', () => {
    expect(usageOf([day(1, 1000, 0.02), day(0, 0, null)])).toEqual({ requests: 1, tokens: 1000, cost: 0.02 });
    expect(usageOf([day(1, 1000, 0.02), day(1, 10, null), day(1, 10, 0.01)]).cost).toBeNull();
  });
});
