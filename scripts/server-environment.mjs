import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The environment of tests on servers: those of TEST_DATABASE_URL (a database in which others may be created and
 * dropped) and TEST_REDIS_URL, or the programs for throw-away ones. Ends the process where there are neither.
 */
export function serverEnvironment() {
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
  return environment;
}
