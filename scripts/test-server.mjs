/**
 * Runs the tests of test/ on PostgreSQL and Redis: those of TEST_DATABASE_URL and TEST_REDIS_URL (a database in which
 * others may be created and dropped), or throw-away servers of its own. Arguments go to jest.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const environment = { ...process.env, FIKO_TEST_MODE: 'server' };

const { TEST_DATABASE_URL: database, TEST_REDIS_URL: redis } = environment;
if ((database === undefined) !== (redis === undefined)) {
  console.error('Set TEST_DATABASE_URL and TEST_REDIS_URL, or neither.');
  process.exit(2);
}
if (database === undefined) {
  const prepared = spawnSync('scripts/prepare-servers.sh', {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (prepared.status !== 0) process.exit(prepared.status ?? 1);
  environment.FIKO_TEST_SERVERS = prepared.stdout.trim();
}

const given = process.argv.slice(2);
const paths = given.some((argument) => !argument.startsWith('-')) ? [] : ['test/'];
const jest = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...paths, ...given],
  { cwd: root, stdio: 'inherit', env: environment },
);
process.exit(jest.status ?? 1);
