import Big from 'big.js';
import { isLaterThan, type ChangeMoment } from '../contract/change-order';
import type { StockStatus } from '../contract/shop-api';
import { variationHash, type Offer, type VariationState } from './product-state';

/** What a change says of one variation; the state is null where only its id was said. */
export interface VariationStatement {
  id: string;
  state: VariationState | null;
}

/** What is known of one variation. */
export interface KnownVariation {
  /** Null where only its id was ever said, and of one that was deleted. */
  state: VariationState | null;
  /** Of the change that said the state, or that it is deleted. */
  moment: ChangeMoment | null;
  /** Its place in the latest list of all; null where it is not in it. */
  position: number | null;
}

export interface Member {
  id: string;
  state: VariationState | null;
}

/**
 * The variations of one product, from lists of all of them and from changes of single ones, which may come in any order:
 * the latest list says which there are, and the latest change of each what it is. One that was changed after that list is
 * there too: it is newer than the list. What the set holds in the end does not depend on the order of the changes.
 */
export class VariationSet {
  /** @param listedAt the moment of the latest list; null before the first */
  constructor(
    private listedMoment: ChangeMoment | null = null,
    private readonly known = new Map<string, KnownVariation>(),
  ) {}

  get listedAt(): ChangeMoment | null {
    return this.listedMoment;
  }

  get size(): number {
    return this.known.size;
  }

  /** All variations that were ever spoken of. */
  get entries(): ReadonlyMap<string, KnownVariation> {
    return this.known;
  }

  /** Takes in a list of all variations; returns whether that changes what the product has. */
  list(moment: ChangeMoment, statements: readonly VariationStatement[]): boolean {
    const isLatest = !this.listedMoment || isLaterThan(moment, this.listedMoment);
    const before = isLatest ? this.memberIds() : '';
    if (isLatest) {
      this.listedMoment = moment;
      for (const variation of this.known.values()) variation.position = null;
      for (const [position, { id }] of statements.entries()) this.find(id).position = position;
    }
    let changed = isLatest && before !== this.memberIds();
    for (const { id, state } of statements) if (state && this.say(moment, id, state)) changed = true;
    return changed;
  }

  /**
   * Takes in what a change says of one variation, null for its deletion; returns whether that changes what the product has.
   */
  say(moment: ChangeMoment, id: string, state: VariationState | null): boolean {
    const variation = this.find(id);
    if (variation.moment && !isLaterThan(moment, variation.moment)) return false;
    const before = this.isMember(id) && hashOf(variation.state);
    Object.assign(variation, { moment, state });
    return before !== (this.isMember(id) && hashOf(state));
  }

  isMember(id: string): boolean {
    const variation = this.known.get(id);
    if (!variation) return false;
    const { state, moment, position } = variation;
    const isSince = moment !== null && (!this.listedMoment || isLaterThan(moment, this.listedMoment));
    return isSince ? state !== null : position !== null;
  }

  /** Those that the product has: in the order of the list, and then by id. */
  members(): Member[] {
    return [...this.known]
      .filter(([id]) => this.isMember(id))
      .sort(([a, one], [b, other]) => place(one) - place(other) || byId(a, b))
      .map(([id, { state }]) => ({ id, state }));
  }

  private memberIds(): string {
    return this.members()
      .map(({ id }) => id)
      .join(' ');
  }

  private find(id: string): KnownVariation {
    let variation = this.known.get(id);
    if (!variation) this.known.set(id, (variation = { state: null, moment: null, position: null }));
    return variation;
  }
}

const hashOf = (state: VariationState | null): string => (state ? variationHash(state) : '');

const place = ({ position }: KnownVariation): number => position ?? Number.MAX_SAFE_INTEGER;
const byId = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** A product's offer with what its variations add to it. */
export interface VariedOffer extends Offer {
  /** Highest price that a buyer may pay now; equal to `price` where there is one price. */
  priceMax: string | null;
  /** Whether a buyer chooses among variations, whose prices and stock then are the product's. */
  varies: boolean;
}

const STOCK_ORDER: readonly StockStatus[] = ['instock', 'onbackorder', 'outofstock'];

/**
 * What is offered of a product: by its variations where all of them are known and some are for sale, else as the shop
 * says of the product itself. Variations without a price are not for sale where others have one, as in WooCommerce.
 */
export function variedOffer(own: Offer, members: readonly Member[]): VariedOffer {
  const states = members.map(({ state }) => state);
  const isComplete = states.every((state) => state !== null);
  const active = states.filter((state): state is VariationState => state?.isActive === true);
  const asItself = { ...own, priceMax: own.price, varies: false };
  if (members.length === 0 || !isComplete) return asItself;
  if (active.length === 0) return { ...asItself, inStock: false, stockStatus: 'outofstock' };
  const priced = active.filter(({ price }) => price !== null);
  const forSale = priced.length > 0 ? priced : active;
  const stockStatus = STOCK_ORDER.find((status) => forSale.some((state) => state.stockStatus === status))!;
  const [cheapest, ...others] = [...priced].sort((a, b) => new Big(a.price!).cmp(b.price!));
  return {
    ...own,
    price: cheapest?.price ?? own.price,
    originalPrice: cheapest ? cheapest.originalPrice : own.originalPrice,
    priceMax: others.at(-1)?.price ?? cheapest?.price ?? own.price,
    inStock: stockStatus !== 'outofstock',
    stockStatus,
    varies: true,
  };
}
