import { zipSync, type Zippable } from 'fflate';
import { byCodeUnit } from './php';

/** Unix, in the upper half of the attributes: a regular file that all may read. */
const UNIX = 3;
const MODE = 0o100644;

/** An archive that depends on the files alone. The compressor is not Node's, whose versions give other bytes. */
export function zip(files: ReadonlyMap<string, Uint8Array>, folder: string): Uint8Array {
  const entries: Zippable = {};
  for (const path of [...files.keys()].sort(byCodeUnit)) {
    // Of this realm: zipSync tells files from folders by the class.
    entries[`${folder}/${path}`] = Uint8Array.from(files.get(path)!);
  }
  // The format's first day, in local time as the format has it.
  return zipSync(entries, { level: 9, mtime: new Date(1980, 0, 1), os: UNIX, attrs: MODE << 16 });
}
