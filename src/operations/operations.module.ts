import { Module } from '@nestjs/common';
import { KnowledgeModule } from '../knowledge/knowledge.module';
import { CatalogueMetrics } from './catalogue.metrics';
import { HealthController } from './health.controller';
import { HealthService } from './health.service';
import { Lifecycle } from './lifecycle.service';
import { MetricsController } from './metrics.controller';
import { Metrics } from './metrics.service';

@Module({
  imports: [KnowledgeModule],
  controllers: [HealthController, MetricsController],
  providers: [HealthService, Lifecycle, Metrics, CatalogueMetrics],
  exports: [Lifecycle],
})
export class OperationsModule {}
