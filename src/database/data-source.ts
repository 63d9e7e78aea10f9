import type { PoolConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations';
import { Session } from '../accounts/sessions/session.entity';
import { User } from '../accounts/user.entity';
import { AuditEntry } from '../audit/audit-entry.entity';
import type { Config } from '../config/config';
import { EventLog } from '../integrations/events/event-log.entity';
import { Store } from '../integrations/stores/store.entity';
import { IntegrationToken } from '../integrations/tokens/integration-token.entity';
import { SigningKey } from '../integrations/tokens/signing-key.entity';
import { Document } from '../knowledge/documents/document.entity';
import { VocabularyWord } from '../knowledge/documents/vocabulary.entity';
import { Chunk } from '../knowledge/embedding/chunk.entity';
import { CachedEmbedding } from '../knowledge/embedding/embedding-cache.entity';
import { EmbeddingUsage } from '../knowledge/embedding/embedding-usage.entity';
import { Generation } from '../knowledge/embedding/generation.entity';
import { DueKnowledge } from '../web-knowledge/due-knowledge.entity';
import { Product } from '../web-knowledge/product.entity';
import { ProductTombstone } from '../web-knowledge/product-tombstone.entity';
import { ProductVariation } from '../web-knowledge/product-variation.entity';
import { SnakeCaseNaming } from './naming';
import { PreparingClient } from './prepared';
import { Setting } from './settings';
import { valueTypes } from './value-types';

/** The one description of the database: connection, entities, migrations. */
export function dataSourceOptions(url: string, pool: PoolConfig = {}): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: [
      User,
      Session,
      AuditEntry,
      Store,
      IntegrationToken,
      SigningKey,
      EventLog,
      Product,
      ProductTombstone,
      ProductVariation,
      DueKnowledge,
      Document,
      VocabularyWord,
      Chunk,
      Generation,
      CachedEmbedding,
      EmbeddingUsage,
      Setting,
    ],
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCaseNaming(),
    installExtensions: false,
    logging: false,
    extra: { max: 10, types: valueTypes, ...pool },
  };
}

/** The connections of a serving process. A server may be away, or its network: nothing waits for it without end. */
export function poolOptions({ database }: Config): PoolConfig {
  if (database.url === null) return { max: database.poolSize };
  return {
    Client: PreparingClient,
    max: database.poolSize,
    keepAlive: true,
    connectionTimeoutMillis: 15_000,
    statement_timeout: 60_000,
    query_timeout: 75_000,
    idle_in_transaction_session_timeout: 60_000,
  };
}
