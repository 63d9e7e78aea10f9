import { Module, type DynamicModule } from '@nestjs/common';
import { RateLimits } from './rate-limits.service';

/** For processes that answer requests: it holds a connection to Redis. */
@Module({ providers: [RateLimits], exports: [RateLimits] })
export class LimitsModule {
  static forRoot(): DynamicModule {
    return { module: LimitsModule, global: true };
  }
}
