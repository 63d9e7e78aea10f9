/**
 * Runs test/interleavings.api-spec.ts on PostgreSQL and Redis for long: `npm run soak [-- --runs 100000 --seed 1234]`,
 * in slices (`--slice 2500`), each with a seed and a database of its own. The servers are those of TEST_DATABASE_URL
 * and TEST_REDIS_URL, or throw-away ones. Ends with 1 at the first slice that fails, and says how to repeat it.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { root, serverEnvironment } from './server-environment.mjs';

const SPEC = 'test/interleavings.api-spec.ts';
/** Seeds that the lanes of one slice use up, with room. */
const SEEDS_OF_SLICE = 100;
const MAX_SEED = 2 ** 31 - 1;
const PROGRESS_MS = 60_000;

function usage(message) {
  console.error(`${message}\nUsage: npm run soak [-- --runs 100000 --seed 1234 --slice 2500]`);
  process.exit(2);
}

let values;
try {
  ({ values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(randomInt(2 ** 30)) },
      slice: { type: 'string', default: '2500' },
    },
  }));
} catch (error) {
  usage(error.message);
}
const [runs, seed, slice] = ['runs', 'seed', 'slice'].map((name) => {
  const value = Number(values[name]);
  const least = name === 'seed' ? 0 : 1;
  if (!Number.isSafeInteger(value) || value < least) usage(`--${name} must be a whole number from ${least}.`);
  return value;
});

const environment = serverEnvironment();
// A path is of one counterexample, and would be taken for that of every slice.
delete environment.FIKO_PATH;

const startedAt = performance.now();
const elapsed = () => {
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m ${String(seconds % 60).padStart(2, '0')}s`;
};

/** Resolves to whether it passed, and to what was printed. */
function runSlice(count, sliceSeed) {
  const child = spawn(
    process.execPath,
    ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', SPEC],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, FIKO_RUNS: String(count), FIKO_SEED: String(sliceSeed) },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ passed: false, output: `${output}${error.message}\n` }));
    child.once('close', (status) => resolve({ passed: status === 0, output }));
  });
}

console.log(`soak: ${runs} runs, seed ${seed}, slices of ${slice}`);
let done = 0;
const progress = setInterval(
  () => console.log(`soak: ${done} of ${runs} runs, ${elapsed()}, slice running`),
  PROGRESS_MS,
);
for (let number = 0; done < runs; number++) {
  const count = Math.min(slice, runs - done);
  const sliceSeed = (seed + number * SEEDS_OF_SLICE) % (MAX_SEED - SEEDS_OF_SLICE);
  const { passed, output } = await runSlice(count, sliceSeed);
  if (!passed) {
    console.error(output);
    console.error(
      `soak: FAILED after ${done} runs and ${elapsed()}, in a slice of ${count} with seed ${sliceSeed}. Repeat it with\n` +
        `  npm run soak -- --runs ${count} --slice ${count} --seed ${sliceSeed}`,
    );
    process.exit(1);
  }
  done += count;
  const rate = done / ((performance.now() - startedAt) / 1000);
  console.log(
    `soak: ${done} of ${runs} runs, ${elapsed()}, ${rate.toFixed(1)} runs/s, slice of seed ${sliceSeed} passed`,
  );
  const counted = output.split('\n').find((line) => /^interleavings: \d+ runs in /.test(line));
  if (counted) console.log(`  ${counted}`);
}
clearInterval(progress);
console.log(`soak: passed, ${runs} runs in ${elapsed()}, seed ${seed}`);
