import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language } from './language';
import { display, say, type MessageKey } from './messages';

/** The table itself is private to its module: its keys stand in the source at the first level. */
const source = readFileSync(join(__dirname, 'messages.ts'), 'utf8');
const keys = [...source.matchAll(/^ {2}'?([\w.]+)'?: \{/gm)].map(([, key]) => key as MessageKey);

/** The sentence with its places as they stand. */
const template = (language: Language, key: MessageKey): string =>
  say(language, key, new Proxy({}, { get: (_, name) => `{${String(name)}}` }));
const placesOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

it('finds the keys', () => {
  expect(keys.length).toBeGreaterThan(60);
  expect(keys).toEqual(expect.arrayContaining(['validation_failed', 'product.created', 'discount_sentence']));
  expect(new Set(keys).size).toBe(keys.length);
});

describe.each(keys)('%s', (key) => {
  it.each(LANGUAGES)('is said in %s', (language) => {
    expect(template(language, key).trim()).not.toBe('');
    expect(template(language, key)).not.toContain('undefined');
  });

  it('is Persian in Persian and not in English', () => {
    expect(template('fa', key)).toMatch(/[\u0600-\u06ff]/);
    expect(template('en', key)).not.toMatch(/[\u0600-\u06ff]/);
  });

  it('has the same places in both languages', () => {
    expect(placesOf(template('fa', key))).toEqual(placesOf(template('en', key)));
  });

  it('is written with Persian letters, not their Arabic look-alikes', () => {
    expect(template('fa', key)).not.toMatch(/[يكة٠-٩]/);
  });
});

describe('say', () => {
  it('fills in numbers and texts', () => {
    expect(say('en', 'too_many_requests', { seconds: 30 })).toBe(
      'Too many requests; try again in 30 seconds.',
    );
    expect(say('en', 'field_integer', { min: 0, max: 5 })).toBe('Must be a whole number from 0 to 5.');
    expect(say('fa', 'address_not_allowed', { address: '203.0.113.7' })).toContain('203.0.113.7');
  });

  it('leaves no place open', () => {
    expect(say('en', 'field_integer', { min: 1 })).toBe('Must be a whole number from 1 to .');
  });

  it('fills in values to the letter', () => {
    expect(say('en', 'address_not_allowed', { address: '$& {address} $1' })).toContain('$& {address} $1');
  });
});

describe('display', () => {
  it.each<[Language, string, string, string]>([
    ['fa', 'currency_', 'IRT', 'تومان'],
    ['en', 'currency_', 'IRT', 'Toman'],
    ['en', 'type_', 'variable', 'Variable'],
    ['fa', '', 'product.deleted', 'حذف محصول'],
    ['en', '', 'woocommerce', 'WooCommerce'],
    ['en', 'currency_', 'GBP', 'GBP'],
    ['fa', 'type_', 'subscription', 'subscription'],
    ['fa', 'type_', '', ''],
  ])('in %s of %j %j is %j', (language, prefix, value, expected) => {
    expect(display(language, prefix, value)).toBe(expected);
  });
});
