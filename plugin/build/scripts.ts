import { build as esbuild, type Plugin } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from './fault';
import { byCodeUnit } from './php';

/** Scripts of the admin area; each is enqueued under the handle that its translations are named after. */
export const SCRIPTS = [
  { name: 'settings', entries: ['settings.tsx', 'settings.ts'], handle: 'fiko-sync-settings' },
  { name: 'products', entries: ['products.ts', 'products.tsx'], handle: 'fiko-sync-products' },
] as const;

/** WordPress ships these as scripts, `@wordpress/api-fetch` as `wp-api-fetch` and `window.wp.apiFetch`. */
const PROVIDED = [
  'element',
  'components',
  'i18n',
  'api-fetch',
  'data',
  'url',
  'dom-ready',
  'a11y',
  'hooks',
  'date',
];

const JSX_FACTORY = 'wp.element.createElement';

export interface BuiltScript {
  handle: string;
  /** By their paths in the plugin. */
  files: Map<string, Buffer>;
  dependencies: string[];
  /** Its TypeScript, by paths below the repository's root. */
  sources: string[];
}

/** Bundles what is there of the admin area's scripts and style sheets. */
export async function buildScripts(root: string): Promise<BuiltScript[]> {
  const folder = join(root, 'plugin', 'admin');
  const scripts: BuiltScript[] = [];
  for (const { name, entries, handle } of SCRIPTS) {
    const entry = entries.map((file) => join(folder, file)).find((file) => existsSync(file));
    if (entry) scripts.push(await buildScript(root, entry, name, handle));
  }
  if (scripts.length === 0)
    throw new BuildError([`${folder} has none of the scripts: settings.tsx, products.ts`]);
  const sheets = readdirSync(folder).filter((file) => file.endsWith('.css'));
  const unknown = sheets.filter((file) => !SCRIPTS.some(({ name }) => file === `${name}.css`));
  if (unknown.length > 0) {
    throw new BuildError(unknown.map((file) => `plugin/admin/${file} belongs to no script of that name`));
  }
  return scripts;
}

async function buildScript(root: string, entry: string, name: string, handle: string): Promise<BuiltScript> {
  const used = new Set<string>();
  const result = await bundle(root, entry, [provided(used)]);
  const script = result.contents;
  if (script.includes(JSX_FACTORY)) used.add('wp-element');
  const dependencies = [...used].sort(byCodeUnit);
  const files = new Map([[`assets/${name}.js`, script]]);
  const sheet = join(root, 'plugin', 'admin', `${name}.css`);
  if (existsSync(sheet)) files.set(`assets/${name}.css`, (await bundle(root, sheet, [])).contents);
  // Browsers keep a file for as long as its version is the same.
  const hash = createHash('sha256');
  for (const contents of files.values()) hash.update(contents);
  const version = hash.digest('hex').slice(0, 20);
  files.set(`assets/${name}.asset.php`, Buffer.from(manifest(dependencies, version)));
  return { handle, files, dependencies, sources: result.sources };
}

function manifest(dependencies: readonly string[], version: string): string {
  const list = dependencies.length > 0 ? ` ${dependencies.map((name) => `'${name}'`).join(', ')} ` : '';
  return `<?php
defined( 'ABSPATH' ) || exit;
return array(
	'dependencies' => array(${list}),
	'version'      => '${version}',
);
`;
}

async function bundle(
  root: string,
  entry: string,
  plugins: Plugin[],
): Promise<{ contents: Buffer; sources: string[] }> {
  try {
    const { outputFiles, metafile } = await esbuild({
      entryPoints: [entry],
      absWorkingDir: root,
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      charset: 'utf8',
      format: 'iife',
      target: entry.endsWith('.css') ? [] : 'es2018',
      jsx: 'transform',
      jsxFactory: JSX_FACTORY,
      jsxFragment: 'wp.element.Fragment',
      // Style sheets are files of their own.
      ...(!entry.endsWith('.css') && { loader: { '.css': 'empty' as const } }),
      // Paths, and a tsconfig's options, must not reach the output.
      tsconfigRaw: '{}',
      legalComments: 'none',
      logLevel: 'silent',
      plugins,
    });
    return {
      contents: Buffer.from(outputFiles[0]!.contents),
      sources: Object.keys(metafile.inputs)
        .filter((input) => /\.tsx?$/.test(input))
        .sort(byCodeUnit),
    };
  } catch (error) {
    const { errors } = error as {
      errors?: { text: string; location: { file: string; line: number } | null }[];
    };
    if (!errors) throw error;
    throw new BuildError(
      errors.map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text)),
    );
  }
}

/** Takes `@wordpress/…` from WordPress and notes which scripts that needs. */
function provided(used: Set<string>): Plugin {
  return {
    name: 'wordpress',
    setup(build) {
      build.onResolve({ filter: /^@wordpress\// }, ({ path }) => {
        const name = path.slice('@wordpress/'.length);
        if (!PROVIDED.includes(name)) {
          return {
            errors: [{ text: `${path} is not among the scripts that the build takes from WordPress` }],
          };
        }
        used.add(`wp-${name}`);
        return { path: name, namespace: 'wordpress' };
      });
      build.onLoad({ filter: /.*/, namespace: 'wordpress' }, ({ path }) => {
        const property = path.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
        // Some are a function, others an object of functions; both are what `import` of a CommonJS module gives.
        return { contents: `module.exports = window.wp.${property};`, loader: 'js' };
      });
    },
  };
}
