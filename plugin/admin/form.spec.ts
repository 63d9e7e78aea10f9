import { connectionInput, firstField, isDirty, settingsInput, takesAddressAway, type Edits } from './form';
import { overviewWith } from './overview.fake';

const { settings } = overviewWith();
const withSecret = { ...settings, has_signing_secret: true };

describe('isDirty', () => {
  it.each<[string, Edits, boolean]>([
    ['nothing', {}, false],
    ['the same address', { api_url: ` ${settings.api_url} ` }, false],
    ['another address', { api_url: 'https://other.example.test' }, true],
    ['no address', { api_url: '' }, true],
    ['a token', { api_token: 'x' }, true],
    ['a token taken out again', { api_token: '' }, false],
    ['a signing secret', { signing_secret: 'whsec_x' }, true],
    ['a removal', { remove_signing_secret: true }, true],
    ['a removal taken back', { remove_signing_secret: false }, false],
    ['the log', { enable_logging: true }, true],
    ['the log as it was', { enable_logging: false }, false],
  ])('%s', (_, edits, expected) => {
    expect(isDirty(edits, settings)).toBe(expected);
  });
});

describe('settingsInput', () => {
  it('leaves out the secrets that stay', () => {
    expect(settingsInput({}, settings)).toEqual({ api_url: settings.api_url, enable_logging: false });
    expect(settingsInput({ api_token: ' ', signing_secret: '' }, withSecret)).toEqual({
      api_url: settings.api_url,
      enable_logging: false,
    });
  });

  it('trims what was pasted', () => {
    const edits = { api_url: ' https://a.test ', api_token: ' t\n', signing_secret: ' whsec_x ' };
    expect(settingsInput(edits, settings)).toEqual({
      api_url: 'https://a.test',
      api_token: 't',
      signing_secret: 'whsec_x',
      enable_logging: false,
    });
  });

  it('removes the signing secret only where asked to, and where no new one takes its place', () => {
    expect(settingsInput({ remove_signing_secret: true }, withSecret)).toHaveProperty(
      'remove_signing_secret',
      true,
    );
    expect(
      settingsInput({ remove_signing_secret: true, signing_secret: 'whsec_x' }, withSecret),
    ).not.toHaveProperty('remove_signing_secret');
  });

  it('sends no token where a constant sets it', () => {
    expect(settingsInput({ api_token: 't' }, { ...settings, token_locked: true })).not.toHaveProperty(
      'api_token',
    );
  });
});

it('tests with what is in the form', () => {
  expect(connectionInput({ api_token: 't', enable_logging: true }, settings)).toEqual({
    api_url: settings.api_url,
    api_token: 't',
  });
  expect(connectionInput({ remove_signing_secret: true }, withSecret)).toEqual({
    api_url: settings.api_url,
    remove_signing_secret: true,
  });
});

it('notices that the address is taken away, where there was one', () => {
  expect(takesAddressAway({ api_url: ' ' }, settings)).toBe(true);
  expect(takesAddressAway({}, settings)).toBe(false);
  expect(takesAddressAway({ api_url: '' }, { ...settings, api_url: '' })).toBe(false);
});

it('finds the first field that is wrong, in the order of the page', () => {
  expect(firstField({ signing_secret: 'x', api_url: 'y' })).toBe('api_url');
  expect(firstField({ other: 'x' })).toBeUndefined();
});
