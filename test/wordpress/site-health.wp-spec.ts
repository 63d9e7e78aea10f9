import { PLUGIN_OPTIONS } from '../../src/contract/shop-plugin';
import { FakeBackend } from './backend';
import { TROUBLE } from './front';
import { PLUGIN, connect, startShop } from './plugin';
import type { WordPressSite } from './site';

describe('Site Health', () => {
  let fake: FakeBackend;
  let site: WordPressSite;

  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(null);
  });
  beforeEach(async () => {
    fake.answer();
    await site.eval(`global $wpdb;
      foreach ( array_diff_key( Fiko_Contract::OPTIONS, array( 'schema' => 0 ) ) as $option ) { delete_option( $option ); }
      $wpdb->query( 'DELETE FROM ' . Fiko_Schema::table() . ' WHERE product_id > 0' );
      return 1;`);
  });
  afterAll(async () => {
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
    await site.stop();
    await fake.stop();
  });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  const test = (): Promise<any> => site.eval('return Fiko_Site_Health::test();');
  /** A product changes, and is due to be sent. */
  const change = async () => {
    await site.createProduct({ name: 'Lamp' });
    await site.runQueue({ ahead: 31 });
  };
  /** What the page of Site Health says. */
  const shown = async () => {
    const { text } = await site.request('/wp-admin/site-health.php');
    const [, json] = /var SiteHealth = (\{.*\});/.exec(text)!;
    const { site_status } = JSON.parse(json!) as { site_status: { direct: { test: string }[] } };
    return site_status.direct.filter((one) => one.test === 'fiko_sync');
  };

  it('recommends to connect the shop', async () => {
    expect(await test()).toMatchObject({
      status: 'recommended',
      label: 'The shop is not connected with Fiko',
      description: expect.stringMatching(/^<p>Enter the API/),
      actions: expect.stringContaining('page=fiko-sync'),
      test: 'fiko_sync',
    });
  });

  it('is content with a connected shop, on its page too', async () => {
    await connect(site, fake);
    await change();
    expect(await test()).toMatchObject({ status: 'good', label: 'Product changes reach Fiko' });
    expect(await shown()).toEqual([expect.objectContaining({ status: 'good' })]);
  });

  it('recommends to look after a server that is away', async () => {
    await connect(site, fake);
    fake.answer(TROUBLE.away(60));
    await change();
    expect(await test()).toMatchObject({ status: 'good' });
    await site.advance(3700);
    expect(await test()).toMatchObject({
      status: 'recommended',
      label: 'Product changes do not reach Fiko',
      description: expect.stringContaining('The server is away for the moment (HTTP 503)'),
    });
  });

  it('blames nobody where one product fails again and again', async () => {
    await connect(site, fake);
    await change();
    fake.answer(({ route }) => (route?.startsWith('webhook') ? { status: 500 } : 'forward'));
    await site.createProduct({ name: 'Bad' });
    await site.runQueue({ ahead: 31 });
    fake.answer();
    await site.eval(
      "$GLOBALS['wpdb']->query( 'UPDATE ' . Fiko_Schema::table() . ' SET due_at = due_at + 20000 WHERE due_at > 0' ); Fiko_Gate::open(); return 1;",
    );
    await site.advance(7200);
    expect(await test()).toMatchObject({ status: 'good' });
  });

  it('names its figures in words, and for a support without them', async () => {
    await connect(site, fake);
    const { fields } = await site.eval<{ fields: Record<string, { label: string; debug: unknown }> }>(
      "return Fiko_Site_Health::add_information( array() )['fiko-woocommerce-sync'];",
    );
    expect(fields.total_never).toMatchObject({ label: 'Not sent' });
    expect(fields.connection).toMatchObject({ value: 'Connected.', debug: 'ok' });
    for (const { label } of Object.values(fields)) expect(label).toMatch(/^[A-Z]/);
  });

  it.each([
    ['its token', TROUBLE.unauthorized],
    ['its address', TROUBLE.forbidden],
    ['its signature', { status: 401, body: { error: 'signature_invalid', detail: 'Not by this <key>.' } }],
  ])('takes it for critical that the server refuses %s', async (_, answer) => {
    await connect(site, fake);
    fake.answer(answer);
    await change();
    const { status, label, description } = await test();
    expect({ status, label }).toEqual({ status: 'critical', label: 'Product changes do not reach Fiko' });
    expect(description).toContain(answer.body.detail.replace('<', '&lt;').replace('>', '&gt;'));
  });

  it('takes it for critical that the shop has moved', async () => {
    await connect(site, fake);
    await site.eval(
      `update_option( '${PLUGIN_OPTIONS.site}', base64_encode( 'https://other.example.com' ) ); return 1;`,
    );
    expect(await test()).toMatchObject({
      status: 'critical',
      description: expect.stringContaining('https://other.example.com'),
    });
  });

  it('recommends to run the background work where changes wait for more than an hour', async () => {
    await connect(site, fake);
    await site.createProduct({ name: 'Lamp' });
    // The half minute in which a product rests is none of it.
    await site.advance(3620);
    expect(await test()).toMatchObject({ status: 'good' });
    await site.advance(20);
    expect(await test()).toMatchObject({
      status: 'recommended',
      label: 'Product changes wait for long before they are sent to Fiko',
    });
  });

  it('is counted by the weekly check, which runs in the background', async () => {
    const count = async () => {
      await site.eval("wp_schedule_single_event( time() - 1, 'wp_site_health_scheduled_check' ); return 1;");
      await site.runCron();
      return JSON.parse(
        await site.eval<string>("return get_transient( 'health-check-site-status-result' );"),
      ) as Record<'good' | 'recommended' | 'critical', number>;
    };
    await connect(site, fake);
    const { good, recommended, critical } = await count();
    fake.answer(TROUBLE.unauthorized);
    await change();
    expect(await count()).toEqual({ good: good - 1, recommended, critical: critical + 1 });
  });

  it('has a section of facts, and no secret in it', async () => {
    const secret = `whsec_${Buffer.from('a key of a shop').toString('base64')}`;
    await connect(site, fake);
    await site.rest('POST', '/fiko-sync/v1/settings', { signing_secret: secret });
    await change();
    const { text } = await site.request('/wp-admin/site-health.php?tab=debug');
    const facts = Object.fromEntries(
      [...text.matchAll(/<tr><td>([^<]*)<\/td><td>([^<]*)<\/td><\/tr>/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    expect(text).toContain('Fiko Sync');
    expect(facts).toMatchObject({
      Server: fake.url,
      Token: 'saved',
      'Signed requests': 'yes',
      Connection: 'Connected.',
      'Longest wait': 'none',
      Waiting: '1',
      Failed: '0',
    });
    expect(text).not.toContain('wc_sk_live_');
    expect(text).not.toContain(secret.replace('whsec_', ''));
  });
});
