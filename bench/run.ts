import { parseArgs } from 'node:util';
import { readResults, table, writeResults } from './report';
import type { Scenario } from './scenario';
import { catalogue } from './scenarios/catalogue';
import { embedding } from './scenarios/embedding';
import { growth, growthMillion } from './scenarios/growth';
import { intake } from './scenarios/intake';
import { memory } from './scenarios/memory';
import { processing } from './scenarios/processing';
import { read, readMillion } from './scenarios/read';
import { searchable } from './scenarios/searchable';
import { hour } from './scenarios/hour';
import { Machine } from './support/machine';

const SCENARIOS: Scenario[] = [
  intake,
  catalogue,
  processing,
  embedding,
  searchable,
  read,
  growth,
  memory,
  readMillion,
  growthMillion,
  hour,
];

const USAGE = `Measures the product beside bare baselines on this machine, and writes docs/benchmarks.md.

Usage: npm run bench [-- part … --rounds 5 --quick]

  part      what to measure; without one, all that stand here without a star
  --rounds  how often each part is measured (5)
  --quick   less of everything, to see that it works; nothing is written
  --help    this

Parts:
${SCENARIOS.map(({ name, title, isLong }) => `  ${name.padEnd(12)}${isLong ? '*' : ' '} ${title}`).join('\n')}
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
    if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds must be a whole number from 1.');
    for (const name of positionals) {
      if (!SCENARIOS.some((scenario) => scenario.name === name)) fail(`There is no part ${name}.`);
    }
    return { ...values, rounds, names: positionals };
  } catch (error) {
    return fail((error as Error).message);
  }
}

async function main(): Promise<void> {
  const { rounds, quick, help, names } = options();
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  const chosen = SCENARIOS.filter(({ name, isLong }) => (names.length > 0 ? names.includes(name) : !isLong));
  for (const scenario of chosen) {
    process.stdout.write(`\n${scenario.title}\n`);
    const machine = await Machine.start();
    try {
      const log = (message: string) => void process.stdout.write(`  ${message}\n`);
      const found = await scenario.run(machine, { rounds, isQuick: quick, log });
      process.stdout.write(`\n${table(found.lines)}\n${(found.notes ?? []).join('\n')}\n`);
      if (quick) continue;
      // After each part: what a later one breaks off has not been in vain.
      const measured = {
        ...found,
        rounds,
        machine: await machine.describe(),
        day: new Date().toISOString().slice(0, 10),
      };
      writeResults(SCENARIOS, { ...readResults(), [scenario.name]: measured });
    } finally {
      await machine.stop();
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exit(1);
});
