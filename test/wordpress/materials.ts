import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the folders of WordPress are made from. Packages are fetched by npm, and used only if they are these. */
const PACKS = {
  wordpress: {
    spec: '@wp-playground/wordpress-builds@0.9.19',
    file: 'wp-playground-wordpress-builds-0.9.19.tgz',
    sha512: 'dlqvh/MJDpE5W68vgPPKUjpip6zMuBh59L3D18ZX+pdwurC4q4ydrTww/3sTMV69BBcoH6kF93YtAtujNC5Mpw==',
  },
  sqlite: {
    spec: '@wp-playground/cli@3.1.56',
    file: 'wp-playground-cli-3.1.56.tgz',
    sha512: 'JTxl6djPEM2YRYz/w+BUoyoCvhSGHIjqMi4fMV1b8o1UPNvZatLaS7opo57UsrVElXrfdZwvi6IuyS4LswUx9Q==',
  },
} as const;

/** Names in the package: 6.7-alpha, and the oldest one that the plugin has to run on. */
const VERSIONS = { newest: 'wp-nightly', oldest: 'wp-6.2' } as const;
export type WordPressVersion = keyof typeof VERSIONS;

/** Goes up when the folders are to be made otherwise of the same packages. */
const LAYOUT = 1;

/** Extensions of PHP that WordPress, the database or the tests need, and where Debian has them. */
const EXTENSIONS: Record<string, string> = {
  curl: 'php-curl',
  dom: 'php-xml',
  intl: 'php-intl',
  mbstring: 'php-mbstring',
  mysqli: 'php-mysql',
  pdo_sqlite: 'php-sqlite3',
  zip: 'php-zip',
};

export interface Materials {
  /** An unpacked WordPress without a configuration. */
  core: (version: WordPressVersion) => string;
  /** The plugin whose `db.copy` becomes `wp-content/db.php`. */
  sqlite: string;
}

const root = join(__dirname, '..', '..');
const cacheFolder = (): string =>
  process.env.FIKO_WORDPRESS_CACHE ?? join(root, 'node_modules', '.cache', 'wordpress');

/** The folders from which sites are made; fetched and unpacked by whoever asks first. */
export async function prepareMaterials(): Promise<Materials> {
  await assertPhp();
  const cache = cacheFolder();
  const stamp = createHash('sha256')
    .update(JSON.stringify([PACKS, VERSIONS, LAYOUT]))
    .digest('hex');
  const ready = join(cache, `ready-${stamp.slice(0, 12)}`);
  if (!existsSync(ready)) await build(cache, ready);
  return { core: (version) => join(ready, version), sqlite: join(ready, 'sqlite') };
}

/** Everything lies in a folder of another name until it is whole, so that nobody sees half of it. */
async function build(cache: string, ready: string): Promise<void> {
  const draft = join(cache, `draft-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(draft, { recursive: true });
  try {
    const [wordpress, sqlite] = await Promise.all([
      pack('wordpress', cache, draft),
      pack('sqlite', cache, draft),
    ]);
    const versions = Object.values(VERSIONS);
    await unpack(wordpress, draft, [
      ...versions.map((name) => `package/src/wordpress/${name}.zip`),
      // The zips have no scripts, styles and images: those lie beside them.
      ...versions.map((name) => `package/public/${name}`),
    ]);
    await unpack(sqlite, draft, ['package/sqlite-database-integration.zip']);
    for (const [version, name] of Object.entries(VERSIONS)) {
      const core = join(draft, version);
      await unzip(join(draft, 'package', 'src', 'wordpress', `${name}.zip`), core);
      await run('cp', ['-r', `${join(draft, 'package', 'public', name)}/.`, core]);
      await Promise.all(
        ['wp-config.php', 'wp-content/database', 'wp-content/db.php', 'wp-content/debug.log'].map((path) =>
          rm(join(core, path), { recursive: true, force: true }),
        ),
      );
    }
    const unzipped = join(draft, 'unzipped');
    await unzip(join(draft, 'package', 'sqlite-database-integration.zip'), unzipped);
    const [plugin] = await readdir(unzipped);
    await rename(join(unzipped, plugin!), join(draft, 'sqlite'));
    await rm(unzipped, { recursive: true });
    await rm(join(draft, 'package'), { recursive: true });
    for (const path of [wordpress, sqlite]) if (path.startsWith(draft)) await rm(path);
    await rename(draft, ready).catch((error: Error) => {
      // Another process was faster, and its folder is as good.
      if (!existsSync(ready)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The path of a package: in the cache if somebody put it there, otherwise fetched. */
async function pack(name: keyof typeof PACKS, cache: string, draft: string): Promise<string> {
  const { spec, file, sha512 } = PACKS[name];
  const kept = join(cache, file);
  if (existsSync(kept) && (await sha512Of(kept)) === sha512) return kept;
  await run('npm', ['pack', '--silent', '--pack-destination', draft, spec], { cwd: draft }).catch(() => {
    // What npm prints names the registry, which may be a private one.
    throw new Error(`npm cannot fetch ${spec}, of which the WordPress of these tests is made`);
  });
  const fetched = join(draft, file);
  if ((await sha512Of(fetched)) !== sha512) throw new Error(`${spec} is not what it was: another sha512`);
  return fetched;
}

async function sha512Of(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return hash.digest('base64');
}

async function unpack(archive: string, into: string, paths: string[]): Promise<void> {
  await run('tar', ['xzf', archive, '-C', into, '--no-same-owner', ...paths]);
}

/** By PHP, which is needed anyhow. */
export async function unzip(archive: string, into: string): Promise<void> {
  const code =
    '$z = new ZipArchive(); exit( true === $z->open( $argv[1] ) && $z->extractTo( $argv[2] ) ? 0 : 1 );';
  await mkdir(into, { recursive: true });
  await run('php', ['-r', code, archive, into]).catch(() => {
    throw new Error(`${archive} cannot be unpacked`);
  });
}

/** @throws Error that says what to install */
async function assertPhp(): Promise<void> {
  const { stdout } = await run('php', ['-r', 'echo implode( " ", get_loaded_extensions() );']).catch(() => ({
    stdout: '',
  }));
  const loaded = new Set(stdout.toLowerCase().split(' '));
  const missing = Object.keys(EXTENSIONS).filter((extension) => !loaded.has(extension));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((extension) => EXTENSIONS[extension]!))];
  throw new Error(
    stdout === ''
      ? `These tests run a real WordPress and need PHP: apt-get install php-cli ${packages.join(' ')}`
      : `PHP lacks ${missing.join(', ')}: apt-get install ${packages.join(' ')}`,
  );
}
