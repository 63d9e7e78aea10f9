import type { EventTimes, PostedEvent } from './demo-client';

const colours = process.stdout.isTTY;
const style = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = style(1);
export const dim = style(2);

let lastLine = '';

/** One line that is drawn over at a terminal, and written once in a while elsewhere. */
export function progress(what: string, done: number, total: number): void {
  const filled = Math.round((20 * done) / total);
  const line = `${what.padEnd(10)} ${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${done}/${total}`;
  if (line === lastLine) return;
  lastLine = line;
  if (colours) process.stdout.write(`\r${line}`);
  else if (done % 10 === 0 || done === total) process.stdout.write(`${line}\n`);
}

export interface TimelineFigures {
  posted: PostedEvent[];
  times: EventTimes[];
  products: number;
  listedMs: number;
  searchedMs: number;
}

/** The twelve steps from the shop's hook to the answer, each with its median and its longest time. */
export function printTimeline({ posted, times, products, listedMs, searchedMs }: TimelineFigures): void {
  const server = (step: string) => spread(posted.map((event) => event.server[step]));
  const between = (from: keyof EventTimes, to: keyof EventTimes) =>
    spread(times.map((time) => (time[to] as number) - (time[from] as number)));
  const chunks = times.reduce((sum, time) => sum + time.chunks, 0);
  const steps: [string, string, string][] = [
    ['Shop hook', 'a product is saved', 'played by the demo'],
    ['Debounce', 'the last edit of 30 s is sent', 'left out by the demo'],
    ['POST', `${posted.length} events`, spread(posted.map(({ roundTripMs }) => roundTripMs))],
    ['Token check', 'and validation', server('check')],
    ['Event log', 'one row, committed', server('log')],
    ['Job', 'queued with the row’s id', server('queue')],
    ['Answer', '202, within the round trip of step 3', ''],
    ['Worker', 'waited for', between('acceptedAt', 'startedAt')],
    ['Upsert', 'product and log row, one transaction', spread(times.map((time) => time.processingMs))],
    ['Chunks', `${chunks} of them, within step 9`, ''],
    ['Embeddings', 'in batches', between('processedAt', 'searchableAt')],
    [
      'Listed, searchable',
      `${products} products; list ${listedMs.toFixed(0)} ms, search ${searchedMs.toFixed(0)} ms`,
      between('acceptedAt', 'searchableAt'),
    ],
  ];
  process.stdout.write(
    `${bold('Step'.padEnd(24))}${bold('What happened'.padEnd(58))}${bold('median / longest')}\n`,
  );
  for (const [index, [name, what, time]] of steps.entries()) {
    process.stdout.write(
      `${`${String(index + 1).padStart(2)}  ${name}`.padEnd(24)}${what.padEnd(58)}${time}\n`,
    );
  }
}

function spread(values: (number | null | undefined)[]): string {
  const sorted = values.filter((value): value is number => typeof value === 'number').sort((a, b) => a - b);
  if (sorted.length === 0) return '';
  const milliseconds = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
  return `${milliseconds(sorted[Math.floor(sorted.length / 2)]!)} / ${milliseconds(sorted.at(-1)!)} ms`;
}
