import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Logger } from 'pino';
import { AccountsModule } from './accounts/accounts.module';
import { FirstStart } from './bootstrap/first-start.service';
import { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import { DatabaseModule } from './database/database.module';
import { IntegrationsModule } from './integrations/integrations.module';
import { JobsModule } from './jobs/jobs.module';
import { KnowledgeModule } from './knowledge/knowledge.module';
import { loggerParams } from './logging/logging';
import { OperationsModule } from './operations/operations.module';
import { WebKnowledgeModule } from './web-knowledge/web-knowledge.module';

export interface AppOptions {
  config: Config;
  databaseUrl: string;
  jwtSecret: string;
  logger: Logger;
}

/** The map of the house: every module, in the order of dependency. */
@Module({})
export class AppModule {
  static forRoot({ config, databaseUrl, jwtSecret, logger }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        LoggerModule.forRoot(loggerParams(logger)),
        DatabaseModule.forRoot(databaseUrl),
        JobsModule.forRoot(databaseUrl),
        AccountsModule.forRoot(jwtSecret), // users, login
        KnowledgeModule, // documents, chunks, embeddings, search
        WebKnowledgeModule, // products
        IntegrationsModule, // tokens, stores, events, webhook
        OperationsModule, // health
      ],
      providers: [FirstStart],
    };
  }
}
