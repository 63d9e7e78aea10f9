import fc from 'fast-check';
import { isLaterThan, type ChangeMoment } from '../contract/change-order';
import type { Offer, VariationState } from './product-state';
import { variedOffer, VariationSet, type VariationStatement } from './variation-set';

const variation = (changes: Partial<VariationState> = {}): VariationState => ({
  sku: null,
  attributes: [],
  isActive: true,
  link: null,
  price: '100',
  originalPrice: null,
  inStock: true,
  stockStatus: 'instock',
  stockQuantity: null,
  image: null,
  ...changes,
});
const at = (minute: number, sequence: number): ChangeMoment => ({
  epoch: 0,
  at: minute,
  onArrival: false,
  deletion: false,
  sequence: BigInt(sequence),
});

type Change =
  | { moment: ChangeMoment; list: VariationStatement[] }
  | { moment: ChangeMoment; id: string; state: VariationState | null };

const ids = ['1', '2', '3'];
const states = fc.integer({ min: 1, max: 3 }).map((price) => variation({ price: String(price) }));
const statement = fc.record({ id: fc.constantFrom(...ids), state: fc.option(states) });
const lists = fc.uniqueArray(statement, { selector: ({ id }) => id, maxLength: 3 }).map((list) => ({ list }));
const singles = fc.record({ id: fc.constantFrom(...ids), state: fc.option(states) });
const changes: fc.Arbitrary<Change[]> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.oneof(lists, singles)), { minLength: 1, maxLength: 7 })
  .map((all) => all.map(([minute, change], index) => ({ ...change, moment: at(minute, index) })));

function applied(all: readonly Change[]): VariationSet {
  const set = new VariationSet();
  for (const change of all) {
    if ('list' in change) set.list(change.moment, change.list);
    else set.say(change.moment, change.id, change.state);
  }
  return set;
}

describe('VariationSet', () => {
  it('ends the same in whatever order and however often changes come', () => {
    const orders = changes.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(orders, ([all, order]) => {
        expect(applied(order).members()).toEqual(applied(all).members());
      }),
      { numRuns: 3000 },
    );
  });

  it('has those of the latest list and those changed since, each as it was last said to be', () => {
    fc.assert(
      fc.property(changes, (all) => {
        const inOrder = [...all].sort((a, b) => (isLaterThan(a.moment, b.moment) ? 1 : -1));
        const members = new Map<string, VariationState | null>();
        const said = new Map<string, VariationState | null>();
        for (const change of inOrder) {
          if (!('list' in change)) {
            said.set(change.id, change.state);
            if (change.state) members.set(change.id, change.state);
            else members.delete(change.id);
            continue;
          }
          members.clear();
          for (const { id, state } of change.list) {
            if (state) said.set(id, state);
            members.set(id, said.get(id) ?? null);
          }
        }
        expect(
          new Map(
            applied(all)
              .members()
              .map(({ id, state }) => [id, state]),
          ),
        ).toEqual(members);
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps the order of the list', () => {
    const set = applied([{ moment: at(1, 1), list: ['3', '1', '2'].map((id) => ({ id, state: null })) }]);
    expect(set.members().map(({ id }) => id)).toEqual(['3', '1', '2']);
  });
});

describe('variedOffer', () => {
  const own: Offer = {
    link: null,
    price: '90',
    originalPrice: null,
    inStock: true,
    stockStatus: 'instock',
    stockQuantity: null,
  };
  const offerOf = (...members: (VariationState | null)[]) =>
    variedOffer(
      own,
      members.map((state, index) => ({ id: String(index), state })),
    );

  it('of a product without variations is its own', () => {
    expect(offerOf()).toEqual({ ...own, priceMax: '90', varies: false });
  });

  it('is from the lowest to the highest price, exact to the digit', () => {
    const long = '123456789012345678901234567890.12';
    const found = offerOf(
      variation({ price: long }),
      variation({ price: '5', originalPrice: '7' }),
      variation(),
    );
    expect(found).toMatchObject({ price: '5', originalPrice: '7', priceMax: long, varies: true });
  });

  it('is in stock where any variation is', () => {
    const sold = variation({ inStock: false, stockStatus: 'outofstock' });
    expect(offerOf(sold, sold)).toMatchObject({ inStock: false, stockStatus: 'outofstock' });
    expect(offerOf(sold, variation({ stockStatus: 'onbackorder' }))).toMatchObject({
      inStock: true,
      stockStatus: 'onbackorder',
    });
  });

  it('leaves out what is not for sale, and what has no price beside what has one', () => {
    const found = offerOf(
      variation({ price: '1', isActive: false }),
      variation({ price: null }),
      variation({ price: '3', inStock: false, stockStatus: 'outofstock' }),
    );
    expect(found).toMatchObject({ price: '3', priceMax: '3', inStock: false });
  });

  it('has nothing in stock where nothing is for sale', () => {
    expect(offerOf(variation({ isActive: false }))).toMatchObject({
      price: '90',
      inStock: false,
      varies: false,
    });
  });

  it("is the shop's own word while a variation is known by its id alone", () => {
    expect(offerOf(variation({ price: '200' }), null)).toEqual({ ...own, priceMax: '90', varies: false });
  });
});
