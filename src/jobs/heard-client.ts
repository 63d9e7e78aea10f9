import pg from 'pg';

/**
 * A connection whose errors always have a listener. Who takes one from a pool begins to listen a moment later, or never: a
 * server that ends it just then would end the process. The statement that comes next fails, and that is told.
 */
export class HeardClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
