/** Runs the tests of test/ on PostgreSQL and Redis. Arguments go to jest; one that is a path stands for test/. */
import { spawnSync } from 'node:child_process';
import { root, serverEnvironment } from './server-environment.mjs';

const given = process.argv.slice(2);
// Paths first: an option that takes a list would take them too.
const paths = given.some((argument) => !argument.startsWith('-')) ? [] : ['test/'];
const jest = spawnSync(
  process.execPath,
  ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', ...paths, ...given],
  { cwd: root, stdio: 'inherit', env: serverEnvironment() },
);
process.exit(jest.status ?? 1);
