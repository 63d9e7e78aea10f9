// Builds the WordPress plugin: `npm run build:plugin`. The build is TypeScript, which is bundled before it runs.
import { build } from 'esbuild';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, so that its imports are found.
const outfile = fileURLToPath(
  new URL(`../node_modules/.cache/fiko/build-plugin-${process.pid}.mjs`, import.meta.url),
);
await build({
  entryPoints: [fileURLToPath(new URL('../plugin/build/main.ts', import.meta.url))],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const { rmSync } = await import('node:fs');
try {
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(root, process.argv.slice(2));
} finally {
  rmSync(outfile, { force: true });
}
