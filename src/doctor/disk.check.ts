import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import type { Check } from './check';
import { nearestFolder } from './data-folder.check';
import { fault, ok, warning, type Finding } from './finding';
import { bytes, reasonOf } from './values';
import { sizeOf } from './visit';

const MB = 1024 ** 2;
const SCARCE = 1024 * MB;
const TOO_LITTLE = 200 * MB;

export const diskCheck: Check = {
  group: 'Disk',
  async run({ config, visit }) {
    const embedded = visit.kind !== 'server';
    const folder = resolve(config.server.dataDir);
    const findings = [
      ...(embedded ? [await space('DATA_DIR', nearestFolder(folder))] : []),
      await space('Temporary files', tmpdir()),
    ];
    if (visit.kind === 'empty') return findings;
    if (embedded) return [...findings, ok('Database', bytes(await sizeOf(resolve(folder, 'database'))))];
    if (visit.database) {
      const { size } = await visit.database.one<{ size: number }>(
        `SELECT pg_database_size(current_database())::float8 AS size`,
      );
      findings.push(ok('Database', `${bytes(size)}; free space of its server: to be watched there`));
    }
    return findings;
  },
};

async function space(title: string, folder: string): Promise<Finding> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return spaceFinding(title, folder, bavail * bsize, blocks * bsize);
  } catch (error) {
    return warning(title, `${folder} cannot be looked at (${reasonOf(error)})`, 'see to the folder');
  }
}

export function spaceFinding(title: string, folder: string, free: number, all: number): Finding {
  const value = `${bytes(free)} free of ${bytes(all)} (${folder})`;
  const mend = 'free or add space: a full disk stops all writing';
  if (free < TOO_LITTLE) return fault(title, value, mend);
  return free < SCARCE ? warning(title, value, mend) : ok(title, value);
}
