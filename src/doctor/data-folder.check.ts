import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataFolder } from '../database/embedded/data-folder';
import type { Check } from './check';
import { fault, ok, type Finding } from './finding';
import { reasonOf } from './values';

/** Of embedded mode: where everything is. */
export const dataFolderCheck: Check = {
  group: 'Data folder',
  async run({ config, visit }) {
    if (visit.kind === 'server') return [];
    const folder = resolve(config.server.dataDir);
    return [await writable(folder), await lock(folder, visit.kind === 'running')];
  },
};

async function writable(folder: string): Promise<Finding> {
  const nearest = nearestFolder(folder);
  try {
    await access(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok('DATA_DIR', nearest === folder ? `${folder}, writable` : `${folder}, made at the first start`);
  } catch (error) {
    return fault(
      'DATA_DIR',
      `${nearest} cannot be written to (${reasonOf(error)})`,
      'chown it to the user that runs this, or set DATA_DIR to another folder',
    );
  }
}

/** The folder itself, or the one in which it would be made. */
export function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

async function lock(folder: string, taken: boolean): Promise<Finding> {
  if (!taken) return ok('Lock', 'free: no server runs on it');
  const announcement = await new DataFolder(folder).readAnnouncement();
  return ok('Lock', `held by the running server${announcement ? ` (process ${announcement.pid})` : ''}`);
}
