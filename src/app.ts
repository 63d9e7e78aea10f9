import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyHttpOptions, FastifyReply, RawServerDefault } from 'fastify';
import { Logger } from 'nestjs-pino';
import { servePanel } from './admin/panel';
import { serveQueueBoard } from './admin/queue-board';
import { AppModule, type AppOptions } from './app.module';
import { isTransient } from './database/faults';
import { DtoPipe } from './http/dto.pipe';
import { ErrorFilter, errorBody, toAppError } from './http/error.filter';
import { allowLargeBodies, keepJsonAsText } from './http/json-body';
import { SECURITY_HEADERS, setSecurityHeaders } from './http/security-headers';
import { languageOf } from './i18n/language';
import { Embedders } from './knowledge/embedding/embedders';
import { carriesIntegrationToken } from './integrations/tokens/token-secret';
import { RATE_LIMIT_HEADERS } from './limits/rate-limit-headers';
import { RateLimits } from './limits/rate-limits.service';
import { serveApiDocs } from './operations/api-docs';
import { farewellOnStop, Lifecycle } from './operations/lifecycle.service';
import { createLogger, frameworkLogger, logRequests, requestId } from './logging/logging';
import { HttpMetrics } from './telemetry/http.metrics';
import { traceRequests } from './telemetry/http.tracing';
import { Tracing } from './telemetry/tracing.service';
import { unauthorized } from './validation/errors';
import type { Config } from './config/config';

/** The whole application over a database that is up to date; not yet listening. */
export async function createApp(options: Omit<AppOptions, 'logger'>): Promise<NestFastifyApplication> {
  const adapter = createAdapter(options.config);
  const logger = createLogger(options.config);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot({ ...options, logger }),
    adapter,
    {
      bodyParser: false,
      bufferLogs: true,
      abortOnError: false,
      ...(options.config.server.logLevel === 'silent' && { logger: false }),
    },
  );
  app.useLogger(frameworkLogger(app.get(Logger)));
  app.get(HttpMetrics).observe(app.getHttpAdapter().getInstance());
  traceRequests(app.getHttpAdapter().getInstance(), app.get(Tracing));
  logRequests(app.getHttpAdapter().getInstance(), logger);
  await configureApp(app, options.config);
  app.useGlobalFilters(new ErrorFilter(logger, isTransient));
  farewellOnStop(app.getHttpAdapter().getInstance(), app.get(Lifecycle));
  if (options.config.roles.api) {
    serveApiDocs(app, app.get(Embedders).configured.description);
    await servePanel(app);
    await serveQueueBoard(app);
  }
  return app;
}

export function createAdapter({ server }: Config): FastifyAdapter {
  const options: FastifyHttpOptions<RawServerDefault> = {
    bodyLimit: server.bodyLimit,
    trustProxy: server.trustedProxies.length > 0 ? server.trustedProxies : false,
    genReqId: requestId,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    // A question of 10,000 Persian letters is 60 KB in a query string.
    http: { maxHeaderSize: 128 * 1024 },
    // A connection that sends nothing is not kept for ever.
    requestTimeout: 60_000,
    // What reaches a connection that is open while the server closes is answered like any other.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      const shaped = toAppError(error);
      // No hook runs for these.
      void (reply as FastifyReply)
        .headers(SECURITY_HEADERS)
        .status(shaped.status)
        .send(errorBody(shaped, languageOf(request)));
    },
  };
  return new FastifyAdapter(options);
}

/** What every instance has, the one that only writes the OpenAPI document included. */
export async function configureApp(app: NestFastifyApplication, { server }: Config): Promise<void> {
  keepJsonAsText(app.getHttpAdapter().getInstance());
  allowLargeBodies(app.getHttpAdapter().getInstance(), server.batchBodyLimit, async (request, reply) => {
    if (carriesIntegrationToken(request.headers.authorization)) return;
    // As where a guard refuses: counted by its address.
    await app.get(RateLimits).consumeRefused(request.ip, reply);
    throw unauthorized('token_missing');
  });
  await app.register(cookie);
  setSecurityHeaders(app.getHttpAdapter().getInstance());
  if (server.corsOrigins.length > 0)
    // Without credentials: a session's cookie is for the panel, which is of this origin.
    app.enableCors({
      origin: server.corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: ['Retry-After', 'X-Request-Id', ...RATE_LIMIT_HEADERS],
    });
  app.useGlobalPipes(new DtoPipe());
}
