import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Document } from './documents/document.entity';
import { KnowledgeService } from './documents/knowledge.service';
import { Chunk } from './embedding/chunk.entity';
import { Embedders } from './embedding/embedders';
import { EmbeddingCache } from './embedding/embedding-cache.service';
import { EmbeddingQueue } from './embedding/embedding-queue.service';
import { EmbeddingReport } from './embedding/embedding-report.service';
import { EmbeddingUsageCounter } from './embedding/embedding-usage.service';
import { EmbeddingJobs } from './embedding/embedding.jobs';
import { Generations } from './embedding/generations.service';
import { VectorIndexKeeper } from './embedding/vector-index-keeper.service';
import { VectorIndexes } from './embedding/vector-indexes';
import { KnowledgeSearch } from './search/knowledge-search.service';
import { WordSearch } from './search/word-search.service';

@Module({
  imports: [TypeOrmModule.forFeature([Document, Chunk])],
  providers: [
    Embedders,
    Generations,
    EmbeddingUsageCounter,
    EmbeddingReport,
    VectorIndexes,
    KnowledgeService,
    WordSearch,
    KnowledgeSearch,
  ],
  exports: [
    Embedders,
    Generations,
    EmbeddingUsageCounter,
    EmbeddingReport,
    KnowledgeService,
    KnowledgeSearch,
  ],
})
export class KnowledgeModule {}

@Module({
  imports: [KnowledgeModule],
  providers: [EmbeddingQueue, EmbeddingCache, EmbeddingJobs, VectorIndexKeeper],
  exports: [KnowledgeModule, EmbeddingJobs],
})
export class KnowledgeWorkerModule {}
