import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What is not whole yet stands beside the folder, under this and the id of the process that makes it. */
const UNFINISHED = '.new-';

/**
 * Makes an empty database in `folder` where there is none, whole or not at all. A process of its own does it: it takes
 * twice the memory of the server, which would keep much of it.
 * @throws Error with what that process said
 */
export async function makeDatabase(folder: string): Promise<void> {
  // What is there is opened, or says itself what is wrong with it: nothing of it is taken away.
  if (existsSync(folder) && (await readdir(folder)).length > 0) return;
  await removeUnfinished(folder);
  const unfinished = `${folder}${UNFINISHED}${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const maker = spawn(process.execPath, [join(__dirname, 'new-database.process.js'), unfinished], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  maker.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code, signal] = (await once(maker, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw new Error(said.trim().slice(-2000) || `its maker ended with ${signal ?? code}`);
  }
  if (existsSync(folder)) await rmdir(folder);
  await rename(unfinished, folder);
}

/** What a process that was killed has left. Its maker may be at it for a moment still; what stays takes space, and no harm comes of it. */
async function removeUnfinished(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(basename(folder) + UNFINISHED)) continue;
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(
      () => undefined,
    );
  }
}
