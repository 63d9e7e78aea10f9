import { readConfig } from '../../config/config';
import { Embedders } from './embedders';
import { LexicalEmbedder } from './lexical.embedder';

describe('the price of what an embedder was asked', () => {
  it.each<[string, number | null]>([
    ['text-embedding-3-small@1536', 0.02],
    ['text-embedding-3-small@256', 0.02],
    ['text-embedding-3-large@3072', 0.13],
    [new LexicalEmbedder().key, 0],
    // Of a version whose code is gone.
    ['local-lexical-1@512', 0],
    ['some-gateway/model@768', null],
    ['constructor@1', null],
    ['', null],
  ])('%s: %p dollars for a million tokens', (key, price) => {
    expect(new Embedders(readConfig({})).priceOf(key)).toBe(price);
  });
});
