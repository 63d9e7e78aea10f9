import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Config } from '../config/config';
import { Chunk } from './chunk.entity';
import { Document } from './document.entity';
import { Embedder } from './embedders/embedder';
import { LexicalEmbedder } from './embedders/lexical.embedder';
import { OpenAiEmbedder } from './embedders/openai.embedder';
import { EmbeddingJobs } from './embedding.jobs';
import { KnowledgeSearch } from './knowledge-search.service';
import { KnowledgeService } from './knowledge.service';

export function createEmbedder({ embedding }: Config): Embedder {
  const { apiKey } = embedding;
  return apiKey === null ? new LexicalEmbedder() : new OpenAiEmbedder({ ...embedding, apiKey });
}

@Module({
  imports: [TypeOrmModule.forFeature([Document, Chunk])],
  providers: [
    { provide: Embedder, useFactory: createEmbedder, inject: [Config] },
    KnowledgeService,
    KnowledgeSearch,
  ],
  exports: [Embedder, KnowledgeService, KnowledgeSearch],
})
export class KnowledgeModule {}

@Module({ imports: [KnowledgeModule], providers: [EmbeddingJobs], exports: [KnowledgeModule, EmbeddingJobs] })
export class KnowledgeWorkerModule {}
