import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import type { Logger, Params } from 'nestjs-pino';
import { stdSerializers } from 'pino';
import type { Config } from '../config/config';

const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The client's `X-Request-Id` where it sends a sane one, so that a shop's log and ours can be laid side by side. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Structured logs. Neither headers nor query strings are written: tokens and questions of buyers stand there. */
export function loggerOptions({ server }: Config): Params {
  return {
    pinoHttp: {
      level: server.logLevel,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      genReqId: (request: IncomingMessage) => (request.id as string | undefined) ?? requestId(request),
      customAttributeKeys: { reqId: 'request_id', responseTime: 'duration_ms' },
      quietReqLogger: true,
      autoLogging: { ignore: (request: IncomingMessage) => request.url?.startsWith('/health/') ?? false },
      customLogLevel: (_request: IncomingMessage, response: ServerResponse, error?: Error) =>
        error || response.statusCode >= 500 ? 'error' : 'info',
      customSuccessMessage: () => 'request',
      customErrorMessage: () => 'request',
      serializers: {
        req: (request: { method: string; url: string; remoteAddress: string }) => ({
          method: request.method,
          path: request.url.split('?')[0],
        }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
        err: stdSerializers.err,
      },
    },
  };
}

/** Nest's own lines on modules and routes are for whoever debugs it. */
export const frameworkLogger = (logger: Logger): LoggerService => ({
  log: (message, ...rest: unknown[]) => logger.debug(message, ...rest),
  debug: (message, ...rest: unknown[]) => logger.debug?.(message, ...rest),
  verbose: (message, ...rest: unknown[]) => logger.verbose?.(message, ...rest),
  warn: (message, ...rest: unknown[]) => logger.warn(message, ...rest),
  error: (message, ...rest: unknown[]) => logger.error(message, ...rest),
  fatal: (message, ...rest: unknown[]) => logger.fatal(message, ...rest),
});
