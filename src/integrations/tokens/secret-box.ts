import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { JWT_SECRET } from '../../accounts/jwt-secret';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed secret is bound to: put into another row, or another column, it does not open. */
export interface SecretOwner {
  purpose: 'signing-key' | 'webhook-secret';
  tokenId: number;
}

/**
 * Seals secrets that must be used again, so that a hash will not do: whoever reads the database alone cannot use
 * them. AES-256-GCM by a key derived from the installation's; with another JWT_SECRET what was sealed is lost.
 */
@Injectable()
export class SecretBox {
  private readonly key: Buffer;

  constructor(@Inject(JWT_SECRET) jwtSecret: string) {
    this.key = Buffer.from(hkdfSync('sha256', jwtSecret, '', 'fiko secret box 1', KEY_BYTES));
  }

  /** Text to store: `1.` and base64url of nonce, tag and ciphertext. */
  seal(secret: string, owner: SecretOwner): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, iv, { authTagLength: TAG_BYTES }).setAAD(bound(owner));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return `1.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** @throws Error when it was sealed with another JWT_SECRET, for another owner, or was altered */
  open(sealed: string, owner: SecretOwner): string {
    const [version, encoded = ''] = sealed.split('.');
    const bytes = Buffer.from(encoded, 'base64url');
    if (version !== '1' || bytes.length < IV_BYTES + TAG_BYTES) throw new Error('not a sealed secret');
    const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(bound(owner)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const opened = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  }
}

const bound = ({ purpose, tokenId }: SecretOwner): Buffer => Buffer.from(`${purpose}:${tokenId}`);
