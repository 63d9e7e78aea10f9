import { Module } from '@nestjs/common';
import { IntegrationsApiModule } from '../integrations/integrations.module';
import { KnowledgeModule } from '../knowledge/knowledge.module';
import { DashboardController } from './dashboard.controller';
import { DashboardService } from './dashboard.service';

@Module({
  imports: [IntegrationsApiModule, KnowledgeModule],
  controllers: [DashboardController],
  providers: [DashboardService],
})
export class DashboardModule {}
