import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KnowledgeWorkerModule } from '../knowledge/knowledge.module';
import { WebKnowledgeWorkerModule } from '../web-knowledge/web-knowledge.module';
import { DeadLettersController } from './events/dead-letters.controller';
import { DeadLetters } from './events/dead-letters.service';
import { EventActivity } from './events/event-activity.service';
import { EventIntake } from './events/event-intake.service';
import { EventLog } from './events/event-log.entity';
import { EventProcessor } from './events/event-processor.jobs';
import { EventsController } from './events/events.controller';
import { EventsService } from './events/events.service';
import { EventRetention } from './events/event-retention.service';
import { IntakeMetrics } from './events/intake.metrics';
import { ProcessingMetrics } from './events/processing.metrics';
import { EventSweeper } from './events/event-sweeper.service';
import { ShopDeadLettersController } from './events/shop-dead-letters.controller';
import { ReconciliationController } from './reconciliation/reconciliation.controller';
import { Reconciliation } from './reconciliation/reconciliation.service';
import { ShopResyncController } from './stores/shop-resync.controller';
import { Store } from './stores/store.entity';
import { StoreMerger } from './stores/store-merger.jobs';
import { StoresController } from './stores/stores.controller';
import { StoresService } from './stores/stores.service';
import { IntegrationToken } from './tokens/integration-token.entity';
import { IntegrationTokenStrategy } from './tokens/integration-token.strategy';
import { SecretBox } from './tokens/secret-box';
import { SignatureVerifier } from './tokens/signature-verifier.service';
import { SigningKey } from './tokens/signing-key.entity';
import { SigningKeysController } from './tokens/signing-keys.controller';
import { SigningKeysService } from './tokens/signing-keys.service';
import { NativeWebhooksController } from './tokens/native-webhooks.controller';
import { NativeWebhooksService } from './tokens/native-webhooks.service';
import { TokenAuthenticator } from './tokens/token-authenticator.service';
import { TokensController } from './tokens/tokens.controller';
import { TokensService } from './tokens/tokens.service';
import { UsageCounter } from './tokens/usage-counter.service';
import { NativeWebhookController } from './woocommerce/native-webhook.controller';
import { ProductStatusController } from './woocommerce/product-status.controller';
import { ProductStatuses } from './woocommerce/product-status.service';
import { WooCommerceController } from './woocommerce/woocommerce.controller';

@Module({
  imports: [TypeOrmModule.forFeature([IntegrationToken, SigningKey, Store, EventLog])],
  controllers: [
    TokensController,
    SigningKeysController,
    NativeWebhooksController,
    StoresController,
    EventsController,
    DeadLettersController,
    WooCommerceController,
    NativeWebhookController,
    ReconciliationController,
    ShopResyncController,
    ProductStatusController,
    ShopDeadLettersController,
  ],
  providers: [
    TokenAuthenticator,
    IntegrationTokenStrategy,
    TokensService,
    NativeWebhooksService,
    SecretBox,
    SigningKeysService,
    SignatureVerifier,
    UsageCounter,
    StoresService,
    IntakeMetrics,
    EventIntake,
    EventsService,
    EventActivity,
    DeadLetters,
    Reconciliation,
    ProductStatuses,
  ],
  exports: [TokensService, EventActivity],
})
export class IntegrationsApiModule {}

@Module({
  imports: [WebKnowledgeWorkerModule, KnowledgeWorkerModule],
  providers: [ProcessingMetrics, EventProcessor, StoreMerger, EventSweeper, EventRetention],
})
export class IntegrationsWorkerModule {}
