import type { MessageKey } from '../i18n/messages';

/** What can be done, by its name in the log: each has its words in the messages, under `action_`. */
export type AuditAction = MessageKey extends infer Key
  ? Key extends `action_${infer A}`
    ? A
    : never
  : never;

export interface AuditedOptions {
  /** The kind of thing it is done to. Which one says `id` in the path, or else in the answer. */
  target?: string;
  /** Fields of the body, the query or the path that are recorded. Nothing else is: a secret is named nowhere. */
  details?: readonly string[];
  /** More details, out of the answer: the name that each gets, and the field that it stands in. */
  answer?: Readonly<Record<string, string>>;
}

export interface AuditedEndpoint extends AuditedOptions {
  action: AuditAction;
}

export const AUDITED = Symbol('audited');
