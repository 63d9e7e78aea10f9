import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KnowledgeService, type KnowledgeChange } from '../knowledge/documents/knowledge.service';
import type { ChangeOutcome, ProductChange } from './product-draft';
import { loadDrafts, saveProducts, saveTombstones, type ProductScope } from './product-rows';
import { saveVariations, variationSignatures } from './variation-rows';

export type { ChangeOutcome, ProductChange, ProductScope };

/**
 * The one place that writes products. Applies changes in any order so that the latest of each product stands, and
 * asks for its knowledge to be renewed when its text changed.
 */
@Injectable()
export class ProductWriter {
  constructor(private readonly knowledge: KnowledgeService) {}

  /**
   * Applies changes of one store, in a transaction of the caller's that holds the store's lock.
   * @returns an outcome per change, and how many chunks await embedding now
   */
  async apply(
    manager: EntityManager,
    scope: ProductScope,
    changes: readonly ProductChange[],
  ): Promise<{ outcomes: ChangeOutcome[]; pendingChunks: number }> {
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
    const ids = await saveProducts(manager, scope, touched);
    await saveTombstones(manager, scope, touched);
    await saveVariations(manager, scope, sorted, before);

    const renewed = touched.flatMap(([externalId, draft]): KnowledgeChange[] => {
      const { stored, isActive } = draft;
      const drafted = isActive ? draft.drafted() : null;
      if (!drafted || (stored?.isActive && stored.contentHash === drafted.contentHash)) return [];
      const reason = stored?.isActive ? 'changed' : 'created';
      return [{ productId: ids.get(externalId)!, content: drafted.content, reason }];
    });
    const pendingChunks = await this.knowledge.renew(manager, scope.userId, renewed);
    const gone = touched.filter(([, { stored, isActive }]) => stored?.isActive && !isActive);
    await this.knowledge.remove(
      manager,
      scope.userId,
      gone.map(([, { stored }]) => stored!.id),
    );
    return { outcomes, pendingChunks };
  }
}
