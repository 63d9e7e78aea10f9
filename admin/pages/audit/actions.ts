/** What can be done, by the names of the log. The server has words for entries, and no list of these. */
export const ACTIONS = [
  'session.opened',
  'session.closed',
  'password.changed',
  'user.created',
  'user.changed',
  'user.password_reset',
  'token.generated',
  'token.changed',
  'token.deactivated',
  'token.rotated',
  'signing_key.created',
  'signing_key.removed',
  'native_webhooks.taken',
  'native_webhooks.refused',
  'event.retried',
  'events.retried',
  'chunk.retried',
  'chunks.retried',
  'store.resynced',
  'queues.changed',
] as const;

type Action = (typeof ACTIONS)[number];
type TextOf<A extends string> = A extends `${infer Of}.${infer Done}` ? `action_${Of}_${Done}` : never;

/** The key of its words. */
export const textOf = (action: Action): TextOf<Action> =>
  `action_${action.replace('.', '_')}` as TextOf<Action>;
