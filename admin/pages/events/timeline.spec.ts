import { isUnderWay, stepsOf, type EventDetail } from './timeline';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();

const event = (
  fields: Partial<Omit<EventDetail, 'timeline'>>,
  timeline: Partial<EventDetail['timeline']> = {},
) =>
  ({
    status: 'processed',
    event_type: 'product.updated',
    outcome: 'updated',
    ...fields,
    timeline: {
      accepted_at: at(0),
      started_at: at(2),
      processed_at: at(3),
      searchable_at: at(7),
      chunks: 1,
      ...timeline,
    },
  }) as EventDetail;

const told = (one: EventDetail) =>
  stepsOf(one).map(({ name, state, after }) => `${name} ${state} ${after === null ? '-' : after}`);

describe('timeline of an event', () => {
  it('has the time that each step took', () => {
    expect(told(event({}))).toEqual([
      'accepted done -',
      'started done 2000',
      'processed done 1000',
      'searchable done 4000',
    ]);
  });

  it('says what is awaited', () => {
    const queued = event(
      { status: 'queued', outcome: null },
      { started_at: null, processed_at: null, searchable_at: at(-9) },
    );
    expect(told(queued)).toEqual([
      'accepted done -',
      'started awaited -',
      'processed awaited -',
      'searchable awaited -',
    ]);
    expect(isUnderWay(queued, Date.parse(at(3600)))).toBe(true);
  });

  it('awaits no text of what failed, changed none, or is deleted', () => {
    expect(told(event({ status: 'failed' }, { searchable_at: null })).slice(2)).toEqual([
      'failed failed 1000',
      'searchable skipped -',
    ]);
    expect(told(event({ outcome: 'superseded' }, { searchable_at: null })).at(-1)).toBe(
      'searchable skipped -',
    );
    expect(told(event({ event_type: 'product.deleted' }, { searchable_at: null })).at(-1)).toBe(
      'removed done -',
    );
  });

  it('shows no time where the text was searchable before', () => {
    expect(told(event({ outcome: 'unchanged' }, { searchable_at: at(-60) })).at(-1)).toBe(
      'searchable done -',
    );
  });

  it('stops to expect what does not come', () => {
    const waiting = event({}, { searchable_at: null });
    expect(isUnderWay(waiting, Date.parse(at(60)))).toBe(true);
    expect(isUnderWay(waiting, Date.parse(at(3600)))).toBe(false);
    expect(isUnderWay(event({}), Date.parse(at(8)))).toBe(false);
  });
});
