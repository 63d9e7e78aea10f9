import type { Schemas } from '../../api/client';
import { latinDigits } from '../../parts/digits';

export type Token = Schemas['TokenDto'];
export type TokenStatus = 'active' | 'expired' | 'inactive';

/** As the list's filter has it: what was deactivated is inactive, also where its time is over. */
export const statusOf = ({ is_active: isActive, is_valid_status: isValid }: Token): TokenStatus =>
  isValid ? 'active' : isActive ? 'expired' : 'inactive';

/** What a form has of a token. Names are those of the API: its word on a field is shown there. */
export interface TokenValues {
  name: string;
  /** One address a line. */
  allowed_ips: string;
  expires_at: string | null;
  rate_limit_per_minute: string;
  require_signature: boolean;
}

export const addressesOf = (text: string): string[] =>
  latinDigits(text)
    .split(/[\s,،;]+/)
    .filter(Boolean);

/** A whole number, by digits of any keyboard; null for none, and NaN for what is no such number. */
export function limitOf(text: string): number | null {
  const digits = latinDigits(text).replace(/[\s,٬]/g, '');
  return digits === '' ? null : /^\d+$/.test(digits) ? Number(digits) : NaN;
}

export const valuesOf = (token: Token): TokenValues => ({
  name: token.name,
  allowed_ips: token.allowed_ips.join('\n'),
  expires_at: token.expires_at,
  rate_limit_per_minute: String(token.rate_limit_per_minute ?? ''),
  require_signature: token.require_signature,
});

/** What of the token is to be changed; an expiry that has passed is not sent again, nor a limit by who sets none. */
export function changesOf(token: Token, values: TokenValues): Schemas['PatchTokenDto'] {
  const changes: Schemas['PatchTokenDto'] = {};
  const addresses = addressesOf(values.allowed_ips);
  const limit = limitOf(values.rate_limit_per_minute);
  if (values.name.trim() !== token.name) changes.name = values.name.trim();
  if (addresses.join() !== token.allowed_ips.join()) changes.allowed_ips = addresses;
  if (values.expires_at !== token.expires_at) changes.expires_at = values.expires_at;
  if (limit !== token.rate_limit_per_minute) changes.rate_limit_per_minute = limit;
  if (values.require_signature !== token.require_signature)
    changes.require_signature = values.require_signature;
  return changes;
}
