import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { parseBody } from '../http/json-body';
import { AuditLog, sourceOf, type Actor, type NewAuditEntry } from './audit-log.service';
import { AUDITED, type AuditedEndpoint } from './audited-endpoint';
import { detailsOf } from './details';

type AuditedRequest = FastifyRequest & { user: Actor; params: Record<string, string> };

/** Records what endpoints with `@Audited` do. After the guards, so that it is known who asks; before the body is read. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const audited = this.reflector.get<AuditedEndpoint | undefined>(AUDITED, context.getHandler());
    if (!audited) return next.handle();
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    return from(
      this.audit.record(entryOf(audited, http.getRequest<AuditedRequest>()), async (entry) => {
        const answer: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
        entry.statusCode = reply.statusCode;
        const { target, answer: named = {} } = audited;
        if (target && entry.targetId === null) entry.targetId = idIn(answer);
        for (const [name, field] of Object.entries(named)) {
          entry.details = { ...entry.details, [name]: detailsOf([field], answer)[field] ?? null };
        }
        return answer;
      }),
    );
  }
}

function entryOf({ action, target, details = [] }: AuditedEndpoint, request: AuditedRequest): NewAuditEntry {
  const { user, params, query } = request;
  return {
    action,
    actor: { id: user.id, email: user.email },
    // What is no id is not there, and so no target.
    ...(target && { target: { type: target, id: /^\d{1,16}$/.test(params.id ?? '') ? params.id! : null } }),
    details: detailsOf(details, bodyOf(request), query, params),
    ...sourceOf(request),
  };
}

/** What is no JSON is refused later on. */
function bodyOf({ body }: FastifyRequest): unknown {
  try {
    return parseBody(body);
  } catch {
    return null;
  }
}

function idIn(answer: unknown): string | null {
  const { id } = (answer ?? {}) as { id?: unknown };
  return typeof id === 'number' || typeof id === 'string' ? String(id) : null;
}
