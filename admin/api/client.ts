import createClient from 'openapi-fetch';
import { currentLanguage } from '../i18n/language';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** The server's refusal, or its silence (`status` 0). `message` is in the person's language. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly fields: readonly { field: string; message: string }[] = [],
    readonly requestId: string | null = null,
  ) {
    super(detail);
  }
}

interface ErrorBody {
  error?: string;
  detail?: string;
  errors?: { field: string; message: string }[];
}

/** The public API, by the types of its OpenAPI document. The session is a cookie that scripts do not see. */
export const api = createClient<paths>({ credentials: 'same-origin' });
api.use({
  onRequest({ request }) {
    request.headers.set('accept-language', currentLanguage());
    return request;
  },
});

/** What was asked for. @throws ApiError */
export async function answer<T>(
  request: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  let outcome;
  try {
    outcome = await request;
  } catch {
    throw new ApiError(0, 'unreachable', '');
  }
  const { data, error, response } = outcome;
  if (response.ok) return data as T;
  const body: ErrorBody = typeof error === 'object' && error !== null ? error : {};
  throw new ApiError(
    response.status,
    body.error ?? 'unknown',
    body.detail ?? response.statusText,
    body.errors ?? [],
    response.headers.get('x-request-id'),
  );
}
