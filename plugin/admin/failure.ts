import { __ } from '@wordpress/i18n';

/** Why a request of this page failed, in words for the person in front of it. */
export interface Failure {
  message: string;
  /** WordPress itself answered, so trying the same again helps little. */
  answered: boolean;
  /** What is wrong with which field. */
  fields: Record<string, string>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `apiFetch` rejects with the REST error as it was sent, or with one of its own where none could be read. */
export function failureOf(error: unknown): Failure {
  const body = isRecord(error) ? error : {};
  const data = isRecord(body.data) ? body.data : {};
  const answered = typeof data.status === 'number';
  const params = isRecord(data.params) ? data.params : {};
  const fields: Record<string, string> = {};
  for (const [name, message] of Object.entries(params)) {
    if (typeof message === 'string' && message !== '') fields[name] = message;
  }
  const message =
    answered && typeof body.message === 'string' && body.message !== ''
      ? body.message
      : __(
          'WordPress could not be reached. Check your internet connection, and that no security plugin blocks the REST API.',
          'fiko-woocommerce-sync',
        );
  return { message, answered, fields };
}
