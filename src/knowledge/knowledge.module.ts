import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Document } from './documents/document.entity';
import { KnowledgeService } from './documents/knowledge.service';
import { Chunk } from './embedding/chunk.entity';
import { Embedders } from './embedding/embedders';
import { EmbeddingJobs } from './embedding/embedding.jobs';
import { Generations } from './embedding/generations.service';
import { KnowledgeSearch } from './search/knowledge-search.service';
import { WordSearch } from './search/word-search.service';

@Module({
  imports: [TypeOrmModule.forFeature([Document, Chunk])],
  providers: [Embedders, Generations, KnowledgeService, WordSearch, KnowledgeSearch],
  exports: [Embedders, Generations, KnowledgeService, KnowledgeSearch],
})
export class KnowledgeModule {}

@Module({ imports: [KnowledgeModule], providers: [EmbeddingJobs], exports: [KnowledgeModule, EmbeddingJobs] })
export class KnowledgeWorkerModule {}
