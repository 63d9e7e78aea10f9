import { Module } from '@nestjs/common';
import { KnowledgeModule } from '../knowledge/knowledge.module';
import { CatalogueMetrics } from './catalogue.metrics';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';
import { Lifecycle } from './lifecycle.service';
import { MetricsController } from './metrics.controller';
import { QueueMetrics } from './queue.metrics';
import { WaitMetrics } from './wait.metrics';

@Module({
  imports: [KnowledgeModule],
  controllers: [HealthController, MetricsController],
  providers: [HealthService, Lifecycle, CatalogueMetrics, QueueMetrics, WaitMetrics],
  exports: [Lifecycle],
})
export class OperationsModule {}
