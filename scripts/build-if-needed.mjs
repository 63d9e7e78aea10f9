// Builds the server and the admin panel where a source is newer than the last build. `npm start` and the commands
// call it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const force = process.argv.includes('--force');

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

async function buildIfNeeded(what, sources, build) {
  const stamp = join(root, 'dist', `.built-${what}`);
  const changed = Math.max(...sources.map((source) => newest(join(root, source))));
  if (!force && existsSync(stamp) && statSync(stamp).mtimeMs >= changed) return;
  process.stderr.write(`Building the ${what}…\n`);
  await build();
  writeFileSync(stamp, '');
}

await buildIfNeeded(
  'server',
  ['src', 'migrations', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
  () => {
    const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
    const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) process.exit(status ?? 1);
  },
);
await buildIfNeeded('panel', ['admin', 'scripts/build-panel.mjs', 'package-lock.json'], async () => {
  const { buildPanel } = await import('./build-panel.mjs');
  await buildPanel();
});
