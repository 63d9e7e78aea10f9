import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compareVersions } from '../database/server';
import { fault, ok, warning, type Finding } from './finding';

/** Of the package that this file belongs to. */
export function readManifest(): { version: string; engines: { node: string } } {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8');
      return JSON.parse(text) as { version: string; engines: { node: string } };
    } catch (error) {
      if (dirname(folder) === folder) throw error;
    }
  }
}

/** Whether a version meets a range of `^a.b.c` and `>=a.b.c` between `||`, which is all that `engines` uses. */
export function meets(version: string, range: string): boolean {
  const plain = version.replace(/^v/, '');
  return range.split('||').some((part) => {
    const [, operator, least] = /^\s*(\^|>=)\s*([\d.]+)\s*$/.exec(part) ?? [];
    if (least === undefined) return false;
    const sameMajor = plain.split('.')[0] === least.split('.')[0];
    return compareVersions(plain, least) >= 0 && (operator === '>=' || sameMajor);
  });
}

/** In 2022 Iran gave up summer time: an older table of zones is an hour off for half of the year. */
export function tehranInJuly(): string {
  const format = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tehran', timeZoneName: 'longOffset' });
  const part = format
    .formatToParts(new Date('2026-07-01T00:00:00Z'))
    .find(({ type }) => type === 'timeZoneName');
  return part?.value ?? 'unknown';
}

export function nodeFindings(version: string, range: string): Finding[] {
  const node = meets(version, range)
    ? ok('Node.js', `${version} (needed: ${range})`)
    : fault('Node.js', `${version}, and ${range} is needed`, 'install Node.js 24, or the newest 22');
  return [node, zonesFinding()];
}

function zonesFinding(): Finding {
  try {
    const offset = tehranInJuly();
    return offset === 'GMT+03:30'
      ? ok('Time zones of Node.js', `known (Asia/Tehran ${offset})`)
      : warning('Time zones of Node.js', `out of date (Asia/Tehran ${offset})`, 'install a newer Node.js');
  } catch {
    return warning(
      'Time zones of Node.js',
      'missing: a build without them',
      'install Node.js from nodejs.org',
    );
  }
}
