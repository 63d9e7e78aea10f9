// Builds the admin panel into dist/admin: `npm run build:panel`. `npm start` calls it where a source is newer.
import { build } from 'esbuild';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist', 'admin');
const BASE = '/admin/assets/';
const KILOBYTE = 1024;
const KEPT_MS = 7 * 86_400_000;

/** @returns the files by what loads them: first those of the first screen, then those of pages opened later */
export async function buildPanel() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { panel: 'admin/main.tsx' },
    outdir: join(out, 'assets'),
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    metafile: true,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file' },
    publicPath: BASE,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  const outputs = Object.entries(metafile.outputs);
  const [entry, { cssBundle }] = outputs.find(([, output]) => output.entryPoint === 'admin/main.tsx');
  const fonts = outputs.map(([file]) => file).filter((file) => file.endsWith('.woff2'));
  const page = readFileSync(join(root, 'admin', 'index.html'), 'utf8')
    .replace('{{script}}', BASE + basename(entry))
    .replace('{{style}}', BASE + basename(cssBundle))
    .replace('{{font}}', BASE + basename(fonts[0]));
  writeFileSync(join(out, 'index.html'), page);
  removeOld(join(out, 'assets'));
  for (const [file] of outputs.filter(([name]) => /\.(js|css)$/.test(name))) {
    const content = readFileSync(join(root, file));
    writeFileSync(join(root, `${file}.gz`), gzipSync(content, { level: 9 }));
    writeFileSync(join(root, `${file}.br`), brotliCompressSync(content));
  }
  return sizes(metafile, entry);
}

/** A server that runs goes on serving the page it began with: its files, whose names carry what is in them, stay a while. */
function removeOld(folder) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file);
  }
}

/** What a browser loads, in bytes as they are sent compressed. */
function sizes(metafile, entry) {
  const first = new Set([entry, metafile.outputs[entry].cssBundle]);
  const follow = (file) => {
    for (const { path, kind } of metafile.outputs[file].imports) {
      if (kind !== 'import-statement' || first.has(path)) continue;
      first.add(path);
      follow(path);
    }
  };
  follow(entry);
  return Object.keys(metafile.outputs)
    .filter((file) => /\.(js|css)$/.test(file))
    .map((file) => ({
      name: basename(file),
      bytes: statSync(join(root, `${file}.gz`)).size,
      when: first.has(file) ? 'at once' : 'with its page',
    }))
    .sort((a, b) => a.when.localeCompare(b.when) || b.bytes - a.bytes);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = await buildPanel();
  for (const { name, bytes, when } of files) {
    console.log(`${(bytes / KILOBYTE).toFixed(1).padStart(8)} KB  ${when.padEnd(13)}  ${name}`);
  }
  for (const when of ['at once', 'with its page']) {
    const total = files.filter((file) => file.when === when).reduce((sum, { bytes }) => sum + bytes, 0);
    console.log(`${(total / KILOBYTE).toFixed(1).padStart(8)} KB  in all, ${when} (gzip)`);
  }
}
