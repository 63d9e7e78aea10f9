import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** As package.json has it, which stands above the sources, and one folder higher above what is compiled of them. */
export function productVersion(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) return 'unknown';
    folder = dirname(folder);
  }
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
