import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Line, Result, Scenario } from './scenario';
import { ROOT } from './support/processes';

/** What a scenario found, and where and when. */
export interface Measured extends Result {
  machine: string;
  /** Day, in UTC. */
  day: string;
  rounds: number;
}

const RESULTS = join(ROOT, 'bench', 'results.json');
const DOCS = join(ROOT, 'docs');

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench\`, which measures the product beside bare baselines on the same machine in the same run, in
rounds whose order changes. A ratio is the product's figure divided by the baseline's of the same round: its median, and
in brackets the least and the greatest of all rounds. Ratios can be compared between machines; what stands in requests,
products or milliseconds holds for the machine named with it, and varies there by a third with what else it does.

Each part starts PostgreSQL (fsync on, a commit is on disk before it is acknowledged) and Redis for itself, and processes
with the settings of \`.env.example\` but for rate limits. \`npm run bench -- --help\` names the parts; one that is named is
measured anew, and the others stay as they are written here. Each part names the version of Node.js that ran all of its processes;
the product's image has 24.
`;

export const readResults = (): Record<string, Measured> =>
  existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Record<string, Measured>) : {};

/** Writes results, docs/benchmarks.md and its pictures, with what other runs have found. */
export function writeResults(scenarios: readonly Scenario[], results: Record<string, Measured>): void {
  for (const [name, { files = {} }] of Object.entries(results)) {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(DOCS, { recursive: true });
      writeFileSync(join(DOCS, file), content);
    }
    delete results[name]!.files;
  }
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(DOCS, 'benchmarks.md'), document(scenarios, results));
}

function document(scenarios: readonly Scenario[], results: Record<string, Measured>): string {
  const parts = scenarios.flatMap((scenario) => {
    const measured = results[scenario.name];
    return measured ? [part(scenario, measured)] : [];
  });
  const findings = readFileSync(join(ROOT, 'bench', 'findings.md'), 'utf8');
  return `${[INTRODUCTION, ...parts, findings].join('\n').trimEnd()}\n`;
}

function part({ title, about }: Scenario, { lines, notes = [], machine, day, rounds }: Measured): string {
  const times = rounds === 1 ? 'once' : `in ${rounds} rounds`;
  return [
    `## ${title}`,
    '',
    about,
    '',
    table(lines),
    '',
    ...notes.flatMap((note) => [note, '']),
    `${day}, ${times}: ${machine}.`,
    '',
  ].join('\n');
}

/** Of a table of Markdown. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map(({ what, product, baseline = '', ratio, goal = '', isMet }) => [
    what,
    product,
    baseline,
    ratio ? `${short(ratio.median)} (${short(ratio.least)} to ${short(ratio.greatest)})` : '',
    goal,
    isMet === undefined ? '' : isMet ? 'yes' : '**no**',
  ]);
  const head = ['', 'Product', 'Baseline', 'Ratio', 'Goal', 'Met'];
  return markdown(head, rows);
}

export function markdown(head: string[], rows: string[][]): string {
  const cells = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
