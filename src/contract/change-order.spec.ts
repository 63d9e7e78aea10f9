import fc from 'fast-check';
import { isLaterThan, MAX_CLOCK_LEAD_MS, momentOf, type ChangeMoment } from './change-order';

const NOON = Date.UTC(2025, 10, 10, 12);

describe('momentOf', () => {
  const place = (occurredAt: number | null) =>
    momentOf({ occurredAt, arrivedAt: NOON, deletion: false, sequence: 7n });

  it.each<[string, number | null, number, boolean]>([
    ['the date of the change', NOON - 60_000, NOON - 60_000, false],
    ['a date of long ago', 0, 0, false],
    ['the arrival for a clock that is far ahead', NOON + MAX_CLOCK_LEAD_MS + 1, NOON, true],
    ['the arrival where there is no date', null, NOON, true],
  ])('takes %s', (_, occurredAt, at, onArrival) => {
    expect(place(occurredAt)).toEqual({ epoch: 0, at, onArrival, deletion: false, sequence: 7n });
  });

  it('believes the date of a clock that is a little ahead', () => {
    expect(place(NOON + MAX_CLOCK_LEAD_MS).onArrival).toBe(false);
  });
});

describe('isLaterThan', () => {
  const dated = (at: number, sequence: number, deletion = false): ChangeMoment => ({
    epoch: 0,
    at,
    onArrival: false,
    deletion,
    sequence: BigInt(sequence),
  });
  /** Dated later than it arrived. */
  const ahead = (occurredAt: number, arrivedAt: number, sequence: number): ChangeMoment =>
    momentOf({ occurredAt, arrivedAt, deletion: false, sequence: BigInt(sequence) });
  const undated = (arrivedAt: number, sequence: number, latestBefore: number | null = null): ChangeMoment =>
    momentOf({ occurredAt: null, arrivedAt, deletion: false, sequence: BigInt(sequence), latestBefore });

  it.each<[string, ChangeMoment, ChangeMoment]>([
    ['the later date, though it arrived first', dated(200, 1), dated(100, 2)],
    ['a later edit over an older deletion', dated(200, 1), dated(100, 2, true)],
    ['a deletion over an edit of the same date', dated(100, 1, true), dated(100, 2)],
    ['a deletion over an edit of the same date that arrived before it', dated(100, 2, true), dated(100, 1)],
    ['of equal dates the later arrival', dated(100, 2), dated(100, 1)],
    ['of two deletions of one date the later arrival', dated(100, 2, true), dated(100, 1, true)],
    ['of two without a date the later arrival', undated(100, 2), undated(100, 1)],
    ['one without a date over what arrived before it', undated(100, 2), dated(90, 1)],
    [
      'one without a date over what arrived before it with a clock ahead',
      undated(100, 2, 150),
      ahead(150, 90, 1),
    ],
    ['one without a date over what happened before its arrival', undated(100, 1), dated(50, 2)],
    ['what happened after the arrival of one without a date', dated(150, 2), undated(100, 1)],
    ['a deletion after the arrival of one without a date', dated(150, 2, true), undated(100, 1)],
  ])('prefers %s', (_, later, earlier) => {
    expect(isLaterThan(later, earlier)).toBe(true);
    expect(isLaterThan(earlier, later)).toBe(false);
  });

  it('compares sequences beyond 2^53 exactly', () => {
    const first = { ...dated(100, 0), sequence: 2n ** 53n };
    const second = { ...dated(100, 0), sequence: 2n ** 53n + 1n };
    expect(isLaterThan(second, first)).toBe(true);
    expect(isLaterThan(first, second)).toBe(false);
  });

  /** Changes of one product as a server meets them: the log's ids grow with arrival. */
  const history = (clock: fc.Arbitrary<number | null>) =>
    fc
      .array(fc.record({ gap: fc.integer({ min: 0, max: 2 }), lead: clock, deletion: fc.boolean() }), {
        minLength: 3,
        maxLength: 4,
      })
      .map((changes) => {
        let arrivedAt = 100;
        let latestBefore: number | null = null;
        return changes.map(({ gap, lead, deletion }, index) => {
          arrivedAt += gap;
          const occurredAt = lead === null ? null : arrivedAt + lead;
          const moment = momentOf({
            occurredAt,
            arrivedAt,
            deletion,
            sequence: BigInt(index + 1),
            latestBefore,
          });
          if (occurredAt !== null) latestBefore = Math.max(latestBefore ?? occurredAt, occurredAt);
          return moment;
        });
      });
  const behind = fc.integer({ min: -3, max: 0 });
  const anyLead = fc.integer({ min: -2, max: 2 });
  const anyClock = fc.oneof(fc.constant(null), anyLead);

  it('says of two different changes that exactly one is the later', () => {
    fc.assert(
      fc.property(history(anyClock), ([a, b]) => {
        expect(isLaterThan(a!, b!)).toBe(!isLaterThan(b!, a!));
        expect(isLaterThan(a!, a!)).toBe(false);
      }),
    );
  });

  const standing = (changes: ChangeMoment[]) =>
    changes.reduce((current, change) => (isLaterThan(change, current) ? change : current));

  const sameWhateverTheOrder = (changes: fc.Arbitrary<ChangeMoment[]>) => {
    const shuffled = changes.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(standing(other)).toEqual(standing(list));
      }),
      { numRuns: 2000 },
    );
  };

  it.each<[string, ChangeMoment[]]>([
    ['an undated one between two of a clock ahead', [ahead(200, 90, 1), undated(100, 2, 200), dated(150, 3)]],
    ['an undated one at the date of two others', [dated(100, 1, true), undated(100, 2, 100), dated(100, 3)]],
  ])('lets the same change stand whatever the order, of %s', (_, [a, b, c]) => {
    expect(standing([a!, b!, c!])).toEqual(standing([c!, b!, a!]));
    expect(standing([a!, b!, c!])).toEqual(standing([b!, c!, a!]));
  });

  it('lets the same change stand whatever the order, of dated changes', () => {
    sameWhateverTheOrder(history(behind));
  });

  it('lets the same change stand whatever the order, of dated changes by clocks ahead', () => {
    sameWhateverTheOrder(history(anyLead));
  });

  it('lets the same change stand whatever the order, of undated changes', () => {
    sameWhateverTheOrder(history(fc.constant(null)));
  });

  it('lets the same change stand whatever the order, of dated and undated changes', () => {
    sameWhateverTheOrder(history(fc.oneof(fc.constant(null), behind)));
  });

  it('lets the same change stand whatever the order, of dated and undated changes by clocks ahead', () => {
    sameWhateverTheOrder(history(anyClock));
  });
});
