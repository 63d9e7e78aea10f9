import { __ } from '@wordpress/i18n';

/** Why a request of this page failed, in words for the person in front of it. */
export interface Failure {
  message: string;
  /** The plugin or WordPress decided so. Otherwise the REST API was out of reach, and a page without it may still do. */
  answered: boolean;
  /** What is wrong with which field. */
  fields: Record<string, string>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without HTML, which WordPress and other plugins put into their messages. */
const plain = (text: unknown): string =>
  typeof text !== 'string'
    ? ''
    : text
        .replace(/<\/?(?:br|div|li|ol|p|ul)\b[^>]*>/gi, ' ')
        .replace(/<\/?[a-z][^>]*>/gi, '')
        .replace(/\s+/g, ' ')
        .trim();

/** What a security plugin answers for WordPress. */
const CLOSED = [401, 403, 404];

/** `apiFetch` rejects with the REST error as it was sent, or with one of its own where none could be read. */
export function failureOf(error: unknown): Failure {
  const body = isRecord(error) ? error : {};
  const code = typeof body.code === 'string' ? body.code : '';
  const data = isRecord(body.data) ? body.data : {};
  const status = typeof data.status === 'number' ? data.status : null;
  const said = plain(body.message);
  const failure = (message: string, answered: boolean): Failure => ({ message, answered, fields: {} });

  // The response itself is that of the question for a new nonce, which only those who are logged in get.
  if (code === 'rest_cookie_invalid_nonce' || error instanceof Response) {
    return failure(
      __('Your session in WordPress has ended. Reload the page and log in.', 'fiko-woocommerce-sync'),
      true,
    );
  }
  if (status !== null && status >= 500 && !code.startsWith('fiko_')) {
    return failure(
      __(
        'WordPress had a fault while doing this. Details are under WooCommerce › Status › Logs.',
        'fiko-woocommerce-sync',
      ),
      true,
    );
  }
  if (status === null || said === '') {
    return failure(
      __(
        'WordPress could not be reached. Check your internet connection, and that no security plugin blocks the REST API.',
        'fiko-woocommerce-sync',
      ),
      status !== null,
    );
  }
  if (CLOSED.includes(status) && !/^(fiko_|rest_invalid)/.test(code)) {
    const why = __('Perhaps a security plugin has closed the REST API.', 'fiko-woocommerce-sync');
    return failure(`${said} ${why}`, false);
  }
  const params = isRecord(data.params) ? data.params : {};
  const fields: Record<string, string> = {};
  for (const [name, message] of Object.entries(params)) {
    const text = plain(message);
    if (text !== '') fields[name] = text;
  }
  return { message: said, answered: true, fields };
}
