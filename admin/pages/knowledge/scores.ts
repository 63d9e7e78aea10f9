import type { Schemas } from '../../api/client';

type Hit = Schemas['HitDto'];
type Variation = Schemas['VariationDto'];
type Attribute = Schemas['VariationAttributeDto'];

export interface Score {
  method: 'combined' | 'vector' | 'lexical';
  /** As the API says it; null where this method has not seen the product. */
  value: number | null;
  /** Length of its bar, 0 to 1. */
  length: number;
  /** Where on the bar the limit of this method stands, 0 to 1. */
  limit: number | null;
}

const within = (value: number) => Math.min(1, Math.max(0, value));

/**
 * The scores of a hit as bars. Similarity and share are of 1; what orders the hits is a sum of reciprocals of ranks
 * that says nothing by itself, so its bar is that of the best hit.
 * @param best the highest combined score of the answer
 */
export function scoresOf(
  { combined, vector, lexical }: Hit['scores'],
  best: number,
  limits?: Pick<Schemas['SearchExplanationDto'], 'floor' | 'required_coverage'>,
): Score[] {
  const limit = (value: number | null | undefined) =>
    value === null || value === undefined ? null : within(value);
  return [
    { method: 'combined', value: combined, length: best > 0 ? within(combined / best) : 0, limit: null },
    { method: 'vector', value: vector, length: within(vector ?? 0), limit: limit(limits?.floor) },
    { method: 'lexical', value: lexical, length: within(lexical), limit: limit(limits?.required_coverage) },
  ];
}

/**
 * The attributes that the question asked for, and whether the variation has each: one that it does not name stands
 * for any. Without a variation none of those together is there.
 */
export function askedOf(
  asked: readonly Attribute[],
  variation: Pick<Variation, 'attributes'> | null,
): (Attribute & { matched: boolean })[] {
  return asked.map(({ name, option }) => {
    const own = variation?.attributes.find((attribute) => attribute.name === name);
    return { name, option, matched: variation !== null && (!own?.option || own.option === option) };
  });
}

/** Why there is no answer, as far as the explanation tells. */
export interface Nothing {
  /** Words of the question that the shop has nowhere. */
  unknown: string[];
  /** The best share of the question that a product has, where it was too little. */
  coverage: { best: number; required: number } | null;
  /** The best similarity, where it was too little. */
  similarity: { best: number; required: number } | null;
}

export function nothingOf(explanation: Schemas['SearchExplanationDto'] | undefined): Nothing {
  if (!explanation) return { unknown: [], coverage: null, similarity: null };
  const { words, required_coverage: required, best_coverage: best, confident, best_similarity } = explanation;
  return {
    unknown: words.filter(({ is_known: isKnown }) => !isKnown).map(({ word }) => word),
    coverage: required !== null && best !== null && best < required ? { best, required } : null,
    similarity:
      confident !== null && best_similarity !== null && best_similarity < confident
        ? { best: best_similarity, required: confident }
        : null,
  };
}
