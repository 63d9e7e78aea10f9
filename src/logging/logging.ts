import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger as NestPinoLogger, Params } from 'nestjs-pino';
import {
  destination,
  levels,
  pino,
  stdSerializers,
  symbols,
  type DestinationStream,
  type Logger,
} from 'pino';
import type { Config } from '../config/config';
import { spanOfRequest, traceFields } from '../telemetry/active-trace';
import { logContext, withLogContext } from './log-context';

const REQUEST_ID = /^[\w.:-]{1,100}$/;

/** The client's `X-Request-Id` where it sends a sane one, so that a shop's log and ours can be laid side by side. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** JSON lines on stdout, each with the fields of the request or job it belongs to. */
export const createLogger = ({ server }: Config): Logger =>
  pino(
    {
      level: server.logLevel,
      base: null,
      timestamp,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
      mixin: () => ({ ...traceFields(), ...logContext() }),
    },
    lines(),
  );

let stamp = { at: 0, text: '' };

/** Lines of one millisecond share its text. */
function timestamp(): string {
  const at = Date.now();
  if (at !== stamp.at) stamp = { at, text: `,"time":"${new Date(at).toISOString()}"` };
  return stamp.text;
}

const BUFFER = { minLength: 65_536, maxWrite: 262_144 };
/** All loggers of the process share it. */
let stdout: Lines | undefined;
const lines = (): Lines => (stdout ??= linesOf(destination({ fd: 1, sync: true, ...BUFFER })));

interface Lines extends DestinationStream {
  flushSync: () => void;
  /** Writes a line that is not pino's, with the others of its turn. */
  append: (line: string) => void;
}

/**
 * Lines that are logged within one turn of the event loop are written together at its end, since a write costs as much as
 * a line does. Warnings and errors are written at once: they may be the last that the process says.
 */
function linesOf(output: ReturnType<typeof destination>): Lines {
  let isDue = false;
  // The destination measures all that it holds anew with each line that it is given.
  let waiting = '';
  const handOver = (): void => {
    const taken = waiting;
    // Before it is written: what a destination that is gone does not take must not pile up.
    waiting = '';
    if (taken) output.write(taken);
  };
  const flush = (): void => {
    isDue = false;
    handOver();
    output.flush();
  };
  process.once('exit', flush);
  // What cannot be written down, as on a full disk, ends nobody.
  output.on('error', () => undefined);
  const append = (line: string): void => {
    waiting += line;
    if (waiting.length >= BUFFER.minLength) handOver();
    if (isDue) return;
    isDue = true;
    setImmediate(flush);
  };
  const stream = {
    // Has pino say of each line which level it is of.
    [symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string) {
      append(line);
      if (this.lastLevel >= levels.values.warn!) flush();
    },
    append,
    flushSync: flush,
  };
  return stream;
}

/**
 * What a database error quotes: parameters and rows are payloads and hashes of tokens; the command that Redis refused
 * may have been the one with its password.
 */
const QUOTED = ['parameters', 'query', 'driverError', 'detail', 'where', 'internalQuery', 'command'];

export function serializeError(error: Error): unknown {
  if (!(error instanceof Error)) return error;
  const serialized: Record<string, unknown> = { ...stdSerializers.err(error) };
  for (const name of QUOTED) delete serialized[name];
  return serialized;
}

/** The logger for injection; requests are logged by `logRequests`. */
export const loggerParams = (logger: Logger): Params => ({ pinoHttp: { logger }, forRoutes: [] });

/** One line a request. Neither headers nor query strings are written: tokens and buyers' questions stand there. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  // Not earlier: what reads the body off the socket would leave the context again.
  fastify.addHook('preHandler', (request, _reply, done) => {
    withLogContext({ request_id: request.id }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const path = request.originalUrl.split('?', 1)[0]!;
    const level = path.startsWith('/health/') ? 'debug' : 'info';
    if (logger.isLevelEnabled(level)) lines().append(requestLine(level, path, request, reply));
    done();
  });
}

/** As the logger would write it, in a fifth of the time: it is the one line that every event has. */
function requestLine(level: string, path: string, request: FastifyRequest, reply: FastifyReply): string {
  const duration = Math.round(reply.elapsedTime * 100) / 100;
  const trace = traceFields(spanOfRequest(request));
  const traced = trace.trace_id ? `,${JSON.stringify(trace).slice(1, -1)}` : '';
  return (
    `{"level":"${level}"${timestamp()},"request_id":${JSON.stringify(request.id)},"method":"${request.method}",` +
    `"path":${JSON.stringify(path)},"status":${reply.statusCode},"duration_ms":${duration},` +
    `"address":${JSON.stringify(request.ip)}${traced},"msg":"request"}\n`
  );
}

/** Nest's own lines on modules and routes are for whoever debugs it. */
export const frameworkLogger = (logger: NestPinoLogger): LoggerService => ({
  log: (message, ...rest: unknown[]) => logger.debug(message, ...rest),
  debug: (message, ...rest: unknown[]) => logger.debug(message, ...rest),
  verbose: (message, ...rest: unknown[]) => logger.verbose(message, ...rest),
  warn: (message, ...rest: unknown[]) => logger.warn(message, ...rest),
  error: (message, ...rest: unknown[]) => logger.error(message, ...rest),
  fatal: (message, ...rest: unknown[]) => logger.fatal(message, ...rest),
});
