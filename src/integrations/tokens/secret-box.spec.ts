import * as fc from 'fast-check';
import { SecretBox, type SecretOwner } from './secret-box';

const box = new SecretBox('a secret of the installation, 32+');
const owner: SecretOwner = { purpose: 'signing-key', tokenId: 7 };

describe('SecretBox', () => {
  it('opens what it has sealed, whatever that is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (secret) =>
        expect(box.open(box.seal(secret, owner), owner)).toBe(secret),
      ),
    );
  });

  it('seals the same secret differently every time, and shows nothing of it', () => {
    const sealed = Array.from({ length: 100 }, () => box.seal('whsec_opensesame', owner));
    expect(new Set(sealed).size).toBe(100);
    for (const text of sealed) {
      expect(text).toMatch(/^1\.[\w-]+$/);
      expect(Buffer.from(text.slice(2), 'base64url').toString('latin1')).not.toContain('sesame');
    }
  });

  it.each<[string, SecretOwner]>([
    ['another token', { ...owner, tokenId: 8 }],
    ['another purpose', { ...owner, purpose: 'webhook-secret' }],
  ])('does not open for %s', (_, other) => {
    expect(() => box.open(box.seal('secret', owner), other)).toThrow();
  });

  it('does not open by another installation secret', () => {
    const other = new SecretBox('another secret of the installation');
    expect(() => other.open(box.seal('secret', owner), owner)).toThrow();
  });

  it('does not open with any byte altered', () => {
    const bytes = Buffer.from(box.seal('secret', owner).slice(2), 'base64url');
    for (let place = 0; place < bytes.length; place++) {
      const altered = Buffer.from(bytes);
      altered[place]! ^= 1;
      expect(() => box.open(`1.${altered.toString('base64url')}`, owner)).toThrow();
    }
  });

  it.each(['', '1.', '2.AAAA', 'whsec_plain', '1.AAAA'])('refuses %p', (text) => {
    expect(() => box.open(text, owner)).toThrow('not a sealed secret');
  });
});
