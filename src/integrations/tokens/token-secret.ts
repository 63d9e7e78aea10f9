import { hash, randomInt } from 'node:crypto';

export const TOKEN_PREFIX = 'wc_sk_live_';
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const SECRET_LENGTH = 40;

export interface TokenSecret {
  /** `wc_sk_live_` and 40 characters of [a-z0-9]; shown once. */
  token: string;
  hash: string;
  /** `wc_sk_...` and the last six characters. */
  preview: string;
}

export function generateTokenSecret(): TokenSecret {
  const secret = Array.from({ length: SECRET_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  const token = TOKEN_PREFIX + secret;
  return { token, hash: hashToken(token), preview: `wc_sk_...${secret.slice(-6)}` };
}

export const hashToken = (token: string): string => hash('sha256', token);

/** Whether an Authorization header carries an integration token, be it one that is known or not. */
export const carriesIntegrationToken = (authorization: string | undefined): boolean =>
  bearerOf(authorization)?.startsWith(TOKEN_PREFIX) ?? false;

/** What an Authorization header carries by the scheme Bearer. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
