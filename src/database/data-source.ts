import type { DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations';
import { User } from '../accounts/user.entity';
import { EventLog } from '../integrations/events/event-log.entity';
import { Store } from '../integrations/stores/store.entity';
import { IntegrationToken } from '../integrations/tokens/integration-token.entity';
import { Chunk } from '../knowledge/chunk.entity';
import { Document } from '../knowledge/document.entity';
import { Product } from '../web-knowledge/product.entity';
import { ProductTombstone } from '../web-knowledge/product-tombstone.entity';
import { SnakeCaseNaming } from './naming';
import { valueTypes } from './value-types';

/** The one description of the database: connection, entities, migrations. */
export function dataSourceOptions(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: [User, Store, IntegrationToken, EventLog, Product, ProductTombstone, Document, Chunk],
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeCaseNaming(),
    installExtensions: false,
    logging: false,
    extra: { max: 10, types: valueTypes },
  };
}
