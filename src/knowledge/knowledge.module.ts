import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Document } from './documents/document.entity';
import { KnowledgeService } from './documents/knowledge.service';
import { Chunk } from './embedding/chunk.entity';
import { Embedders } from './embedding/embedders';
import { EmbeddingCache } from './embedding/embedding-cache.service';
import { EmbeddingQueue } from './embedding/embedding-queue.service';
import { EmbeddingMetrics } from './embedding/embedding.metrics';
import { EmbeddingReport } from './embedding/embedding-report.service';
import { EmbeddingRequests } from './embedding/embedding-requests.service';
import { EmbeddingUsageCounter } from './embedding/embedding-usage.service';
import { EmbeddingJobs } from './embedding/embedding.jobs';
import { Generations } from './embedding/generations.service';
import { SearchableMetrics } from './embedding/searchable.metrics';
import { VectorIndexKeeper } from './embedding/vector-index-keeper.service';
import { VectorIndexes } from './embedding/vector-indexes';
import { KinSearch } from './search/kin-search.service';
import { KnowledgeSearch } from './search/knowledge-search.service';
import { SearchMetrics } from './search/search.metrics';
import { QuestionVectors } from './search/question-vectors.service';
import { RestrictedProducts } from './search/restricted-products.service';
import { SimilarWords } from './search/similar-words.service';
import { VectorSearch } from './search/vector-search.service';
import { WordFrequencies } from './search/word-frequencies.service';
import { WordRanking } from './search/word-ranking.service';
import { WordSearch } from './search/word-search.service';

@Module({
  imports: [TypeOrmModule.forFeature([Document, Chunk])],
  providers: [
    Embedders,
    Generations,
    EmbeddingMetrics,
    EmbeddingRequests,
    EmbeddingUsageCounter,
    EmbeddingReport,
    VectorIndexes,
    KnowledgeService,
    QuestionVectors,
    RestrictedProducts,
    VectorSearch,
    WordFrequencies,
    SimilarWords,
    WordRanking,
    KinSearch,
    WordSearch,
    SearchMetrics,
    KnowledgeSearch,
  ],
  exports: [
    Embedders,
    Generations,
    EmbeddingMetrics,
    EmbeddingRequests,
    EmbeddingUsageCounter,
    EmbeddingReport,
    KnowledgeService,
    KnowledgeSearch,
    SearchMetrics,
  ],
})
export class KnowledgeModule {}

@Module({
  imports: [KnowledgeModule],
  providers: [SearchableMetrics, EmbeddingQueue, EmbeddingCache, EmbeddingJobs, VectorIndexKeeper],
  exports: [KnowledgeModule, EmbeddingJobs, SearchableMetrics],
})
export class KnowledgeWorkerModule {}
