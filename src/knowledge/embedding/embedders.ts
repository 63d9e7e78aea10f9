import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config';
import type { Embedder } from './embedder';
import { LexicalEmbedder } from './lexical.embedder';
import { knownPriceOf, OpenAiEmbedder } from './openai.embedder';

/**
 * The embedders that this process can run: the configured one, and that of an older generation, which answers until
 * a new one is built.
 */
@Injectable()
export class Embedders {
  /** What the configuration asks for. */
  readonly configured: Embedder;
  private readonly byKey = new Map<string, Embedder | null>();

  constructor(private readonly config: Config) {
    const { apiKey, model, dimensions } = config.embedding;
    this.configured =
      apiKey === null
        ? new LexicalEmbedder()
        : new OpenAiEmbedder({ ...config.embedding, apiKey, model, dimensions });
    this.byKey.set(this.configured.key, this.configured);
  }

  /** The embedder of a key such as `text-embedding-3-small@1536`; null where this process has no access to it. */
  of(key: string): Embedder | null {
    let embedder = this.byKey.get(key);
    if (embedder === undefined) this.byKey.set(key, (embedder = this.make(key)));
    return embedder;
  }

  /** Dollars for a million tokens of a key, also of one that this process cannot run; null where it is not known. */
  priceOf(key: string): number | null {
    const model = key.replace(/@\d+$/, '');
    return isLocal(model) ? 0 : knownPriceOf(model);
  }

  private make(key: string): Embedder | null {
    const lexical = new LexicalEmbedder();
    if (key === lexical.key) return lexical;
    const { apiKey } = this.config.embedding;
    const [, model, dimensions] = /^(.+)@(\d+)$/.exec(key) ?? [];
    // A local embedder of another version is gone with its code.
    if (apiKey === null || !model || isLocal(model)) return null;
    return new OpenAiEmbedder({ ...this.config.embedding, apiKey, model, dimensions: Number(dimensions) });
  }
}

const isLocal = (model: string): boolean => model.startsWith('local-');
