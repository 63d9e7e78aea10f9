/** Tokens of one embeddings request; source: OpenAI's API reference. */
export const LARGEST_REQUEST = 300_000;
/** Tokens of one text; source: OpenAI's API reference. */
export const LONGEST_TEXT = 8191;
