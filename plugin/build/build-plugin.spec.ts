import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, utimesSync, mkdtempSync } from 'node:fs';
import { mo, po } from 'gettext-parser';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { buildPlugin, writePlugin } from './build-plugin';
import { BuildError } from './fault';
import { filesBelow } from './php';
import { samplePlugin, sampleWith } from './sample-plugin';

const PLUGIN = 'plugin/fiko-woocommerce-sync';
const WORDS = `${PLUGIN}/includes/class-fiko-words.php`;
const removals: (() => void)[] = [];
afterAll(() => removals.forEach((remove) => remove()));

function sample(changes?: Parameters<typeof samplePlugin>[0]): string {
  const { root, remove } = samplePlugin(changes);
  removals.push(remove);
  return root;
}

async function faultsOf(changes: Parameters<typeof samplePlugin>[0]): Promise<readonly string[]> {
  const built = buildPlugin(sample(changes));
  const error: unknown = await built.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BuildError)) throw new Error(`no BuildError: ${String(error)}`);
  return error.faults;
}

describe('what is built', () => {
  let files: Map<string, string>;
  let root: string;
  beforeAll(async () => {
    root = sample();
    files = new Map(
      [...(await buildPlugin(root)).files].map(([path, bytes]) => [
        path,
        Buffer.from(bytes).toString('utf8'),
      ]),
    );
  });

  it('has the PHP, the scripts and their translations, and nothing else', () => {
    expect([...files.keys()].sort()).toEqual([
      'assets/products.asset.php',
      'assets/products.js',
      'assets/settings.asset.php',
      'assets/settings.css',
      'assets/settings.js',
      'fiko-woocommerce-sync.php',
      'includes/class-fiko-words.php',
      'languages/fiko-woocommerce-sync-fa_IR-fiko-sync-products.json',
      'languages/fiko-woocommerce-sync-fa_IR-fiko-sync-settings.json',
      'languages/fiko-woocommerce-sync-fa_IR.l10n.php',
      'languages/fiko-woocommerce-sync-fa_IR.mo',
      'languages/fiko-woocommerce-sync-fa_IR.po',
      'languages/fiko-woocommerce-sync.pot',
      'readme.txt',
    ]);
  });

  it('takes packages from WordPress and names their handles, that of JSX too', () => {
    expect(files.get('assets/settings.asset.php')).toContain(
      "array( 'wp-api-fetch', 'wp-components', 'wp-element', 'wp-i18n' )",
    );
    expect(files.get('assets/products.asset.php')).toContain("array( 'wp-i18n' )");
    const script = files.get('assets/settings.js')!;
    expect(script).toContain('window.wp.apiFetch');
    expect(script).toContain('wp.element.createElement');
    expect(script).not.toMatch(/require\(|jsx-runtime/);
  });

  it('has scripts that run where WordPress has its globals', async () => {
    const sent: unknown[] = [];
    const made: unknown[][] = [];
    const wp = {
      i18n: { __: (text: string) => `«${text}»`, sprintf: (text: string, value: string) => text + value },
      components: { Button: 'button' },
      apiFetch: (request: unknown) => Promise.resolve(sent.push(request)),
      element: {
        createElement: (...call: unknown[]) => made.push(call),
        Fragment: 'f',
        render: () => undefined,
      },
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    new Function('wp', 'window', 'document', files.get('assets/settings.js')!)(wp, { wp }, {});
    const [component, props, text] = made[0]!;
    expect([component, text]).toEqual(['button', '«Connect %s»«Settings»']);
    await (props as { onClick: () => Promise<void> }).onClick();
    expect(sent).toEqual([{ path: '/fiko-sync/v1/settings' }]);
  });

  it('changes the version of a script with its contents alone', async () => {
    const version = (php: string | undefined): string => /'version' +=> '(\w+)'/.exec(php ?? '')![1]!;
    const changed = await buildPlugin(
      sample({ 'plugin/admin/settings.css': '.fiko { margin-inline-start: 2px; }' }),
    );
    const read = (path: string): string => Buffer.from(changed.files.get(path)!).toString('utf8');
    expect(version(read('assets/settings.asset.php'))).not.toBe(
      version(files.get('assets/settings.asset.php')),
    );
    expect(version(read('assets/products.asset.php'))).toBe(version(files.get('assets/products.asset.php')));
  });

  it('has a template with every text, its places and what translators should know', () => {
    const { translations } = po.parse(files.get('languages/fiko-woocommerce-sync.pot')!);
    expect(Object.keys(translations['']!).filter((key) => key !== '')).toEqual([
      'Sample Sync',
      'Keeps things in step.',
      "It's done",
      '%d product',
      'Both',
      'Settings',
      'Connect %s',
      '%d waits',
    ]);
    expect(translations['']!['%d product']).toMatchObject({
      msgid_plural: '%d products',
      msgstr: ['', ''],
      comments: {
        extracted: 'translators: %d: how many products',
        reference: 'includes/class-fiko-words.php:8',
        flag: 'php-format',
      },
    });
    expect(translations['']!.Both!.comments!.reference).toBe(
      'includes/class-fiko-words.php:11\nplugin/admin/save.ts:6',
    );
    expect(translations['']!['Connect %s']!.comments!.extracted).toBe('translators: %s: name of the shop');
    expect(translations.state!.Open!.comments!.extracted).toBe('translators: the state, not the verb.');
  });

  it('has the Persian of what PHP shows, for old and new WordPress', async () => {
    const built = await buildPlugin(root);
    const table = mo.parse(Buffer.from(built.files.get('languages/fiko-woocommerce-sync-fa_IR.mo')!));
    expect(table.headers['plural-forms'] ?? table.headers['Plural-Forms']).toBe(
      'nplurals=2; plural=(n > 1);',
    );
    expect(table.translations['']!['%d product']!.msgstr).toEqual(['%d محصول', '%d محصول']);
    expect(table.translations.state!.Open!.msgstr).toEqual(['باز']);
    expect(Object.keys(table.translations['']!)).not.toContain('Settings');
    const php = files.get('languages/fiko-woocommerce-sync-fa_IR.l10n.php')!;
    expect(php).toContain(`'%d product' => '%d محصول' . "\\0" . '%d محصول',`);
    expect(php).toContain(`'state\u0004Open' => 'باز',`);
    expect(php).toContain(`'It\\'s done' => 'انجام شد',`);
  });

  it('has the Persian of each script by itself', () => {
    const read = (handle: string): Record<string, unknown> => {
      const file = files.get(`languages/fiko-woocommerce-sync-fa_IR-${handle}.json`)!;
      return (JSON.parse(file) as { locale_data: { messages: Record<string, unknown> } }).locale_data
        .messages;
    };
    expect(read('fiko-sync-settings')).toEqual({
      '': { domain: 'messages', lang: 'fa_IR', 'plural-forms': 'nplurals=2; plural=(n > 1);' },
      Both: ['هر دو'],
      'Connect %s': ['اتصال %s'],
      Settings: ['تنظیمات'],
    });
    expect(Object.keys(read('fiko-sync-products'))).toEqual(['', '%d waits']);
  });
});

describe('the zip', () => {
  it('is the same in another folder, with other times, time zone and umask', async () => {
    const first = await buildPlugin(sample());
    const other = sample();
    for (const path of filesBelow(other)) utimesSync(join(other, path), new Date(86_400_000), new Date(1e12));
    const { zip } = inOtherProcess(other);
    expect(zip.equals(Buffer.from(first.zip))).toBe(true);
  });

  it('holds the files under the folder of the plugin', async () => {
    const { files, zip } = await buildPlugin(sample());
    const entries = unzipSync(zip);
    expect(Object.keys(entries)).toEqual(
      [...files.keys()].map((path) => `fiko-woocommerce-sync/${path}`).sort(),
    );
    for (const [path, bytes] of files) {
      expect(Buffer.from(entries[`fiko-woocommerce-sync/${path}`]!).equals(Buffer.from(bytes))).toBe(true);
    }
  });

  it('is written beside the folder, whose leftovers go', async () => {
    const dist = mkdtempSync(join(tmpdir(), 'fiko-dist-'));
    removals.push(() => rmSync(dist, { recursive: true, force: true }));
    const full = await buildPlugin(sample());
    writePlugin(full, dist);
    const fewer = await buildPlugin(sample({ 'plugin/admin/settings.css': null }));
    writePlugin(fewer, dist);
    expect(filesBelow(join(dist, 'fiko-woocommerce-sync'))).toEqual([...fewer.files.keys()].sort());
    expect(statSync(join(dist, 'fiko-woocommerce-sync', 'readme.txt')).mode & 0o777).toBe(0o644);
    expect(readFileSync(join(dist, 'fiko-woocommerce-sync.zip')).equals(Buffer.from(fewer.zip))).toBe(true);
  });

  /** Builds as the command does, as far from this process's settings as it goes. */
  function inOtherProcess(root: string): { zip: Buffer } {
    const out = join(root, 'out.zip');
    const program = `
      const { buildSync } = require('esbuild');
      const { outputFiles } = buildSync({ entryPoints: ['plugin/build/build-plugin.ts'], bundle: true, write: false,
        platform: 'node', format: 'esm', packages: 'external' });
      const fs = require('node:fs');
      fs.mkdirSync('node_modules/.cache/fiko', { recursive: true });
      const bundle = process.cwd() + '/node_modules/.cache/fiko/spec-' + process.pid + '.mjs';
      fs.writeFileSync(bundle, outputFiles[0].text);
      import(bundle).then(({ buildPlugin }) => buildPlugin(process.argv[1]))
        .then(({ zip }) => fs.writeFileSync(process.argv[2], zip))
        .finally(() => fs.rmSync(bundle));`;
    const { status, stderr } = spawnSync(
      'sh',
      [
        '-c',
        'umask 077; export TZ=Pacific/Kiritimati LC_ALL=C; exec "$0" -e "$1" "$2" "$3"',
        process.execPath,
        program,
        root,
        out,
      ],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    return { zip: readFileSync(out) };
  }
});

describe('what the build refuses', () => {
  it.each([
    [
      'header',
      'Version: 1.2.3',
      'Version: 1.2.4',
      'fiko-woocommerce-sync.php, “Version” of the header is 1.2.4',
    ],
    ['constant', "'FIKO_WC_VERSION', '1.2.3'", "'FIKO_WC_VERSION', '1.0'", 'FIKO_WC_VERSION is 1.0'],
    ['constant that is missing', "define( 'FIKO_WC_VERSION', '1.2.3' );", '', 'FIKO_WC_VERSION is missing'],
  ])('another version: %s', async (_, from, to, expected) => {
    const [fault, ...others] = await faultsOf(sampleWith(`${PLUGIN}/fiko-woocommerce-sync.php`, from, to));
    expect(fault).toContain(expected);
    expect(fault).toContain('package.json has 1.2.3');
    expect(others).toEqual([]);
  });

  it('another version in readme.txt', async () => {
    expect(await faultsOf(sampleWith(`${PLUGIN}/readme.txt`, '1.2.3', '1.2.2'))).toEqual([
      'readme.txt, “Stable tag” is 1.2.2, package.json has 1.2.3',
    ]);
  });

  it.each([
    [
      'a text that is put together',
      `__( 'Both',`,
      `__( 'Bo' . 'th',`,
      '11: __() needs its text as a plain string',
    ],
    ['a variable', `__( 'Both',`, `__( $all,`, '11: __() needs its text as a plain string'],
    [
      'a string with a variable in it',
      `__( 'Both',`,
      `__( "Both $all",`,
      '11: __() needs its text as a plain',
    ],
    [
      'another text domain',
      `'Both', 'fiko-woocommerce-sync'`,
      `'Both', 'fiko'`,
      '11: __() must name the text domain',
    ],
    ['no text domain', `'Both', 'fiko-woocommerce-sync'`, `'Both'`, "text domain 'fiko-woocommerce-sync'"],
    [
      'a plural that is none',
      `'%d products', $count`,
      `$all, $count`,
      '8: _n() needs its plural as a plain string',
    ],
  ])('PHP: %s', async (_, from, to, expected) => {
    const faults = await faultsOf(sampleWith(WORDS, from, to));
    expect(faults[0]).toContain('includes/class-fiko-words.php:');
    expect(faults[0]).toContain(expected);
  });

  it.each([
    [
      'a template with values',
      `__('Settings', `,
      '__(`Settings ${1}`, ',
      'settings.tsx:6: __() needs its text as a',
    ],
    [
      'no text domain',
      `__('Settings', 'fiko-woocommerce-sync')`,
      `__('Settings')`,
      'settings.tsx:6: __() must name',
    ],
    [
      'a global',
      `__('Settings', `,
      `wp.i18n.__('Settings', `,
      'settings.tsx:6: import __ from @wordpress/i18n',
    ],
    [
      'a package that is no script',
      `@wordpress/components'`,
      `@wordpress/dataviews'`,
      '@wordpress/dataviews is not',
    ],
    ['an import of nothing', `'./save'`, `'./safe'`, 'settings.tsx:4: Could not resolve "./safe"'],
  ])('script: %s', async (_, from, to, expected) => {
    expect((await faultsOf(sampleWith('plugin/admin/settings.tsx', from, to)))[0]).toContain(expected);
  });

  it.each([
    [
      'a text without one',
      `Both: 'هر دو',`,
      '',
      '“Both” (includes/class-fiko-words.php:11) is not translated',
    ],
    [
      'an entry that nothing shows',
      'Both:',
      `Neither: 'هیچ',\n  Both:`,
      'fa_IR: “Neither” is not in the code',
    ],
    ['an empty one', `'هر دو'`, `' '`, 'has an empty translation'],
    ['a lost placeholder', `'اتصال %s'`, `'اتصال'`, 'placeholders or tags differ: “%1$s” became “”'],
    ['another placeholder', `'اتصال %s'`, `'اتصال %d'`, '“%1$s” became “%1$d”'],
    ['one form for a plural', `['%d محصول', '%d محصول']`, `['%d محصول']`, 'has 1 plural forms instead of 2'],
    ['a text for a plural', `['%d محصول', '%d محصول']`, `'%d محصول'`, 'needs 2 plural forms'],
    ['a plural for a text', `'هر دو'`, `['هر دو', 'هر دو']`, 'has plural forms, the code has none'],
    ['a tag', `'هر دو'`, `'<b>هر دو</b>'`, 'placeholders or tags differ'],
  ])('translation: %s', async (_, from, to, expected) => {
    const faults = await faultsOf(sampleWith('plugin/texts/fa_IR.ts', from, to));
    expect(faults.join('\n')).toContain(expected);
  });

  it('takes placeholders in another order, and a singular without its number', async () => {
    const built = await buildPlugin(
      sample({
        ...sampleWith('plugin/admin/settings.tsx', `'Connect %s'`, `'Connect %s to %d'`),
        ...sampleWith(
          'plugin/texts/fa_IR.ts',
          `'Connect %s': 'اتصال %s'`,
          `'Connect %s to %d': '%2$d را %1$s'`,
        ),
      }),
    );
    expect(built.version).toBe('1.2.3');
  });

  it.each([
    [
      'a missing main file',
      { [`${PLUGIN}/fiko-woocommerce-sync.php`]: null },
      'fiko-woocommerce-sync.php is missing',
    ],
    ['a file that is not shipped', { [`${PLUGIN}/notes.md`]: 'x' }, 'notes.md is nothing to ship'],
    [
      'no script at all',
      { 'plugin/admin/settings.tsx': null, 'plugin/admin/products.ts': null },
      'has none of the scripts',
    ],
    ['a style sheet of no script', { 'plugin/admin/other.css': 'a{}' }, 'other.css belongs to no script'],
    [
      'too much',
      {
        [`${PLUGIN}/includes/big.txt`]:
          Array.from({ length: 60_000 }, (_, i) => (i * i) % 7919).join(' ') + randomText(),
      },
      'bytes, 200000 or more',
    ],
  ])('%s', async (_, changes, expected) => {
    expect((await faultsOf(changes)).join('\n')).toContain(expected);
  });
});

/** Text that no compressor makes small. */
function randomText(): string {
  let state = 1;
  return Array.from({ length: 300_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}
