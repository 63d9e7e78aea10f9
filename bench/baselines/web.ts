/** What both bare Fastify baselines share: a token from memory, and a check that Fastify compiles from a JSON schema. */
export const PATH = '/webhook';
export const TOKEN = 'wc_sk_live_0123456789abcdefghijklmnopqrstuvwxyz0123';

export interface EventBody {
  event_id: string;
  event_type: string;
  product: { id: number };
}

export const EVENT_SCHEMA = {
  type: 'object',
  required: ['event_id', 'event_type', 'product'],
  properties: {
    event_id: { type: 'string', minLength: 1, maxLength: 100 },
    event_type: { enum: ['product.created', 'product.updated', 'product.deleted'] },
    product: {
      type: 'object',
      required: ['id', 'name'],
      properties: {
        id: { type: 'integer', minimum: 1 },
        name: { type: 'string', minLength: 1, maxLength: 500 },
      },
    },
  },
} as const;

export const EVENTS_TABLE = `
  CREATE TABLE IF NOT EXISTS events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL UNIQUE,
    event_type text NOT NULL,
    woo_product_id bigint NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`;

export const environment = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
