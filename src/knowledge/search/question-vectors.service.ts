import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { toSql } from 'pgvector';
import { breakRuns } from '../documents/chunker';
import { tokensOf } from '../documents/token-count';
import type { Embedder, Vector } from '../embedding/embedder';
import { EmbeddingRequests } from '../embedding/embedding-requests.service';
import { EmbeddingUsageCounter } from '../embedding/embedding-usage.service';

/** A buyer waits; without the vector, words still answer. */
const TIMEOUT_MS = 5000;
/** Of 1,536 numbers each takes 18 KB. */
const REMEMBERED = 300;
/** Of each number; they are compared with numbers of four. */
const DIGITS = 7;
/** A longer one is hardly asked again. */
const MAX_LENGTH = 200;

/** The vectors of questions. Those asked last are remembered: buyers ask for the same things. */
@Injectable()
export class QuestionVectors {
  private readonly known = new LRUCache<string, string>({ max: REMEMBERED });

  constructor(
    private readonly requests: EmbeddingRequests,
    private readonly usage: EmbeddingUsageCounter,
  ) {}

  /**
   * @returns as PostgreSQL reads a vector
   * @throws EmbeddingError
   */
  async of(embedder: Embedder, question: string): Promise<string> {
    const key = `${embedder.key} ${question}`;
    const known = this.known.get(key);
    if (known) return known;
    const tokens = tokensOf(breakRuns(question));
    const [vector] = await this.requests.embed(embedder, [question], {
      purpose: 'question',
      tokens,
      timeoutMs: TIMEOUT_MS,
    });
    this.usage.count(embedder.key, 'question', { requests: 1, texts: 1, tokens });
    const text = toText(vector!);
    if (question.length <= MAX_LENGTH) this.known.set(key, text);
    return text;
  }
}

const toText = (vector: Vector): string =>
  toSql(Array.from(vector, (value) => Number(value.toPrecision(DIGITS))))!;
