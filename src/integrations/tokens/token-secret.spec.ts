import { createHash } from 'node:crypto';
import { generateTokenSecret, hashToken } from './token-secret';

describe('generateTokenSecret', () => {
  const secrets = Array.from({ length: 500 }, generateTokenSecret);

  it('makes wc_sk_live_ and 40 characters of a-z and 0-9', () => {
    for (const { token } of secrets) expect(token).toMatch(/^wc_sk_live_[a-z0-9]{40}$/);
  });

  it('makes no two alike', () => {
    expect(new Set(secrets.map(({ token }) => token)).size).toBe(secrets.length);
    expect(new Set(secrets.map(({ hash }) => hash)).size).toBe(secrets.length);
  });

  it('uses every character, at every place', () => {
    const bodies = secrets.map(({ token }) => token.slice('wc_sk_live_'.length));
    expect(new Set(bodies.join('')).size).toBe(36);
    for (let place = 0; place < 40; place++) {
      expect(new Set(bodies.map((body) => body[place])).size).toBeGreaterThan(20);
    }
  });

  it('shows no more than the last six characters', () => {
    for (const { token, preview } of secrets) {
      expect(preview).toMatch(/^wc_sk_\.\.\.[a-z0-9]{6}$/);
      expect(token.endsWith(preview.slice(-6))).toBe(true);
    }
  });

  it('gives the hash that is stored, which does not hold the token', () => {
    for (const { token, hash } of secrets) {
      expect(hash).toBe(hashToken(token));
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(hash).not.toContain(token.slice(-6));
    }
  });
});

describe('hashToken', () => {
  it('is SHA-256 of the whole token', () => {
    expect(hashToken('wc_sk_live_a')).toBe(createHash('sha256').update('wc_sk_live_a', 'utf8').digest('hex'));
    expect(hashToken('wc_sk_live_a')).not.toBe(hashToken('wc_sk_live_A'));
    expect(hashToken('wc_sk_live_a')).not.toBe(hashToken('wc_sk_live_a '));
  });
});
