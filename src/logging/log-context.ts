import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<Record<string, unknown>>();

/** Every line logged within `work`, however deep, carries these fields. */
export const withLogContext = <T>(fields: Record<string, unknown>, work: () => T): T =>
  storage.run(fields, work);

/** For what goes on after the request that began it, and serves others too. */
export const withoutLogContext = <T>(work: () => T): T => storage.run({}, work);

export const logContext = (): Record<string, unknown> => storage.getStore() ?? {};
