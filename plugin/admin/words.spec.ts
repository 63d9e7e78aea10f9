jest.mock('@wordpress/i18n', () => jest.requireActual<object>('./i18n.fake'), { virtual: true });
import { SYNC_STATES, type SyncState } from '../../src/contract/shop-plugin';
import { overviewWith } from './overview.fake';
import { bulkSpoken, cannotSync, connectionTitle, failedText, stateDescription, stateTitle } from './words';

it('has a name of its own for each state of a product', () => {
  const states = Object.keys(SYNC_STATES) as SyncState[];
  expect(new Set(states.map(stateTitle)).size).toBe(states.length);
  expect(states.map(stateDescription).every(Boolean)).toBe(true);
});

it('promises to go on by itself only where waiting may help', () => {
  for (const code of ['not_fiko', 'redirect']) {
    expect(connectionTitle('waiting', code)).toBe('The sync is waiting; check the API URL');
  }
  for (const code of ['unreachable', 'server_error', 'rate_limited']) {
    expect(connectionTitle('waiting', code)).toBe('The sync is waiting, and goes on by itself');
  }
});

describe('bulkSpoken', () => {
  const { bulk } = overviewWith();
  it.each([
    ['running', 'First sync: Sending all products… 20 of 120 products (17%)'],
    ['paused', 'First sync: Paused 20 of 120 products (17%)'],
    ['done', 'First sync: Finished 20 of 120 products (17%)'],
    ['idle', 'The first sync was stopped.'],
  ] as const)('%s', (state, expected) => {
    expect(bulkSpoken({ ...bulk, state, done: 20, total: 120 })).toBe(expected);
  });
});

describe('cannotSync', () => {
  const { connection, settings } = overviewWith();
  it.each([
    ['nothing is set', overviewWith({ connection: { ...connection, state: 'unset' } }), /^Save/],
    ['the token is missing', overviewWith({ settings: { ...settings, has_token: false } }), /^Save/],
    ['the address is missing', overviewWith({ settings: { ...settings, api_url: '' } }), /^Save/],
    ['the sync has stopped', overviewWith({ connection: { ...connection, state: 'stopped' } }), /^Fix/],
  ])('says why where %s', (_, overview, expected) => {
    expect(cannotSync(overview)).toMatch(expected);
  });

  it('lets a sync begin that has to wait at first', () => {
    expect(cannotSync(overviewWith())).toBe('');
    expect(cannotSync(overviewWith({ connection: { ...connection, state: 'waiting' } }))).toBe('');
  });
});

it('counts what failed', () => {
  expect(failedText(0)).toBe('None failed.');
  expect(failedText(3)).toBe('Failed: 3');
});
