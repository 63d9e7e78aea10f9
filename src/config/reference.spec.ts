import { KEYS } from './config';
import { configurationReference, ROLE_OF } from './reference';

describe('configurationReference', () => {
  const lines = configurationReference().split('\n');

  it('has a row for each setting, in order, with as many cells as its head', () => {
    const rows = lines.filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => /`(\w+)`/.exec(row)![1])).toEqual(Object.keys(KEYS));
    for (const row of rows) expect(row.split(/(?<!\\)\|/)).toHaveLength(7);
  });

  it.each([
    ['PORT', /\| whole number, 1 to 65535 \| `3000` \| api only \|$/],
    ['EVENT_BACKOFF_MS', /\(milliseconds\) \| `30000` \|/],
    ['JWT_SECRET', /\| at least 32 characters long \| none \| secret, api only \|$/],
    ['LOG_LEVEL', /\| one of fatal, .* \| `info` \|/],
    ['TRUSTED_PROXIES', /separated by commas \| none \|/],
    ['EMBEDDING_DIMENSIONS', /\| whole number, 16 to 3072 \| none \|/],
  ])('says of %s what it must be', (name, row) =>
    expect(lines.find((line) => line.startsWith(`| \`${name}\``))).toMatch(row),
  );

  it('gives each setting a place once', () => {
    expect(Object.keys(ROLE_OF).filter((name) => !(name in KEYS))).toEqual([]);
  });
});
