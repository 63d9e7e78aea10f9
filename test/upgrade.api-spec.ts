import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../migrations';
import { dataSourceOptions } from '../src/database/data-source';
import { productEvent, TestApp } from './support/test-app';
import { startEmptyDatabase, type TestDatabase } from './support/test-database';

/** The migrations of the version that kept variations in a column, as its shops sent them. */
const BEFORE = MIGRATIONS.slice(0, 4);
const DATE = '2025-11-01T00:00:00Z';

describe('an installation of the version before variations', () => {
  let database: TestDatabase;
  let app: TestApp;

  const insertProduct = (external: string, variations: unknown) => `
    INSERT INTO products (user_id, store_id, external_source, external_id, title, product_type, price, extraction_method,
                          content_hash, offer_hash, changed_at, changed_on_arrival, changed_by_deletion,
                          changed_by_event, last_sync_at, variations)
    VALUES (1, 1, 'woocommerce', '${external}', 'کفش', 'variable', 100, 'woocommerce', 'c', 'o', '${DATE}', false, false,
            1, '${DATE}', '${JSON.stringify(variations)}')`;

  beforeAll(async () => {
    database = await startEmptyDatabase();
    const before = await new DataSource({
      ...dataSourceOptions(database.url),
      migrations: BEFORE,
    }).initialize();
    await before.runMigrations();
    await before.query(
      `INSERT INTO users (email, username, password_hash) VALUES ('a@example.com', 'a', 'x')`,
    );
    await before.query(
      `INSERT INTO stores (user_id, platform, url) VALUES (1, 'woocommerce', 'a.example.com')`,
    );
    await before.query(
      insertProduct('woo_414', [
        { id: 415, sku: 'A', price: '100', attributes: [{ name: 'سایز', option: '42' }] },
        { id: '416', price: 'free', stock_status: 'outofstock', attributes: { attribute_pa_size: '43' } },
        { id: 415, sku: 'twice' },
        { price: '5' },
        'junk',
        { id: 417, sku: 'x'.repeat(20_000), status: 'private' },
      ]),
    );
    await before.query(insertProduct('woo_9', []));
    await before.destroy();
    const after = await new DataSource(dataSourceOptions(database.url)).initialize();
    await after.runMigrations();
    // A process of the version before goes on writing while it is updated.
    await after.query(insertProduct('woo_11', [{ id: 5 }]));
    await after.destroy();
    app = await TestApp.startOn(database);
  });
  afterAll(() => app.close());

  it('keeps the variations that it had, as far as they can be read', async () => {
    const rows = await app.query(
      `SELECT product_external_id AS product, external_id AS id, "position", is_member, is_active, price, in_stock,
              state -> 'attributes' AS attributes
         FROM product_variations ORDER BY product_external_id, "position"`,
    );
    expect(rows).toEqual([
      {
        product: 'woo_414',
        id: '415',
        position: 0,
        is_member: true,
        is_active: true,
        price: '100',
        in_stock: true,
        attributes: [{ name: 'سایز', option: '42' }],
      },
      {
        product: 'woo_414',
        id: '416',
        position: 1,
        is_member: true,
        is_active: true,
        price: null,
        in_stock: false,
        attributes: [],
      },
      {
        product: 'woo_414',
        id: '417',
        position: 5,
        is_member: true,
        is_active: false,
        price: null,
        in_stock: true,
        attributes: [],
      },
    ]);
  });

  it('shows its products, filters them by price, and goes on from there', async () => {
    const user = await app.createUser({ staff: true });
    await app.query(
      `UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = $1) WHERE id = 1`,
      [user.id],
    );
    const login = await app.post('/api/v1/auth/token/', { email: 'a@example.com', password: user.password });
    const owner = { access: login.body.access as string };
    const list = await app.get('/api/v1/web-knowledge/products/?min_price=100&max_price=100', owner.access);
    expect(list.body.count).toBe(3);
    expect(list.body.results[0]).toMatchObject({
      price: '100.00',
      price_max: '100.00',
      has_variations: false,
    });
    const { body } = await app.post(
      '/api/v1/integrations/tokens/generate/',
      { integration_type: 'woocommerce', name: 'x', store_url: 'https://a.example.com' },
      owner.access,
    );
    const variations = [{ id: 415, price: '90', attributes: [{ name: 'سایز', option: '42' }] }];
    await app.webhook(body.token, productEvent({ type: 'variable', variations }));
    await app.idle();
    const after = await app.get('/api/v1/web-knowledge/products/?max_price=95', owner.access);
    expect(after.body.results).toMatchObject([
      { external_id: 'woo_414', price: '90.00', has_variations: true },
    ]);
  });
});
