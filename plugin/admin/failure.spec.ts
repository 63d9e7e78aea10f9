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
    ['an empty message', { message: '', data: { status: 500, params: [] } }],
  ])('says of %s what to check', (_, error) => {
    expect(failureOf(error).message).toMatch(/^WordPress could not be reached\./);
    expect(failureOf(error).fields).toEqual({});
  });
});
