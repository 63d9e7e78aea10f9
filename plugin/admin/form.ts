import type { ConnectionInput, SettingsInput } from './api';
import type { Settings } from './overview';

/** What was typed and not saved yet. What is absent is as stored, also where another window changed it since. */
export interface Edits {
  api_url?: string;
  api_token?: string;
  signing_secret?: string;
  remove_signing_secret?: boolean;
  enable_logging?: boolean;
}

/** Secrets are pasted, often with the blank or the line's end beside them. */
const secret = (value: string | undefined): string => (value ?? '').trim();

export function isDirty(edits: Edits, settings: Settings): boolean {
  return (
    (edits.api_url !== undefined && edits.api_url.trim() !== settings.api_url) ||
    secret(edits.api_token) !== '' ||
    secret(edits.signing_secret) !== '' ||
    edits.remove_signing_secret === true ||
    (edits.enable_logging !== undefined && edits.enable_logging !== settings.logging)
  );
}

export function connectionInput(edits: Edits, settings: Settings): ConnectionInput {
  const token = secret(edits.api_token);
  const signing = secret(edits.signing_secret);
  return {
    api_url: (edits.api_url ?? settings.api_url).trim(),
    ...(token && !settings.token_locked ? { api_token: token } : {}),
    ...(signing ? { signing_secret: signing } : {}),
    ...(edits.remove_signing_secret === true && !signing ? { remove_signing_secret: true as const } : {}),
  };
}

export const settingsInput = (edits: Edits, settings: Settings): SettingsInput => ({
  ...connectionInput(edits, settings),
  enable_logging: edits.enable_logging ?? settings.logging,
});

/** Saved so, the shop would send nothing more. */
export const takesAddressAway = (edits: Edits, settings: Settings): boolean =>
  settings.api_url !== '' && connectionInput(edits, settings).api_url === '';

/** The fields in their order on the page; the first with an error gets the focus. */
export const FIELDS = ['api_url', 'api_token', 'signing_secret'] as const;
export type Field = (typeof FIELDS)[number];

export const firstField = (errors: Record<string, string>): Field | undefined =>
  FIELDS.find((field) => errors[field] !== undefined);
