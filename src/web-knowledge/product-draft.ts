import { isLaterThan, type ChangeMoment } from '../contract/change-order';
import type { ProductDigest } from '../contract/product-digest';
import type { ProductContent } from '../knowledge/documents/product-document';
import { contentHash, contentOf, offerHash, type ProductState, type VariationState } from './product-state';
import { variedOffer, type VariationSet, type VariationStatement, type VariedOffer } from './variation-set';

/** One change of one product, as a shop told it. */
export type ProductChange = ProductStatement | VariationChange | VariationList;

/** What a change says of a whole product. */
export interface ProductStatement {
  externalId: string;
  moment: ChangeMoment;
  /** Null for a deletion. */
  state: ProductState | null;
  /** All its variations; null where the change does not speak of them. */
  variations: VariationStatement[] | null;
  /** Of the product as it was sent; null for a deletion, and where the shop cannot compare by it. */
  digest: ProductDigest | null;
}

/** What a change says of one variation of a product. */
export interface VariationChange {
  externalId: string;
  moment: ChangeMoment;
  /** A null state says that it is deleted. */
  variation: { id: string; state: VariationState | null };
}

/** Which variations a product has, told apart from the product. */
export interface VariationList {
  externalId: string;
  moment: ChangeMoment;
  list: VariationStatement[];
}

/** Those that come one by one are remembered for ever: what goes on beyond this is a shop at fault. */
const MAX_KNOWN_VARIATIONS = 5000;

/** `awaiting_product`: what was said of a variation is kept until its product is known. */
export type ChangeOutcome =
  'created' | 'updated' | 'unchanged' | 'deleted' | 'restored' | 'superseded' | 'awaiting_product';

/** What the database has of a product when changes begin to be applied. */
export interface StoredProduct {
  id: number;
  contentHash: string;
  offerHash: string;
  isActive: boolean;
  moment: ChangeMoment;
  digest: ProductDigest | null;
  /** As its shop said it; null where nothing was read but the above. */
  own: ProductState | null;
}

/** A product as it is to be written: what its shop said, and what its variations make of that. */
export interface DraftedProduct {
  own: ProductState;
  offer: VariedOffer;
  content: ProductContent;
  contentHash: string;
  offerHash: string;
}

/** One product while changes are applied to it, in memory and in any order. */
export class ProductDraft {
  moment: ChangeMoment | null;
  isActive: boolean;
  /** Whether anything of the product's own row has changed. */
  touched = false;
  private own: ProductState | null;
  private sentDigest: ProductDigest | null;
  /** What `drafted` said since the last change. */
  private asDrafted: DraftedProduct | null = null;

  constructor(
    readonly stored: StoredProduct | null,
    /** Of the deletion of a product that was never seen. */
    buriedAt: ChangeMoment | null,
    readonly variations: VariationSet,
  ) {
    this.moment = stored?.moment ?? buriedAt;
    this.isActive = stored?.isActive ?? false;
    this.own = stored?.own ?? null;
    this.sentDigest = stored?.digest ?? null;
  }

  /** Of the product as it was last sent whole; null once a variation was changed by itself since. */
  get digest(): ProductDigest | null {
    const { moment } = this;
    const since = [...this.variations.entries.values()].some(
      (variation) => moment && variation.moment && isLaterThan(variation.moment, moment),
    );
    return since ? null : this.sentDigest;
  }

  /** @throws Error for a change of a variation beyond MAX_KNOWN_VARIATIONS */
  apply(change: ProductChange): ChangeOutcome {
    this.asDrafted = null;
    const { listedAt } = this.variations;
    const outcome = this.applyOne(change);
    if (this.variations.listedAt !== listedAt) this.touched = true;
    if (this.stored && this.stored.digest?.payload !== this.digest?.payload) this.touched = true;
    return outcome;
  }

  /** What is to be written; null where only hashes of it are known, which nothing has changed. */
  drafted(): DraftedProduct | null {
    const { own } = this;
    if (!own) return null;
    this.asDrafted ??= this.draft(own);
    return this.asDrafted;
  }

  private draft(own: ProductState): DraftedProduct {
    const members = this.variations.members();
    const offer = variedOffer(own, members);
    const active = members.flatMap(({ state }) => (state?.isActive ? [state] : []));
    const content = contentOf(own, active);
    return {
      own,
      offer,
      content,
      contentHash: contentHash(content),
      offerHash: offerHash(
        { ...own, ...offer },
        members.map(({ id, state }) => [id, state] as const),
      ),
    };
  }

  private applyOne(change: ProductChange): ChangeOutcome {
    if ('variation' in change) return this.applyVariation(change);
    return 'list' in change ? this.applyList(change) : this.applyProduct(change);
  }

  private applyList({ moment, list }: VariationList): ChangeOutcome {
    const isVaried = this.variations.list(moment, list);
    if (!this.isKnown) return 'awaiting_product';
    if (isVaried) this.touched = true;
    return isVaried ? 'updated' : 'unchanged';
  }

  private applyProduct({ moment, state, variations, digest }: ProductStatement): ChangeOutcome {
    // Also where the product's own state is known better: of a variation nothing later may have been said.
    const isVaried = variations !== null && this.variations.list(moment, variations);
    if (isVaried && this.isKnown) this.touched = true;
    if (this.moment && !isLaterThan(moment, this.moment))
      return isVaried && this.isKnown ? 'updated' : 'superseded';
    const [wasKnown, wasActive] = [this.isKnown, this.isActive];
    const isSame = wasKnown && !isVaried && state !== null && this.isAsBefore(state);
    Object.assign(this, { moment, touched: true, isActive: state !== null, sentDigest: digest });
    if (!state) return 'deleted';
    this.own = state;
    if (!wasKnown) return 'created';
    if (!wasActive) return 'restored';
    return isSame ? 'unchanged' : 'updated';
  }

  private applyVariation({ moment, variation: { id, state } }: VariationChange): ChangeOutcome {
    const known = this.variations.entries.get(id);
    if (!known && this.variations.size >= MAX_KNOWN_VARIATIONS)
      throw new Error(`The product has more than ${MAX_KNOWN_VARIATIONS} variations.`);
    if (known?.moment && !isLaterThan(moment, known.moment)) return 'superseded';
    const isVaried = this.variations.say(moment, id, state);
    if (!this.isKnown) return 'awaiting_product';
    if (isVaried) this.touched = true;
    return isVaried ? 'updated' : 'unchanged';
  }

  private get isKnown(): boolean {
    return this.own !== null || this.stored !== null;
  }

  /** Whether a state is the one that stands, its variations being the same. */
  private isAsBefore(state: ProductState): boolean {
    const { own, stored } = this;
    if (own) return hashesOf(own).join() === hashesOf(state).join();
    // Of a product without variations the hashes are kept. It is to be drafted next.
    this.asDrafted = this.draft(state);
    return (
      stored?.contentHash === this.asDrafted.contentHash && stored.offerHash === this.asDrafted.offerHash
    );
  }
}

/** Of a product without variations. */
const hashesOf = (state: ProductState): [content: string, offer: string] => [
  contentHash(contentOf(state, [])),
  offerHash({ ...state, ...variedOffer(state, []) }, []),
];
