import type { MessageKey, MessageValues } from '../i18n/messages';

export interface FieldError {
  /** Dotted path, such as `product.price`. */
  field: string;
  message: MessageKey;
  values?: MessageValues;
}

/** An error with a status and a stable code. The sentence is chosen when it is sent, in the client's language. */
export class AppError extends Error {
  constructor(
    readonly status: number,
    readonly code: MessageKey,
    readonly values: MessageValues = {},
    readonly fields: FieldError[] = [],
    readonly retryAfterSeconds?: number,
  ) {
    super(code);
  }
}

export const invalidFields = (fields: FieldError[]) => new AppError(400, 'validation_failed', {}, fields);
export const invalidField = (field: string, message: MessageKey, values?: MessageValues) =>
  invalidFields([{ field, message, ...(values && { values }) }]);
export const notFound = () => new AppError(404, 'not_found');
export const unauthorized = (code: MessageKey) => new AppError(401, code);
export const isUnauthorized = (error: unknown): boolean => error instanceof AppError && error.status === 401;
export const forbidden = () => new AppError(403, 'forbidden');
export const tooMany = (code: 'too_many_requests' | 'too_many_logins', seconds: number) =>
  new AppError(429, code, { seconds }, [], seconds);
