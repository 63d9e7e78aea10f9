/** In the order of how much they say. */
export const EXACTNESS = ['none', 'begins_model', 'model', 'title_or_sku'] as const;
export type Exactness = (typeof EXACTNESS)[number];

export const VECTOR_STATES = ['used', 'unused', 'unavailable'] as const;
export type VectorState = (typeof VECTOR_STATES)[number];
