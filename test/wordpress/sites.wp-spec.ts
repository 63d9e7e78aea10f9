import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WordPressSite, type SiteOptions } from './site';

const run = promisify(execFile);

const PLUGIN = `<?php
/**
 * Plugin Name: Sample
 * Text Domain: sample
 */
register_activation_hook( __FILE__, function ( $network ) { update_option( 'sample_activated', $network ? 'network' : 'site' ); } );
register_deactivation_hook( __FILE__, function () { update_option( 'sample_activated', 'no more' ); } );
add_action( 'before_woocommerce_init', function () {
	Automattic\\WooCommerce\\Utilities\\FeaturesUtil::declare_compatibility( 'custom_order_tables', __FILE__, true );
} );
add_action( 'init', function () { load_plugin_textdomain( 'sample', false, 'sample/languages' ); } );
`;
const UNINSTALL = `<?php
if ( ! defined( 'WP_UNINSTALL_PLUGIN' ) ) { exit; }
delete_option( 'sample_activated' );
update_option( 'sample_uninstalled', 'yes' );
`;
/** Of `Hello` there is a translation. */
const TRANSLATIONS = "<?php return array( 'language' => 'fa_IR', 'messages' => array( 'Hello' => 'سلام' ) );";

describe('sites of other kinds', () => {
  let folder: string;
  let plugin: string;
  let zip: string;
  let site: WordPressSite | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fiko-plugin-'));
    plugin = join(folder, 'sample');
    zip = join(folder, 'sample.zip');
    await mkdir(join(plugin, 'languages'), { recursive: true });
    await writeFile(join(plugin, 'sample.php'), PLUGIN);
    await writeFile(join(plugin, 'uninstall.php'), UNINSTALL);
    await writeFile(join(plugin, 'languages', 'sample-fa_IR.l10n.php'), TRANSLATIONS);
    const pack = `$z = new ZipArchive(); $z->open( $argv[2], ZipArchive::CREATE );
      foreach ( array( 'sample.php', 'uninstall.php', 'languages/sample-fa_IR.l10n.php' ) as $f ) { $z->addFile( "$argv[1]/$f", "sample/$f" ); } $z->close();`;
    await run('php', ['-r', pack, plugin, zip]);
  });
  afterEach(async () => {
    await site?.stop();
    site = undefined;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = async (options: SiteOptions) => (site = await WordPressSite.start(options));
  const activated = (blog?: number) =>
    site!.eval("return get_option( 'sample_activated' );", blog === undefined ? {} : { blog });
  const product = async () => {
    const { id } = await site!.createProduct({ name: 'P', regular_price: '5', categories: ['C'] });
    return (await site!.product(id)).get_price;
  };

  it('install a plugin from its zip, deactivate it and delete it', async () => {
    await start({ plugins: [zip] });
    expect(await activated()).toBe('site');
    expect(await site!.eval('return Automattic\\WooCommerce\\Utilities\\FeaturesUtil::declared();')).toEqual({
      'sample/sample.php': { custom_order_tables: true },
    });
    expect((await site!.request('/wp-admin/plugins.php')).text).toContain('Sample');
    await site!.deactivate('sample');
    expect(await activated()).toBe('no more');
    await site!.uninstall('sample');
    expect(await activated()).toBe(false);
    expect(await site!.option('sample_uninstalled')).toBe('yes');
    expect(await site!.debugLog()).toBe('');
  });

  it('are written from right to left and in Persian', async () => {
    await start({ plugins: [plugin], locale: 'fa_IR' });
    expect(await site!.eval("return array( is_rtl(), get_locale(), __( 'Hello', 'sample' ) );")).toEqual([
      true,
      'fa_IR',
      'سلام',
    ]);
    expect((await site!.request('/wp-admin/')).text).toMatch(/<html[^>]*dir="rtl"/);
    expect(await product()).toBe('5');
    expect(await site!.debugLog()).toBe('');
  });

  it('run the oldest WordPress', async () => {
    await start({ plugins: [plugin], version: 'oldest' });
    expect(site!.wordpressVersion).toMatch(/^6\.2/);
    expect(await activated()).toBe('site');
    expect(await product()).toBe('5');
    expect((await site!.request('/wp-admin/edit.php?post_type=product')).text).toContain('class="row-title"');
    const { P1 } = await site!.replay('trash variable with 2 variations');
    expect((await site!.product(P1!)).get_status).toBe('trash');
  });

  it('run without WooCommerce', async () => {
    await start({ plugins: [plugin], woocommerce: false });
    expect(await site!.eval("return function_exists( 'WC' );")).toBe(false);
    expect(await activated()).toBe('site');
    expect((await site!.request('/wp-admin/')).status).toBe(200);
  });

  it('are a network of several', async () => {
    await start({ plugins: [plugin], multisite: true });
    expect(await site!.eval('return is_multisite();')).toBe(true);
    const second = await site!.addSite('second');
    expect(await activated(second)).toBe(false);
    await site!.deactivate('sample');
    await site!.activate('sample', { network: true });
    expect((await site!.request('/wp-admin/')).status).toBe(200);
    expect((await site!.request('/wp-admin/network/')).status).toBe(200);
    expect((await site!.request('/second/wp-admin/')).status).toBe(200);
    expect((await site!.send('/second/wp-json/', { method: 'GET' })).body.url).toBe(`${site!.url}/second`);
    expect(await product()).toBe('5');
  });

  it('have their data in MariaDB', async () => {
    await start({ plugins: [plugin], database: 'mariadb' });
    expect(await site!.eval("return $GLOBALS['wpdb']->db_server_info();")).toContain('MariaDB');
    expect(await product()).toBe('5');
    await site!.replay('CSV import: new variable + 2 variations');
    await site!.eval("as_enqueue_async_action( 'nobody' ); return 1;");
    expect(await Promise.all([site!.runQueue(), site!.runQueue()])).toEqual(expect.arrayContaining([0, 1]));
    expect(await site!.debugLog()).toBe('');
  });
});
