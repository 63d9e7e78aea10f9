import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { sign, SIGNATURE_TOLERANCE_SECONDS, verify, type SignatureHeaders } from './signature';

interface Vector {
  name: string;
  secrets: string[];
  now: number;
  headers: SignatureHeaders;
  body: string;
  expected: 'valid' | 'missing' | 'expired' | 'invalid';
  secret?: number;
}

/** The plugin's tests read the same file. */
const { tolerance_seconds: tolerance, vectors } = JSON.parse(
  readFileSync(join(__dirname, 'vectors', 'signature.json'), 'utf8'),
) as { tolerance_seconds: number; vectors: Vector[] };

const secrets = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const ids = fc.stringMatching(/^[\w.:-]{1,100}$/);
const bodies = fc.string({ unit: 'binary', maxLength: 500 });
const now = () => Math.floor(Date.now() / 1000);
const headersOf = (id: string, timestamp: number, signature: string): SignatureHeaders => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});

describe('the vectors', () => {
  it('are of the tolerance that holds, and of every verdict', () => {
    expect(tolerance).toBe(SIGNATURE_TOLERANCE_SECONDS);
    expect(new Set(vectors.map(({ expected }) => expected)).size).toBe(4);
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  });

  it.each(vectors)('$name: $expected', ({ secrets, headers, body, now, expected, secret }) => {
    const wanted = expected === 'valid' ? { verdict: expected, secret } : { verdict: expected };
    expect(verify(secrets, headers, body, now)).toEqual(wanted);
    expect(verify(secrets, headers, Buffer.from(body), now)).toEqual(wanted);
  });
});

describe('sign', () => {
  it('signs as the reference implementation does', () => {
    fc.assert(
      fc.property(secrets, ids, fc.integer({ min: 0, max: 4e9 }), bodies, (secret, id, time, body) => {
        expect(sign(secret, id, time, body)).toBe(new Webhook(secret).sign(id, new Date(time * 1000), body));
      }),
    );
  });

  it.each(['', 'whsec_', 'whsec_!!', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])(
    'refuses %p as a secret',
    (secret) => {
      expect(() => sign(secret, 'id', 1, '')).toThrow('not a signing secret');
    },
  );
});

describe('verify', () => {
  it('takes what the reference implementation signs, and that takes what is signed here', () => {
    fc.assert(
      fc.property(secrets, ids, bodies, (secret, id, body) => {
        const time = now();
        const webhook = new Webhook(secret);
        const theirs = headersOf(id, time, webhook.sign(id, new Date(time * 1000), body));
        expect(verify([secret], theirs, body, time)).toEqual({ verdict: 'valid', secret: 0 });
        const ours = headersOf(id, time, sign(secret, id, time, body)) as Record<string, string>;
        expect(() => webhook.verify(body, ours, { jsonParse: false })).not.toThrow();
      }),
    );
  });

  it('refuses what the reference implementation refuses, of any signature', () => {
    fc.assert(
      fc.property(secrets, ids, fc.string({ maxLength: 100 }), (secret, id, noise) => {
        const headers = headersOf(id, now(), `v1,${noise}`) as Record<string, string>;
        expect(() => new Webhook(secret).verify('{}', headers)).toThrow();
        expect(verify([secret], headers, '{}', now()).verdict).not.toBe('valid');
      }),
    );
  });

  it('finds the key that signed among several, and notices any byte altered', () => {
    const several = fc.uniqueArray(secrets, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        several,
        fc.nat(),
        ids,
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        (keys, n, id, body, at) => {
          const signer = n % keys.length;
          const headers = headersOf(id, 1000, sign(keys[signer]!, id, 1000, body));
          expect(verify(keys, headers, body, 1000)).toEqual({ verdict: 'valid', secret: signer });
          const altered = Uint8Array.from(body);
          altered[at % body.length]! ^= 1;
          expect(verify(keys, headers, altered, 1000)).toEqual({ verdict: 'invalid' });
        },
      ),
    );
  });

  it('allows five minutes either way and not a second more', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (offset) => {
        const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
        const headers = headersOf('id', 1e6 + offset, sign(secret, 'id', 1e6 + offset, ''));
        const { verdict } = verify([secret], headers, '', 1e6);
        expect(verdict).toBe(Math.abs(offset) <= 300 ? 'valid' : 'expired');
      }),
    );
  });
});
