import { StartError } from '../config/start-error';
import { assess, compareVersions, type Extension } from './server';

const available = (version: string, installed: string | null = null): Extension[] => [
  { name: 'vector', default_version: version, installed_version: installed },
  { name: 'pg_trgm', default_version: '1.6', installed_version: null },
  { name: 'btree_gin', default_version: '1.3', installed_version: null },
];

describe('assess', () => {
  it.each(['0.8.6', '0.8.7', '0.9.0', '1.0'])('takes pgvector %s without a word', (version) => {
    expect(assess(17, available(version))).toEqual([]);
  });

  it.each(['0.8.0', '0.8.5'])('takes pgvector %s with a warning of its faults', (version) => {
    expect(assess(17, available(version))).toEqual([
      expect.stringMatching(`pgvector ${version}.*HNSW.*Install pgvector 0.8.6 or newer`),
    ]);
  });

  it.each(['0.7.4', '0.4.0', '0.5'])('refuses pgvector %s and says which is needed', (version) => {
    expect(() => assess(17, available(version))).toThrow(StartError);
    expect(() => assess(17, available(version))).toThrow(/DATABASE_URL.*0\.8\.0 or newer is needed.*Install/);
  });

  it('judges the version that the database uses, and names the statement that brings the newer one', () => {
    expect(() => assess(17, available('0.8.7', '0.7.0'))).toThrow(
      /ALTER EXTENSION vector UPDATE brings 0\.8\.7/,
    );
    expect(assess(17, available('0.8.7', '0.8.1'))[0]).toMatch(
      /ALTER EXTENSION vector UPDATE brings 0\.8\.7/,
    );
    expect(assess(17, available('0.7.0', '0.8.7'))).toEqual([]);
  });

  it.each(['vector', 'pg_trgm', 'btree_gin'])('refuses a server without %s', (name) => {
    const others = available('0.8.7').filter((extension) => extension.name !== name);
    expect(() => assess(17, others)).toThrow(new RegExp(`DATABASE_URL has no extension ${name}: install`));
  });

  it('warns of a PostgreSQL that nothing was tested with', () => {
    expect(assess(14, available('0.8.7'))).toEqual([expect.stringContaining('PostgreSQL 14')]);
    expect(assess(15, available('0.8.7'))).toEqual([]);
  });
});

describe('compareVersions', () => {
  it.each([
    ['0.8.0', '0.8.0', 0],
    ['0.8', '0.8.0', 0],
    ['0.10.0', '0.9.9', 1],
    ['0.8.6', '0.8.10', -1],
    ['1', '0.99.99', 1],
  ])('of %s and %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(0 - sign);
  });
});
