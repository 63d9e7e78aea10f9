import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { AccountsModule } from './accounts/accounts.module';
import { AuditModule } from './audit/audit.module';
import { FirstStart } from './bootstrap/first-start.service';
import { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { DashboardModule } from './dashboard/dashboard.module';
import { DatabaseModule } from './database/database.module';
import { IntegrationsApiModule, IntegrationsWorkerModule } from './integrations/integrations.module';
import { JobsModule } from './jobs/jobs.module';
import { KnowledgeModule, KnowledgeWorkerModule } from './knowledge/knowledge.module';
import { LimitsModule } from './limits/limits.module';
import { loggerParams } from './logging/logging';
import { OperationsModule } from './operations/operations.module';
import { TelemetryModule } from './telemetry/telemetry.module';
import { WebKnowledgeApiModule, WebKnowledgeWorkerModule } from './web-knowledge/web-knowledge.module';

export interface AppOptions {
  config: Config;
  databaseUrl: string;
  jwtSecret: string;
  logger: Logger;
}

/** The map of the house: every module, in the order of dependency; what answers requests, and what works off jobs. */
@Module({})
export class AppModule {
  static forRoot({ config, databaseUrl, jwtSecret, logger }: AppOptions): DynamicModule {
    const { roles } = config;
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LoggerModule.forRoot(loggerParams(logger)),
        DatabaseModule.forRoot(config, databaseUrl),
        TelemetryModule, // metrics and traces, for all below
        JobsModule.forRoot(config, databaseUrl),
        KnowledgeModule, // documents, chunks, embeddings, search
        ...(roles.api
          ? [
              LimitsModule.forRoot(), // requests by token, user and address
              AuditModule, // who did what
              AccountsModule.forRoot(jwtSecret), // users, login
              WebKnowledgeApiModule, // products: list, detail, search
              IntegrationsApiModule, // tokens, stores, event log, webhook
              DashboardModule, // what is going on, at a glance
            ]
          : []),
        ...(roles.worker
          ? [
              KnowledgeWorkerModule, // embedding
              WebKnowledgeWorkerModule, // the writer of products
              IntegrationsWorkerModule, // events into products, sweeper, retention
            ]
          : []),
        OperationsModule, // health, metrics
      ],
      providers: roles.api ? [FirstStart] : [],
    };
  }
}
