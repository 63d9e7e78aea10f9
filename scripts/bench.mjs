/** Measures the product beside bare baselines: `npm run bench [-- scenario …]`; `npm run bench -- --help` says more. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, serverEnvironment } from './server-environment.mjs';

await build({
  absWorkingDir: root,
  entryPoints: [
    'bench/run.ts',
    'bench/baselines/one-by-one.ts',
    'bench/baselines/shared.ts',
    'bench/baselines/ordinary.ts',
    'bench/baselines/worker.ts',
    'bench/baselines/embedding.ts',
    'bench/support/known-embeddings.ts',
    'bench/support/embedding-service.ts',
  ],
  outdir: 'dist/bench',
  outbase: 'bench',
  bundle: true,
  platform: 'node',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', join(root, 'dist/bench/run.js'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: serverEnvironment(),
  },
);
process.exit(status ?? 1);
