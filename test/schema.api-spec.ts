import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../migrations';
import { dataSourceOptions } from '../src/database/data-source';
import { TestApp } from './support/test-app';
import { startEmptyDatabase } from './support/test-database';

/** Foreign keys that stand in the migrations alone: as relations, entities would have to load each other's domain. */
const FOREIGN_KEYS_OF_MIGRATIONS = ['documents_product_fkey', 'chunks_product_fkey', 'products_store_fkey'];

/** Indexes of tables with a tenant that do not begin with it, and why each may. */
const ACROSS_TENANTS: Record<string, string> = {
  events_id_idx: 'a job carries ids of events alone',
  events_payload_idx: 'retention prunes the log of all tenants from its oldest payload on',
  integration_tokens_hash_key: 'a request is known by its token before its tenant is',
  integration_tokens_id_key: "WooCommerce's own webhooks name a token by its id, before its tenant is known",
  sessions_pkey: 'a request is known by its cookie before its tenant is',
};

/**
 * Small tables that all tenants share; one whose rows tell nobody's: vectors by the hash of their text; sessions, which
 * are known by their cookie; and the log of who did what, which is read across tenants and outlives them.
 */
const WITHOUT_TENANT = [
  'users',
  'sessions',
  'audit_log',
  'migrations',
  'settings',
  'generations',
  'embedding_usage',
  'embedding_cache',
];

interface IndexRow {
  table: string;
  name: string;
  first: string;
}

const TENANT_INDEXES = `
  SELECT t.relname AS table, i.relname AS name, pg_get_indexdef(x.indexrelid, 1, true) AS first
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
   WHERE t.relnamespace = 'public'::regnamespace
     AND EXISTS (SELECT 1 FROM pg_attribute a
                  WHERE a.attrelid = t.oid AND a.attname = 'user_id' AND NOT a.attisdropped)
   ORDER BY 1, 2`;

describe('the schema', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());

  it('is what the entities say it is', async () => {
    const { upQueries } = await app.nest.get(DataSource).driver.createSchemaBuilder().log();
    const drops = /^ALTER TABLE "\w+" DROP CONSTRAINT "(\w+_fkey)"$/;
    const dropped = upQueries.flatMap(({ query }) => drops.exec(query)?.[1] ?? []);
    expect(upQueries.map(({ query }) => query).filter((query) => !drops.test(query))).toEqual([]);
    expect(dropped.sort()).toEqual([...FOREIGN_KEYS_OF_MIGRATIONS].sort());
  });

  it('leads each index of a tenant’s table with the tenant, save those with a reason', async () => {
    const indexes = await app.query<IndexRow>(TENANT_INDEXES);
    const tables = new Set(indexes.map(({ table }) => table));
    for (const table of ['products', 'documents', 'chunks', 'events', 'stores', 'integration_tokens']) {
      expect(tables).toContain(table);
    }
    const others = indexes.filter(({ first }) => first !== 'user_id').map(({ name }) => name);
    expect(others.sort()).toEqual(Object.keys(ACROSS_TENANTS).sort());
  });

  it('gives each tenant’s table a primary key that begins with the tenant', async () => {
    const keys = await app.query<{ table: string; first: string }>(
      `SELECT t.relname AS table, pg_get_indexdef(x.indexrelid, 1, true) AS first
         FROM pg_class t LEFT JOIN pg_index x ON x.indrelid = t.oid AND x.indisprimary
        WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relname <> ALL ($1)`,
      [WITHOUT_TENANT],
    );
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter(({ first }) => first !== 'user_id')).toEqual([]);
  });

  it('lets no row of one tenant refer to a row of another', async () => {
    const keys = await app.query<{ name: string; columns: string[]; target: string }>(
      `SELECT c.conname AS name, c.confrelid::regclass::text AS target,
              array(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
                      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns
         FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace`,
    );
    expect(keys.length).toBeGreaterThan(3);
    expect(keys.filter(({ columns }) => columns[0] !== 'user_id')).toEqual([]);
    expect(keys.filter(({ columns, target }) => target !== 'users' && columns.length < 2)).toEqual([]);
  });

  it('keeps money without bounds and times with their zone', async () => {
    const columns = await app.query<{ name: string; type: string; precision: number | null }>(
      `SELECT table_name || '.' || column_name AS name, data_type AS type, numeric_precision AS precision
         FROM information_schema.columns WHERE table_schema = 'public'`,
    );
    const typeOf = (name: string) => columns.find((column) => column.name === name);
    for (const name of ['products.price', 'products.original_price']) {
      expect(typeOf(name)).toEqual({ name, type: 'numeric', precision: null });
    }
    expect(columns.filter(({ type }) => type === 'timestamp with time zone').length).toBeGreaterThan(8);
    expect(columns.filter(({ type }) => type === 'timestamp without time zone')).toEqual([]);
  });
});

describe('migrations', () => {
  const SCHEMA = `
    SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
             || coalesce(' ' || column_default, '') AS line
      FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace AND conrelid <> 'migrations'::regclass
     ORDER BY 1`;
  const linesOf = async (dataSource: DataSource) =>
    (await dataSource.query<{ line: string }[]>(SCHEMA)).map(({ line }) => line);

  it('go down to nothing and up again to the same schema', async () => {
    const database = await startEmptyDatabase();
    const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
    try {
      expect(await dataSource.runMigrations()).toHaveLength(MIGRATIONS.length);
      const before = await linesOf(dataSource);
      expect(before.length).toBeGreaterThan(80);
      expect(await dataSource.runMigrations()).toEqual([]);
      for (let left = MIGRATIONS.length; left > 0; left--)
        await dataSource.undoLastMigration({ transaction: 'none' });
      expect(await linesOf(dataSource)).toEqual([]);
      expect(await dataSource.runMigrations()).toHaveLength(MIGRATIONS.length);
      expect(await linesOf(dataSource)).toEqual(before);
    } finally {
      await dataSource.destroy();
      await database.stop();
    }
  });
});
