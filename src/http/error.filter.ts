import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AppError, type FieldError } from '../validation/errors';
import { languageOf, type Language } from '../i18n/language';
import { say, type MessageKey } from '../i18n/messages';

/** The one shape of every error answer. */
export interface ErrorBody {
  error: string;
  detail: string;
  errors?: { field: string; message: string }[];
}

const CODES: Record<number, MessageKey> = {
  401: 'not_authenticated',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  503: 'service_unavailable',
};

/** Turns whatever was thrown, by our code, Nest or Fastify, into an AppError. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : ((thrown as { statusCode?: number } | null)?.statusCode ?? 500);
  if (status >= 500 && status !== 503) return new AppError(500, 'internal_error');
  return new AppError(status, CODES[status] ?? 'bad_request');
}

export function errorBody(error: AppError, language: Language): ErrorBody {
  return {
    error: error.code,
    detail: say(language, error.code, error.values),
    ...(error.fields.length > 0 && { errors: fieldSentences(error.fields, language) }),
  };
}

/** What is wrong with each field, in words. */
export const fieldSentences = (
  fields: readonly FieldError[],
  language: Language,
): { field: string; message: string }[] =>
  fields.map(({ field, message, values }) => ({ field, message: say(language, message, values) }));

/** Seconds that a client is asked to wait while something that is needed is away. */
const RETRY_UNAVAILABLE_SECONDS = 5;

/**
 * What a client is told of whatever was thrown.
 * @param isTransient whether an error passes by itself, so that the client is asked to try again
 */
export function shapeError(thrown: unknown, isTransient: (error: unknown) => boolean): AppError {
  const shaped = toAppError(thrown);
  return shaped.status === 500 && isTransient(thrown)
    ? new AppError(503, 'service_unavailable', {}, [], RETRY_UNAVAILABLE_SECONDS)
    : shaped;
}

export function sendError(error: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.status(error.status).send(errorBody(error, languageOf(request)));
}

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly isTransient: (error: unknown) => boolean,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = shapeError(thrown, this.isTransient);
    if (error.status >= 500) this.logger.error({ err: thrown, request_id: request.id }, 'request failed');
    void sendError(error, request, reply);
  }
}
