import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LOCALE, MAX_ZIP_BYTES, SLUG } from './constants';
import { CONTRACT_FILE, generateContract } from './contract';
import { BuildError, failOn } from './fault';
import { type Extraction, merge } from './messages';
import { filesBelow, type PhpFile } from './php';
import { headerField, headerMessages, phpMessages } from './php-messages';
import { scriptMessages } from './script-messages';
import { type BuiltScript, buildScripts } from './scripts';
import { loadTexts } from './texts';
import { translationFaults, translationFiles } from './translations';
import { zip } from './zip';

export interface BuiltPlugin {
  version: string;
  /** By their paths in the plugin's folder. */
  files: Map<string, Uint8Array>;
  zip: Uint8Array;
}

const MAIN = `${SLUG}.php`;
/** Written by hand, below `plugin/fiko-woocommerce-sync/`; whatever else lies there was left by mistake. */
const SHIPPED = /\.(?:php|txt|svg|png)$/;
const GENERATED = /^(?:assets|languages)\//;

export function pluginFolder(root: string): string {
  return join(root, 'plugin', SLUG);
}

/** Files that are generated and committed, and what they should be. */
export function committedFiles(root: string): Map<string, string> {
  return new Map([[`plugin/${SLUG}/${CONTRACT_FILE}`, generateContract(root)]]);
}

/** Those of them that are not what they should be. */
export function staleFiles(root: string): string[] {
  return [...committedFiles(root)]
    .filter(
      ([path, contents]) =>
        !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== contents,
    )
    .map(([path]) => path);
}

export function writeCommittedFiles(root: string): void {
  for (const path of staleFiles(root)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), committedFiles(root).get(path)!);
  }
}

/**
 * The plugin as it is installed, in memory.
 * @throws BuildError with everything that is wrong
 */
export async function buildPlugin(root: string): Promise<BuiltPlugin> {
  const sources = readSources(root);
  const version = packageVersion(root);
  failOn(versionFaults(version, sources));
  const scripts = await buildScripts(root);
  const files = new Map<string, Uint8Array>(sources);
  for (const script of scripts) for (const [path, contents] of script.files) files.set(path, contents);
  for (const [name, contents] of translate(root, version, sources, scripts)) {
    files.set(`languages/${name}`, contents);
  }
  const archive = zip(files, SLUG);
  if (archive.length >= MAX_ZIP_BYTES) {
    throw new BuildError([`the zip has ${archive.length} bytes, ${MAX_ZIP_BYTES} or more`]);
  }
  return { version, files, zip: archive };
}

function readSources(root: string): Map<string, Buffer> {
  const folder = pluginFolder(root);
  if (!existsSync(join(folder, MAIN))) throw new BuildError([`plugin/${SLUG}/${MAIN} is missing`]);
  const paths = filesBelow(folder).filter((path) => !GENERATED.test(path));
  failOn(
    paths.filter((path) => !SHIPPED.test(path)).map((path) => `plugin/${SLUG}/${path} is nothing to ship`),
  );
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
}

export function packageVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The version stands in three more places, which WordPress reads. */
export function versionFaults(version: string, sources: ReadonlyMap<string, Buffer>): string[] {
  const main = sources.get(MAIN)?.toString('utf8') ?? '';
  const readme = sources.get('readme.txt')?.toString('utf8') ?? '';
  const places: [string, string | undefined][] = [
    [`${MAIN}, “Version” of the header`, headerField(main, 'Version')],
    [
      `${MAIN}, FIKO_WC_VERSION`,
      /(?:define\(\s*['"]FIKO_WC_VERSION['"]\s*,|const\s+FIKO_WC_VERSION\s*=)\s*['"]([^'"]*)['"]/.exec(
        main,
      )?.[1],
    ],
    ['readme.txt, “Stable tag”', /^Stable tag:\s*(\S+)\s*$/im.exec(readme)?.[1]],
  ];
  return places
    .filter(([, found]) => found !== version)
    .map(([place, found]) => `${place} is ${found ?? 'missing'}, package.json has ${version}`);
}

/** All texts: what PHP shows, and what each script shows. */
export function extractMessages(
  root: string,
  sources: ReadonlyMap<string, Buffer>,
  scripts: readonly Pick<BuiltScript, 'handle' | 'sources'>[],
): { php: Extraction; scripts: Record<string, Extraction>; all: Extraction } {
  const phpFiles: PhpFile[] = [...sources]
    .filter(([path]) => path.endsWith('.php'))
    .map(([path, contents]) => ({ path, source: contents.toString('utf8') }));
  const header = phpFiles.filter(({ path }) => path === MAIN).flatMap(headerMessages);
  const php = merge([{ messages: header, faults: [] }, ...phpFiles.map((file) => phpMessages(file, SLUG))]);
  const byScript = Object.fromEntries(
    scripts.map(({ handle, sources: paths }) => [
      handle,
      merge(
        paths.map((path) => scriptMessages({ path, source: readFileSync(join(root, path), 'utf8') }, SLUG)),
      ),
    ]),
  );
  const all = merge([php, ...Object.values(byScript)]);
  // A module that two scripts share would be blamed twice.
  return { php, scripts: byScript, all: { ...all, faults: [...new Set(all.faults)] } };
}

function translate(
  root: string,
  version: string,
  sources: ReadonlyMap<string, Buffer>,
  scripts: readonly BuiltScript[],
): Map<string, Buffer> {
  const messages = extractMessages(root, sources, scripts);
  const texts = loadTexts(join(root, 'plugin', 'texts', `${LOCALE}.ts`));
  failOn([...messages.all.faults, ...translationFaults(messages.all.messages, texts)]);
  return translationFiles(
    version,
    {
      php: messages.php.messages,
      scripts: Object.fromEntries(
        Object.entries(messages.scripts).map(([handle, extraction]) => [handle, extraction.messages]),
      ),
      all: messages.all.messages,
    },
    texts,
  );
}

/** Writes the folder, which can be mounted as a plugin, and the zip, which can be uploaded. */
export function writePlugin(plugin: BuiltPlugin, dist: string): void {
  const folder = join(dist, SLUG);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, contents] of plugin.files) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    writeFileSync(target, contents);
    chmodSync(target, 0o644);
  }
  writeFileSync(join(dist, `${SLUG}.zip`), plugin.zip);
}
