import type { VariationAttribute } from '../contract/product-event';
import { attributeFacet, attributeName } from '../knowledge/documents/product-document';

/** The keys that a variation is filtered by: each attribute that it has one value of, and that it has one. */
export const variationFacets = (attributes: readonly VariationAttribute[]): string[] => [
  ...new Set(attributes.flatMap(({ name, option }) => [attributeFacet(name, option), attributeName(name)])),
];
