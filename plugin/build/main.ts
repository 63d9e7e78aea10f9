import { join } from 'node:path';
import { buildPlugin, staleFiles, writeCommittedFiles, writePlugin } from './build-plugin';
import { SLUG } from './constants';
import { BuildError } from './fault';

/** `npm run build:plugin`; with --check, nothing is written and stale generated files are named. */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const unknown = args.filter((arg) => arg !== '--check');
  if (unknown.length > 0) {
    console.error(`unknown: ${unknown.join(' ')}; only --check is`);
    return 2;
  }
  if (args.includes('--check')) {
    const stale = staleFiles(root);
    for (const path of stale) console.error(`${path} is stale: run \`npm run build:plugin\``);
    return stale.length > 0 ? 1 : 0;
  }
  try {
    writeCommittedFiles(root);
    const plugin = await buildPlugin(root);
    const dist = join(root, 'plugin', 'dist');
    writePlugin(plugin, dist);
    for (const [path, contents] of plugin.files)
      console.log(`${String(contents.length).padStart(8)}  ${path}`);
    console.log(
      `${String(plugin.zip.length).padStart(8)}  plugin/dist/${SLUG}.zip, version ${plugin.version}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    for (const fault of error.faults) console.error(fault);
    return 1;
  }
}
