import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { Config } from '../config/config';
import { dataSourceOptions, poolOptions } from './data-source';

@Module({})
export class DatabaseModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    const options = dataSourceOptions(databaseUrl, poolOptions(config));
    return {
      module: DatabaseModule,
      imports: [TypeOrmModule.forRoot({ ...options, retryAttempts: 0 })],
    };
  }
}
