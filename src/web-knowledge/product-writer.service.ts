import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import {
  KnowledgeService,
  type ChangeOrigin,
  type KnowledgeChange,
} from '../knowledge/documents/knowledge.service';
import { deferKnowledge, leaveWords, takeDue } from './due-knowledge';
import type { ChangeOutcome, ProductChange } from './product-draft';
import { loadDrafts, saveProducts, saveTombstones, type ProductScope } from './product-rows';
import { saveVariations, variationSignatures } from './variation-rows';

export type { ChangeOutcome, ProductChange, ProductScope };

/** Texts that are renewed with their products; of more the products are written first. */
const RENEWED_AT_ONCE = 10;

/**
 * The one place that writes products. Applies changes in any order so that the latest of each product stands, and
 * asks for its knowledge to be renewed when its text changed.
 */
@Injectable()
export class ProductWriter {
  /** To be set by a test. */
  renewedAtOnce = RENEWED_AT_ONCE;

  constructor(private readonly knowledge: KnowledgeService) {}

  /**
   * Applies changes of one store, in a transaction of the caller's that holds the store's lock.
   *
   * @param origins the events that the changes stand in, where they do, change by change
   * @returns an outcome per change; how many chunks await embedding now; and of each product that is changed and
   * searchable as it is now, the first change that made it so, by its place among the changes; and how many products'
   * knowledge is due: of more than a few it is made by a job of its own
   */
  async apply(
    manager: EntityManager,
    scope: ProductScope,
    changes: readonly ProductChange[],
    origins: readonly ChangeOrigin[] = [],
  ): Promise<{ outcomes: ChangeOutcome[]; pendingChunks: number; searchable: number[]; deferred: number }> {
    const partial = changes.filter((change) => !('state' in change) || Boolean(change.variations?.length));
    const drafts = await loadDrafts(
      manager,
      scope,
      [...new Set(changes.map(({ externalId }) => externalId))],
      new Set(partial.map(({ externalId }) => externalId)),
    );
    const before = new Map(
      [...drafts].map(([externalId, draft]) => [externalId, variationSignatures(draft)]),
    );
    const outcomes = changes.map((change) => drafts.get(change.externalId)!.apply(change));

    // Sorted, so that two transactions lock rows in one order.
    const sorted = [...drafts].sort(([a], [b]) => (a < b ? -1 : 1));
    const touched = sorted.filter(([, draft]) => draft.touched);
    const { ids, awaiting } = await saveProducts(manager, scope, touched);
    await saveTombstones(manager, scope, touched);
    await saveVariations(manager, scope, sorted, before);

    const firsts = firstEffects(changes, outcomes);
    const renewed = touched.flatMap(([externalId, draft]): KnowledgeChange[] => {
      const { stored, isActive } = draft;
      const drafted = isActive ? draft.drafted() : null;
      if (!drafted || (stored?.isActive && stored.contentHash === drafted.contentHash)) return [];
      const reason = stored?.isActive ? 'changed' : 'created';
      const origin = origins[firsts.get(externalId) ?? -1];
      return [
        { productId: ids.get(externalId)!, content: drafted.content, reason, ...(origin && { origin }) },
      ];
    });
    const isDeferred = renewed.length > this.renewedAtOnce;
    if (isDeferred) await deferKnowledge(manager, scope.userId, scope.storeId, renewed);
    const { added, awaited } = await this.knowledge.renew(
      manager,
      scope.userId,
      isDeferred ? [] : await withDue(manager, scope.userId, renewed),
    );
    const gone = touched.filter(([, { stored, isActive }]) => stored?.isActive && !isActive);
    const goneIds = gone.map(([, { stored }]) => stored!.id);
    await leaveWords(manager, scope.userId, goneIds);
    await this.knowledge.remove(manager, scope.userId, goneIds);
    const isRenewed = new Set(renewed.map(({ productId }) => productId));
    const searchable = touched.flatMap(([externalId, { isActive }]) => {
      const id = ids.get(externalId);
      const first = firsts.get(externalId);
      if (!isActive || id === undefined || first === undefined) return [];
      if (isRenewed.has(id) && isDeferred) return [];
      return (isRenewed.has(id) ? awaited : awaiting).has(id) ? [] : [first];
    });
    return { outcomes, pendingChunks: added, searchable, deferred: isDeferred ? renewed.length : 0 };
  }
}

/** Of a product whose renewal was put off before, the oldest event waits. */
async function withDue(
  manager: EntityManager,
  userId: number,
  changes: readonly KnowledgeChange[],
): Promise<KnowledgeChange[]> {
  const due = await takeDue(
    manager,
    userId,
    changes.map(({ productId }) => productId),
  );
  return changes.map((change) => {
    const before = due.get(change.productId)?.origin;
    return before && (!change.origin || before.acceptedAt < change.origin.acceptedAt)
      ? { ...change, origin: before }
      : change;
  });
}

/** By product, the first of the changes that had an effect on what buyers find. */
function firstEffects(
  changes: readonly ProductChange[],
  outcomes: readonly ChangeOutcome[],
): Map<string, number> {
  const firsts = new Map<string, number>();
  for (const [index, { externalId }] of changes.entries()) {
    const hasEffect = EFFECTIVE.has(outcomes[index]!);
    if (hasEffect && !firsts.has(externalId)) firsts.set(externalId, index);
  }
  return firsts;
}

const EFFECTIVE: ReadonlySet<ChangeOutcome> = new Set(['created', 'updated', 'restored']);
