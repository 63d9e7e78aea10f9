jest.mock('@wordpress/i18n', () => jest.requireActual<object>('./i18n.fake'), { virtual: true });
import { failureOf } from './failure';

describe('failureOf', () => {
  it('takes the message and the fields of an error of the REST API', () => {
    const error = {
      code: 'rest_invalid_param',
      message: 'The settings are not valid.',
      data: { status: 400, params: { api_url: 'Must begin with https.', empty: '', odd: 5 } },
    };
    expect(failureOf(error)).toEqual({
      message: 'The settings are not valid.',
      answered: true,
      fields: { api_url: 'Must begin with https.' },
    });
  });

  it.each([
    ['no network', { code: 'fetch_error', message: 'You are probably offline.' }],
    [
      'a page in the place of JSON',
      { code: 'invalid_json', message: 'The response is not a valid JSON response.' },
    ],
    ['an exception', new TypeError('x is undefined')],
    ['nothing', undefined],
    ['a list', []],
    ['an empty message', { message: '', data: { status: 400, params: [] } }],
  ])('says of %s what to check', (_, error) => {
    expect(failureOf(error).message).toMatch(/^WordPress could not be reached\./);
    expect(failureOf(error).fields).toEqual({});
  });

  it('leaves out the HTML that WordPress puts into messages', () => {
    const error = {
      code: 'rest_invalid_param',
      message: '<strong>Error:</strong> 3 < 5.<br />See <a href="https://example.test">help</a>.',
      data: { status: 400, params: { api_url: '<p>Wrong</p>', empty: '<br>' } },
    };
    expect(failureOf(error)).toEqual({
      message: 'Error: 3 < 5. See help.',
      answered: true,
      fields: { api_url: 'Wrong' },
    });
  });

  it('says of a fault of WordPress where its details are, and of one of the plugin what it says', () => {
    const fatal = {
      code: 'internal_server_error',
      message: '<p>There has been a critical error on this website.</p>',
      data: { status: 500 },
    };
    expect(failureOf(fatal)).toEqual({
      message: expect.stringMatching(/^WordPress had a fault/) as string,
      answered: true,
      fields: {},
    });
    const own = { code: 'fiko_no_table', message: 'No table.', data: { status: 503 } };
    expect(failureOf(own).message).toBe('No table.');
  });

  it.each([
    [
      'a nonce that no longer holds',
      { code: 'rest_cookie_invalid_nonce', message: 'x', data: { status: 403 } },
    ],
    ['no new nonce', new Response('0', { status: 400 })],
  ])('says of %s that the session has ended', (_, error) => {
    expect(failureOf(error)).toEqual({
      message: 'Your session in WordPress has ended. Reload the page and log in.',
      answered: true,
      fields: {},
    });
  });

  it.each([
    ['rest_forbidden', 401, true],
    ['rest_login_required', 403, true],
    ['rest_no_route', 404, true],
    ['fiko_forbidden', 403, false],
    ['rest_invalid_param', 404, false],
    ['rest_forbidden', 409, false],
  ])('takes %s with %d for an API that is closed: %s', (code, status, closed) => {
    const failure = failureOf({ code, message: 'No.', data: { status } });
    expect(failure.answered).toBe(!closed);
    expect(failure.message).toBe(closed ? 'No. Perhaps a security plugin has closed the REST API.' : 'No.');
  });
});
