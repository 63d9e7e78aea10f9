/** Set by scripts/test-server.mjs: the tests run on PostgreSQL and Redis instead of the embedded defaults. */
export const SERVER_MODE = process.env.FIKO_TEST_MODE === 'server';
/** Whether the run may stop and restart the servers: it does not where their addresses were given. */
const OWN_SERVERS = SERVER_MODE && process.env.FIKO_TEST_SERVERS !== undefined;

const HOLDS = { embedded: !SERVER_MODE, server: SERVER_MODE, 'own servers': OWN_SERVERS };

/**
 * A `describe` that runs in one mode only; in the other its tests are skipped, and counted as skipped.
 * @param reason why the other mode has nothing to test here
 */
export function describeIn(mode: keyof typeof HOLDS, reason: string, name: string, tests: () => void): void {
  if (HOLDS[mode]) describe(name, tests);
  else describe.skip(`${name} [${mode} only: ${reason}]`, tests);
}
