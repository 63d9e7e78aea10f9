// Writes down which functions, classes and constants there are in PHP 7.4 and in WordPress, for symbols.ts:
//   node plugin/checks/symbols/generate.mjs <folder of WordPress>
// What is committed was made of WordPress 6.2, as the npm package @wp-playground/wordpress-builds 0.9.19 has it.
// A function's entry is [fewest arguments, most arguments or -1, positions that are taken by reference].
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import phpParser from 'php-parser';
import { fetchTools } from '../tools.mjs';

const [, , wordpress] = process.argv;
if (!wordpress) throw new Error('usage: generate.mjs <folder of WordPress>');

/** Classes of which methods are worth knowing; of the others there are the names. */
const WITH_METHODS =
  /^(?:wpdb|WP_(?:Error|Post|Term|User|Query|Screen|Site|Role|Roles|Filesystem_Base|List_Table|REST_(?:Request|Response|Server|Controller)|HTTP_Response|Http|Query|Tax_Query|Scripts|Styles|Locale|Rewrite))$/;
/** Of WordPress 6.1 and 6.2: the oldest one that npm has is 6.2, while the plugin runs on 6.0. */
const AFTER_6_0 = ['wp_cache_supports', 'wp_cache_flush_group', 'wp_recursive_ksort'];
/** Copies of other projects. */
const OTHERS =
  /\/(?:SimplePie|Requests|PHPMailer|sodium_compat|ID3|pomo|Text|IXR|random_compat|js|blocks|css|images)\//;

const require = createRequire(join(fetchTools(), 'index.js'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);

async function builtIn() {
  const { loadPHPRuntime, PHP } = await load('@php-wasm/universal');
  const { getPHPLoaderModule } = await load('@php-wasm/node-7-4');
  const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}));
  const code = `<?php
$functions = array();
foreach ( get_defined_functions()['internal'] as $name ) {
	$function = new ReflectionFunction( $name );
	$refs = array();
	foreach ( $function->getParameters() as $i => $parameter ) {
		if ( $parameter->isPassedByReference() ) { $refs[] = $i; }
	}
	$most = $function->isVariadic() ? -1 : $function->getNumberOfParameters();
	$functions[ $name ] = $refs
		? array( $function->getNumberOfRequiredParameters(), $most, $refs )
		: array( $function->getNumberOfRequiredParameters(), $most );
}
$classes = array_fill_keys( array_merge( get_declared_classes(), get_declared_interfaces() ), null );
$constants = get_defined_constants( true );
unset( $constants['user'] );
echo json_encode( array( 'version' => PHP_VERSION, 'functions' => $functions, 'classes' => $classes, 'constants' => array_keys( array_merge( ...array_values( $constants ) ) ) ) );
`;
  return JSON.parse((await php.run({ code })).text);
}

function ofWordPress() {
  const engine = new phpParser.Engine({ parser: { version: '8.0', suppressErrors: true } });
  const found = { version: '', functions: {}, classes: {}, constants: [] };
  const signature = (node) => {
    // Functions that take what they like say so in their bodies.
    const body = JSON.stringify(node.body ?? null);
    const any = node.arguments.some(({ variadic }) => variadic) || body.includes('"func_get_args"');
    const needed = node.arguments.findLastIndex(({ value, variadic }) => value === null && !variadic) + 1;
    const refs = node.arguments.flatMap(({ byref }, place) => (byref ? [place] : []));
    return [needed, any ? -1 : node.arguments.length, ...(refs.length > 0 ? [refs] : [])];
  };
  const visit = (node) => {
    if (!node || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (node.kind === 'function' && typeof node.name?.name === 'string')
      found.functions[node.name.name.toLowerCase()] = signature(node);
    if (node.kind === 'call' && node.what?.name === 'define' && node.arguments?.[0]?.kind === 'string') {
      found.constants.push(node.arguments[0].value);
    }
    if (node.kind === 'class' || node.kind === 'interface' || node.kind === 'trait') {
      const name = node.name?.name ?? node.name;
      if (typeof name !== 'string') return;
      found.classes[name] = null;
      if (WITH_METHODS.test(name)) {
        found.classes[name] = {
          extends: node.extends?.name ?? null,
          methods: Object.fromEntries(
            node.body
              .filter(({ kind }) => kind === 'method')
              .map((method) => [method.name.name.toLowerCase(), signature(method)]),
          ),
          constants: node.body
            .filter(({ kind }) => kind === 'classconstant')
            .flatMap(({ constants }) => constants.map((constant) => constant.name.name)),
        };
      }
      return;
    }
    for (const [property, value] of Object.entries(node)) if (property !== 'loc') visit(value);
  };
  for (const folder of ['.', 'wp-includes', 'wp-admin/includes', 'wp-admin']) {
    for (const entry of readdirSync(join(wordpress, folder), {
      recursive: folder === 'wp-includes',
      withFileTypes: true,
    })) {
      const path = join(entry.parentPath ?? folder, entry.name);
      if (!entry.isFile() || !path.endsWith('.php') || OTHERS.test(path)) continue;
      // Empty functions in the place of real ones.
      if (path.endsWith('wp-admin/includes/noop.php')) continue;
      const source = readFileSync(path, 'utf8');
      if (path.endsWith('wp-includes/version.php'))
        found.version = /\$wp_version\s*=\s*'([^']+)'/.exec(source)[1];
      visit(engine.parseCode(source, path));
    }
  }
  for (const name of AFTER_6_0) delete found.functions[name];
  return found;
}

function write(name, { version, functions, classes, constants }) {
  const sorted = (object) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = (object) =>
    sorted(object)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(',\n');
  const list = [...new Set(constants)]
    .sort()
    .map((constant) => JSON.stringify(constant))
    .join(',\n');
  writeFileSync(
    new URL(`${name}.json`, import.meta.url),
    `{"version":${JSON.stringify(version)},\n"functions":{\n${lines(functions)}},\n"classes":{\n${lines(classes)}},\n"constants":[\n${list}]}\n`,
  );
}

write('php', await builtIn());
write('wordpress', ofWordPress());
process.exit(0);
