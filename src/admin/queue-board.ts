import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import { SessionGuard, type Authenticated } from '../accounts/session.guard';
import { isSafe } from '../accounts/sessions/same-origin';
import type { User } from '../accounts/user.entity';
import { AuditLog, sourceOf, type OpenAuditEntry } from '../audit/audit-log.service';
import { isTransient } from '../database/faults';
import { sendError, shapeError } from '../http/error.filter';
import { securityHeaders } from '../http/security-headers';
import { JobQueue } from '../jobs/job-queue.service';
import { forbidden } from '../validation/errors';

export const QUEUE_BOARD = '/admin/queues';
const LOGIN = `/admin/login?next=${QUEUE_BOARD}`;
const MAX_PATH = 300;

/**
 * Its scripts are files, its page has no code of its own, and styles it writes as it goes. The fonts that it asks
 * another company for it does without.
 */
const ROUTE_CONFIG = {
  securityHeaders: securityHeaders({
    contentSecurityPolicy: {
      directives: {
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'font-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'"],
        'upgrade-insecure-requests': null,
      },
    },
  }),
};

/**
 * Serves the board of the queues, for staff. All of it (page, files, API) is routed within one scope, whose hooks stand
 * before each: the board's own option guards its page alone, and a look at the address is evaded by another spelling.
 */
export async function serveQueueBoard(app: NestFastifyApplication): Promise<void> {
  const guard = app.get(SessionGuard);
  const audit = app.get(AuditLog);
  const logger = app.get(Logger);
  const board = new FastifyAdapter().setBasePath(QUEUE_BOARD);
  createBullBoard({
    queues: app
      .get(JobQueue)
      .all()
      .map((queue) => new BullMQAdapter(queue)),
    serverAdapter: board,
    options: { uiConfig: { boardTitle: 'Fiko' } },
  });

  const entries = new WeakMap<FastifyRequest, OpenAuditEntry>();
  const scoped = (scope: FastifyInstance, _options: unknown, done: (error?: Error) => void): void => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...ROUTE_CONFIG };
    });
    scope.addHook('onRequest', async (request, reply) => {
      try {
        const user = await admit(guard, request, reply);
        if (!isSafe(request.method)) entries.set(request, await beginEntry(audit, user, request));
      } catch (thrown) {
        return refuse(thrown, request, reply, logger);
      }
    });
    scope.addHook('onSend', async (request, reply) => {
      const entry = entries.get(request);
      if (!entry) return;
      const { statusCode } = reply;
      entry.statusCode = statusCode;
      await audit.finish(entry, statusCode < 400 ? 'done' : statusCode < 500 ? 'refused' : 'failed');
    });
    scope.addHook('onError', (request, _reply, err, after) => {
      logger.error({ err, request_id: request.id }, 'the board of the queues failed');
      after();
    });
    readJson(scope);
    void scope.register(board.registerPlugin());
    done();
  };
  await app.register(scoped, { prefix: QUEUE_BOARD });
}

/** @throws AppError 401, 403, 429 */
async function admit(guard: SessionGuard, request: FastifyRequest, reply: FastifyReply): Promise<User> {
  await guard.canActivate(new ExecutionContextHost([request, reply]));
  const { user } = request as Authenticated;
  if (!user.isStaff) throw forbidden();
  return user;
}

const beginEntry = (audit: AuditLog, user: User, request: FastifyRequest): Promise<OpenAuditEntry> =>
  audit.begin({
    action: 'queues.changed',
    actor: user,
    details: { method: request.method, path: request.url.split('?')[0]!.slice(0, MAX_PATH) },
    ...sourceOf(request),
  });

/** The board's own handler of errors would have answered in a shape of its own. */
function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): FastifyReply {
  const error = shapeError(thrown, isTransient);
  if (error.status >= 500) logger.error({ err: thrown, request_id: request.id }, 'request failed');
  const navigates = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
  return error.status === 401 && navigates ? reply.redirect(LOGIN) : sendError(error, request, reply);
}

/** The rest of the application is handed JSON as text; the board awaits values. */
function readJson(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}
