import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';
import { Metrics } from './metrics.service';

/** Which code this process runs, and as what. */
@Injectable()
export class ProcessMetrics {
  constructor(metrics: Metrics, { roles }: Config) {
    const labels = { version: productVersion(), api: String(roles.api), worker: String(roles.worker) };
    metrics.gauge(
      'fiko_build_info',
      '1, of the version that runs, and its roles',
      Object.keys(labels),
      () => [{ labels, value: 1 }],
    );
  }
}

/** As package.json has it, which stands above the sources, and one folder higher above what is compiled of them. */
export function productVersion(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) return 'unknown';
    folder = dirname(folder);
  }
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
