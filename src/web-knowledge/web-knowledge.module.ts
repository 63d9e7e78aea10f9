import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KnowledgeModule, KnowledgeWorkerModule } from '../knowledge/knowledge.module';
import { ChunksController } from './chunks.controller';
import { ChunksService } from './chunks.service';
import { KnowledgeBuilder } from './knowledge-builder.jobs';
import { KnowledgeRenewer } from './knowledge-renewer.jobs';
import { Product } from './product.entity';
import { ProductWriter } from './product-writer.service';
import { ProductsController } from './products.controller';
import { ProductsService } from './products.service';

@Module({
  imports: [TypeOrmModule.forFeature([Product]), KnowledgeModule],
  controllers: [ProductsController, ChunksController],
  providers: [ProductsService, ChunksService],
})
export class WebKnowledgeApiModule {}

@Module({
  imports: [KnowledgeWorkerModule],
  providers: [ProductWriter, KnowledgeRenewer, KnowledgeBuilder],
  exports: [ProductWriter, KnowledgeRenewer, KnowledgeBuilder],
})
export class WebKnowledgeWorkerModule {}
