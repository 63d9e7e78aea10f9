import { catalogueState, heardAt, isSilent } from './catalogue';

const NOW = Date.UTC(2026, 0, 10);
const before = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const UNKNOWN = { compared_at: null, drift_since: null };

describe('what is known of a shop', () => {
  it('says whether its catalogue is ours', () => {
    expect(catalogueState(UNKNOWN)).toBe('neverCompared');
    expect(catalogueState({ ...UNKNOWN, compared_at: before(1) })).toBe('inStep');
    expect(catalogueState({ compared_at: before(0), drift_since: before(2) })).toBe('differs');
  });

  it('takes a comparison for a sign of life', () => {
    const shop = { last_event_at: before(30), compared_at: before(1) };
    expect(heardAt(shop)).toBe(shop.compared_at);
    expect(isSilent(shop, NOW)).toBe(false);
    expect(isSilent({ ...shop, compared_at: null }, NOW)).toBe(true);
    expect(heardAt({ last_event_at: before(1), compared_at: before(2) })).toBe(before(1));
  });

  it('calls no shop silent of which nothing is known', () => {
    expect(isSilent({ last_event_at: null, compared_at: null }, NOW)).toBe(false);
  });
});
