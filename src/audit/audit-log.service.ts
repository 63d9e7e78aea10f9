import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { isTransient } from '../database/faults';
import { shapeError } from '../http/error.filter';
import { AuditEntry, type AuditOutcome } from './audit-entry.entity';
import type { AuditAction } from './audited-endpoint';

const MAX_USER_AGENT = 500;

export interface Actor {
  id: number;
  email: string;
}

export interface NewAuditEntry {
  action: AuditAction;
  /** A name alone for who is no user. */
  actor: Actor | string | null;
  target?: { type: string; id: string | null };
  details?: object;
  sourceIp?: string | null;
  userAgent?: string | null;
}

/** What is known of an entry once its action runs, and may come to be known through it. */
export interface OpenAuditEntry {
  readonly id: number;
  actor: Actor | string | null;
  targetId: string | null;
  details: object;
  statusCode: number | null;
}

/** Where a request came from. */
export const sourceOf = (request: FastifyRequest): Pick<NewAuditEntry, 'sourceIp' | 'userAgent'> => ({
  sourceIp: request.ip,
  userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
});

/** Writes who did what. What cannot be written down is not done. */
@Injectable()
export class AuditLog {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(PinoLogger) private readonly logger: Pick<PinoLogger, 'error'>,
  ) {}

  /** Does something between the two halves of its entry. */
  async record<T>(entry: NewAuditEntry, action: (entry: OpenAuditEntry) => Promise<T>): Promise<T> {
    const open = await this.begin(entry);
    try {
      const result = await action(open);
      await this.finish(open, 'done');
      return result;
    } catch (thrown) {
      const { status, code } = shapeError(thrown, isTransient);
      open.statusCode = status;
      await this.finish(open, status < 500 ? 'refused' : 'failed', code);
      throw thrown;
    }
  }

  /** To be called before the action. @throws what the database does, and then the action must not happen */
  async begin({
    action,
    actor,
    target,
    details = {},
    sourceIp,
    userAgent,
  }: NewAuditEntry): Promise<OpenAuditEntry> {
    const targetId = target?.id ?? null;
    const inserted = await this.dataSource.getRepository(AuditEntry).insert({
      ...columnsOf(actor),
      action,
      targetType: target?.type ?? null,
      targetId,
      details,
      sourceIp: sourceIp ?? null,
      userAgent: userAgent ?? null,
    });
    return { id: inserted.identifiers[0]!.id as number, actor, targetId, details, statusCode: null };
  }

  /** What was done is not undone for want of this: the entry then stays as it began, and the process's log says so. */
  async finish(entry: OpenAuditEntry, outcome: AuditOutcome, errorCode: string | null = null): Promise<void> {
    const { id, actor, targetId, details, statusCode } = entry;
    try {
      await this.dataSource
        .getRepository(AuditEntry)
        .update({ id }, { ...columnsOf(actor), targetId, details, outcome, statusCode, errorCode });
    } catch (err) {
      this.logger.error({ err, audit_entry: id, outcome }, 'outcome of an action not recorded');
    }
  }
}

const columnsOf = (actor: Actor | string | null): Pick<AuditEntry, 'actorId' | 'actorEmail'> =>
  actor === null || typeof actor === 'string'
    ? { actorId: null, actorEmail: actor }
    : { actorId: actor.id, actorEmail: actor.email };
