import type pg from 'pg';
import { HeardClient } from '../jobs/heard-client';

const MARK = /^\/\* prepared: ([\w-]+) \*\/ /;

/**
 * Marks a statement that is sent often, and whose text is always the same: a server then parses and plans it once a
 * connection, which for a statement of many rows costs it more than to run it.
 * @param name of this text alone, in the whole application
 */
export const prepared = (name: string, statement: string): string => `/* prepared: ${name} */ ${statement}`;

type Query = (text: unknown, values?: unknown, callback?: unknown) => unknown;

/**
 * A connection that prepares what `prepared` has marked. Not for the embedded database, whose one session would keep the
 * statements of all connections that ever were.
 */
export class PreparingClient extends HeardClient {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const query = this.query.bind(this) as Query;
    const preparing: Query = (text, values, callback) => {
      const name = typeof text === 'string' ? MARK.exec(text)?.[1] : undefined;
      return name === undefined
        ? query(text, values, callback)
        : query(
            { name, text, values: Array.isArray(values) ? values : [] },
            Array.isArray(values) ? callback : values,
          );
    };
    this.query = preparing as typeof this.query;
  }
}
