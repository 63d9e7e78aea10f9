import { parseArgs } from 'node:util';
import { Machine } from './support/machine';
import type { Result, Scenario } from './scenario';
import { catalogue } from './scenarios/catalogue';
import { embedding } from './scenarios/embedding';
import { intake } from './scenarios/intake';
import { processing } from './scenarios/processing';
import { searchable } from './scenarios/searchable';

const SCENARIOS: Scenario[] = [intake, processing, embedding, searchable, catalogue];

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false } },
  });
  const chosen =
    positionals.length > 0 ? SCENARIOS.filter(({ name }) => positionals.includes(name)) : SCENARIOS;
  const results: Record<string, Result> = {};
  for (const scenario of chosen) {
    const machine = await Machine.start();
    try {
      results[scenario.name] = await scenario.run(machine, {
        rounds: Number(values.rounds),
        isQuick: values.quick,
        log: (message) => process.stdout.write(`${message}\n`),
      });
    } finally {
      await machine.stop();
    }
  }
  process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
}

void main();
